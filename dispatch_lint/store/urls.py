"""Store URLs: what they refer to, and how messages show them.

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
"""Seconds that an import waits for another one, by default; `?timeout=` overrides it."""


def scheme_of(text: str) -> str:
    """The scheme of a URL in lower case; `sqlite` for a plain path."""
    match = URL.match(text)
    return match["scheme"].lower() if match else "sqlite"


def unknown(url: str) -> StoreError:
    """The error for a URL that is not one of a store."""
    return StoreError(f"{shown(url)}: a store is named by sqlite:///…, postgresql://… or bolt:///…")


def rooted(url: str, root: Path) -> str:
    """A URL that is relative to a folder, as one that can be opened from anywhere."""
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


def same_store(url: str, other_url: str) -> bool:
    """Whether two URLs refer to the same SQLite file."""
    here = Path.cwd()
    if {scheme_of(url), scheme_of(other_url)} != {"sqlite"}:
        return False
    return sqlite_path(rooted(url, here)) == sqlite_path(rooted(other_url, here))


def shown(url: str) -> str:
    """A URL as messages show it: without its password, and without its parameters."""
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
    """A path, relative to the working directory if it is inside it."""
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path


def secrets_of(url: str) -> list[str]:
    """The passwords of a URL, as written and decoded: no message may contain one."""
    from urllib.parse import parse_qs, unquote, urlsplit

    try:
        parts = urlsplit(url)
        secrets = [parts.password] if parts.password else []
    except ValueError:
        secrets, parts = [], urlsplit("")
    for name, values in parse_qs(parts.query).items():
        if name in _SECRETS:
            secrets += values
    return [text for secret in secrets for text in {secret, unquote(secret)} if text]


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:` URL, or of a plain path.

    Raises:
        StoreError: the URL has no path.
    """
    match = URL.match(url)
    if match is None:
        return Path(url)
    rest = url[match.end() :].partition("?")[0]
    # As in SQLAlchemy: three slashes for a relative path, four for an absolute one.
    path = rest.removeprefix("/")
    if not path or rest == path:
        raise StoreError(f"{shown(url)}: write sqlite:///path, with three slashes, or with four "
                         "for an absolute path")  # fmt: skip
    return Path(path)


def bolt_path(url: str) -> Path:
    """The file of a `bolt:` URL: `bolt:///absolute/path`, or `bolt://relative/path`.

    Raises:
        StoreError: the URL has no path.
    """
    path = url[len("bolt://") :].partition("?")[0]
    if not path.strip("/"):
        raise StoreError(f"{url}: write bolt:///path/dispatch.db")
    return Path(path)


def timeout_of(url: str) -> float:
    """Seconds to wait for another import.

    Raises:
        StoreError: the value in the URL is not a number.
    """
    from urllib.parse import parse_qs

    timeout = parse_qs(url.partition("?")[2]).get("timeout", [str(_WAIT)])[0]
    try:
        return float(timeout)
    except ValueError:
        raise StoreError(f'{shown(url)}: timeout has to be seconds, not "{timeout}"') from None
