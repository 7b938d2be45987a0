"""What a walk takes and leaves: held against what git, and the library for globs, say."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_lint.config.globs import Patterns, below, matches, within
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.gitignore import MAX_BYTES, ignore_file_patterns
from tests.test_cli import check

PIECES = st.sampled_from(
    ["a", "b.yaml", "*", "?", "**", "/", "[ab]", "[!a]", "[", "deep", "!", "**/"]
)
GLOBS = st.lists(PIECES, min_size=1, max_size=5).map("".join)


@settings(max_examples=60)
@example(["**/*.yaml"])
@example(["*.yaml", "!deep/a.yaml", "/deep/er"])
@given(st.lists(GLOBS, min_size=1, max_size=3))
def test_globs_of_the_settings_are_patterns_of_gitignore(
    repository: Path, globs: list[str]
) -> None:
    (repository / ".git/info/exclude").write_text("")
    (repository / "deep" / ".gitignore").write_text("")
    (repository / ".gitignore").write_text("\n".join(globs))
    command = ["git", "check-ignore", *TREE]
    ignored = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert {name for name in TREE if matches(name, *globs)} == {*ignored.stdout.splitlines()}


@pytest.mark.parametrize(("glob", "name", "expected"), [
    ("**/*.yaml", "top.yaml", True), ("**/*.yaml", "a/b/c.yaml", True),
    ("**/charts/**", "charts/c.yaml", True), ("**/charts/**", "a/charts/b/c.yaml", True),
    ("/charts", "charts/c.yaml", True), ("/charts", "a/charts/c.yaml", False),
    ("./charts/", "charts/c.yaml", True), ("charts", "a/charts/c.yaml", True),
    ("a/*.yaml", "a/b/c.yaml", False), ("a/*.yaml", "b/a/c.yaml", False),
    ("charts/", "charts", False), ("*.yaml", "../b/c.yaml", True), (".*", "../c.yaml", False),
    ("?.yaml", "é.yaml", False), ("é*.yaml", "é.yaml", True),
])  # fmt: skip
def test_globs(glob: str, name: str, expected: bool) -> None:
    assert matches(name, glob) is expected


def test_a_deep_path_is_matched_in_a_loop() -> None:
    assert not Patterns(["b"]).match("a/" * 2_000 + "c.yaml")


@pytest.mark.parametrize(("glob", "folder", "expected"), [
    ("*.yaml", "", "*.yaml"), ("*.yaml", "sub/", "/sub/**/*.yaml"), ("!/a.yaml", "sub/", "!/sub/a.yaml"),
    ("./a/b", "sub/", "/sub/a/b"), ("a/", "s[b/", "/s\\[b/**/a/"), ("../a", "sub/", "/a"),
    ("../../a", "x/sub/", "/a"), ("a", "../x/", "/../x/**/a"),
])  # fmt: skip
def test_globs_of_the_command_line_are_relative_to_the_working_directory(
    glob: str, folder: str, expected: str
) -> None:
    assert within(glob, folder) == expected


@pytest.mark.parametrize(("path", "root", "said"), [
    ("/srv/a/b.yaml", "/srv", "a/b.yaml"), ("/srv/a.yaml", "/", "srv/a.yaml"),
    ("/srvs/a.yaml", "/srv", "../srvs/a.yaml"), ("/srv/", "/srv", ""), ("/a/", "/srv", "../a/"),
])  # fmt: skip
def test_paths_relative_to_the_settings(path: str, root: str, said: str) -> None:
    assert below(path, Path(root)) == said


TREE = (
    "a.yaml", "b.yaml", "build/a.yaml", "deep/a.yaml", "deep/build/b.yaml", "deep/er/a.yaml",
    "deep/er/b.yaml", "x y.yaml", "[a].yaml",
)  # fmt: skip
LINES = st.sampled_from([
    "*.yaml", "!a.yaml", "/a.yaml", "build/", "build", "!build/", "deep/*", "!deep/er/", "**/b.yaml",
    "deep/**", "/deep/er", "x\\ y.yaml", "\\[a].yaml", "[ab].yaml", "# a.yaml", "", "d*", "!deep/er/a.yaml",
    "a.yaml  ", "er/", "deep/**/a.yaml", "deep/**/", "/**", "**", "**/", "!deep/**", "er/** ", "**/er/**",
    "!/**/", "a**", "deep/**/**",
])  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walked")
    for name in TREE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("kind: Secret\nname: a\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


@settings(max_examples=60)
@example(top=["deep/**"], deep=["!a.yaml"], private=[])
@example(top=["deep/**/", "!deep/er/a.yaml"], deep=[], private=["b.yaml"])
@example(top=["!a.yaml"], deep=[], private=["*.yaml", "!deep/"])
@given(
    top=st.lists(LINES, max_size=5), deep=st.lists(LINES, max_size=3),
    private=st.lists(LINES, max_size=2),
)  # fmt: skip
def test_a_walk_takes_what_git_would(
    repository: Path, top: list[str], deep: list[str], private: list[str]
) -> None:
    (repository / ".gitignore").write_text("\n".join(top))
    (repository / ".git/info/exclude").write_text("\n".join(private))
    (repository / "deep" / ".gitignore").write_text("\n".join(deep))
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard", "--", "*.yaml"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, check=True, text=True)
    before = Path.cwd()
    os.chdir(repository)
    try:
        for folder in (".", "deep"):
            found = {one.name for one in discover([folder], Settings(root=repository))}
            inside = "" if folder == "." else f"{folder}/"
            expected = {one for one in listed.stdout.split("\0") if one.startswith(inside)} - {""}
            assert found == expected
    finally:
        os.chdir(before)


# Names with what means something in patterns, and paths of several folders.
ODD = (
    "a.yaml",
    "b a.yaml",
    "é.yaml",
    "[.yaml",
    "].yaml",
    "a\\b.yaml",
    "-.yaml",
    "#a.yaml",
    "!a.yaml",
    "A1.yaml",
)
PARTS = st.sampled_from([
    "a", "b", "*", "*", "**", "/", "**/", "/**/", "?", "[ab]", "[!a]", "[^/]", "[a-b]", "[b-a]", "[a/b]", "[]a]",
    "[a", "[]", "[", "[!]a]", "[a\\]]", "[a-\\b]", "[--b]", "[a-]", "[[:alpha:]]", "[[:upper:]1", "[[:foo:]]",
    "[:a:]", "\\", "\\a", "\\*", " ", "#", "!", ".yaml", "*.yaml", "é", "[é]", "-", "\t", "\r", "A", "1",
])  # fmt: skip
PATTERNS = st.lists(PARTS, min_size=1, max_size=6).map("".join)


@pytest.fixture(scope="module")
def odd_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    for above in ("", "a", "b a", "a/a", "a/b/a", "[/]/é", "A1/a/a/b"):
        (folder / above).mkdir(parents=True, exist_ok=True)
        for name in ODD:
            (folder / above / name).write_text("kind: Secret\nname: a\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


@settings(max_examples=150)
@example(["a**/b/*.yaml"])
@example(["**//a", "/**//**/"])
@example(["a\\ ", "\\#a.yaml", "\\!a.yaml", "b a.yaml  ", "!"])
@example(["[[:alpha:]][[:digit:]].yaml", "\\", "[z-a]"])
@given(st.lists(PATTERNS, min_size=1, max_size=3))
def test_every_pattern_means_what_it_means_to_git(odd_repository: Path, lines: list[str]) -> None:
    """Also those that are none: `[z-a]` and a backslash at the end were the end of a run."""
    (odd_repository / ".gitignore").write_bytes("\n".join(lines).encode())
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard", "--", "*.yaml"]
    listed = subprocess.run(command, cwd=odd_repository, capture_output=True, check=True)
    found = {one.name for one in discover([str(odd_repository)], Settings(root=odd_repository))}
    inside = f"{os.path.relpath(odd_repository)}/"
    inside = f"{odd_repository}/" if inside.startswith("..") else inside
    assert {one.removeprefix(inside) for one in found} == set(
        listed.stdout.decode().split("\0")
    ) - {""}


@example(b"[[:a::")  # never ended
@given(
    st.one_of(st.binary(max_size=30), st.text("[]!^-\\*?/a:b &|~#\n", max_size=20).map(str.encode))
)
def test_whatever_bytes_are_there_something_is_said(data: bytes) -> None:
    for name in ("a", "a/b/", "a/a/b.a", "[", "é/b", "\udcff/a"):
        assert ignore_file_patterns(data).ignores(name) in (True, False, None)


@pytest.mark.parametrize(("line", "name"), [
    ("*a" * 30 + "b", "a" * 250), ("**/a/" * 30 + "b", "a/" * 300 + "c.yaml"),
    ("/**/a" * 30 + "/*b", "a/" * 300 + "c.yaml"), ("*[ab]?" * 30 + "/*b", "a" * 250),
    ("a**/" + "*a/**/" * 30 + "b", "a/" * 300 + "c.yaml"), ("a*" * 3_000, "a" * 250),
])  # fmt: skip
def test_no_pattern_of_a_project_takes_for_ever(line: str, name: str) -> None:
    """Each would try more ways than can be counted."""
    assert ignore_file_patterns(line.encode()).ignores(name) is None


def test_patterns_of_no_person_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    for size, code in ((MAX_BYTES, 0), (MAX_BYTES + 1, 2)):
        (tmp_path / ".gitignore").write_text("#" * size)
        assert check(tmp_path)[0] == code
    assert f"{tmp_path / '.gitignore'}: larger than 256 KiB" in check(tmp_path)[2]
    (tmp_path / ".gitignore").unlink()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".gitignore").symlink_to(tmp_path / "pipe")
    assert check(tmp_path)[0] == 0  # git follows no link either


def test_a_folder_that_git_ignores_is_told(repository: Path) -> None:
    (repository / ".gitignore").write_text("build/\n")
    (repository / "deep" / ".gitignore").write_text("")
    (repository / ".git/info/exclude").write_text("")
    told = "dispatch-lint: {} is ignored by git; name its files to check them"
    assert told.format("build") in check(repository, "build")[2]
    assert told.format("deep/build") in check(repository, "deep/build")[2]
    assert check(repository, "build/a.yaml", "--exit-zero")[2] == ""
    (repository / "empty").mkdir()
    assert "is ignored by git" not in check(repository, "empty")[2]


@pytest.mark.parametrize(("said", "found"), [
    ({}, ["../one.yaml", "one.yaml", "two.json", "../b/one.yaml"]),
    ({"include": ["a/*.yaml", "b/"]}, ["one.yaml", "../b/one.yaml"]),
    ({"include": ["**/one.yaml"]}, ["../one.yaml", "one.yaml", "../b/one.yaml"]),
    ({"include": ["*.yaml", "!/b/"]}, ["../one.yaml", "one.yaml", "../b/one.yaml"]),
    ({"include": ["*.yaml", "!a/*.yaml"]}, ["../one.yaml", "../b/one.yaml"]),
    ({"exclude": ["**/a/**", "/b"]}, ["../one.yaml"]),
    ({"exclude": ["*.yaml", "!/one.yaml"]}, ["../one.yaml", "two.json"]),
    ({"include": ["*.json"]}, ["two.json"]),
    ({"include": []}, []),
    ({"exclude": ["a", "./b/"]}, ["../one.yaml"]),
    ({"exclude": ["one.yaml/", "[ao]/"]}, ["../one.yaml", "../b/one.yaml"]),
    ({"include": ["b/*"], "exclude": ["b/one.yaml"]}, []),
])  # fmt: skip
def test_what_the_settings_include_and_exclude(
    said: dict[str, Any], found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/one.yaml", "a/two.json", "b/one.yaml", "one.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path / "a")
    chosen = replace(parse(said), root=tmp_path)
    for path in ("..", str(tmp_path)):
        names = [one.name for one in discover([path], chosen)]
        assert sorted(os.path.relpath(one) for one in names) == sorted(found)


@pytest.mark.parametrize(("said", "found"), [
    ({}, ["A.YAML", "b.Json", "c.JSONL"]), ({"include": ["*.yaml"]}, []), ({"include": ["A.*"]}, ["A.YAML"]),
])  # fmt: skip
def test_endings_may_be_in_upper_case(
    said: dict[str, Any], found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not tell them apart; globs do, as those of git."""
    for name in ("A.YAML", "b.Json", "c.JSONL", "d.TXT", "e"):
        (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    chosen = replace(parse(said), root=tmp_path)
    assert [source.name for source in discover(["."], chosen)] == found


SECRET = "kind: Secret\nname: a b\n"


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SECRET)


