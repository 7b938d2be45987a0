"""Diagnostics for editors that ask for them: those of a buffer, and those of all files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.lsp.publishing import NOTHING
from dispatch_lint.lsp.session import Member
from dispatch_lint.lsp.uris import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from dispatch_lint.lsp.publishing import Publisher
    from dispatch_lint.lsp.session import Session


def document(
    publisher: Publisher, session: Session, params: lsp.DocumentDiagnosticParams
) -> lsp.DocumentDiagnosticReport:
    """The diagnostics of a buffer, or that they are the same as before.

    Some editors also ask about files that they show in a tab, and have not opened yet.
    """
    uri = params.text_document.uri
    member = session.member(uri) if uri in session.buffers else session.member_of_file(uri)
    found, identity = publisher.identified(member) if member is not None else ([], NOTHING)
    if identity == params.previous_result_id:
        return lsp.RelatedUnchangedDocumentDiagnosticReport(identity)
    return lsp.RelatedFullDocumentDiagnosticReport(found, result_id=identity)


def workspace(
    publisher: Publisher,
    session: Session,
    params: lsp.WorkspaceDiagnosticParams,
    answer: Future[lsp.WorkspaceDiagnosticReport],
) -> Iterator[None]:
    """Answer with the diagnostics of all files of all folders; of unchanged ones, just that.

    Some editors ask again and again, and write the URI of a file in a way of their own.

    Yields:
        After each file that was looked at: this can take long, and everything else goes before it.
    """
    before = {file_of(known.uri) or known.uri: known for known in params.previous_result_ids}
    items: list[lsp.WorkspaceDocumentDiagnosticReport] = []
    try:
        for uri, version, member in _all(session):
            known = before.pop(file_of(uri), None)
            value = known.value if known is not None else NOTHING
            if publisher.known_identity(member) != value:
                found, identity = publisher.identified(member)
                yield
                if answer.cancelled():
                    return
                if identity != value:
                    items.append(
                        lsp.WorkspaceFullDocumentDiagnosticReport(
                            uri, found, version=version, result_id=identity
                        )
                    )
                    continue
            if known is not None:
                items.append(
                    lsp.WorkspaceUnchangedDocumentDiagnosticReport(uri, value, version=version)
                )
        if all(folder.is_loaded for folder in session.folders.values()):  # else it may come yet
            items += [
                lsp.WorkspaceFullDocumentDiagnosticReport(known.uri, [])
                for known in before.values()
            ]
        if answer.set_running_or_notify_cancel():
            answer.set_result(lsp.WorkspaceDiagnosticReport(items))
    except Exception as error:
        if not answer.done():
            answer.set_exception(error)


def _all(session: Session) -> Iterator[tuple[str, int | None, Member]]:
    """The URI and version of each file of each folder; a file is of the innermost one."""
    for folder in list(session.folders.values()):
        found = folder.workspace
        if found is None or not found.is_loaded:
            continue
        session.catch_up(found)
        inner = [Path(path) for path in session.folders if folder.root in Path(path).parents]
        for key in found.ordered():
            if key not in found or any(map(Path(found.name(key)).is_relative_to, inner)):
                continue
            buffer = found.buffer(key)
            version = buffer.version if buffer is not None else None
            yield session.uri_of(key, found), version, Member(found, key, folder, found)
