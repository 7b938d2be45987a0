"""`audit` says what `check` says, on executors that are processes of their own."""

from __future__ import annotations

import itertools
import json
import marshal
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch_lint.audit import corpus_check
from dispatch_lint.audit.arrow import rows_of
from dispatch_lint.audit.documents import check_rows
from dispatch_lint.audit.java_log import harmless_log
from dispatch_lint.audit.plan import Plan, Starts, closed
from dispatch_lint.audit.session import session
from dispatch_lint.config.settings import Settings
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.settle import settle
from dispatch_lint.index.groups import by_id, by_name
from dispatch_lint.model.relations import ENTITY, EntityRow
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import stored
from tests.command import WAIT, interruptible
from tests.docs.running import ROOT, run_page

pytest.importorskip("pyspark")
pyarrow = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")

MASTER = "local-cluster[2,1,1024]"
SPARK = ("--conf", "spark.sql.shuffle.partitions=4", "--conf", "spark.ui.enabled=false")
# The virtual machines live for seconds here: what pays for itself in minutes is left out.
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
ENVIRONMENT = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "JDK_JAVA_OPTIONS": BRIEF}
SETTINGS = """
complete = true
external = ["Image/elsewhere"]
per-path = { "b.jsonl" = ["status-value"] }
[severity]
revision-order = "off"
[limits]
violations-per-file = 100_000
"""
FIELDS = [
    "status", "reason", "delete", "image", "timeout", "secrets", "Name", "imageName", "created_at",
    "id", "functionID",
]  # fmt: skip


def entities(chance: random.Random, count: int) -> str:
    """Stored entities, most of them alike, a line each."""
    lines = []
    for number in range(count):
        line = stored(
            chance.choice(["Application", "Image", "Secret", "Run"]), id=f"i{number % 150}",
            name=f"n{number % 90}", status=chance.choice(["READY", "READY", "ERROR", "", "ready"]),
            createdTime=chance.choice(["2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "today"]),
            modifiedTime=chance.choice(["2026-01-02T00:00:00.5Z", "0001-01-01T00:00:00Z"]),
        )  # fmt: skip
        value = json.loads(line)
        if chance.random() < 0.2:
            value[chance.choice(FIELDS)] = chance.choice([None, True, 1, 1.5, "x", []])
        lines.append(json.dumps(value) + "\n")
    return "".join(lines)


def faulty(chance: random.Random) -> str:
    """Entities with what the rules' own examples have, and faults between entities."""
    lines = [
        line for rule in load_rules().values() for example in (*rule.valid, *rule.invalid)
        if example.file.endswith(("jsonl", ".json"))
        for line in (example.store + example.text).splitlines() if line.startswith("{")
    ]  # fmt: skip
    images = [f"image-{number}" for number in range(30)]
    lines += [
        stored("Image", id=f"img-{name}", name=name, baseImageName="base",
               organizationId=chance.choice(["acme", "acme", "globex"]),
               status=chance.choice(["READY", "READY", "CREATING", "DELETING", "ERROR"])).strip()
        for name in images
    ]  # fmt: skip
    lines.append(stored("BaseImage", id="base", name="base").strip())
    lines += [
        stored("Function", id=f"fn-{number}", name=f"function-{number % 280}", image=chance.choice(
            [*images, "imge-3", "image-3x", "elsewhere", "img-image-1", "acme/Image/image-2", "",
             "9884824d-d16f-465a-9cc7-49330b7e1b02", None])).strip()
        for number in range(300)
    ]  # fmt: skip
    lines += [
        stored("Run", id=f"run-{number}", name=f"run-{number}", functionID=f"fn-{number * 2}",
               functionName=f"function-{number}").strip()
        for number in range(200)
    ]  # fmt: skip
    lines += [
        stored("ServiceClass", id="c1", name="db", organizationId="___global___",
               plans=[{"name": "small"}, {"name": "large"}]).strip(),
        *(stored("ServiceInstance", id=f"si{plan}", name=f"si-{plan}", serviceClass="db",
                 servicePlan=plan).strip() for plan in ("small", "larg", "huge")),
    ]  # fmt: skip
    lines.append(stored("Application", id="odd", name="odd name").strip())
    for name in ("one", "two", "three"):  # as Dispatch stores them since v0.1.18
        value = json.loads(stored("Secret", id=name, name=name, status="", secrets={}))
        del value["kind"]
        lines.append(json.dumps({"key": f"SecretEntity/acme/{name}", "value": value}))
    chance.shuffle(lines)
    return "\n".join(lines) + "\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dispatch_lint", *arguments], cwd=folder, capture_output=True,
        text=True, timeout=900, env=ENVIRONMENT,
    )  # fmt: skip


