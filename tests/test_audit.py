"""`audit` says what `check` says, on executors that are processes of their own."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.rule import stored
from tests.test_shortcuts import entities

pytest.importorskip("pyspark")
pytest.importorskip("pyarrow")
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
violations-per-file = 1_000_000
"""


def faulty(chance: random.Random) -> str:
    """Entities with what the rules' own examples have, and faults between entities."""
    lines = [
        line for rule in load_rules().values() for one in (*rule.valid, *rule.invalid)
        if one.file.endswith(("jsonl", ".json"))
        for line in (one.store + one.text).splitlines() if line.startswith("{")
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


def audited(
    folder: Path, *arguments: str, output: str = "found", master: str = MASTER
) -> list[dict[str, Any]]:
    """The violations of an audit."""
    options = ("--output", output, "-f", "jsonl", "--master", master, *SPARK)
    made = run(folder, "audit", *arguments, *options)
    assert made.returncode in (0, 1), made.stderr[-3000:]
    return violations(folder / output)


def violations(output: Path) -> list[dict[str, Any]]:
    assert not (output / "_work").exists()
    return [
        json.loads(line)
        for file in sorted((output / "violations").glob("*.json"))
        for line in file.read_text().splitlines()
    ]


def comparable(one: dict[str, Any], *, columns: bool = True) -> str:
    """A violation without the columns of related places; those of an audit are rows."""
    kept = {
        **one,
        "related": [(two["file"], two["line"], two["message"]) for two in one["related"]],
    }
    for name in () if columns else ("column", "endColumn", "fix"):
        del kept[name]
    return json.dumps(kept, sort_keys=True)


def checked(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The violations that `check` finds, without infos about declared names."""
    said = json.loads(run(folder, "check", *arguments, "-f", "json", "--no-cache").stdout)
    return [one for one in said["violations"] if not declared(one)]


def declared(one: dict[str, Any]) -> bool:
    return one["severity"] == "info" and one["rule"] in (
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
    rules = {one["rule"] for one in expected}
    assert rules >= {
        "unique-key", "unique-id", "unresolved-reference", "foreign-key-value", "reference-not-ready",
        "cross-organization-reference", "key-format", "schema", "unknown-field", "syntax-error",
        "status-value", "name-format", "time-order", "organization-single",
    }  # fmt: skip
    assert any(
        "did you mean" in one["message"]
        for one in expected
        if one["rule"] == "unresolved-reference"
    )
    assert any("entities)" in one["message"] for one in expected)


def test_its_summary(estate: Path, found: list[dict[str, Any]]) -> None:
    (table,) = (estate / "found" / "summary.csv").glob("*.csv")
    lines = table.read_text().splitlines()
    assert lines[0] == "rule,severity,kind,organization,count"
    assert sum(int(line.rsplit(",", 1)[1]) for line in lines[1:]) == len(found)


def test_its_page(estate: Path, found: list[dict[str, Any]]) -> None:
    page = (estate / "page.html").read_text()
    _, _, rest = page.partition('<script type="application/json" id="data">')
    rows = json.loads(rest.partition("</script>")[0])["violations"]
    told = Counter((row[0], row[1], row[5], row[6]) for row in rows)
    assert told == Counter(
        (
            one["severity"],
            one["rule"],
            f"{one['file']}:{one['line']}:{one['column']}",
            one["message"],
        )
        for one in found
    )


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
    said = audited(parquet, *LAYOUTS, output="layouts", master="local[2]")
    assert all(one["column"] == 1 and one["fix"] is None for one in said)
    (parquet / "same.jsonl").write_text((parquet / "b.jsonl").read_text())
    expected = [one for one in checked(parquet, "same.jsonl") if alone(one)]
    found = {
        layout: Counter(
            (one["rule"], one["entity"], one["pointer"]) for one in said
            if one["file"].startswith(layout) and alone(one)
        )
        for layout in LAYOUTS
    }  # fmt: skip
    assert found["text.parquet"] == Counter(
        (one["rule"], one["entity"], one["pointer"]) for one in expected
    )
    assert all(several.total() > 50 for several in found.values())
    rules = {one["rule"] for one in said if one["file"].startswith("rows.parquet")}
    assert {"unique-key", "unique-id", "error-reason"} <= rules


def alone(one: dict[str, Any]) -> bool:
    """Whether a violation hangs on nothing but its own entity."""
    return not one["related"] and one["rule"] not in (
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
    gone = next(name for name, one in file.items() if one["rule"] == "time-order")
    del file[gone]
    known["violations"] = {"b.jsonl": file}
    (estate / "known.json").write_text(json.dumps(known))
    arguments = [sys.executable, "-m", "dispatch_lint", "audit", *names, "--baseline", "known.json",
                 "--output", "killed", "-f", "jsonl", "--master", MASTER, *SPARK]  # fmt: skip
    audit = subprocess.Popen(
        arguments, cwd=estate, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        env=ENVIRONMENT,
    )  # fmt: skip
    assert audit.stderr is not None
    killed = 0
    for line in audit.stderr:
        if "2/5" in line and not killed:
            time.sleep(1)
            for number, command in processes():
                if "CoarseGrainedExecutorBackend" in command:
                    os.kill(number, signal.SIGKILL)
                    killed = number
                    break
    assert audit.wait(600) == 1
    assert killed
    left = violations(estate / "killed")
    assert [one["fingerprint"] for one in left if one["file"] == "b.jsonl"] == [gone]
    expected = [one for one in found if one["file"] != "b.jsonl" or one["fingerprint"] == gone]
    assert Counter(map(comparable, left)) == Counter(map(comparable, expected))


@pytest.mark.parametrize(("arguments", "said"), [
    (["nothing.jsonl"], "nothing.jsonl"), (["a.jsonl", "--master", "x", "--remote", "sc://x"], "use one"),
    (["a.jsonl", "--input-option", "x"], "NAME=VALUE"), (["a.jsonl", "--select", "nme-format"], "name-format"),
])  # fmt: skip
def test_what_cannot_be_done(arguments: list[str], said: str, estate: Path) -> None:
    made = run(estate, "audit", *arguments, "--output", "none")
    assert made.returncode == 2
    assert said in made.stderr and "Traceback" not in made.stderr
    assert not (estate / "none").exists()


@pytest.mark.parametrize("group", ["key\0acme/Secret/a", "id\x001"])
def test_a_large_group_is_judged_in_pieces(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Piece by piece, beside the first of its different facts, as at once."""
    import marshal
    import pickle

    import pyarrow as pa

    from dispatch_lint.audit import judging
    from dispatch_lint.audit.plan import Plan, closed
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.model.violation import Severity

    plan = Plan(closed(Settings()), ("a.jsonl", "b.jsonl"), {}, Severity.INFO, True)
    chance = random.Random(3)
    facts = [
        (number * 2 // 500 << 32 | number, marshal.dumps((("name",), (
            chance.choice(["acme/Secret/a", "acme/Secret/b"]) if group[0] == "i" else "acme/Secret/a",
            "1", chance.choice(["READY", "DELETED"]), "stored", number % 3, "entity", "entity",
        ), "", "")))
        for number in range(500)
    ]  # fmt: skip
    columns = [["identity"] * 500, [group.encode()] * 500, *map(list, zip(*facts, strict=True))]
    types = (pa.string(), pa.binary(), pa.int64(), pa.binary())
    arrays = [pa.array(one, type_) for one, type_ in zip(columns, types, strict=True)]
    batch = pa.RecordBatch.from_arrays(arrays, ["name", "grp", "place", "data"])

    def said(piece: int) -> list[tuple[Any, ...]]:
        monkeypatch.setattr(judging, "PIECE", piece)
        rows = [
            row for out in judging.grouped(plan, [])(iter([batch]))
            for row in zip(*(column.to_pylist() for column in out.columns), strict=True)
        ]  # fmt: skip
        judged = [(source, index, rule, pickle.loads(one)) for source, index, rule, one in rows]
        return sorted((*one[:3], one[3].message, one[3].related[0][0].document) for one in judged)

    whole = said(1_000)
    assert len(whole) > 100
    assert said(37) == said(100) == whole
