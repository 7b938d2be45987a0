"""key-format: keys are `<organization>/<kind>/<name>`."""

from collections.abc import Iterator

from dispatch_lint.rule import ROW_KEY, EntityView, Example, Finding, Fix, Put, Rule

_ROW = ('{"key": "%s", "value": {"id": "1", "name": "shop", "organizationId": "acme", '
        '"revision": 0, "version": 0, "state": null, "status": "READY", "reason": null, '
        '"tags": null, "delete": false}}\n')  # fmt: skip
_GUIDE = "the guide requires <organization>/<kind>/<name>"


class KeyFormat(Rule):
    """ "The format of the key is the same for all entities": `<organization>/<kind>/<name>`.

    The code of Dispatch writes the kind first since v0.1.18. That is one deviation, however
    many keys show it: it is reported once for each file, with the count.
    """

    name = "key-format"
    summary = "a key that is not <organization>/<kind>/<name>"
    guide = "Key"
    valid = (Example(_ROW % "acme/Application/shop", file="rows.jsonl"),)
    invalid = (
        Example(
            _ROW % "Application/acme/shop",
            (("", 'the key "Application/acme/shop" has the layout <kind>/<organization>/<name>, which '
              "Dispatch writes since v0.1.18; the guide requires <organization>/<kind>/<name>"),),
            file="rows.jsonl",
            fixed='{"key": "acme/Application/shop", "value": {"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, "state": null, "status": "READY", "reason": null, "tags": null, "delete": false}}\n',
        ),
        Example(
            _ROW % "acme/shop",
            (("", 'the key "acme/shop" has 2 parts; the guide requires '
              "<organization>/<kind>/<name>"),),
            file="rows.jsonl",
            settings={"kinds": {"*.jsonl": "Application"}},
        ),
        Example(
            _ROW % "acme/Applicaton/shop",
            (("", 'the key "acme/Applicaton/shop" contains an unknown kind; '
              'did you mean "Application"?'),),
            file="rows.jsonl",
        ),
        Example(
            _ROW % "acme/Application/shpo",
            (("", 'the key "acme/Application/shpo" does not match its entity: '
              'the name is "shop"'),),
            file="rows.jsonl",
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.form != "stored" or entity.row is None:
            return
        key = entity.row.key
        parts = key.split("/")
        if len(parts) != 3:
            count = f"{len(parts)} part{'s' if len(parts) > 1 else ''}"
            yield _layout(f"parts-{len(parts)}", f'the key "{key}" has {count}; {_GUIDE}')
        elif not all(parts):
            yield _layout("empty", f'the key "{key}" has an empty part; {_GUIDE}')
        else:
            yield from self._check_parts(entity, key, *parts)

    def _check_parts(
        self, entity: EntityView, key: str, first: str, second: str, third: str
    ) -> Iterator[Finding]:
        if self._is_kind(entity, second):
            yield from self._check_values(entity, key, first, third)
        elif self._is_kind(entity, first):
            message = (f'the key "{key}" has the layout <kind>/<organization>/<name>, which '
                       f"Dispatch writes since v0.1.18; {_GUIDE}")  # fmt: skip
            yield _layout("kind-first", message, f"{second}/{first}/{third}")
            yield from self._check_values(entity, key, second, third)
        elif self._is_kind(entity, third):
            message = f'the key "{key}" has the kind last; {_GUIDE}'
            yield _layout("kind-last", message, f"{first}/{third}/{second}")
        elif self.catalogue.kind(second) or self.catalogue.kind(first):
            yield _disagreement(key, "kind", entity.kind)
        else:
            meant = f'; did you mean "{entity.kind}"?' if entity.known else ""
            message = f'the key "{key}" contains an unknown kind{meant}'
            yield _layout(f"unknown-{entity.kind}", message)

    def _is_kind(self, entity: EntityView, part: str) -> bool:
        """Whether a part of the key names the kind; any kind, where that of the entity is unknown."""
        kind = self.catalogue.kind(part)
        if kind is None:
            return part == entity.kind
        return kind.name == entity.kind or not entity.known

    def _check_values(
        self, entity: EntityView, key: str, organization: str, name: str
    ) -> Iterator[Finding]:
        """Compare the parts of a key with the fields of the entity."""
        own_organization = entity.get(self.catalogue.organization_field)
        own_name = entity.get("name")
        if isinstance(own_organization, str) and own_organization not in ("", organization):
            yield _disagreement(key, "organization", own_organization)
        if isinstance(own_name, str) and own_name != name:
            yield _disagreement(key, "name", own_name)


def _layout(layout: str, message: str, proper: str = "") -> Finding:
    """A finding that is reported once for all keys of a file that have the same layout."""
    fix = Fix("safe", f"write {proper}", (Put(ROW_KEY, proper),)) if proper else None
    return Finding(ROW_KEY, message, fold=layout, help="migrate the keys of the store", fix=fix)


def _disagreement(key: str, part: str, value: str) -> Finding:
    return Finding(ROW_KEY, f'the key "{key}" does not match its entity: the {part} is "{value}"')