def test_what_a_killed_audit_left_is_named(tmp_path: Path) -> None:
    (tmp_path / "found/_work").mkdir(parents=True)
    made = run(tmp_path, "audit", "a.yaml", "--output", "found")
    assert made.returncode == 2
    assert "found is not empty: _work is left of an audit that was killed" in made.stderr


def audited(
    folder: Path, *arguments: str, output: str = "found", master: str = MASTER
) -> list[dict[str, Any]]:
    """The violations of an audit."""
    options = ("--output", output, "-f", "jsonl", "--master", master, *SPARK)
    made = run(folder, "audit", *arguments, *options)
    assert made.returncode in (0, 1), made.stderr[-3000:]
    assert "[Stage" not in made.stderr  # Spark's progress bar: stderr is no terminal here
    return violations(folder / output)


def violations(output: Path) -> list[dict[str, Any]]:
    assert not (output / "_work").exists()
    return [
        json.loads(line)
        for file in sorted((output / "violations").glob("*.json"))
        for line in file.read_text().splitlines()
    ]


def comparable(violation: dict[str, Any]) -> str:
    """A violation as a text."""
    return json.dumps(violation, sort_keys=True)


def checked(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The violations that `check` finds, without infos about declared names."""
    report = json.loads(run(folder, "check", *arguments, "-f", "json").stdout)
    return [violation for violation in report["violations"] if not declared(violation)]


def declared(violation: dict[str, Any]) -> bool:
    return violation["severity"] == "info" and violation["rule"] in (
        "foreign-key-naming", "camel-case-fields", "initialism-spelling", "foreign-key-plurality",
        "foreign-key-id-suffix",
    )  # fmt: skip


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few thousand entities with every kind of fault, in three files."""
    folder = tmp_path_factory.mktemp("estate")
    chance = random.Random(7)
    (folder / "dispatch-lint.toml").write_text(SETTINGS)
    (folder / "a.jsonl").write_text(faulty(chance))
    (folder / "b.jsonl").write_text(entities(chance, 900))
    (folder / "c.jsonl").write_text("\n" + entities(chance, 900).replace("\n", "\n\n", 3) + "{\n")
    return folder


@pytest.fixture(scope="module")
def found(estate: Path) -> list[dict[str, Any]]:
    return audited(estate, "a.jsonl", "b.jsonl", "c.jsonl", "--report", "page.html")


def test_it_says_what_check_says(estate: Path, found: list[dict[str, Any]]) -> None:
    expected = checked(estate, "a.jsonl", "b.jsonl", "c.jsonl")
    mine, theirs = Counter(map(comparable, found)), Counter(map(comparable, expected))
    assert mine - theirs == Counter() and theirs - mine == Counter()
    assert len(expected) > 1_500
    rules = {violation["rule"] for violation in expected}
    assert rules >= {
        "unique-key", "unique-id", "unresolved-reference", "foreign-key-value", "reference-not-ready",
        "cross-organization-reference", "key-format", "schema", "unknown-field", "syntax-error",
        "status-value", "name-format", "time-order", "organization-single",
    }  # fmt: skip
    assert any(
        "did you mean" in violation["message"]
        for violation in expected
        if violation["rule"] == "unresolved-reference"
    )
    assert any("entities)" in violation["message"] for violation in expected)


def test_its_summary(estate: Path, found: list[dict[str, Any]]) -> None:
    (table,) = (estate / "found" / "summary.csv").glob("*.csv")
    lines = table.read_text().splitlines()
    assert lines[0] == "rule,severity,kind,organization,count"
    assert sum(int(line.rsplit(",", 1)[1]) for line in lines[1:]) == len(found)


def page_data(page: str) -> Any:
    _, _, rest = page.partition('<script type="application/json" id="data">')
    return json.loads(rest.partition("</script>")[0])


def test_its_page(estate: Path, found: list[dict[str, Any]]) -> None:
    rows = page_data((estate / "page.html").read_text())["violations"]
    shown = Counter((row[0], row[1], row[5], row[6]) for row in rows)
    assert shown == Counter(
        (
            violation["severity"],
            violation["rule"],
            f"{violation['file']}:{violation['line']}:{violation['column']}",
            violation["message"],
        )
        for violation in found
    )


def test_the_graph_of_its_page_has_the_keys_of_what_is_broken(
    estate: Path, found: list[dict[str, Any]]
) -> None:
    """What a foreign key means is no field of the contract, and none of what an audit writes."""
    assert all("target" not in violation for violation in found)
    graph = page_data((estate / "page.html").read_text())["graph"]
    edges = {(edge["source"], edge["target"]) for edge in graph["edges"] if edge["broken"]}
    assert len(edges) > 50 and all(target.count("/") == 2 for _, target in edges)
    missing = {node["id"] for node in graph["nodes"] if node["broken"]}
    assert missing and all(key.startswith("-/") for key in missing)
    page = run(estate, "check", "a.jsonl", "b.jsonl", "c.jsonl", "-f", "html").stdout
    same = {(edge["source"], edge["target"]) for edge in page_data(page)["graph"]["edges"]}
    assert len(edges & same) > 20


@pytest.fixture(scope="module")
def parquet(estate: Path) -> Path:
    """The same entities in other layouts, written by Spark itself."""
    script = """
import sys
from pyspark.sql import SparkSession
from pyspark.sql import functions as f
spark = SparkSession.builder.master("local[1]").getOrCreate()
text = spark.read.text("b.jsonl").where("length(value) > 0")
text.coalesce(1).write.parquet("text.parquet")
fields = "kind string, id string, name string, organizationId string, revision bigint, version bigint, status string, delete boolean"
rows = text.select(f.from_json("value", fields).alias("v")).select("v.*")
rows.repartition("organizationId").write.partitionBy("organizationId").orc("partitioned.orc")
text.select(f.concat(f.lit("acme/"), f.get_json_object("value", "$.kind"), f.lit("/"), f.get_json_object("value", "$.name")).alias("key"),
    f.get_json_object("value", "$.kind").alias("type"), f.col("value")).coalesce(1).write.parquet("rows.parquet")
"""
    made = subprocess.run(
        [sys.executable, "-c", script], cwd=estate, capture_output=True, text=True, env=ENVIRONMENT
    )
    assert made.returncode == 0, made.stderr[-2000:]
    return estate


LAYOUTS = ("text.parquet", "partitioned.orc", "rows.parquet")


def test_other_layouts(parquet: Path) -> None:
    """JSON in a column, a column for each field below folders of partitions, and Dispatch's rows."""
    (parquet / "traceback.py").write_text("raise SystemExit('code of the checked tree was run')\n")
    violations = audited(parquet, *LAYOUTS, output="layouts", master="local[2]")
    assert all(violation["column"] == 1 and violation["fix"] is None for violation in violations)
    (parquet / "same.jsonl").write_text((parquet / "b.jsonl").read_text())
    expected = [violation for violation in checked(parquet, "same.jsonl") if alone(violation)]
    found = {
        layout: Counter(
            (violation["rule"], violation["entity"], violation["pointer"]) for violation in violations
            if violation["file"].startswith(layout) and alone(violation)
        )
        for layout in LAYOUTS
    }  # fmt: skip
    assert found["text.parquet"] == Counter(
        (violation["rule"], violation["entity"], violation["pointer"]) for violation in expected
    )
    assert all(counts.total() > 50 for counts in found.values())
    rules = {
        violation["rule"]
        for violation in violations
        if violation["file"].startswith("rows.parquet")
    }
    assert {"unique-key", "unique-id", "error-reason"} <= rules


def alone(violation: dict[str, Any]) -> bool:
    """Whether a violation hangs on nothing but its own entity."""
    return not violation["related"] and violation["rule"] not in (
        "unique-key",
        "unique-id",
        "unresolved-reference",
    )


def processes() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield (
                    int(entry.name),
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(),
                )
            except OSError:
                continue


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes as Linux lists them")
def test_an_executor_that_is_killed_and_a_baseline(
    estate: Path, found: list[dict[str, Any]]
) -> None:
    names = ("a.jsonl", "b.jsonl", "c.jsonl")
    run(estate, "check", *names, "--write-baseline", "--baseline", "known.json")
    known = json.loads((estate / "known.json").read_text())
    file = known["violations"]["b.jsonl"]
    gone = next(name for name, violation in file.items() if violation["rule"] == "time-order")
    del file[gone]
    known["violations"] = {"b.jsonl": file}
    (estate / "known.json").write_text(json.dumps(known))
    arguments = [sys.executable, "-m", "dispatch_lint", "audit", *names, "--baseline", "known.json",
                 "--output", "killed", "-f", "jsonl", "--master", MASTER, *SPARK]  # fmt: skip
    audit = subprocess.Popen(
        arguments, cwd=estate, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        env=ENVIRONMENT,
    )  # fmt: skip
    killed = 0
    while not killed and audit.poll() is None:
        time.sleep(1)
        if (estate / "killed/_work").exists():  # the documents are being read
            executors = [
                number for number, command in processes()
                if "CoarseGrainedExecutorBackend" in command
            ]  # fmt: skip
            if executors:
                killed = executors[0]
                os.kill(killed, signal.SIGKILL)
    audit.communicate(timeout=600)
    assert audit.returncode == 1
    assert killed
    left = violations(estate / "killed")
    assert [violation["fingerprint"] for violation in left if violation["file"] == "b.jsonl"] == [
        gone
    ]
    expected = [
        violation
        for violation in found
        if violation["file"] != "b.jsonl" or violation["fingerprint"] == gone
    ]
    assert Counter(map(comparable, left)) == Counter(map(comparable, expected))


@pytest.mark.parametrize(("arguments", "message"), [
    (["nothing.jsonl"], "nothing.jsonl"), (["a.jsonl", "--master", "x", "--remote", "sc://x"], "not both"),
    (["a.jsonl", "--input-option", "x"], "NAME=VALUE"), (["a.jsonl", "--select", "nme-format"], "name-format"),
])  # fmt: skip
def test_what_cannot_be_done(arguments: list[str], message: str, estate: Path) -> None:
    made = run(estate, "audit", *arguments, "--output", "none")
    assert made.returncode == 2
    assert message in made.stderr and "Traceback" not in made.stderr
    assert not (estate / "none").exists()


def test_what_is_not_utf8_is_what_check_finds(tmp_path: Path) -> None:
    """Such a line has ended the whole audit, with the tracebacks of Python and Java."""
    row = stored("Secret", id="1", name="a b", organizationId="acme").encode()
    lines = [row, b"\xff\xfe\xed\xa0\x80\n", b'{"kind": "\xe4"}\n', b"\xef\xbb\xbf\n", b"\0\n",
             row.replace(b"a b", b"c d").replace(b'"1"', b'"2"')]  # fmt: skip
    (tmp_path / "rows.jsonl").write_bytes(b"".join(lines))
    of_check = run(tmp_path, "check", "rows.jsonl", "-f", "json")
    options = ("-f", "jsonl", "--master", "local[1]", *SPARK)
    of_audit = run(tmp_path, "audit", "rows.jsonl", "--output", "out", *options)
    assert of_audit.returncode == of_check.returncode == 1, of_audit.stderr
    expected = json.loads(of_check.stdout)["violations"]
    assert sum(violation["rule"] == "syntax-error" for violation in expected) == 3
    assert Counter(map(comparable, violations(tmp_path / "out"))) == Counter(
        map(comparable, expected)
    )
    assert "Traceback" not in of_audit.stderr and "    at " not in of_audit.stderr


ENDS = """
import os
from dispatch_lint.rule import Rule
class Ends(Rule):
    "It fails on executors."
    name = "ends"
    summary = "ends"
    def check_entity(self, entity):
        {}
        yield
"""


@pytest.mark.parametrize("end", ["os._exit(7)", "raise KeyboardInterrupt('w\\x1b[31m')"])
def test_a_worker_that_fails_is_told_of_in_one_line(end: str, tmp_path: Path) -> None:
    """Spark's log had its stacks of Python and Java four times."""
    (tmp_path / "ends.py").write_text(ENDS.format(end))
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['ends.py']\n")
    (tmp_path / "rows.jsonl").write_text(stored("Secret", name="a", id="a"))
    options = ("--trust", "--select", "ends", "--master", "local[1]", *SPARK)
    made = run(tmp_path, "audit", "rows.jsonl", "--output", "out", *options)
    assert made.returncode == 2, made.stderr
    lines = made.stderr.splitlines()
    assert lines[-1].startswith("dispatch-lint: Spark: ") and len(lines) < 15, made.stderr
    assert "Traceback" not in made.stderr and "    at " not in made.stderr
    assert " ERROR " not in made.stderr and "\x1b" not in made.stderr


MISPLACED = """
from dispatch_lint.rule import Finding, Fix, Put, Rule
class Misplaced(Rule):
    "It knows no place."
    name = "misplaced"
    summary = "misplaced"
    def check_key(self, group):
        fix = Fix("safe", "m", (Put(("x",), "y"),))
        for entity in group.entities if group.kind == "Secret" else ():
            yield Finding(("x",) if entity.name == "a" else (), "m", entity=entity, fix=fix)
    def check_reference(self, reference):
        yield Finding(("x",), "m")
"""


def test_findings_at_places_that_are_not_there(tmp_path: Path) -> None:
    """They are shown at the nearest place, and the rule has failed: in each document, of equal ones too."""
    (tmp_path / "misplaced.py").write_text(MISPLACED)
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['misplaced.py']\n")
    rows = [stored("Secret", name=name, id=name) for name in "aab"]
    rows += [stored("Function", name=name, id=name, image="i") for name in "fg"]
    (tmp_path / "rows.jsonl").write_text("".join(rows))
    options = ("--trust", "--select", "misplaced")
    of_check = run(tmp_path, "check", "rows.jsonl", *options, "-f", "json")
    of_audit = run(tmp_path, "audit", "rows.jsonl", "--output", "out", "-f", "jsonl", *options,
                  "--master", "local[1]", *SPARK)  # fmt: skip
    said = ("rows.jsonl: document 0: internal error in the rule misplaced (misplaced.py:3): ValueError: it yielded "
            "the path ('x',), which the document does not have (4 further documents)")  # fmt: skip
    assert (of_check.returncode, of_audit.returncode) == (2, 2), of_audit.stderr
    for made in (of_check, of_audit):
        assert f"dispatch-lint: {said}\n" in made.stderr
    assert len(json.loads(of_check.stdout)["violations"]) == 5 == len(violations(tmp_path / "out"))


@pytest.mark.parametrize("group", [by_name("Secret", "a"), by_id("1")])
def test_a_large_group_is_judged_in_pieces(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Piece by piece, beside the first of its different entities, as at once."""
    chance = random.Random(3)
    entities = [
        (number * 2 // 500 << 32 | number, EntityRow(
            ENTITY, "acme", "Secret", chance.choice("ab") if group == by_id("1") else "a", "1",
            chance.choice(["READY", "DELETED"]), "stored", number % 3, "entity",
        ))
        for number in range(500)
    ]  # fmt: skip
    rows = [
        (group.encode(), position, marshal.dumps(tuple(row), 2), 1) for position, row in entities
    ]
    types = {"grp": "binary", "place": "int64", "data": "binary", "n": "int64"}

    def judged(piece: int) -> list[tuple[Any, ...]]:
        monkeypatch.setattr(corpus_check, "PIECE", piece)
        judge = corpus_check.judge_groups(plan_of("a.jsonl", "b.jsonl"), [])
        found = [pickle.loads(row[5]) for row in rows_of(judge(iter([batch_of(rows, types)])))]
        return sorted(
            (one.rule, one.place.position, one.finding.message, one.related[0][0].position)
            for one in found
        )

    whole = judged(1_000)
    assert len(whole) > 100
    assert judged(37) == judged(100) == whole


def test_what_one_file_has_in_several_tasks() -> None:
    """What does not parse is an entity if another task has seen one; problems are limited."""
    plan = plan_of("a.jsonl", "b.jsonl")
    entity = stored("Secret", id="1", name="a", organizationId="acme").strip()

    def checked(*rows: tuple[str, int, str]) -> list[tuple[Any, ...]]:
        types = {"file": "string", "block": "int64", "line": "int64", "document": "int64",
                 "text": "binary"}  # fmt: skip
        numbered = [(file, 0, number, number, text.encode()) for file, number, text in rows]
        return list(rows_of(check_rows(plan)(iter([batch_of(numbered, types)]))))

    tasks = [
        checked(("a.jsonl", 2, "{"), ("a.jsonl", 3, "}"), ("b.jsonl", 0, "]")),
        checked(("a.jsonl", 0, entity)),
        checked(*(("b.jsonl", number, "\0") for number in range(1, 200))),
    ]
    assert [row[3] for row in tasks[0] if row[0] == "unparsed"] == [2, 3, 1 << 32]
    for order in itertools.permutations(tasks):
        report = RunReport()
        for records in order:
            report.merge(*(pickle.loads(row[4]) for row in records if row[0] == "report"))
        assert not any(part.violations or part.rows or part.claims for part in report.reports)
        settled = settle(report, limit=sys.maxsize, quiet=plan.quiet, closed=True)
        assert (settled.summary.documents, settled.summary.skipped) == (3, 1)
        assert len(settled.summary.problems) == 101
        assert settled.summary.problems[-1] == "99 further problems of a task"


def test_what_java_logs_is_harmless(capfd: pytest.CaptureFixture[str]) -> None:
    """Spark logs rows as they are; its progress bar stays."""
    log = "::add-mask::a\n\x1b[31m\tat s3a://u:p@b\n##[group]\rlast \xe9"
    before = set(threading.enumerate())
    with harmless_log():
        subprocess.run(["printf", "%s", log], stdout=2, check=True)
    # What comes while capfd reads is lost.
    for copying in set(threading.enumerate()) - before:
        copying.join()
    assert (
        capfd.readouterr().err
        == "\\x3a:add-mask::a\n\\x1b[31m    at s3a://u@b\n\\x23#[group]\rlast \xe9"
    )


@pytest.mark.parametrize(("master", "bound"), [(None, "127.0.0.1"), ("local[1]", None)])
def test_nobody_elsewhere_reaches_a_spark_of_ours(
    master: str | None, bound: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf: dict[str, str] = {}

    class Builder:
        def __getattr__(self, method: str) -> Any:
            def called(*arguments: str) -> Any:
                if method == "getOrCreate":
                    return SimpleNamespace(conf=SimpleNamespace(set=conf.__setitem__))
                conf.update([arguments] if method == "config" else [])  # type: ignore[list-item]
                return self

            return called

    monkeypatch.setattr("pyspark.sql.SparkSession.builder", Builder())
    for name in ("SPARK_ENV_LOADED", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    session(master, None)
    assert conf["spark.ui.enabled"] == "false"
    assert conf.get("spark.driver.bindAddress") == conf.get("spark.driver.host") == bound


def plan_of(*files: str) -> Plan:
    starts = {(file, 0): Starts(position, 0, 0) for position, file in enumerate(files)}
    return Plan(closed(Settings()), files, starts, Severity.INFO, True)


def batch_of(rows: list[tuple[Any, ...]], types: dict[str, str]) -> Any:
    columns = [
        pyarrow.array(column, kind)
        for column, kind in zip(zip(*rows, strict=True), types.values(), strict=True)
    ]
    return pyarrow.RecordBatch.from_arrays(columns, list(types))


def page_environment(folder: Path) -> dict[str, str]:
    """Makes a small Spark for the commands of a page."""
    folder.mkdir(exist_ok=True)
    options = SPARK[1::2]
    (folder / "spark-defaults.conf").write_text(
        "".join(f"{one.replace('=', ' ')}\n" for one in options)
    )
    names = ("SPARK_LOCAL_IP", "JDK_JAVA_OPTIONS")
    return {"SPARK_CONF_DIR": str(folder), **{name: ENVIRONMENT[name] for name in names}}


def test_the_page_about_it_runs_as_printed(tmp_path: Path) -> None:
    """Of docs/how-to/audit.md, what needs no cluster."""
    page = ROOT / "docs/how-to/audit.md"
    run = run_page(page, tmp_path, page_environment(tmp_path / "spark"))
    assert run.text == page.read_text(encoding="utf-8"), "run: make docs-update"


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes as Linux lists them")
@pytest.mark.parametrize(("number", "code", "when"), [
    (signal.SIGINT, 130, "Java starts"), (signal.SIGTERM, 143, "documents are read"),
])  # fmt: skip
def test_a_signal_ends_an_audit_without_a_traceback(
    number: signal.Signals, code: int, when: str, estate: Path, tmp_path: Path
) -> None:
    command = (
        sys.executable,
        "-m",
        "dispatch_lint",
        "audit",
        "a.jsonl",
        "--output",
        f"ended{code}",
    )
    options = f"{BRIEF} -XX:-UsePerfData -Djava.io.tmpdir={tmp_path}"
    with interruptible():
        audit = subprocess.Popen(
            (*command, "--master", "local[1]", *SPARK), cwd=estate,
            env=ENVIRONMENT | {"TMPDIR": str(tmp_path), "JDK_JAVA_OPTIONS": options},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def has_come() -> bool:
        if when == "documents are read":
            return (estate / f"ended{code}/_work").exists()
        return not subprocess.run(
            ["pgrep", "-s", str(audit.pid), "java"], capture_output=True
        ).returncode

    while not has_come() and audit.poll() is None:
        time.sleep(0.1)
    audit.send_signal(number)
    _, error = audit.communicate(timeout=WAIT)
    assert (audit.returncode, b"Traceback" in error) == (code, False)
    deadline = time.monotonic() + WAIT  # Java notices that nobody reads any more
    while not subprocess.run(["pgrep", "-s", str(audit.pid)], capture_output=True).returncode:
        assert time.monotonic() < deadline, "a process is left"
        time.sleep(0.2)
    assert not [*tmp_path.iterdir()]  # Java has removed its temporary files


def test_an_empty_input_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "audit", "", "--output", "found")
    assert result.returncode == 2 and "an INPUT is empty" in result.stderr
    assert "Traceback" not in result.stderr and not (tmp_path / "found").exists()
