"""Whether the VS Code extension is packaged as it should be: `python -m tests.vsix FILE`."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 1_000_000
NEEDED = {
    "extension/package.json", "extension/readme.md", "extension/LICENSE.txt",
    "extension/dist/extension.js", "extension/dist/dispatch.schema.json",
    "extension/dist/third-party.txt",
}  # fmt: skip
ALLOWED = re.compile(r"\[Content_Types\]\.xml|extension\.vsixmanifest|extension/media/[\w-]+\.png")
CODE = {"extension/dist/extension.js", "extension/package.json"}
LOCAL = re.compile(r"/(?:home|root|work|tmp|Users)/[\w.-]+/|registry\.npmjs\.org|localhost:\d")


def problems(vsix: Path) -> Iterator[str]:
    """What is wrong with a packaged extension."""
    size = vsix.stat().st_size
    if size > MAX_BYTES:
        yield f"it has {size:,} bytes, more than {MAX_BYTES:,}"
    with zipfile.ZipFile(vsix) as archive:
        names = set(archive.namelist())
        yield from (f"{name} is missing" for name in sorted(NEEDED - names))
        for name in sorted(names - NEEDED):
            if not ALLOWED.fullmatch(name):
                yield f"{name} does not belong there"
        for name in sorted(names & CODE):
            found = LOCAL.search(archive.read(name).decode())
            if found:
                yield f"{name} names a place of this machine or a registry: {found[0]}"
        if "extension/package.json" in names:
            package = json.loads(archive.read("extension/package.json"))
            for field in ("dependencies", "extensionDependencies", "extensionPack"):
                if field in package:
                    yield f"package.json has {field}: all that it needs should be bundled"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    if found := list(problems(file)):
        sys.exit("\n".join(f"{file}: {problem}" for problem in found))
    print(f"{file}: {file.stat().st_size:,} bytes, in order")
