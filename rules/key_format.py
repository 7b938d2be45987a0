"""key-format: keys are `<organization>/<kind>/<name>`."""

from collections.abc import Iterator

from dispatch_lint.documents.document import ROW_KEY, Document
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule

_ROW = ('{"key": "%s", "value": {"id": "1", "name": "shop", "organizationId": "acme", '
        '"revision": 0, "version": 0, "state": null, "status": "READY", "reason": null, '
        '"tags": null, "delete": false}}\n')  # fmt: skip


class KeyFormat(Rule):
    """ "The format of the key is the same for all entities": `<organization>/<kind>/<name>`.

    The code of Dispatch writes the kind first since v0.1.18. That is one deviation, however
    many keys show it: it is reported once for each file, with the count.
    """

    name = "key-format"
    summary = "a key that is not <organization>/<kind>/<name>"
    form = "stored"
    guide = "Key"
    valid = (Example(_ROW % "acme/Application/shop", file="rows.jsonl"),)
    invalid = (
        Example(
            _ROW % "Application/acme/shop",
            (("", 'the key "Application/acme/shop" is laid out <kind>/<organization>/<name>, as '
              "Dispatch writes it since v0.1.18; the guide says <organization>/<kind>/<name>"),),
            file="rows.jsonl",
            fixed='{"key": "acme/Application/shop", "value": {"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, "state": null, "status": "READY", "reason": null, "tags": null, "delete": false}}\n',
        ),
        Example(
            _ROW % "acme/shop",
            (("", 'the key "acme/shop" has 2 parts; the guide says '
              "<organization>/<kind>/<name>"),),
            file="rows.jsonl",
            settings={"kinds": {"*.jsonl": "Application"}},
        ),
        Example(
            _ROW % "acme/Applicaton/shop",
            (("", 'the key "acme/Applicaton/shop" names no kind of Dispatch; '
              'did you mean "Application"?'),),
            file="rows.jsonl",
        ),
        Example(
            _ROW % "acme/Application/shpo",
            (("", 'the key "acme/Application/shpo" is not that of its entity: '
              'the name is "shop"'),),
            file="rows.jsonl",
        ),
    )  # fmt: skip

    def check(self, document: Document) -> Iterator[Finding]:
        if document.row is None:
            return
        key = document.row.key
        parts = key.split("/")
        guide = "the guide says <organization>/<kind>/<name>"
        if len(parts) != 3:
            count = f"{len(parts)} part{'s' if len(parts) > 1 else ''}"
            yield self._layout(f"parts-{len(parts)}", f'the key "{key}" has {count}; {guide}')
        elif not all(parts):
            yield self._layout("empty", f'the key "{key}" has an empty part; {guide}')
        elif self._is_kind(document, parts[1]):
            yield from self._disagreement(document, parts[0], parts[2])
        elif self._is_kind(document, parts[0]):
            yield self._layout(
                "kind-first",
                f'the key "{key}" is laid out <kind>/<organization>/<name>, as Dispatch writes it '
                f"since v0.1.18; {guide}",
                f"{parts[1]}/{parts[0]}/{parts[2]}",
            )
            yield from self._disagreement(document, parts[1], parts[2])
        elif self._is_kind(document, parts[2]):
            proper = f"{parts[0]}/{parts[2]}/{parts[1]}"
            yield self._layout("kind-last", f'the key "{key}" has the kind last; {guide}', proper)
        elif self.catalogue.resolve(parts[1]) or self.catalogue.resolve(parts[0]):
            start = f'the key "{key}" is not that of its entity: '
            yield Finding(ROW_KEY, f'{start}the kind is "{document.kind}"')
        else:
            meant = f'; did you mean "{document.kind}"?' if document.known else ""
            message = f'the key "{key}" names no kind of Dispatch{meant}'
            yield self._layout(f"unknown-{document.kind}", message)

    def _is_kind(self, document: Document, part: str) -> bool:
        kind = self.catalogue.resolve(part)
        return part == document.kind if kind is None else kind.name == document.kind or not (
            document.known
        )  # fmt: skip

    def _layout(self, layout: str, message: str, proper: str = "") -> Finding:
        fix = Fix("safe", f"write {proper}", (Put(ROW_KEY, proper),)) if proper else None
        return Finding(ROW_KEY, message, fold=layout, help="migrate the keys of the store", fix=fix)

    def _disagreement(self, document: Document, organization: str, name: str) -> Iterator[Finding]:
        entity = document.entity
        said = entity.get(self.catalogue.organization_field)
        assert document.row is not None
        start = f'the key "{document.row.key}" is not that of its entity: '
        if isinstance(said, str) and said and said != organization:
            yield Finding(ROW_KEY, f'{start}the organization is "{said}"')
        if isinstance(entity.get("name"), str) and entity["name"] != name:
            yield Finding(ROW_KEY, f'{start}the name is "{entity["name"]}"')