def places(folder: Path, *arguments: str) -> set[str]:
    """The files in which names are reported."""
    out = check(folder, *arguments, "-f", "concise", "--select", "name-format")[1]
    return {line.partition(":")[0] for line in out.splitlines() if "name-format" in line}


@pytest.mark.parametrize("path", [
    "charts/c.yaml", "{root}/charts/c.yaml", "link/charts/c.yaml", "{root}/link/charts/c.yaml",
    "{root}/beside/c.yaml", "charts/../charts/c.yaml",
])  # fmt: skip
def test_exclude_holds_for_every_way_to_a_file(path: str, tmp_path: Path) -> None:
    write(tmp_path, "charts/c.yaml")
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "beside").symlink_to("charts")
    (tmp_path / "dispatch-lint.toml").write_text('exclude = ["/charts"]\n')
    arguments = [path.format(root=tmp_path), "--force-exclude"]
    assert places(tmp_path, *arguments) == set()
    (tmp_path / "dispatch-lint.toml").write_text('per-path = { "/charts" = ["all"] }\n')
    assert places(tmp_path, "charts/c.yaml") == set()
    assert places(tmp_path, f"{tmp_path}/charts/c.yaml") == set()


def test_settings_reached_through_a_link_hold_for_its_target(tmp_path: Path) -> None:
    write(tmp_path / "real", "charts/c.yaml", "a.yaml")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "dispatch-lint.toml").write_text('exclude = ["/charts"]\n')
    settings_ = ["--config", "link/dispatch-lint.toml"]
    assert places(tmp_path, "link", *settings_) == {"link/a.yaml"}
    assert places(tmp_path, "real", *settings_) == {"real/a.yaml"}


