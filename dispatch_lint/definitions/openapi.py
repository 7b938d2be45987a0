"""OpenAPI models → `EntityType`: Swagger 2.0 `definitions`, OpenAPI 3 `components.schemas`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

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
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.tree import Part

_MAX_NESTING = 30


class OpenApiReader:
    """Reads the entity types of one description, one after the other.

    Args:
        part: the description as a tree, from which locations are computed.
        kind_of: the kind that the settings give a model, by its name.
    """

    def __init__(
        self, part: Part, file: str, conventions: Conventions,
        kind_of: Callable[[str], str | None] = lambda _: None, budget: Budget | None = None,
    ) -> None:  # fmt: skip
        self._part, self._file, self._conventions = part, file, conventions
        self._kind_of = kind_of
        self._budget = budget or Budget(Limits().fields)
        self._models, self._models_path = models_of(part.value)
        self._kinds: tuple[str, ...] = ()
        # Of the entity type that is being read.
        self._kind = ""
        self._path: Path = ()

    def entity_types(self) -> list[EntityType]:
        """The models that are entities: by the settings, or because of a kind and a name.

        Models that only have the name of a kind are included if there is an entity among the
        models: else it is the API of something else, which also has, say, an Image.
        """
        roles = {name: role for name in self._models if (role := self._role(name))}
        if "entity" not in roles.values():
            return []
        kinds = [self._canonical(name) for name, role in roles.items() if role == "entity"]
        self._kinds = tuple(dict.fromkeys([*kinds, *sorted(self._conventions.kinds)]))
        return [self._entity_type(name, role) for name, role in roles.items()]

    def _canonical(self, name: str) -> str:
        return self._kind_of(name) or self._conventions.aliases.get(name, name)

    def _role(self, name: str) -> Literal["entity", "value", ""]:
        if self._kind_of(name):
            return "entity"
        properties = {property_ for property_, _, _ in self._properties(self._models[name], ())}
        if {"kind", "name"} <= properties:
            return "entity"
        return "value" if self._canonical(name) in self._conventions.kinds else ""

    def _entity_type(self, name: str, role: str) -> EntityType:
        self._kind, self._path = self._canonical(name), (*self._models_path, name)
        model = self._models[name]
        standard = self._conventions.standards.get(name, "")
        fields = tuple(self._fields(model, self._path, standard, (name,)))
        return EntityType(
            kind=self._kind,
            name=name,
            form="manifest",
            description=_text(model.get("description")),
            fields=fields,
            location=self._location(self._path),
            aliases=(name,) if name in self._conventions.aliases else (),
            statuses=self._statuses(model),
            value=role == "value",
            language="OpenAPI",
        )

    def _fields(
        self, model: Any, path: Path, standard: str, open_models: tuple[str, ...]
    ) -> Iterator[Field]:
        """The fields of a model.

        Args:
            path: the path of the model in the description.
            open_models: the models around it, by name: one that contains itself is not followed.
        """
        required_names = _required_of(model, self._resolve)
        seen = set()
        for name, schema, field_path in self._properties(model, path):
            if name in seen:
                continue
            seen.add(name)
            self._budget.spend()
            type_ = self._type(schema, field_path, open_models)
            required = name in required_names
            top = len(open_models) == 1
            yield Field(
                name=name,
                source_name=_text(schema.get("x-go-name")) or name,
                # A Go model declares a required field as a pointer that is never left out.
                type=type_._replace(pointer=required),
                description=_text(schema.get("description")),
                location=self._location(field_path),
                omitempty=not required,
                reference=None
                if standard
                else self._conventions.reference(self._kind, name, type_, self._kinds, top=top),
                pattern=_text(schema.get("pattern")),
                readonly=schema.get("readOnly") is True,
                required=required,
                standard=standard,
                examples=(schema["example"],) if "example" in schema else (),
                default=schema.get("default"),
            )

    def _properties(
        self, model: Any, path: Path, depth: int = 0, seen: set[str] | None = None
    ) -> Iterator[tuple[str, dict[str, Any], Path]]:
        """The properties of a model, those of `$ref` and `allOf` included: name, schema, path.

        Args:
            seen: the names of the models that were followed already.
        """
        if not isinstance(model, dict) or depth > _MAX_NESTING:
            return
        seen = set() if seen is None else seen
        target = self._resolve(model)
        if target is not None:
            name, referred = target
            if name not in seen:
                seen.add(name)
                path = (*self._models_path, name)
                yield from self._properties(referred, path, depth + 1, seen)
            return
        properties = model.get("properties")
        for name, schema in (properties if isinstance(properties, dict) else {}).items():
            property_path = (*path, "properties", name)
            yield str(name), schema if isinstance(schema, dict) else {}, property_path
        parts = model.get("allOf")
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from self._properties(part, (*path, "allOf", index), depth + 1, seen)

    def _resolve(self, schema: Any) -> tuple[str, Any] | None:
        """The model that a local `$ref` refers to, with its name."""
        ref = schema.get("$ref") if isinstance(schema, dict) else None
        prefix = f"#/{'/'.join(self._models_path)}/"
        if not isinstance(ref, str) or not ref.startswith(prefix):
            return None
        name = ref[len(prefix) :].replace("~1", "/").replace("~0", "~")
        return (name, self._models[name]) if name in self._models else None

    def _type(
        self, schema: Any, path: Path, open_models: tuple[str, ...], standard: str = ""
    ) -> Type:
        target = self._resolve(schema)
        if target is not None:
            return self._model_type(*target, open_models)
        if not isinstance(schema, dict) or "$ref" in schema:
            return Type("any")
        json_type = schema.get("type")
        if isinstance(json_type, list):  # OpenAPI 3.1
            json_type = next((name for name in json_type if name != "null"), None)
        if json_type == "array":
            item = self._type(schema.get("items"), (*path, "items"), open_models)
            return Type("list", item=item)
        if any(True for _ in self._properties(schema, path)):
            return Type("object", fields=tuple(self._fields(schema, path, standard, open_models)))
        return self._plain_type(schema, json_type, path, open_models)

    def _model_type(self, name: str, model: Any, open_models: tuple[str, ...]) -> Type:
        if name in open_models or len(open_models) > _MAX_NESTING:
            return Type("any")
        if not self._budget.allows(self._location(self._path)):
            return Type("any")
        standard = self._conventions.standards.get(name, "")
        type_ = self._type(model, (*self._models_path, name), (*open_models, name), standard)
        is_entity = type_.wire_type == "object" and self._role(name) == "entity"
        return type_._replace(
            name=name,
            kind=self._canonical(name) if is_entity else "",
            standard=standard,
        )

    def _plain_type(
        self, schema: dict[str, Any], json_type: Any, path: Path, open_models: tuple[str, ...]
    ) -> Type:
        """The type of anything but a list or an object with properties."""
        values = schema.get("enum")
        if json_type == "string" and isinstance(values, list):
            texts = tuple(EnumValue(value) for value in values if isinstance(value, str))
            return Type("enum", values=texts)
        if json_type == "string":
            return Type("time" if schema.get("format") == "date-time" else "string")
        if json_type == "integer":
            return Type("unsigned" if schema.get("minimum") == 0 else "integer")
        if json_type in ("number", "boolean"):
            return Type("number" if json_type == "number" else "boolean")
        value_schema = schema.get("additionalProperties")
        if json_type == "object" and isinstance(value_schema, dict):
            value_path = (*path, "additionalProperties")
            return Type("map", item=self._type(value_schema, value_path, open_models))
        return Type("any")

    def _statuses(self, model: Any) -> Enumeration | None:
        for name, schema, path in self._properties(model, ()):
            if name != "status":
                continue
            target = self._resolve(schema)
            values = (target[1] if target else schema).get("enum")
            if isinstance(values, list):
                location = self._location((*self._models_path, target[0]) if target else path)
                texts = tuple((value, location) for value in values if isinstance(value, str))
                return Enumeration(target[0] if target else name, texts, location)
        return None

    def _location(self, path: Path) -> Location:
        """The location of a key of the description; of its first line only."""
        range_ = self._part.range(path, "key")
        one_line = range_.end_line == range_.line
        end = range_.end_column if one_line else range_.column + 1
        return Location(self._file, range_._replace(end_line=range_.line, end_column=end))


def _required_of(model: Any, resolve: Callable[[Any], tuple[str, Any] | None]) -> set[str]:
    """The names that a model requires, those of `$ref` and `allOf` included."""
    names: set[str] = set()
    seen: set[str] = set()
    pending = [model]
    while pending:
        schema = pending.pop()
        if not isinstance(schema, dict):
            continue
        target = resolve(schema)
        if target is not None:
            name, referred = target
            if name not in seen:
                seen.add(name)
                pending.append(referred)
            continue
        required = schema.get("required")
        if isinstance(required, list):
            names |= {name for name in required if isinstance(name, str)}
        parts = schema.get("allOf")
        pending += parts if isinstance(parts, list) else []
    return names


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
