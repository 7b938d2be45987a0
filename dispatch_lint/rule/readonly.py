"""Values and views that rules can read and not change."""

from __future__ import annotations

from typing import Any, NoReturn

CHANGED = "a rule cannot change what it is given; a fix says what to change"


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError(CHANGED)


class ReadOnlyDict(dict[str, Any]):
    """A dict that cannot be changed. `dict(value)` is a copy that can."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    update = pop = popitem = clear = setdefault = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return changeable(self)  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        return read_only, (changeable(self),)


class ReadOnlyList(list[Any]):
    """A list that cannot be changed. `list(value)` is a copy that can."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = remove = _refuse
    pop = clear = sort = reverse = _refuse

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return changeable(self)  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        return read_only, (changeable(self),)


class ReadOnlyView:
    """The base of all views: their attributes cannot be set or deleted."""

    __slots__ = ()

    __setattr__ = __delattr__ = _refuse


set_once = object.__setattr__
"""Sets an attribute of a view, when the view is made."""


def read_only(value: Any) -> Any:
    """A value of JSON that cannot be changed, those inside it included, however deep."""
    root = _empty(value)
    pending = [(value, root)] if root is not value else []
    while pending:
        source, copy = pending.pop()
        is_dict = isinstance(source, dict)
        for key, inner in source.items() if is_dict else enumerate(source):
            inner_copy = _empty(inner)
            if inner_copy is not inner:
                pending.append((inner, inner_copy))
            if is_dict:
                dict.__setitem__(copy, key, inner_copy)
            else:
                list.append(copy, inner_copy)
    return root


def _empty(value: Any) -> Any:
    """What a value becomes, still empty; a value that has nothing inside is itself."""
    if isinstance(value, dict):
        return ReadOnlyDict()
    return ReadOnlyList() if isinstance(value, list) else value


def is_changed(copy: Any, value: Any) -> bool:
    """Whether a `read_only` copy of a value was changed: no class can forbid `list.append(copy, 1)`."""
    return copy != value and repr(copy) != repr(value)  # NaN is not equal to itself


def changeable(value: Any) -> Any:
    """A copy of a value of JSON that can be changed."""
    if isinstance(value, dict):
        return {name: changeable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [changeable(inner) for inner in value]
    return value