def test_exclude_of_the_command_line(tmp_path: Path) -> None:
    write(tmp_path, "a/x.yaml", "a/b/x.yaml", "b/x.yaml")
    (tmp_path / "dispatch-lint.toml").write_text("")
    assert places(tmp_path, ".", "--exclude", "/a/x.yaml") == {"a/b/x.yaml", "b/x.yaml"}
    assert places(tmp_path / "a", "..", "--exclude", "x.yaml") == {"../b/x.yaml"}
    assert places(tmp_path / "a", "..", "--exclude", "/b", "--exclude", "../b") == {"../a/x.yaml"}
    assert places(tmp_path, "a/x.yaml", "--exclude", "a") == {"a/x.yaml"}
    assert places(tmp_path, "a/x.yaml", "--exclude", "a", "--force-exclude") == set()


@pytest.mark.parametrize(("settings_", "expected"), [
    ('exclude = ["nope", "charts", "charts/c.yaml", "!x"]', ['exclude: "nope"']),
    ('include = ["*.yaml", "manifest/*.yml"]', ['include: "manifest/*.yml"']),
    ('include = ["*.yaml", ".gitignore"]', ['include: ".gitignore"']),
    ('kinds = { "functions/*" = "Function" }', ['kinds: "functions/*"']),
    ('per-path = { "legacy/*" = ["schema"], "a/**" = ["schema"] }', ['per-path: "legacy/*"']),
    ('exclude = ["node_modules", "ignored"]', []),
])  # fmt: skip
def test_globs_that_match_nothing_are_told(
    settings_: str, expected: list[str], tmp_path: Path
) -> None:
    write(tmp_path, "a/x.yaml", "charts/c.yaml", "node_modules/c.yaml", "ignored/a.yaml")
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "dispatch-lint.toml").write_text(settings_)
    endings = " that ends in .yaml, .yml, .json, .jsonl, .ndjson, .go"  # of others none is read
    told = [
        f"dispatch-lint: info: {glob} matches no file{endings if glob.startswith('include') else ''}"
        for glob in expected
    ]
    assert check(tmp_path)[2].splitlines() == told
    assert check(tmp_path / "a", "..")[2].splitlines() == told
    assert check(tmp_path / "a")[2] == ""


