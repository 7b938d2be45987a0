"""ignored-document: a known kind that `dispatch create -f` skips."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity


class IgnoredDocument(Rule):
    """`dispatch create -f` knows the kind and still skips the document silently:
    Application, ServiceClass, ServicePlan, ServiceBinding, Run, Rule, Source and Broker cannot
    be created from a file, and the others only under their manifest name (Secret, never
    SecretEntity).
    """

    name = "ignored-document"
    summary = "a manifest that `dispatch create -f` skips"
    severity = Severity.WARNING
    valid = (Example("kind: Secret\nname: a\n"),)
    invalid = (
        Example(
            "kind: Application\nname: shop\n",
            (("/kind", "`dispatch create -f` skips documents of the kind Application"),),
        ),
        Example(
            "kind: SecretEntity\nname: a\n",
            (("/kind", '`dispatch create -f` skips the kind "SecretEntity"; '
              "manifests use Secret"),),
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        kind = self.catalogue.kind(entity.kind)
        if entity.form != "manifest" or kind is None or not entity.written_kind:
            return
        if kind.ignored or "manifest" not in kind.forms:
            message = f"`dispatch create -f` skips documents of the kind {kind.name}"
            yield Finding(("kind",), message, help="create it with its own command")
        elif entity.written_kind in kind.aliases:
            message = (f'`dispatch create -f` skips the kind "{entity.written_kind}"; '
                       f"manifests use {kind.name}")  # fmt: skip
            yield Finding(("kind",), message, help=f"write kind: {kind.name}")
