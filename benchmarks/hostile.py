"""`python -m benchmarks.hostile [NAME ...]`: inputs that are made to be slow, of 250 KB and of 1 MB.

A linter reads what others wrote. What takes time by the square of its size takes sixteen times as
long for four times as much.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from benchmarks.measuring import BIN, Measured, measure
from dispatch_lint.documents.gitignore import MAX_BYTES

SIZE = 1_000_000
"""Bytes of the larger one."""
_CHECK = (str(BIN / "dispatch-lint"), "check", "--isolated", "--quiet")
_FUNCTION = "---\nkind: Function\nname: f{0}\nimage: i\n"
_SECRET = "kind: Secret\nname: a\nsecrets:\n"
_STORED = {
    "kind": "Secret", "organizationId": "acme", "createdTime": "2026-01-01T00:00:00Z",
    "modifiedTime": "2026-01-01T00:00:00Z", "revision": 0, "version": 0, "status": "READY",
}  # fmt: skip


def _filled(head: str, piece: str, size: int, tail: str = "") -> str:
    """A piece as often as there is room for; `{0}` in it is its number."""
    pieces, room, number = [], size - len(head) - len(tail), 0
    while room > 0:
        one = piece.replace("{0}", str(number))
        pieces.append(one)
        room -= len(one)
        number += 1
    return head + "".join(pieces) + tail


def _of(
    piece: str, head: str = "", tail: str = "", *, name: str = "a.yaml"
) -> tuple[str, Callable[[int], str]]:
    return name, lambda size: _filled(head, piece, size, tail)


def _stored(**more: object) -> tuple[str, Callable[[int], str]]:
    return _of(json.dumps({**_STORED, **more}) + "\n", name="a.jsonl")


def _patterns(line: str) -> tuple[str, Callable[[int], str]]:
    return ".gitignore", lambda size: _filled("", line, min(size, MAX_BYTES - 10_000))


def _nested(opened: str, closed: str, depth: int = 90) -> str:
    return opened * depth + closed * depth


INPUTS: dict[str, tuple[str, Callable[[int], str]]] = {
    # Many documents, each with the same mistakes.
    "status": _of(f"{_FUNCTION}status: ready\n"),
    "slips": _of(f"{_FUNCTION}imagee: i\nsourcPath: x\nstatus: ready\ntimeout: '3'\n"),
    "names in capitals": _of("---\nkind: Function\nName: f{0}\nimage: i\n"),
    "quoted numbers": _of(f"{_FUNCTION}timeout: '3'\n"),
    "one key": _of("---\nkind: Secret\nname: a\n"),
    "unknown kinds": _of("---\nkind: Functoin{0}\nname: f{0}\nimage: i\n"),
    "missing entities": _of("---\nkind: Function\nname: f{0}\nimage: imagee-{0}\n",
                            "kind: Image\nname: image-1\nbaseImageName: b\n"),
    "no kind": _of("---\nname: f{0}\n"),
    "empty documents": _of("---\n"),
    "documents that do not parse": _of("---\nkind: Secret\nname: [\n"),
    "scalars for documents": _of("--- a{0}\n"),
    # One document with very many fields or items.
    "undeclared fields": _of("foo_bar{0}: v\n", "kind: Function\nname: f\nimage: i\n"),
    "undeclared fields, nearly declared": _of("imagee{0}: v\n", "kind: Function\nname: f\n"),
    "undeclared fields of items": _of("- keyy: k{0}\n  value: v\n", "kind: Function\nname: f\nimage: i\ntags:\n"),
    "misspelled fields, ambiguous scalars": _of("- Key: k{0}\n  Value: on\n", "kind: Function\nname: f\nimage: i\ntags:\n"),
    "equal fields": _of("a: 1\n", "kind: Secret\nname: a\n"),
    "equal fields inside": _of("  a: 1\n", _SECRET),
    "references": _of("- s{0}\n", "kind: Function\nname: f\nimage: i\nsecrets:\n"),
    "one reference": _of("- s\n", "kind: Function\nname: f\nimage: i\nsecrets:\n"),
    "items of a wrong type": _of("- {0}\n", "kind: Function\nname: f\nimage: i\nsecrets:\n"),
    "tags of one key": _of("- {key: k, value: v{0}}\n", "kind: Secret\nname: a\ntags:\n"),
    "an ambiguous scalar": _of("  k{0}: yes\n", _SECRET),
    "words of capitals": _of("  Some_Key-{0}: v\n", _SECRET),
    # One scalar, one name.
    "a long name": _of("a-", "kind: Secret\nname: ", "\n"),
    "a long name of blanks": _of(" a", "kind: Secret\nname: ", "\n"),
    "a long path": _of("a/", "kind: Function\nname: f\nimage: ", "\n"),
    "a long field": _of("aB_", "kind: Secret\nname: a\n? ", "\n: v\n"),
    "a long kind": _of("Sec-", "kind: ", "\nname: a\n"),
    "a long number": _of("9", f"{_SECRET}  a: ", "\n"),
    "a long fraction": _of("1", f"{_SECRET}  a: 0.", "e1\n"),
    "a long time": _of("9", "kind: Secret\nname: a\ncreatedTime: 2026-01-01T00:00:00.", "Z\n"),
    "a long plain scalar": _of("word # not: a comment\n    ", f"{_SECRET}  a: x\n    ", "\n"),
    "a long plain scalar of lines": _of("word\n    ", f"{_SECRET}  a: ", "\n"),
    "escapes": _of("\\u00e9", f'{_SECRET}  a: "', '"\n'),
    "quotes": _of("''", f"{_SECRET}  a: '", "'\n"),
    "a block scalar": _of("    word word\n\n", f"{_SECRET}  a: |\n"),
    "a folded block": _of("    word\n      word\n", f"{_SECRET}  a: >-\n"),
    "blanks": _of(" ", _SECRET, "\n"),
    "empty lines": _of("\n", _SECRET),
    "tabs": _of("\t", _SECRET, "\n"),
    "an open quote": _of("a ", f'{_SECRET}  a: "'),
    # Structure.
    "open brackets": _of("["),
    "open braces": _of("{a: "),
    "closed brackets": _of("]"),
    "items in a line": _of("- "),
    "keys in a line": _of("a: "),
    "question marks": _of("? "),
    "deep lists": _of(f"  k{{0}}: {_nested('[', ']')}\n", _SECRET),
    "deep mappings": _of(f"  k{{0}}: {_nested('{a: ', '}', 40)}\n", _SECRET),
    "a flow of items": _of("a{0}, ", f"{_SECRET}  a: [", "b]\n"),
    "a flow of pairs": _of("a{0}: b, ", f"{_SECRET}  a: {{", "}\n"),
    "deeper and deeper": ("a.yaml", lambda size: "".join(
        f"{' ' * n}a:\n" for n in range(int((2 * size) ** 0.5)))),
    "anchors": _of("  k{0}: &a{0} v\n", _SECRET),
    "aliases": _of("  k{0}: *a\n", f"{_SECRET}  a: &a v\n"),
    "aliases of lists": _of("  k{0}: *a\n", f"{_SECRET}  a: &a [{'v, ' * 100}v]\n"),
    "merge keys": _of("  k{0}: {<<: *a, c: d}\n", f"{_SECRET}  a: &a {{b: c}}\n"),
    "tags": _of("  k{0}: !t v\n", _SECRET),
    "directives": _of("%A b\n"),
    "document ends": _of("...\n"),
    "comments": _of("# a comment of no use {0}\n", "", _SECRET + "  a: b\n"),
    "suppressions": _of("  k{0}: v # dispatch-lint: ignore[schema]\n", _SECRET),
    "unknown suppressions": _of("  k{0}: v # dispatch-lint: ignore[schemaa{0}]\n", _SECRET),
    "rules in a suppression": _of("a{0}, ", f"{_SECRET}  k: v # dispatch-lint: ignore[", "b]\n"),
    "modelines": _of("# yaml-language-server: $schema=x{0}\n", "", _SECRET + "  a: b\n"),
    # JSON.
    "JSON, status": _of('{"kind": "Function", "name": "f{0}", "image": "i", "status": "ready"},\n', "[",
                        '{"kind": "Secret", "name": "a"}]', name="a.json"),
    "JSON, fields": _of('"foo_bar{0}": 1, ', '{"kind": "Secret", ', '"name": "a"}', name="a.json"),
    "JSON, equal fields": _of('"a": 1, ', '{"kind": "Secret", ', '"name": "a"}', name="a.json"),
    "JSON, open brackets": _of("[", name="a.json"),
    "JSON, open braces": _of('{"a":', name="a.json"),
    "JSON, a long number": _of("9", '{"kind": "Secret", "name": "a", "revision": ', "}", name="a.json"),
    "JSON, escapes": _of("\\ud800", '{"kind": "Secret", "name": "', '"}', name="a.json"),
    "JSON, blanks": _of(" ", '{"kind": "Secret",', '"name": "a"}', name="a.json"),
    "JSON, an open text": _of("a", '{"kind": "', name="a.json"),
    "JSONL, faulty": _of('{"kind": "Function", "name": "f{0}", "image": "i", "status": "ready"}\n', name="a.jsonl"),
    "JSONL, no JSON": _of("{{0}}\n", name="a.jsonl"),
    "JSONL, empty lines": _of("\n", name="a.jsonl"),
    "stored, one ID": _stored(name="s{0}", id="f5057fee4c3ef45902dd21250b729601"),
    "stored, one name": _stored(name="s", id="{0}", version="{0}"),
    "stored, one key": _stored(name="s", id="{0}"),
    "a dump, one key": _of(json.dumps({
        "key": "acme/Secret/s", "organization_id": "acme", "value": {**_STORED, "id": "{0}", "name": "s{0}"},
    }) + "\n", name="a.jsonl"),
    # What git ignores: patterns of a project.
    "patterns": _patterns("a{0}*\n"),
    "patterns of stars": _patterns(f"{'*a' * 1_000}b\n"),
    "patterns of folders": _patterns(f"{'**/a/' * 500}b\n"),
    # Definitions.
    "Go, fields": _of("\tFoo_bar{0} string `json:\"foo_bar{0}\"`\n", "package e\n\ntype A struct {\n\tBaseEntity\n", "}\n", name="a.go"),
    "Go, types": _of("type A{0} struct {\n\tBaseEntity\n\tImage string `json:\"image\"`\n}\n", "package e\n\n", name="a.go"),
    "Go, embedded one in another": _of("type A{0}{0} struct{}\ntype B{0} struct {\n\tBaseEntity\n\t*B1{0}\n}\n", "package e\n\n", name="a.go"),
    "Go, brackets": _of("(", "package e\n\nvar a = ", name="a.go"),
    "Go, nested types": _of("struct { A ", "package e\n\ntype A ", name="a.go"),
    "Go, comments": _of("// dispatch-lint: ignore[schemaa{0}]\n", "package e\n", name="a.go"),
    "Go, a long tag": _of("a:\\\"b\\\" ", "package e\n\ntype A struct {\n\tBaseEntity\n\tB string \"", "\"\n}\n", name="a.go"),
    "OpenAPI, definitions": _of("  A{0}:\n    type: object\n    properties:\n      kind: {type: string, enum: [A{0}]}\n      name: {type: string}\n", "swagger: '2.0'\ndefinitions:\n", name="swagger.yaml"),
    "OpenAPI, references in a chain": ("swagger.yaml", lambda size: "swagger: '2.0'\ndefinitions:\n" + "".join(
        f"  A{n}:\n    allOf:\n    - $ref: '#/definitions/A{n + 1}'\n" for n in range(size // 50))),
    "OpenAPI, properties": _of("      foo_bar{0}: {type: string}\n", "swagger: '2.0'\ndefinitions:\n  A:\n    type: object\n    properties:\n      kind: {type: string, enum: [A]}\n", name="swagger.yaml"),
}  # fmt: skip


def hostile_report(work: Path) -> str:
    """Measure every input, as Markdown."""
    lines = [
        "", "## Inputs made to be slow", "",
        f"Of {SIZE // 4:,} and {SIZE:,} bytes, most of them nothing but mistakes. `check`, and "
        "with `--fix --unsafe-fixes`; start-up included; one run each.", "",
        f"| input | seconds, {SIZE // 4:,} | seconds, {SIZE:,} | with fixes | peak memory, MiB |",
        "|---|---:|---:|---:|---:|", *_rows(work),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _rows(folder: Path, only: Collection[str] = ()) -> Iterator[str]:
    for name, (file, text) in INPUTS.items():
        if only and name not in only:
            continue
        taken: list[Measured] = []
        for size, more in ((SIZE // 4, ()), (SIZE, ()), (SIZE, ("--fix", "--unsafe-fixes"))):
            work = folder / "hostile"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            (work / file).write_text(text(size), "utf-8")
            path = "." if file == ".gitignore" else file
            taken.append(measure([*_CHECK, *more, path], work, 0))
        seconds = " | ".join(f"{one.seconds:.1f}" for one in taken)
        yield f"| {name} | {seconds} | {max(one.memory for one in taken):.0f} |"


def main() -> None:
    """Print the rows of some inputs, or of all."""
    with tempfile.TemporaryDirectory() as folder:
        for line in _rows(Path(folder), sys.argv[1:]):
            print(line, flush=True)


if __name__ == "__main__":
    main()
