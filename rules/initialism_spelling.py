"""initialism-spelling: one spelling of each initialism."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dispatch_lint.rule import (
    EXEMPT,
    Example,
    FieldView,
    Finding,
    Rule,
    Severity,
    initialisms_of,
    words_of,
)


@dataclass(frozen=True)
class Options:
    """The options of the rule."""

    wire: Literal["consistent", "camel", "go"] = "consistent"
    """How wire names spell initialisms: as most fields do, as `Url`, or as `URL`."""


class InitialismSpelling(Rule):
    """ "Follow the go naming conventions": Go spells an initialism in one case (`FaasID`, never
    `FaasId`), in the name of a field too. The guide itself writes `organizationId` in its struct
    and `relatedID` in its text, so either spelling is allowed on the wire, but not both: the
    spelling that fewer fields of the catalogue use is reported. A tie reports nothing,
    `organizationId` is exempt, and so are the fields of CloudEvents, which follow another standard.
    """

    name = "initialism-spelling"
    summary = "an initialism spelled otherwise than in most fields"
    guide = "Additional Properties"
    severity = Severity.WARNING
    Options = Options
    valid = (Example("kind: Widget\nname: a\nhomepage: x\n"),)
    invalid = (
        Example(
            "kind: Widget\nname: a\nimageURL: x\n",
            (
                (
                    "/imageURL",
                    'the field "imageURL" misspells the initialism URL; rename it to "imageUrl"',
                ),
            ),
            settings={"rules": {"initialism-spelling": {"wire": "camel"}}},
            fixed="kind: Widget\nname: a\nimageUrl: x\n",
        ),
        Example(
            "kind: Widget\nname: a\nimageUrl: x\n",
            (
                (
                    "/imageUrl",
                    'the field "imageUrl" misspells the initialism Url; rename it to "imageURL"',
                ),
            ),
            settings={"rules": {"initialism-spelling": {"wire": "go"}}},
            fixed="kind: Widget\nname: a\nimageURL: x\n",
        ),
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity\n"
            '\tFaasId string `json:"faasId"`\n}\n',
            (
                (
                    "/fields/faasId",
                    'the Go name "FaasId" misspells the initialism Id; rename it to "FaasID"',
                ),
            ),
            file="shop.go",
        ),
    )

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        found = [*self._of_wire_name(field)]
        yield from found or self._of_go_name(field)

    def _of_go_name(self, field: FieldView) -> Iterator[Finding]:
        defined = field.definition
        if defined is None or defined.language != "Go" or not defined.tagged:
            return
        name = defined.source_name
        # Unlike on the wire, the first word counts; so it is not the first here.
        words = [word for _, word in initialisms_of(f"go{name}") if not word.isupper()]
        if words:
            proper = "".join(word.upper() if word in words else word for word in words_of(name))
            message = (
                f'the Go name "{name}" misspells the initialism {words[0]}; rename it to "{proper}"'
            )
            yield Finding((), message, on="key", help=f'rename it to "{proper}"')

    def _of_wire_name(self, field: FieldView) -> Iterator[Finding]:
        if field.name in EXEMPT or field.standard or (field.closed and not field.declared):
            return
        for initialism, word in dict.fromkeys(initialisms_of(field.name)):
            capitals = self._capitals(field, initialism)
            if capitals is None or word.isupper() == capitals:
                continue
            proper = _respelled(field.name, initialism, capitals=capitals)
            message = (
                f'the field "{field.name}" misspells the initialism {word}; rename it to "{proper}"'
            )
            yield Finding((), message, on="key", help=f'rename it to "{proper}"',
                      fix=field.rename_to(proper))  # fmt: skip

    def _capitals(self, field: FieldView, initialism: str) -> bool | None:
        """Whether to spell an initialism in capitals; None where neither spelling is usual."""
        if self.options.wire != "consistent":
            return bool(self.options.wire == "go")
        spellings = self.catalogue.spellings(initialism, field.form)
        if not spellings or spellings[True] == spellings[False]:
            return None
        return spellings[True] > spellings[False]


def _respelled(name: str, initialism: str, *, capitals: bool) -> str:
    first, *rest = words_of(name)
    spelled = initialism if capitals else initialism.capitalize()
    return first + "".join(spelled if word.upper() == initialism else word for word in rest)
