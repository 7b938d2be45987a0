"""The page about the settings: type, default and example of each.

Keys, texts and defaults are those of the settings' schema; the page adds links, the type in words, and an
example, which is read as settings are.
"""

from __future__ import annotations

import json
import tomllib
from typing import NamedTuple

from dispatch_lint.config.limits import WITHOUT_TRUST
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.engine.plugins import built_in_rules
from dispatch_lint.engine.settings_schema import settings_schema

_TRUST = (
    "Settings that are found set each as far as the third column says; more needs "
    "[trust](../security.md), since one document could then take all memory."
)


class Setting(NamedTuple):
    """What the page says of a key, beside its text and default.

    Attributes:
        type: in words.
        example: lines of a `dispatch-lint.toml`.
        more: a further sentence, with links.
    """

    type: str
    example: str
    more: str = ""


SETTINGS: dict[str, Setting] = {
    "include": Setting("list of globs", 'include = ["*.yaml", "*.json", "*.go"]'),
    "exclude": Setting("list of globs", 'exclude = ["charts", "/build"]'),
    "organization": Setting("text", 'organization = "acme"'),
    "select": Setting("list of rules", 'select = ["unique-key", "unresolved-reference"]'),
    "ignore": Setting("list of rules", 'ignore = ["server-owned-field"]'),
    "extend-select": Setting("list of rules", 'extend-select = ["unused-entity"]'),
    "severity": Setting("table: rule → `error`, `warning`, `info` or `off`",
        'severity = { camel-case-fields = "warning", unused-suppression = "off" }'),
    "fail-level": Setting("`error`, `warning` or `info`", 'fail-level = "error"'),
    "per-path": Setting("table: glob → list of rules",
        'per-path = { "legacy/*" = ["camel-case-fields"] }'),
    "kinds": Setting("table: glob → kind", 'kinds = { "functions/*.yaml" = "Function" }'),
    "references": Setting("table: `Kind.field` → kind, or `none`",
        '[references]\n"Function.owner" = "ServiceAccount"\n"Image.language" = "none"'),
    "external": Setting("list of `Kind/glob`", 'external = ["ServiceClass/*", "Secret/vault-*"]'),
    "complete": Setting("boolean", "complete = true",
        "See [The open and the closed world](../explanation/world.md)."),
    "store": Setting("URL, or the path of a SQLite file", 'store = "refs.db"',
        "See [Stores and the ledger](../how-to/store.md)."),
    "ledger": Setting("path", 'ledger = "ids.ledger"',
        "See [The ledger of IDs](../how-to/store.md#the-ledger-of-ids)."),
    "baseline": Setting("path", 'baseline = "known.json"',
        "See [Adopt it in an old repository](../how-to/old-repository.md#take-the-rest-as-known)."),
    "schemas": Setting("list of folders", 'schemas = ["./schemas"]'),
    "definitions": Setting("list of paths, or of tables with `path`, `include` and `exclude`",
        'definitions = [\n    "./pkg/entities",\n'
        '    { path = "./pkg/api", include = ["v1.*"], exclude = ["v1.*Status"] },\n]',
        "Patterns are `Type` or `package.Type`. See [Your own kinds](../how-to/own-kinds.md)."),
    "plugins": Setting("list of paths", 'plugins = ["./lint_rules"]',
        "See [An untrusted repository](../how-to/untrusted.md)."),
    "base-entity": Setting("table with `type`, `fields` and `statuses`",
        '[base-entity]\ntype = "entitystore.BaseEntity"\n'
        'fields = { id = "string", name = "string", status = "string" }\n'
        'statuses = ["NEW", "READY", "GONE"]',
        "`fields` is a list of names, or a table of names and types."),
    "open-questions": Setting("table", '[open-questions]\nkind-field = "required"'),
    "rules": Setting("table: rule → options", '[rules.initialism-spelling]\nwire = "camel"',
        "So does the [page of the rule](../rules/index.md)."),
    "limits": Setting("table", "[limits]\naliases = 500_000"),
}  # fmt: skip
_PROPERTIES = settings_schema(built_in_rules())["properties"]

_HEAD = """# Settings

Settings are in `dispatch-lint.toml`, or in `pyproject.toml` under `[tool.dispatch-lint]`. The file is
looked for in the working directory and in the folders above it, up to the root of the repository. Paths
and globs are relative to the file. An unknown key is an error.

The same settings, in both spellings. `dispatch-lint.toml`:

```toml
organization = "acme"
ignore = ["server-owned-field"]

[rules.initialism-spelling]
wire = "camel"
```

`pyproject.toml`:

```toml
[tool.dispatch-lint]
organization = "acme"
ignore = ["server-owned-field"]

[tool.dispatch-lint.rules.initialism-spelling]
wire = "camel"
```

**Globs** are patterns of `.gitignore`. `*.yaml` and `charts` match at any depth, `/charts` and `a/*.yaml`
from the folder of the settings. `*` does not cross folders, and `**/` stands for any number of them. What
matches a folder holds for all that is in it. `!` takes back what an earlier pattern of the same list
matched. A pattern that matches nothing is mentioned on standard error.

`dispatch-lint config` prints the settings that hold in a folder, and where each comes from; `dispatch-lint schema
show settings` prints their JSON Schema: see [Look at and edit the settings](../how-to/settings.md).

"""


def text() -> str:
    """The page."""
    check()
    lines = [_HEAD]
    for key, setting in SETTINGS.items():
        text = f"{_PROPERTIES[key]['description']} {setting.more}".rstrip()
        lines += [f"## {key}", "", text, "", f"- Type: {setting.type}",
                  f"- Default: {default_of(key)}", "", "```toml", setting.example, "```", ""]  # fmt: skip
        parts = _PROPERTIES[key].get("properties", {})
        if key == "open-questions":
            lines += ["| key | values | default | what it is |", "|---|---|---|---|"]
            for name, part in parts.items():
                *values, last = (f"`{value}`" for value in part["enum"])
                allowed = f"{', '.join(values)} or {last}"
                lines.append(
                    f"| `{name}` | {allowed} | `{part['default']}` | {part['description']} |"
                )
            lines.append("")
        if key == "limits":
            lines += ["| key | default | without trust | what it bounds |", "|---|---:|---:|---|"]
            for name, part in parts.items():
                bound = f" At most {part['maximum']:,}." if "maximum" in part else ""
                most = getattr(WITHOUT_TRUST, name.replace("-", "_"))
                lines.append(
                    f"| `{name}` | {part['default']:,} | {most:,} | {part['description']}{bound} |"
                )
            lines += ["", _TRUST, ""]
    return "\n".join(lines)


def check() -> None:
    """The page has every key of the schema and no other, and each example is read."""
    assert set(SETTINGS) == set(_PROPERTIES)
    for setting in SETTINGS.values():
        parse(tomllib.loads(setting.example))


def default_of(key: str) -> str:
    """The default of a key, as TOML; in words where there is none."""
    value = getattr(Settings(), key.replace("-", "_"))
    if key == "base-entity":
        return "that of the guide"
    if key in ("open-questions", "limits"):
        return "see the table"
    if key == "fail-level":
        return f'`"{value}"`'
    if key == "select":
        return "all rules but those that are off by default"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"`{json.dumps(list(value))}`"
    return f"`{json.dumps(value)}`"