def test_a_link_beside_its_target_is_one_file(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "far/c.yaml")
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "d.yaml").symlink_to("far/c.yaml")
    out = check(tmp_path, "-f", "concise")[1]
    assert "2 documents in 2 files" in out and places(tmp_path) == {"b.yaml", "far/c.yaml"}
    assert places(tmp_path, "a.yaml") == {"a.yaml"}
    assert places(tmp_path, "a.yaml", "b.yaml") == {"a.yaml"}
    assert places(tmp_path, "a.yaml", "--index", ".") == {"a.yaml"}
    # A link to what is left out is a file of its own.
    assert places(tmp_path, "--exclude", "far") == {"b.yaml", "d.yaml"}


def test_a_broken_link_that_is_excluded_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nowhere.yaml")
    assert "the link is broken" in check(tmp_path, "a.yaml")[2]
    for options in (["--exclude", "a.yaml"], ["--exclude", "a.yaml", "--force-exclude"]):
        code, _, error = check(tmp_path, "a.yaml", *options)
        assert (code, "nowhere" in error) == (0, False)
    assert check(tmp_path)[0] == 0


def test_links_in_a_circle_hide_nothing(tmp_path: Path) -> None:
    """Neither in a walk, nor where the settings or a description lead to one."""
    write(tmp_path, "a.yaml", "z/b.yaml")
    circle = (("l.yaml", "m.yaml"), ("m.yaml", "l.yaml"), ("n", "n"), ("r/r.py", "r.py"))
    (tmp_path / "r").mkdir()
    for link, target in circle:
        (tmp_path / link).symlink_to(target)
    assert places(tmp_path) == {"a.yaml", "z/b.yaml"}
    (tmp_path / "api.yaml").write_text("swagger: '2.0'\ndefinitions: {A: {$ref: 'l.yaml#/x'}}\n")
    code, _, error = check(tmp_path, "api.yaml")
    assert (code, "Traceback" in error) == (0, False)
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["r"]\n')
    code, _, error = check(tmp_path, "--trust")
    assert (code, "Traceback" in error, "r.py fails to load" in error) == (2, False, True)


