"""Reports against the schemas of their formats, and SARIF against the validator of its makers.

Where the owner of a format publishes no schema that may be copied here, `tests/formats` says what
its documentation says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import xmlschema

from tests.test_cli import check
from tests.test_reports import NASTY

ROOT = Path(__file__).parent.parent
FORMATS = Path(__file__).parent / "formats"
MULTITOOL = ROOT / ".venv/editors/sarif/node_modules/@microsoft/sarif-multitool-linux"


@pytest.fixture(params=["broken", "hostile", "clean"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with each common mistake, with text made to break out of a report, with none."""
    if request.param == "broken":
        shutil.copytree(ROOT / "examples/broken", tmp_path, dirs_exist_ok=True)
    elif request.param == "hostile":
        (tmp_path / "a & <b>.yaml").write_text(NASTY)
        (tmp_path / "c.yaml").write_text(
            'kind: Secret\nname: "]]> \\x07 \\u2028 \\U0001F600 &amp;"\n'
        )
    else:
        (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    return tmp_path


def report(folder: Path, format_: str) -> Path:
    """The file of a report; what the baseline knows is in it as the format wants it."""
    file = folder / "report.out"
    code, _, error = check(folder, ".", "-f", format_, "-o", file.name, "--exit-zero")
    assert code == 0, error
    return file


@pytest.mark.parametrize("format_", ["junit", "checkstyle"])
def test_xml(format_: str, project: Path) -> None:
    xmlschema.XMLSchema(FORMATS / f"{format_}.xsd").validate(report(project, format_))


def test_gitlab(project: Path) -> None:
    schema = json.loads((FORMATS / "gitlab.schema.json").read_text())
    jsonschema.validate(json.loads(report(project, "gitlab").read_text()), schema)


@pytest.mark.skipif(not MULTITOOL.is_dir(), reason="the SARIF Multitool is not installed")
@pytest.mark.parametrize("baseline", [False, True])
def test_sarif(baseline: bool, project: Path) -> None:
    """Against the schema of OASIS, and against the rules of SARIF and of GitHub."""
    if baseline:
        (project / "dispatch-lint.toml").write_text("baseline = 'known.json'\n")
        check(project, ".", "--write-baseline")
    file = report(project, "sarif")
    schema = json.loads((MULTITOOL / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    log = json.loads(file.read_text())
    jsonschema.validate(log, schema)
    results = log["runs"][0]["results"]
    assert all(("suppressions" in one) == baseline for one in results)
    program = MULTITOOL / "Sarif.Multitool"
    program.chmod(0o755)
    findings = project / "findings.sarif"
    subprocess.run(
        [program, "validate", file, "--rule-kind", "Sarif;Gh", "--output", findings],
        check=False, capture_output=True, timeout=120,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    (found,) = json.loads(findings.read_text(encoding="utf-8-sig"))["runs"]
    assert all(one["executionSuccessful"] for one in found["invocations"])
    assert [one for one in found["results"] if one.get("level", "warning") != "note"] == []
