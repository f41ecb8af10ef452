"""JSON files between stages as frozen dataclasses: one form, one writer, one reader.

A document is `{"schema": "run/2", "sha256": ..., <fields>}`: `sha256` is the SHA-256 of the canonical JSON of its fields.
The class of a document names its schema in `SCHEMA` and the command that makes it in `STAGE`. A file is read only if it is,
to the byte, what the writer would write of the document that it holds: whatever was changed, added or left out, and whoever
did it, is noticed.

A document may list dataclasses of several classes, told apart by `kind`: a field `tuple[A | B, ...]`, of which each class
names its kinds in `kind: Literal[...]`. msgspec converts and describes one dataclass a place, so such lists are converted
item by item here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, make_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from repro.artifacts.files import FileFormatError, canonical_json, sha256_bytes, write_text
from repro.artifacts.provenance import plain
from repro.system.filesystem import read_regular

#: Keys that every document has beside its fields.
SCHEMA_KEY, DIGEST_KEY = "schema", "sha256"

#: A specification as `repro.artifacts.provenance.plain` gives it: compared leaf by leaf, never read by its keys alone.
PlainSpec = dict[str, Any]


class Document(Protocol):
    """A frozen dataclass that is stored as a file of its own; `python -m repro STAGE` makes it."""

    SCHEMA: ClassVar[str]
    STAGE: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


D = TypeVar("D", bound=Document)

#: The field by which the classes of a list are told apart, and the classes by each of their kinds.
KIND = "kind"
Members = Mapping[str, type[Any]]

#: What was found of each class that was asked for: its lists of several dataclasses, and a class like it without them.
_LISTS: dict[type[Any], dict[str, Members]] = {}
_PLAIN: dict[type[Any], type[Any]] = {}


class MissingFileError(FileFormatError):
    """A file of ours is not there."""


def text_of(document: Document) -> str:
    """JSON text of `document`, with its schema and the digest of its fields.

    Raises:
        TypeError: a field has a type that its class does not declare, so that the text could not be read again.
    """
    fields = fields_of(document)
    try:
        fields = fields_of(_converted(fields, type(document)))
    except msgspec.ValidationError as error:
        raise TypeError(f"a document of {document.SCHEMA} cannot be read again: {error}") from None
    return _stated(fields, schema=document.SCHEMA, digest=digest_of(fields))


def _stated(fields: dict[str, Any], *, schema: str, digest: str) -> str:
    """The text of a document that has these fields."""
    return _in_lines({SCHEMA_KEY: schema, DIGEST_KEY: digest, **fields}) + "\n"


def _in_lines(fields: dict[str, Any]) -> str:
    """The text of `json.dumps(fields, indent=1)`, whose lines are broken in Python, in half the time."""
    try:
        return msgspec.json.format(json.dumps(fields, allow_nan=False), indent=1)
    except msgspec.DecodeError:  # half of a surrogate pair, as in the name of a file that is no UTF-8
        return json.dumps(fields, indent=1, allow_nan=False)


def write_document(path: Path, document: Document) -> None:
    """Write `document` to `path` atomically."""
    write_text(path, text_of(document))


def read_document(path: Path, kind: type[D]) -> D:
    """The document stored at `path`.

    Raises:
        MissingFileError: there is no such file.
        FileFormatError: it cannot be read, is not JSON, has another schema or other fields, or was changed since it was
            written.
    """
    try:
        content = read_regular(path)
    except FileNotFoundError:
        raise MissingFileError(f"{path} does not exist; make it with python -m repro {kind.STAGE}") from None
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read ({error.strerror}); make it readable, or delete it") from None
    return document_from(content, kind, name=str(path))


def document_from(content: bytes, kind: type[D], *, name: str) -> D:
    """The document that `content` holds; `name` is what an error calls it. Raises as `read_document` does."""
    again = f"run python -m repro {kind.STAGE} again"
    try:
        text = content.decode()
        stored = json.loads(text, parse_constant=no_constants)
        if not isinstance(stored, dict):
            raise TypeError("it is no object")
        digest = digest_of({key: stored[key] for key in stored if key not in (SCHEMA_KEY, DIGEST_KEY)})
    except (ValueError, TypeError, RecursionError) as error:
        raise FileFormatError(f"{name} is no JSON document ({error}); {again}") from None
    got = stored.pop(SCHEMA_KEY, None)
    if got != kind.SCHEMA:
        raise FileFormatError(f"{name} has schema {got!r}, this version reads {kind.SCHEMA!r}; {again}")
    if stored.pop(DIGEST_KEY, None) != digest:
        raise FileFormatError(f"{name} was changed since it was written: its SHA-256 is not the one that it states; {again}")
    try:
        document = _converted(stored, kind)
        # What was converted can be converted again: only whether it is written so is left to ask.
        same = _stated(fields_of(document), schema=kind.SCHEMA, digest=digest) == text
    except (msgspec.ValidationError, TypeError) as error:
        raise FileFormatError(f"{name} does not fit {kind.SCHEMA}: {error}; {again}") from None
    if not same:
        raise FileFormatError(f"{name} is not as {kind.SCHEMA} is written, in its fields or its spaces; {again}")
    return document


def no_constants(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{constant} is no number of JSON")


def fields_of(document: Document) -> dict[str, Any]:
    """A document as JSON-ready dicts, lists and scalars: every field, also one that has its default."""
    fields: dict[str, Any] = plain(document)
    return fields


def digest_of(fields: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a document's fields."""
    return sha256_bytes(canonical_json(fields).encode())