def test_links_that_lead_to_links_without_end_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    (tmp_path / "l0.yaml").symlink_to("a.yaml")
    for number in range(2_000):
        (tmp_path / f"l{number + 1}.yaml").symlink_to(f"l{number}.yaml")
    last = "l2000.yaml"
    (tmp_path / "api.yaml").write_text(
        f"swagger: '2.0'\ndefinitions: {{A: {{$ref: '{last}#/x'}}}}\n"
    )
    (tmp_path / "dispatch-lint.toml").write_text(f"schemas = ['{last}']\n")
    assert "a.yaml" in places(tmp_path, "--isolated")
    code, _, error = check(tmp_path, last, "--isolated")
    assert (code, error.count("\n")) == (2, 1) and last in error
    code, _, error = check(tmp_path)
    assert code == 2 and "no such folder of schemas" in error


def test_globs_hold_where_a_walk_begins_above_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "in/a.yaml", "in/deep/b.yaml")
    (tmp_path / "in" / "ours.toml").write_text(
        'exclude = ["/a.yaml"]\ninclude = ["/*/b.yaml", "/../*.yaml"]\n'
    )
    walked = {"a.yaml", "in/deep/b.yaml"}
    above = {f"../{name}" for name in walked}
    assert places(tmp_path, "--config", "in/ours.toml") == walked
    assert places(tmp_path / "in", "..", "--config", "ours.toml") == above
    (tmp_path / "in" / "ours.toml").unlink()
    assert places(tmp_path / "in", "..", "--exclude", "/a.yaml") == above


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    """Here because its path is too long; for users because it belongs to somebody else."""
    write(tmp_path, "a.yaml")
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=folder)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    code, output, error = check(tmp_path, "-f", "concise")
    assert (code, output.count("a.yaml"), error.count("File name too long")) == (2, 1, 1)
