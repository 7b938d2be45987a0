"""What an editor can do about violations: fixes, comments that ignore them, external entities."""

from __future__ import annotations

from functools import partial
from glob import escape
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from dispatch_lint.config.settings_file import FILE
from dispatch_lint.engine.summary import Result, Summary
from dispatch_lint.fix.add_ignores import comment_for
from dispatch_lint.fix.proof import changes_only_fixed, new_violations, with_text
from dispatch_lint.fix.rounds import fix_sources
from dispatch_lint.fix.selection import apply_fixes
from dispatch_lint.lsp.declaring import declare_external
from dispatch_lint.lsp.diagnostics import SOURCE, diagnostic
from dispatch_lint.lsp.renaming import workspace_edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.documents.source import Source
    from dispatch_lint.lsp.buffers import Buffer
    from dispatch_lint.lsp.session import Member, Session
    from dispatch_lint.lsp.workspace import Workspace
    from dispatch_lint.model.violation import Violation

FIX_ALL = "source.fixAll.dispatch-lint"
KINDS = [lsp.CodeActionKind.QuickFix, FIX_ALL]
_MAX_FIXES = 20
"""Violations at one place whose fixes are tried."""


class Actions:
    """The actions for one request.

    Args:
        versioned: whether the editor takes edits of certain versions of texts.
        creates: whether it takes edits that create files.
    """

    def __init__(
        self, session: Session, params: lsp.CodeActionParams, *, versioned: bool, creates: bool
    ) -> None:
        self._session, self._params, self._versioned = session, params, versioned
        self._creates = creates and versioned
        self._uri = params.text_document.uri

    def all(self) -> Iterator[lsp.CodeAction]:
        """The actions that are asked for."""
        member = self._session.member(self._uri)
        buffer = member.workspace.buffer(member.key) if member is not None else None
        if member is None or buffer is None:
            return
        checked = member.workspace.check(member.key)
        if self._wants(lsp.CodeActionKind.QuickFix):
            wanted = [violation for violation in checked.violations
                      if self._is_meant(buffer, violation)]  # fmt: skip
            fixable = [violation for violation in wanted if violation.fix is not None]
            before = self._located(member) if fixable else ()
            for violation in fixable[:_MAX_FIXES]:
                if _holds(member, violation, before):
                    yield self._fix(member, buffer, violation)
            for violation in wanted[:_MAX_FIXES]:
                yield from self._others(member, buffer, violation)
        if self._wants(FIX_ALL) and any(
            violation.fix is not None and violation.fix.safety == "safe"
            for violation in checked.violations
        ):
            yield from self._fix_all(member, buffer)

    def _wants(self, kind: str) -> bool:
        """Whether actions of a kind are asked for: all of those below a kind that is named."""
        only = self._params.context.only
        return only is None or any(
            kind == wanted or kind.startswith(f"{wanted}.") or not wanted for wanted in only
        )

    def _is_meant(self, buffer: Buffer, violation: Violation) -> bool:
        """Whether a violation is among the diagnostics of the request, or else in its range.

        Some editors do not hand on all that a diagnostic has.
        """
        place = buffer.text.range(violation.range)
        named = [item for item in self._params.context.diagnostics if item.source in (SOURCE, None)]
        if any(item.data == violation.fingerprint for item in named):
            return True
        if any(item.code == violation.rule and item.range == place for item in named):
            return True
        wanted = self._params.range
        return not named and place.start <= wanted.end and wanted.start <= place.end

    def _located(self, member: Member) -> Sequence[Violation]:
        """All violations of a file, one by one, as the proof of a fix compares them."""
        workspace, key = member.workspace, member.key
        return workspace.check_text(key, workspace.source(key)).violations

    # Fixes

    def _fix(self, member: Member, buffer: Buffer, violation: Violation) -> lsp.CodeAction:
        assert violation.fix is not None
        return lsp.CodeAction(
            title=f"dispatch-lint: {violation.fix.message}",
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[self._diagnostic(member, buffer, violation)],
            is_preferred=violation.fix.safety == "safe",
            edit=self._edit(buffer, buffer.text.edits(violation.fix.edits)),
        )

    def _fix_all(self, member: Member, buffer: Buffer) -> Iterator[lsp.CodeAction]:
        """The action that makes all safe fixes which hold together, as `--fix` does."""
        workspace, key = member.workspace, member.key
        source = workspace.source(key)._replace(reported=True)
        fixed = fix_sources(partial(_check, workspace, key), [source], unsafe=False)
        text = fixed.texts.get(source.name)
        if text is None:
            return
        yield lsp.CodeAction(
            title="dispatch-lint: fix all that has a safe fix",
            kind=FIX_ALL,
            edit=self._edit(buffer, buffer.text.edits_to(text)),
        )

    # Other ways

    def _others(
        self, member: Member, buffer: Buffer, violation: Violation
    ) -> Iterator[lsp.CodeAction]:
        comment = None
        if buffer.format == "yaml":
            comment = comment_for(buffer.text.text, violation)
        if comment is not None:
            yield lsp.CodeAction(
                title=f"dispatch-lint: ignore {violation.rule} here",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self._diagnostic(member, buffer, violation)],
                edit=self._edit(buffer, buffer.text.edits([comment])),
            )
        missing = violation.target
        if violation.rule != "unresolved-reference" or missing is None or member.folder is None:
            return
        if "/" in missing.name:
            return  # no setting can name it
        glob = f"{missing.kind}/{escape(missing.name)}"
        declared = declare_external(self._session, member.folder, glob)
        if declared is not None and (self._creates or not declared.is_new):
            where = f", in a new {FILE}" if declared.is_new else ""
            edit = workspace_edit(declared.edits, versioned=self._versioned)
            if declared.is_new:
                options = lsp.CreateFileOptions(ignore_if_exists=True)
                created = [lsp.CreateFile(uri, options=options) for uri in declared.edits]
                edit.document_changes = [*created, *(edit.document_changes or ())]
            yield lsp.CodeAction(
                title=f"dispatch-lint: declare {glob} external{where}",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self._diagnostic(member, buffer, violation)],
                edit=edit,
            )

    def _diagnostic(self, member: Member, buffer: Buffer, violation: Violation) -> lsp.Diagnostic:
        checker = member.workspace.configuration.checker
        return diagnostic(self._session, checker, buffer.text, violation)

    def _edit(self, buffer: Buffer, edits: list[lsp.TextEdit]) -> lsp.WorkspaceEdit:
        return workspace_edit({self._uri: (buffer.version, edits)}, versioned=self._versioned)


def _holds(member: Member, violation: Violation, before: Sequence[Violation]) -> bool:
    """Whether `--fix` would keep a fix: the text says the same otherwise, and has no new violation."""
    workspace, key = member.workspace, member.key
    buffer = workspace.buffer(key)
    if buffer is None:
        return False
    source, old = workspace.source(key), buffer.text.text
    new = apply_fixes(old, [violation])
    if not changes_only_fixed(source, old, new, [violation]):
        return False
    after = workspace.check_text(key, with_text(source, new)).violations
    return not new_violations(before, after, [violation])


def _check(workspace: Workspace, key: str, sources: Sequence[Source]) -> Result:
    """The check of one file that is fixed round by round."""
    result = workspace.check_text(key, sources[0])
    return Result(result.violations, Summary(), readings=result.readings)
