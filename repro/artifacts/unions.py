"""Documents that list dataclasses of several classes, told apart by `kind`.

msgspec converts and describes one dataclass a place. A field `tuple[A | B, ...]` of a document is therefore converted
item by item here: the class is the one whose `kind: Literal[...]` names the item's `kind`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, make_dataclass
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")

#: The field by which the classes of a list are told apart.
KIND = "kind"

#: A class by each `kind` that it names.
Members = Mapping[str, type[Any]]


def converted(stored: Any, kind: type[T]) -> T:
    """The dataclass `kind` that `stored` holds, its lists of several classes included.

    Raises:
        msgspec.ValidationError: `stored` does not fit; says where.
    """
    lists = lists_of(kind)
    if not lists:
        return msgspec.convert(stored, kind)
    found = dict(vars(msgspec.convert(stored, _plain(kind))))
    for name, members in lists.items():
        found[name] = tuple(_member(item, members, place=f"$.{name}[{i}]") for i, item in enumerate(found[name]))
    return kind(**found)


def _member(item: dict[str, Any], members: Members, *, place: str) -> Any:
    member = members.get(str(item.get(KIND)))
    if member is None:
        raise msgspec.ValidationError(f"{KIND} is {item.get(KIND)!r}, allowed: {', '.join(members)} - at `{place}`")
    try:
        return msgspec.convert(item, member)
    except msgspec.ValidationError as error:
        text = str(error)
        said = text.replace("`$", f"`{place}", 1) if "`$" in text else f"{text} - at `{place}`"
        raise msgspec.ValidationError(said) from None


def described(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of `kind`: an item of a list of several classes fits one of them."""
    lists = lists_of(kind)
    schema: dict[str, Any] = msgspec.json.schema(_plain(kind) if lists else kind)
    for name, members in lists.items():
        classes = tuple(dict.fromkeys(members.values()))
        items, parts = msgspec.json.schema_components(classes, ref_template="#/$defs/{name}")
        schema["$defs"] |= parts
        schema["$defs"][kind.__name__]["properties"][name] = {"type": "array", "items": {"oneOf": list(items)}}
    return schema


def lists_of(kind: type[Any]) -> dict[str, Members]:
    """The fields of `kind` that are lists of several dataclasses, each with its classes by `kind`."""
    found: dict[str, Members] = {}
    for name, hint in get_type_hints(kind).items():
        if get_origin(hint) is not tuple:
            continue
        item = get_args(hint)[0]
        classes = get_args(item) if get_origin(item) in (Union, UnionType) else ()
        if len(classes) > 1 and all(map(is_dataclass, classes)):
            found[name] = {value: member for member in classes for value in get_args(get_type_hints(member)[KIND])}
    return found


def _plain(kind: type[Any]) -> type[Any]:
    """A class like `kind`, whose lists of several dataclasses are lists of objects."""
    hints, lists = get_type_hints(kind), lists_of(kind)
    names = [(field.name, list[dict[str, Any]] if field.name in lists else hints[field.name]) for field in fields(kind)]
    return make_dataclass(kind.__name__, names)
