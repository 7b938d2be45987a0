"""unknown-kind: `kind` is no kind of Dispatch."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch_lint.documents.document import Document
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule


@dataclass(frozen=True)
class Options:
    """What the settings can say."""

    every: bool = False
    """Whether every kind must be known, not only those that are near a known one."""


class UnknownKind(Rule):
    """`dispatch create -f` skips a document of an unknown kind without a word.

    A kind that is near a known one is a slip; kinds are case-sensitive. Others may be a kind
    of your own: declare it by the setting `definitions` or `schemas`, or set `every` so that
    every kind must be known. A document with a near kind is then judged as of that kind.
    """

    name = "unknown-kind"
    summary = "`kind` is no known kind"
    question = "kind-field"
    Options = Options
    valid = (
        Example("kind: Function\nname: hello\nimage: nodejs\n"),
        Example("kind: Widget\nname: hello\n"),
    )
    invalid = (
        Example(
            "kind: Funtion\nname: hello\nimage: nodejs\n",
            (("/kind", '"Funtion" is no kind of Dispatch; did you mean "Function"?'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\n",
        ),
        Example(
            "kind: base-image\nname: nodejs\ndockerUrl: nodejs\nlanguage: nodejs\n",
            (("/kind", '"base-image" is no kind of Dispatch; did you mean "BaseImage"?'),),
            fixed="kind: BaseImage\nname: nodejs\ndockerUrl: nodejs\nlanguage: nodejs\n",
        ),
        Example(
            "kind: Widget\nname: hello\n",
            (("/kind", '"Widget" is no known kind, and the settings ask for one'),),
            settings={"rules": {"unknown-kind": {"every": True}}},
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        written = document.written_kind
        if not written or self.catalogue.resolve(written) is not None:
            return
        if document.known:
            message = f'"{written}" is no kind of Dispatch; did you mean "{document.kind}"?'
            fix = Fix("unsafe", f"write {document.kind}", (Put(("kind",), document.kind),))
            yield Finding(("kind",), message, help=f"write kind: {document.kind}", fix=fix)
        elif self.options.every:
            message = f'"{written}" is no known kind, and the settings ask for one'
            yield Finding(("kind",), message)
