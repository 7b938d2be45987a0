"""Inputs that are odd as bytes, as YAML or as files, and suppressions of all kinds."""

from __future__ import annotations

import json
from pathlib import Path

from tests.golden.writing import write

CLEAN = "kind: Secret\nname: a\nsecrets: {password: b}\n"
TEXTS: dict[str, str | bytes] = {
    "crlf.yaml": CLEAN.replace("\n", "\r\n") + "status: ready\r\nsecretName: x\r\n",
    "cr.yaml": (CLEAN + "statuss: ready\n").replace("\n", "\r"),
    "bom.yaml": b"\xef\xbb\xbf" + CLEAN.encode() + b"naem: x\n",
    "bom-crlf.yaml": b"\xef\xbb\xbf" + CLEAN.replace("\n", "\r\n").encode() + b"naem: x\r\n",
    "empty.yaml": "", "blank.yaml": "\n\n  \n", "comment.yaml": "# nothing\n", "marks.yaml": "---\n---\n...\n",
    "no-newline.yaml": "kind: Secret\nname: a b", "tabs.yaml": "kind: Secret\n\tname: a\n",
    "tab-values.yaml": "kind: Secret\nname:\ta b\t# c\nsecrets:\n  a:\t'b'\n",
    "scalar.yaml": "just text\n", "list.yaml": "- kind: Secret\n  name: a b\n- kind: Image\n  name: c\n",
    "twice.yaml": "kind: Secret\nname: a\nname: b\nsecrets: {a: b, a: c}\n",
    "anchors.yaml": "kind: Secret\nname: a\nsecrets: &s {a: b}\ntags: &t\n- {key: a, value: b}\nother: *s\n"
    "more:\n  <<: *s\n  c: d\n",
    "aliases.yaml": "kind: Secret\nname: x\na: &a [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)),
    "recursive.yaml": "kind: Secret\nname: x\na: &a [*a]\n",
    "undefined-alias.yaml": "kind: Secret\nname: x\na: *b\n",
    "deep.yaml": "kind: Secret\nname: a\nsecrets: " + "[" * 10_000, "deep-90.yaml":
    "kind: Secret\nname: a b\nsecrets: {a: " + "[" * 90 + "]" * 90 + "}\n",
    "deep-120.yaml": "kind: Secret\nname: a b\nsecrets: {a: " + "[" * 120 + "]" * 120 + "}\n",
    "deep-block.yaml": "kind: Secret\nname: a\nsecrets:\n" + "".join(
        f"{' ' * (number + 1)}a:\n" for number in range(150)),
    "deep.json": b'{"kind": "Secret", "name": "a", "x":' + b"[" * 10_000,
    "brackets.json": "[" * 10_000,
    "nan.json": '{"kind": "Secret", "name": NaN}',
    "twice.json": '{"kind": "Secret", "name": "a", "name": "b c"}', "bom.json": b'\xef\xbb\xbf{"kind": "Secret"}',
    "comments.json": '{"kind": "Secret", // a\n "name": "a"}', "trailing.json": '{"kind": "Secret", "name": "a",}',
    "two.json": '{"kind": "Secret", "name": "a b"} {"kind": "Secret", "name": "c d"}',
    "numbers.json": json.dumps({"kind": "Function", "name": "a", "timeout": 2**70, "x": 1e400, "y": -0.0}),
    "directive.yaml": "%YAML 1.1\n---\nkind: Secret\nname: on\nsecrets: {a: yes}\n",
    "unknown-directive.yaml": "%FOO bar\n--- !x\nkind: Secret\nname: a b\n",
    "tags.yaml": "kind: !!str Secret\nname: !!int 'x'\nsecrets: !!map {a: !x b}\nt: !!timestamp 2026-01-01\n",
    "complex-keys.yaml": "kind: Secret\nname: a b\n? [a, b]\n: c\n? {d: e}\n: f\n1: g\n~: h\ntrue: i\n",
    "scalars.yaml": "kind: Secret\nname: a\nsecrets:\n" + "".join(
        f"  k{number}: {scalar}\n" for number, scalar in enumerate(
            ["yes", "No", "on", "~", "", "010", "0o17", "0x1F", "1_000", "1.10", "1e3", ".inf", "-.INF", ".nan",
             "12:30", "2026-01-01", "+1", "-0", "0b11", "1.", ".5", "true", "TRUE", "null", "=", "<<", "9" * 40])),
    "blocks.yaml": "kind: Secret\nname: a\nsecrets:\n  a: |\n    x\n\n    y\n  b: >+\n    x\n    y\n\n\n  c: |2-\n"
    "      z\n  d: \"a\\\n    b\\x41\\u00e9\"\n  e: 'it''s\n\n    two'\n  f: plain\n    over lines # c\nstatus: x\n",
    "widths.yaml": "kind: Secret\nname: 日本 語\nsecrets: {é: 'ü', 😀: \"😀\", a\u0301: b}\nstatus: реди\n",
    "controls.yaml": 'kind: Secret\nname: "a\\e[31mb\\u202e\\0"\nsecrets: {"\\u2028": "\\x07"}\n',
    "separators.yaml": "kind: Secret\nname: a\u2028b\nsecrets: {c: 'd\u0085e'}\nstatus: x\n",
    "long.yaml": f"kind: Secret\nname: {'a' * 3_000}\nstatus: {'b ' * 2_000}\n",
    "many.yaml": "".join(f"---\nkind: Secret\nname: n {number}\n" for number in range(300)),
    "late-fault.yaml": f"{CLEAN}---\nkind: Secret\nname: [\n---\nkind: Image\nname: c d\n",
    "ends.yaml": f"{CLEAN}...\n{CLEAN}---\n# only a comment\n---\n{CLEAN}",
    "foreign.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n",
    "nearly.yaml": "kind: Functoin\nname: a\nimage: b\n---\nname: a\n---\nkind: 3\nname: a\n---\nkind: [a]\n",
    "stored.yaml": "kind: Secret\nid: '1'\nname: a\norganizationId: acme\nstatus: READY\nrevision: 0\n",
    "modeline.yaml": f"# yaml-language-server: $schema=https://example.com/other.json\n{CLEAN}",
    "no-extension": CLEAN + "status: ready\n", "helm.yaml": "kind: Secret\nname: {{ .Values.name }}\n",
    "null-fields.yaml": "kind: Function\nname: ~\nimage: null\nsecrets:\ntags: []\nschema: {in: , out: ~}\n",
}  # fmt: skip
BYTES: dict[str, str | bytes] = {
    "binary.yaml": b"\x7fELF\x00\x01", "utf16.yaml": CLEAN.encode("utf-16"), "utf16le.json": '{"a": 1}'.encode("utf-16-le"),
    "latin.yaml": "kind: Secret\nname: \xe9\n".encode("latin-1"), "good.yaml": CLEAN + "status: ready\n",
    "cut.jsonl": b'{"kind": "Secret", "name": "a b"}\n{"kind": "Secret", "name": "\xff"}\n{"kind": "Secret", "name": "c d"}\n',
    "cut.go": b"package a\n\n// \xff\ntype A struct {\n\tBaseEntity\n}\n", "nul.yaml": b"kind: Secret\nname: a\x00b\n",
}  # fmt: skip
SURROGATES: dict[str, str | bytes] = {
    "name.json": '{"kind": "Secret", "name": "\\ud83d x"}',
    "value.json": '{"kind": "Secret", "name": "a", "secrets": {"a": "\\ud83d"}, "naem": "\\ude00"}',
    "lines.jsonl": '{"kind": "Secret", "name": "a b"}\n{"kind": "Secret", "name": "\\ud83d"}\n',
    "raw.yaml": b"kind: Secret\nname: \xed\xa0\xbd\n", "name.yaml": 'kind: Secret\nname: "\\ud83d"\n',
}  # fmt: skip
SUPPRESSED = {
    "line.yaml": "kind: Secret\nname: a b  # dispatch-lint: ignore[name-format] old\nstatus: x\n",
    "next-line.yaml": "kind: Secret\n# dispatch-lint: ignore[name-format] old\nname: a b\nnaem: c\n",
    "document.yaml": "# dispatch-lint: ignore[name-format, unknown-field] old\n---\nkind: Secret\nname: a b\nnaem: c\n"
    "---\nkind: Secret\nname: d e\n",
    "head.yaml": "# dispatch-lint: ignore[name-format]\nkind: Secret\nname: a b\nfoo_bar: c\n",
    "file.yaml": "# dispatch-lint: ignore-file[name-format]\nkind: Secret\nname: a b\n---\nkind: Secret\nname: c d\nx: y\n",
    "all.yaml": "# dispatch-lint: ignore-file[all] generated\nkind: Secret\nname: a b\nstatus: [\n",
    "unused.yaml": "# dispatch-lint: ignore-file[status-value]\nkind: Secret\nname: a # dispatch-lint: ignore[name-format]\n",
    "wrong.yaml": "kind: Secret\nname: a b # dispatch-lint: ignore[name-fromat]\nx: y # dispatch-lint: ignore\n"
    "z: a # dispatch-lint: ignroe[schema]\nq: a # dispatch-lint:ignore[unknown-field] \n",
    "broken.yaml": "# dispatch-lint: ignore-file[syntax-error]\nkind: Secret\nname: [\n",
    "inside.yaml": "kind: Secret\nname: '# dispatch-lint: ignore[name-format]'\nsecrets: {a: |\n  # dispatch-lint: ignore[schema]\n}\n",
    "between.yaml": "kind: Secret\nname: one\n---\n# dispatch-lint: ignore[unique-key]\nkind: Secret\nname: one\n"
    "---\nkind: Secret\nname: one # dispatch-lint: ignore[unique-key] known\n",
    "shop.go": "package shop\n\ntype Widget struct {\n\tBaseEntity\n\t// dispatch-lint: ignore[camel-case-fields] old\n"
    "\tA string `json:\"a_b\"`\n\tC string `json:\"c_d\"` // dispatch-lint: ignore[camel-case-fields]\n"
    "\tE string `json:\"e_f\"`\n\tG string `json:\"g\"` // dispatch-lint: ignore[json-tag-missing]\n}\n",
}  # fmt: skip


def write_odd(folder: Path) -> None:
    """Write the folders `odd`, `suppressed` and `many-faults`."""
    write(folder / "odd/text", TEXTS)
    write(folder / "odd/bytes", BYTES)
    write(folder / "odd/surrogates", SURROGATES)
    (folder / "odd/links").mkdir()
    for name, target in (("dangling.yaml", "nowhere.yaml"), ("loop.yaml", "loop.yaml"),
                         ("inner.yaml", "../text/crlf.yaml"), ("outer", "/usr")):  # fmt: skip
        (folder / "odd/links" / name).symlink_to(target)
    write(folder / "odd/folder.yaml", {"inner.yaml": CLEAN})
    write(folder / "suppressed", SUPPRESSED)
    write(folder / "many-faults", {
        "a.yaml": "".join(f"---\nkind: Secret\nname: n {number}\nstatus: x\n" for number in range(1_200)),
        "b.yaml": "kind: Secret\nname: a\n" + "".join(f"f_{number}: 1\n" for number in range(1_500)),
        "c.jsonl": "".join(f'{{"kind": "Secret", "name": "n {number}"}}\n' for number in range(1_100)),
    })  # fmt: skip
