"""OpenAPI models → `EntityType`: Swagger 2.0 `definitions`, OpenAPI 3 `components.schemas`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.model import (
    EntityType,
    Enumeration,
    EnumValue,
    Field,
    Type,
    models_of,
)
from dispatch_lint.model.location import Location

if TYPE_CHECKING:
    from dispatch_lint.definitions.golang import Conventions
    from dispatch_lint.text.tree import Part

_MAX_NESTING = 30


class OpenApiReader:
    """Reads the entity types of one description.

    Args:
        part: the description with its places.
        kind_of: the kind that the settings give a model, by its name.
    """

    def __init__(
        self, part: Part, file: str, conventions: Conventions,
        kind_of: Callable[[str], str | None] = lambda _: None, budget: Budget | None = None,
    ) -> None:  # fmt: skip
        self._budget = budget or Budget(Limits().fields)
        self._place: tuple[Any, ...] = ()
        self._part, self._file, self._conventions = part, file, conventions
        self._kind_of = kind_of
        self._models, self._path = models_of(part.value)
        self._kinds: tuple[str, ...] = ()
        self._kind = ""

    def entity_types(self) -> list[EntityType]:
        """The models that are entities: those with a kind and a name, or by the settings."""
        roles = {name: role for name in self._models if (role := self._role(name))}
        if "entity" not in roles.values():
            return []  # an API of something else, which has an Image too
        named = [self._canonical(name) for name, role in roles.items() if role == "entity"]
        self._kinds = tuple(dict.fromkeys([*named, *sorted(self._conventions.kinds)]))
        return [self._entity_type(name, role) for name, role in roles.items()]

    def _canonical(self, name: str) -> str:
        return self._kind_of(name) or self._conventions.aliases.get(name, name)

    def _role(self, name: str) -> str:
        if self._kind_of(name):
            return "entity"
        properties = {one for one, _, _ in self._properties(self._models[name], ())}
        if {"kind", "name"} <= properties:
            return "entity"
        return "value" if self._canonical(name) in self._conventions.kinds else ""

    def _entity_type(self, name: str, role: str) -> EntityType:
        self._kind, self._place = self._canonical(name), (*self._path, name)
        model = self._models[name]
        standard = self._conventions.standards.get(name, "")
        fields = tuple(self._fields(model, (*self._path, name), standard, (name,)))
        return EntityType(
            kind=self._kind,
            name=name,
            form="manifest",
            description=_text(model.get("description")),
            fields=fields,
            location=self._location((*self._path, name)),
            aliases=(name,) if name in self._conventions.aliases else (),
            statuses=self._statuses(model),
            value=role == "value",
            language="OpenAPI",
        )

    def _fields(
        self, model: Any, path: tuple[Any, ...], standard: str, open_models: tuple[str, ...]
    ) -> Iterator[Field]:
        required = _required_of(model, self._resolve)
        seen = set()
        for name, said, place in self._properties(model, path):
            if name in seen:
                continue
            seen.add(name)
            self._budget.spend()
            type_ = self._type(said, place, open_models)
            must = name in required
            yield Field(
                name=name,
                source_name=_text(said.get("x-go-name")) or name,
                # A Go model says that a field has to be there by a pointer that is never left out.
                type=type_._replace(pointer=must),
                description=_text(said.get("description")),
                location=self._location(place),
                omitempty=not must,
                reference=None
                if standard
                else self._conventions.reference(
                    self._kind, name, type_, self._kinds, top=len(open_models) == 1
                ),
                pattern=_text(said.get("pattern")),
                readonly=said.get("readOnly") is True,
                required=must,
                standard=standard,
                examples=(said["example"],) if "example" in said else (),
                default=said.get("default"),
            )

    def _properties(
        self, model: Any, path: tuple[Any, ...], depth: int = 0, seen: set[str] | None = None
    ) -> Iterator[tuple[str, dict[str, Any], tuple[Any, ...]]]:
        """The properties of a model, those that `$ref` and `allOf` bring along included.

        Args:
            seen: the models that have been met; they bring along nothing new.
        """
        if not isinstance(model, dict) or depth > _MAX_NESTING:
            return
        seen = set() if seen is None else seen
        target = self._resolve(model)
        if target is not None:
            if target[0] not in seen:
                seen.add(target[0])
                path = (*self._path, target[0])
                yield from self._properties(target[1], path, depth + 1, seen)
            return
        properties = model.get("properties")
        for name, said in (properties if isinstance(properties, dict) else {}).items():
            place = (*path, "properties", name)
            yield str(name), said if isinstance(said, dict) else {}, place
        several = model.get("allOf")
        for index, one in enumerate(several if isinstance(several, list) else ()):
            yield from self._properties(one, (*path, "allOf", index), depth + 1, seen)

    def _resolve(self, said: Any) -> tuple[str, Any] | None:
        """The model that a local `$ref` names."""
        ref = said.get("$ref") if isinstance(said, dict) else None
        prefix = f"#/{'/'.join(self._path)}/"
        if not isinstance(ref, str) or not ref.startswith(prefix):
            return None
        name = ref[len(prefix) :].replace("~1", "/").replace("~0", "~")
        return (name, self._models[name]) if name in self._models else None

    def _type(
        self, said: Any, path: tuple[Any, ...], open_models: tuple[str, ...], standard: str = ""
    ) -> Type:
        target = self._resolve(said)
        if target is not None:
            return self._model_type(*target, open_models)
        if not isinstance(said, dict) or "$ref" in said:
            return Type("any")
        kind = said.get("type")
        if isinstance(kind, list):  # OpenAPI 3.1
            kind = next((one for one in kind if one != "null"), None)
        if kind == "array":
            item = self._type(said.get("items"), (*path, "items"), open_models)
            return Type("list", item=item)
        if any(True for _ in self._properties(said, path)):
            return Type("object", fields=tuple(self._fields(said, path, standard, open_models)))
        return self._plain(said, kind, path, open_models)

    def _model_type(self, name: str, model: Any, open_models: tuple[str, ...]) -> Type:
        if name in open_models or len(open_models) > _MAX_NESTING:
            return Type("any")  # a model inside itself
        if not self._budget.allows(self._location(self._place)):
            return Type("any")
        standard = self._conventions.standards.get(name, "")
        inner = self._type(model, (*self._path, name), (*open_models, name), standard)
        entity = inner.wire_type == "object" and self._role(name) == "entity"
        return inner._replace(
            name=name,
            kind=self._canonical(name) if entity else "",
            standard=standard,
        )

    def _plain(
        self, said: dict[str, Any], kind: Any, path: tuple[Any, ...], open_models: tuple[str, ...]
    ) -> Type:
        values = said.get("enum")
        if kind == "string" and isinstance(values, list):
            texts = tuple(EnumValue(one) for one in values if isinstance(one, str))
            return Type("enum", values=texts)
        if kind == "string":
            return Type("time" if said.get("format") == "date-time" else "string")
        if kind == "integer":
            return Type("unsigned" if said.get("minimum") == 0 else "integer")
        if kind in ("number", "boolean"):
            return Type("number" if kind == "number" else "boolean")
        further = said.get("additionalProperties")
        if kind == "object" and isinstance(further, dict):
            inner = (*path, "additionalProperties")
            return Type("map", item=self._type(further, inner, open_models))
        return Type("any")

    def _statuses(self, model: Any) -> Enumeration | None:
        for name, said, place in self._properties(model, ()):
            if name != "status":
                continue
            target = self._resolve(said)
            values = (target[1] if target else said).get("enum")
            if isinstance(values, list):
                path = (*self._path, target[0]) if target else place
                location = self._location(path)
                texts = [one for one in values if isinstance(one, str)]
                return Enumeration(target[0] if target else name, tuple((one, location) for one in texts),
                                   location)  # fmt: skip
        return None

    def _location(self, path: tuple[Any, ...]) -> Location:
        place = self._part.range(path, "key")
        end = place.end_column if place.end_line == place.line else place.column + 1
        return Location(self._file, place._replace(end_line=place.line, end_column=end))


def _required_of(model: Any, resolve: Callable[[Any], tuple[str, Any] | None]) -> set[str]:
    """The names that a model requires, those that `allOf` brings along included."""
    found: set[str] = set()
    seen: set[str] = set()
    pending = [model]
    while pending:
        one = pending.pop()
        if not isinstance(one, dict):
            continue
        target = resolve(one)
        if target is not None:
            if target[0] not in seen:
                seen.add(target[0])
                pending.append(target[1])
            continue
        required = one.get("required")
        found |= {name for name in required if isinstance(name, str)} if isinstance(
            required, list
        ) else set()  # fmt: skip
        several = one.get("allOf")
        pending += several if isinstance(several, list) else []
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
