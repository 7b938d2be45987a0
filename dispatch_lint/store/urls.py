"""Store URLs: what they name, and how they are shown.

- `sqlite:///refs.db`, or a plain path: a reference store in one file
- `postgresql://…`: a reference store on a server, or Dispatch's own database
- `bolt:///path/dispatch.db`: the file of Dispatch's default backend
"""

from __future__ import annotations

import re
from pathlib import Path

from dispatch_lint.model.errors import StoreError

URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://", re.IGNORECASE)
POSTGRES = ("postgresql", "postgres")
_SECRETS = ("password", "sslpassword", "passfile")
_WAIT = 30
"""Seconds that an import waits for another one; `?timeout=` says otherwise."""


def scheme_of(text: str) -> str:
    """The scheme of a URL in lower case; that of a plain path is `sqlite`."""
    match = URL.match(text)
    return match["scheme"].lower() if match else "sqlite"


def unknown(url: str) -> StoreError:
    """The error for a URL of no store."""
    return StoreError(f"{shown(url)}: a store is named by sqlite:///…, postgresql://… or bolt:///…")


def rooted(url: str, root: Path) -> str:
    """A store as it was named in a folder, so that it can be opened from anywhere."""
    match = URL.match(url)
    if match is None:
        return str((root / url).absolute())
    scheme, rest = match["scheme"].lower(), url[match.end() :]
    path, question, options = rest.partition("?")
    if scheme == "sqlite" and path.startswith("/") and path != "/":
        return f"{match[0]}/{(root / path[1:]).absolute()}{question}{options}"
    if scheme == "bolt" and path.strip("/"):
        return f"{match[0]}{(root / path).absolute()}{question}{options}"
    return url


def same_store(one: str, other: str) -> bool:
    """Whether two URLs name one file."""
    here = Path.cwd()
    if {scheme_of(one), scheme_of(other)} != {"sqlite"}:
        return False
    return sqlite_path(rooted(one, here)) == sqlite_path(rooted(other, here))


def shown(url: str) -> str:
    """A URL as people may see it: without its password, and without further parameters."""
    match = URL.match(url)
    if match is None:
        return _from_here(url)
    rest = url[match.end() :].partition("?")[0]
    scheme = match["scheme"].lower()
    if scheme == "sqlite":
        return f"{match[0]}/{_from_here(rest[1:])}"
    if scheme == "bolt":
        return f"{match[0]}{_from_here(rest)}"
    authority, slash, path = rest.partition("/")
    account, at, host = authority.rpartition("@")
    return f"{match[0]}{account.partition(':')[0]}{at}{host}{slash}{path}"


def _from_here(path: str) -> str:
    """A path as short as it can be said, from the working directory."""
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path


def secrets_of(url: str) -> list[str]:
    """The passwords of a URL, as written and as meant: no message may hold one."""
    from urllib.parse import parse_qs, unquote, urlsplit

    try:
        parts = urlsplit(url)
        found = [parts.password] if parts.password else []
    except ValueError:
        found, parts = [], urlsplit("")
    for name, values in parse_qs(parts.query).items():
        if name in _SECRETS:
            found += values
    return [one for word in found for one in {word, unquote(word)} if one]


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:` URL, or of a plain path.

    Raises:
        StoreError: it names none.
    """
    match = URL.match(url)
    if match is None:
        return Path(url)
    rest = url[match.end() :].partition("?")[0]
    # As SQLAlchemy has it: three slashes for a relative path, four for an absolute one.
    path = rest.removeprefix("/")
    if not path or rest == path:
        raise StoreError(f"{shown(url)}: write sqlite:///path, with three slashes, or with four "
                         "for an absolute path")  # fmt: skip
    return Path(path)


def bolt_path(url: str) -> Path:
    """The file of a `bolt:` URL: `bolt:///absolute/path`, or `bolt://relative/path`.

    Raises:
        StoreError: it names none.
    """
    path = url[len("bolt://") :].partition("?")[0]
    if not path.strip("/"):
        raise StoreError(f"{url}: write bolt:///path/dispatch.db")
    return Path(path)


def timeout_of(url: str) -> float:
    """Seconds to wait for another import.

    Raises:
        StoreError: the URL says something else.
    """
    from urllib.parse import parse_qs

    said = parse_qs(url.partition("?")[2]).get("timeout", [str(_WAIT)])[0]
    try:
        return float(said)
    except ValueError:
        raise StoreError(f'{shown(url)}: timeout has to be seconds, not "{said}"') from None
