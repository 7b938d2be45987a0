"""unknown-kind: `kind` is no kind of Dispatch."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch_lint.rule import EntityView, Example, Finding, Fix, Put, Rule


@dataclass(frozen=True)
class Options:
    """The options of the rule."""

    every: bool = False
    """Whether every kind must be known, not only those that are near a known one."""


class UnknownKind(Rule):
    """`dispatch create -f` silently skips a document of an unknown kind.

    A kind that is near a known one is a misspelling (kinds are case-sensitive), and the document is
    checked as one of the known kind. Others may be a kind of your own: declare it by the setting
    `definitions` or `schemas`, or set `every` so that every kind must be known.
    """

    name = "unknown-kind"
    summary = "an unknown kind"
    question = "kind-field"
    Options = Options
    valid = (
        Example("kind: Function\nname: hello\nimage: nodejs\n"),
        Example("kind: Widget\nname: hello\n"),
    )
    invalid = (
        Example(
            "kind: Funtion\nname: hello\nimage: nodejs\n",
            (("/kind", 'unknown kind "Funtion"; did you mean "Function"?'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\n",
        ),
        Example(
            "kind: base-image\nname: nodejs\ndockerUrl: nodejs\nlanguage: nodejs\n",
            (("/kind", 'unknown kind "base-image"; did you mean "BaseImage"?'),),
            fixed="kind: BaseImage\nname: nodejs\ndockerUrl: nodejs\nlanguage: nodejs\n",
        ),
        Example(
            "kind: Widget\nname: hello\n",
            (("/kind", 'unknown kind "Widget", which the option `every` reports'),),
            settings={"rules": {"unknown-kind": {"every": True}}},
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        written = entity.written_kind
        if not written or self.catalogue.kind(written) is not None:
            return
        if entity.known:
            message = f'unknown kind "{written}"; did you mean "{entity.kind}"?'
            fix = Fix("unsafe", f"write {entity.kind}", (Put(("kind",), entity.kind),))
            yield Finding(("kind",), message, help=f"write kind: {entity.kind}", fix=fix)
        elif self.options.every:
            message = f'unknown kind "{written}", which the option `every` reports'
            yield Finding(("kind",), message)
