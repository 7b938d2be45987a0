"""Values and views that rules can read and not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from dispatch_lint.text.harmless import shown_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_lint.model.location import Path


def changed(what: str) -> TypeError:
    """The error for a rule that changes what it is given, or tries to.

    Args:
        what: it changes, as far as that is known.
    """
    return TypeError(f"a rule cannot change what it is given; a fix says what to change ({what})")


def _refusing(does: str) -> Callable[..., NoReturn]:
    """A method that would change something.

    Args:
        does: what it does, or changes; `{}` stands for its first argument, a key or a name.
    """

    def refuse(self: object, *given: object, **_: object) -> NoReturn:
        raise changed(f"{does.format(*map(shown_value, given))} of {_called(self)}")

    return refuse


def _called(value: object) -> str:
    """What a value is to the author of a rule."""
    if isinstance(value, dict | list):
        return "a dict" if isinstance(value, dict) else "a list"
    of_rules = __name__.rpartition(".")[0]  # the engine derives classes of its own
    classes = (class_ for class_ in type(value).__mro__ if class_.__module__.startswith(of_rules))
    return f"the {next(classes).__name__}"


class ReadOnlyDict(dict[str, Any]):
    """A dict that cannot be changed. `dict(value)` is a copy that can."""

    __slots__ = ()
    __setitem__, __delitem__ = _refusing("the item {}"), _refusing("the item {}")
    __ior__, update, setdefault = (
        _refusing("`|=`"),
        _refusing("`update`"),
        _refusing("`setdefault`"),
    )
    pop, popitem, clear = _refusing("`pop`"), _refusing("`popitem`"), _refusing("`clear`")

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return changeable(self)  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        return read_only, (changeable(self),)


class ReadOnlyList(list[Any]):
    """A list that cannot be changed. `list(value)` is a copy that can."""

    __slots__ = ()
    __setitem__, __delitem__ = _refusing("the item {}"), _refusing("the item {}")
    __iadd__, __imul__ = _refusing("`+=`"), _refusing("`*=`")
    append, extend, insert = _refusing("`append`"), _refusing("`extend`"), _refusing("`insert`")
    remove, pop, clear = _refusing("`remove`"), _refusing("`pop`"), _refusing("`clear`")
    sort, reverse = _refusing("`sort`"), _refusing("`reverse`")

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return changeable(self)  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        return read_only, (changeable(self),)


class ReadOnlyView:
    """The base of all views: their attributes cannot be set or deleted."""

    __slots__ = ()

    __setattr__, __delattr__ = _refusing("the attribute {}"), _refusing("the attribute {}")


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


def changed_path(copy: Any, value: Any) -> Path | None:
    """Where a `read_only` copy of a value was changed first; None where it was not."""
    if not is_changed(copy, value):
        return None
    path: list[str | int] = []
    while True:
        if isinstance(copy, dict) and isinstance(value, dict):
            keys: list[Any] = [*dict.fromkeys((*value, *copy))]
        elif isinstance(copy, list) and isinstance(value, list) and len(copy) == len(value):
            keys = [*range(len(value))]
        else:
            return tuple(path)
        is_dict = isinstance(copy, dict)
        for key in keys:
            if is_dict and (key not in copy or key not in value):
                return (*path, key)
            if is_changed(copy[key], value[key]):
                path.append(key)
                copy, value = copy[key], value[key]
                break
        else:
            return tuple(path)


def changeable(value: Any) -> Any:
    """A copy of a value of JSON that can be changed."""
    if isinstance(value, dict):
        return {name: changeable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [changeable(inner) for inner in value]
    return value
