"""Store URLs: what they refer to, and how messages show them.

- `sqlite:///refs.db`, or a plain path: a reference store in one file
- `postgresql://…`: a reference store on a server, or Dispatch's own database
- `bolt:///path/dispatch.db`: the file of Dispatch's default backend
"""

from __future__ import annotations

import re
from pathlib import Path

from dispatch_lint.model.errors import StoreError

_SCHEME = r"(?i:(?P<scheme>[a-z][a-z0-9+.-]*)://)"
POSTGRES = ("postgresql", "postgres")
FILES = ("sqlite", "bolt")
_PART = r"[^:/?#@\s]*"
_HOST = rf"(?:\[[0-9A-Fa-f:.%]*\]|{_PART})(?::[0-9]*)?"
# Patterns are compiled when they are first used: most runs use no store.
_SERVER = (
    rf"(?s:(?:(?P<account>{_PART})(?::[^/?#@\s]*)?@)?(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?P<database>/[^/?#@\s]*)?(?:\?(?P<parameters>.*))?)"
)
_ACCOUNT = rf"(?P<name>{_PART})(?::[^/?#@\s]*)?@[^@]*\Z"
"""An account that is written as it has to be, before a server that is not."""
_MISTYPED = r"(?i:(?:postgres(?:ql)?|sqlite|bolt)[:/]+)"
"""How a URL begins, also one that lacks a character."""
_NO_PATH = r"(?i:(?P<scheme>postgres(?:ql)?|sqlite|bolt)(?::|//))"
"""How what is surely meant for a URL begins; `./` before it says that it is a path."""
_DRIVE = r"[A-Za-z]:[\\/]"
"""How a path on Windows begins."""
_WORD = r"[^\s\"'`@]"
_IN_TEXT = (
    rf"(?i:(?:[a-z][a-z0-9+.:-]{{0,60}}:/|{_MISTYPED}|"
    rf"//{_WORD}{{1,200}}@|[^\s\"'`:@/]{{1,60}}:{_WORD}{{1,200}}@[^\s\"'`@/]+/)[^\s\"'`]*)"
)
"""A URL, what may be meant for one, or what has an account. A path has one slash of two. All is
bounded: else a long word is looked through from each of its letters."""
_ASSIGNED = (
    r"(?i:(?<![a-z])(?P<name>(?:ssl)?password)\s{0,9}=\s{0,9}"
    r"(?:'(?:[^'\\]|\\.)*+(?:'|\Z)|[^\s&\"'`]+))"
)
"""A password in a text of parameters, as libpq takes them."""
_SECRETS = ("password", "sslpassword", "passfile")
_MAX_WAIT = 86_400
_WAIT = 30
"""Seconds that an import waits for another one, by default; `?timeout=` overrides it."""


def match_scheme(text: str) -> re.Match[str] | None:
    """The scheme of a URL, with what separates it from the rest; None for a plain path."""
    return re.match(_SCHEME, text) if "://" in text else None


def scheme_of(text: str) -> str:
    """The scheme of a URL in lower case; `sqlite` for a plain path."""
    match = match_scheme(text)
    return match["scheme"].lower() if match else "sqlite"


def unknown(url: str) -> StoreError:
    """The error for a URL that is not one of a store."""
    return StoreError(
        f"{shown(url)}: unknown kind of store; use sqlite:///…, postgresql://… or bolt:///…"
    )


def rooted(url: str, root: Path) -> str:
    """A URL that is relative to a folder, as one that can be opened from anywhere."""
    match = match_scheme(url)
    if match is None:
        return url if re.match(_NO_PATH, url) else str((root / url).absolute())
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


def file_of(url: str, root: Path) -> Path | None:
    """The file that a store is; None for a server, and for what is no store.

    Args:
        root: what a relative path begins at.
    """
    try:
        if scheme_of(url) == "sqlite":
            return sqlite_path(rooted(url, root))
        if scheme_of(url) == "bolt":
            return bolt_path(rooted(url, root))
    except StoreError:
        pass  # whoever opens it says so
    return None