def json_schema(kind: type[Document]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the files of `kind`, in which every object has exactly the fields that its class names."""
    schema = entry_schema(kind)
    head = {SCHEMA_KEY: {"const": kind.SCHEMA}, DIGEST_KEY: {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
    schema["properties"] = {**head, **schema["properties"]}
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            part["required"] = list(part["properties"])
            for field in part["properties"].values():
                field.pop("default", None)
    return schema


def entry_schema(kind: type[Any]) -> dict[str, Any]:
    """JSON Schema (2020-12) of a dataclass: its objects have the fields that it names; those with a default may be missing."""
    parts: dict[str, Any] = _described(kind)["$defs"]
    for part in parts.values():
        if "properties" in part:
            part["additionalProperties"] = False
    whole = parts.pop(kind.__name__)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "$defs": parts}


def _converted(stored: Any, kind: type[D]) -> D:
    """The dataclass `kind` that `stored` holds, its lists of several classes included.

    Raises:
        msgspec.ValidationError: `stored` does not fit; says where.
    """
    lists = _lists_of(kind)
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


def _described(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of `kind`: an item of a list of several classes fits one of them."""
    lists = _lists_of(kind)
    schema: dict[str, Any] = msgspec.json.schema(_plain(kind) if lists else kind)
    for name, members in lists.items():
        classes = tuple(dict.fromkeys(members.values()))
        items, parts = msgspec.json.schema_components(classes, ref_template="#/$defs/{name}")
        schema["$defs"] |= parts
        schema["$defs"][kind.__name__]["properties"][name] = {"type": "array", "items": {"oneOf": list(items)}}
    return schema


def _lists_of(kind: type[Any]) -> dict[str, Members]:
    """The fields of `kind` that are lists of several dataclasses, each with its classes by `kind`."""
    if kind in _LISTS:
        return _LISTS[kind]
    found: dict[str, Members] = {}
    for name, hint in get_type_hints(kind).items():
        if get_origin(hint) is not tuple:
            continue
        item = get_args(hint)[0]
        classes = get_args(item) if get_origin(item) in (Union, UnionType) else ()
        if len(classes) > 1 and all(map(is_dataclass, classes)):
            found[name] = {value: member for member in classes for value in get_args(get_type_hints(member)[KIND])}
    _LISTS[kind] = found
    return found


def _plain(kind: type[Any]) -> type[Any]:
    """A class like `kind`, whose lists of several dataclasses are lists of objects."""
    if kind not in _PLAIN:
        hints, lists = get_type_hints(kind), _lists_of(kind)
        names = [(field.name, list[dict[str, Any]] if field.name in lists else hints[field.name]) for field in fields(kind)]
        _PLAIN[kind] = make_dataclass(kind.__name__, names)
    return _PLAIN[kind]
