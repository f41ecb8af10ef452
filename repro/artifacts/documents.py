"""JSON files between stages as frozen dataclasses: one form, one writer, one reader.

A document is `{"schema": "run/2", "sha256": ..., <fields>}`: `sha256` is the SHA-256 of the canonical JSON of its fields.
The class of a document names its schema in `SCHEMA` and the command that makes it in `STAGE`. A file is read only if it is,
to the byte, what the writer would write of the document that it holds: whatever was changed, added or left out, and whoever
did it, is noticed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

import msgspec

from repro.artifacts.files import FileFormatError, canonical_json, sha256_bytes, write_text
from repro.artifacts.provenance import plain
from repro.artifacts.unions import converted, described

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


class MissingFileError(FileFormatError):
    """A file of ours is not there."""


def text_of(document: Document) -> str:
    """JSON text of `document`, with its schema and the digest of its fields.

    Raises:
        TypeError: a field has a type that its class does not declare, so that the text could not be read again.
    """
    fields = fields_of(document)
    try:
        fields = fields_of(converted(fields, type(document)))
    except msgspec.ValidationError as error:
        raise TypeError(f"a document of {document.SCHEMA} cannot be read again: {error}") from None
    head = {SCHEMA_KEY: document.SCHEMA, DIGEST_KEY: digest_of(fields)}
    return json.dumps({**head, **fields}, indent=1, allow_nan=False) + "\n"


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
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise MissingFileError(f"{path} does not exist; make it with python -m repro {kind.STAGE}") from None
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read ({error.strerror}); make it readable, or delete it") from None
    return document_from(content, kind, name=str(path))


def document_from(content: bytes, kind: type[D], *, name: str) -> D:
    """The document that `content` holds; `name` is what an error calls it. Raises as `read_document` does."""
    again = f"delete it and run python -m repro {kind.STAGE} again"
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
        document = converted(stored, kind)
        same = text_of(document) == text
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
    parts: dict[str, Any] = described(kind)["$defs"]
    for part in parts.values():
        if "properties" in part:
            part["additionalProperties"] = False
    whole = parts.pop(kind.__name__)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "$defs": parts}