def shown(url: str) -> str:
    """A URL as messages show it: without its password, and of its parameters with those only that
    name another server than the one before them.

    Of what cannot be parsed, nothing is shown between the scheme and the last `@`.
    """
    match = match_scheme(url)
    if match is None:
        mistyped = re.match(_MISTYPED, url)
        start = mistyped or re.match(_DRIVE, url)
        path = url.partition("?")[0] if mistyped or (":/" in url and not start) else url
        if mistyped and "@" not in url and not re.fullmatch(_SERVER, path[mistyped.end() :]):
            return mistyped[0]  # what is behind a colon may be a password
        found = _without_account(start, url, always=bool(mistyped)) or _from_here(path)
        return re.sub(_ASSIGNED, r"\g<name>=***", found)
    scheme, rest = match["scheme"].lower(), url[match.end() :]
    if scheme in FILES:
        path = rest.partition("?")[0]
        path = path.removeprefix("/") if scheme == "sqlite" else path
        slash = "/" if scheme == "sqlite" else ""
        return _without_account(match, url) or f"{match[0]}{slash}{_from_here(path)}"
    parsed = parse_server(url)
    if parsed is None:
        account = re.compile(_ACCOUNT).match(url, match.end())
        if account is not None:
            return f"{match[0]}{account['name']}@{rest.rpartition('@')[2].partition('?')[0]}"
        return _without_account(match, url, always=True) or match[0]
    name = f"{parsed['account']}@" if parsed["account"] is not None else ""
    return f"{match[0]}{name}{parsed['hosts']}{parsed['database'] or ''}{_server_of(rest)}"


def _server_of(rest: str) -> str:
    """The parameters of a URL that say which server is meant, as they are written."""
    from urllib.parse import unquote

    found = [
        parameter
        for parameter in rest.partition("?")[2].partition("#")[0].split("&")
        if unquote(parameter.partition("=")[0]) in ("host", "hostaddr", "port")
    ]
    return f"?{'&'.join(found)}" if found else ""


def without_passwords(message: str) -> str:
    """A message in which no URL, however mistyped, has a password or a parameter."""

    def hidden(match: re.Match[str]) -> str:
        url = match[0].rstrip(".,:;)")
        is_mistyped = match_scheme(url) is None and re.match(_MISTYPED, url)
        may_have_secrets = "@" in url or "?" in url or scheme_of(url) in POSTGRES or is_mistyped
        return f"{shown(url)}{match[0][len(url) :]}" if may_have_secrets else match[0]

    return re.sub(_ASSIGNED, r"\g<name>=***", re.sub(_IN_TEXT, hidden, message))


def parse_server(url: str) -> re.Match[str] | None:
    """The parts of the URL of a server; None where it is none.

    In an account, password or name, the characters `: / ? # @` have to be percent-encoded.
    """
    match = match_scheme(url)
    return re.compile(_SERVER).fullmatch(url, match.end()) if match else None


def _without_account(match: re.Match[str] | None, text: str, *, always: bool = False) -> str:
    """A text without what lies before its last `@`; empty where that is no account.

    Args:
        match: of the beginning that is kept.
        always: whether what lies there is hidden also where it has no `:`.
    """
    begin = match.end() if match else 0
    at = text.rfind("@")
    if at < begin or not (always or ":" in text[begin:at]):
        return ""
    return f"{text[:begin]}***{text[at:].partition('?')[0]}"


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
        StoreError: the URL has no path, or an unknown parameter; a path is meant for a URL.
    """
    match = match_scheme(url)
    if match is None:
        mistyped = re.match(_NO_PATH, url)
        if mistyped:
            raise StoreError(f"{shown(url)}: a URL begins with {mistyped['scheme'].lower()}://, and a "
                             "path of that name with ./")  # fmt: skip
        return Path(url)
    timeout_of(url)
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
        StoreError: the URL has no path, or a parameter.
    """
    path, question, _ = url[len("bolt://") :].partition("?")
    if not path.strip("/"):
        raise StoreError(f"{shown(url)}: write bolt:///path/dispatch.db")
    if question:
        raise StoreError(f"{shown(url)}: the URL of a Bolt file has no parameters")
    return Path(path)


def timeout_of(url: str) -> float:
    """Seconds to wait for another import.

    Raises:
        StoreError: the value in the URL is no number of seconds; or a file has other parameters.
    """
    from urllib.parse import parse_qsl

    seconds = float(_WAIT)
    text = url.partition("?")[2] if match_scheme(url) else ""
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name == "timeout":
            seconds = _seconds(url, value)
        elif scheme_of(url) in FILES:
            raise StoreError(f"{shown(url)}: there is no parameter {name!r}, only timeout; a file with "
                             "a ? in its name is named by its path")  # fmt: skip
    return seconds


def _seconds(url: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _MAX_WAIT:  # which nan is not, either
        raise StoreError(f"{shown(url)}: timeout must be seconds, from 0 to {_MAX_WAIT}, not "
                         f'"{value}"')  # fmt: skip
    return seconds
