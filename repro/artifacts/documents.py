"""JSON files between stages as frozen dataclasses: one form, one writer, one reader.

A document is `{"schema": "run/2", "sha256": ..., <fields>}`: `sha256` is the SHA-256 of the canonical JSON of its
fields, so that a changed bit is found when the file is read, whoever changed it. The class of a document names its
schema in `SCHEMA`. What a class does not name, or names with another type, is refused when the file is read.
"""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from repro.artifacts.files import FileFormatError, canonical_json, sha256_bytes, write_text

#: Keys that every document has beside its fields.
SCHEMA_KEY, DIGEST_KEY = "schema", "sha256"


class Document(Protocol):
    """A frozen dataclass that is stored as a file of its own."""

    SCHEMA: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


D = TypeVar("D", bound=Document)


def text_of(document: Document) -> str:
    """Return the JSON text of `document`, with its schema and the digest of its fields."""
    fields = fields_of(document)
    head = {SCHEMA_KEY: document.SCHEMA, DIGEST_KEY: digest_of(fields)}
    return json.dumps({**head, **fields}, indent=1, allow_nan=False) + "\n"


def write_document(path: Path, document: Document) -> None:
    """Write `document` to `path` atomically."""
    write_text(path, text_of(document))


def read_document(path: Path, kind: type[D]) -> D:
    """Return the document stored at `path`.

    Raises:
        FileFormatError: the file is missing, is not JSON, has another schema, other fields, or was changed since it was
            written.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileFormatError(f"{path} does not exist; run the stage that makes it ({kind.SCHEMA})") from None
    return document_from(content, kind, name=str(path))


def document_from(content: bytes, kind: type[D], *, name: str) -> D:
    """Return the document that `content` holds; `name` is what an error calls it. Raises as `read_document` does."""
    again = "delete it and run its stage again"
    try:
        stored = json.loads(content)
    except ValueError as error:
        raise FileFormatError(f"{name} is not JSON ({error}); {again}") from None
    got = stored.pop(SCHEMA_KEY, None) if isinstance(stored, dict) else None
    if got != kind.SCHEMA:
        raise FileFormatError(f"{name} has schema {got!r}, this version reads {kind.SCHEMA!r}; {again}")
    digest = stored.pop(DIGEST_KEY, None)
    if digest != digest_of(stored):
        raise FileFormatError(f"{name} was changed since it was written: its content has another SHA-256 than it says; {again}")
    try:
        document = msgspec.convert(stored, kind)
    except msgspec.ValidationError as error:
        raise FileFormatError(f"{name} does not fit {kind.SCHEMA}: {error}; {again}") from None
    unknown = sorted(set(stored) - set(kind.__dataclass_fields__))
    if unknown:
        raise FileFormatError(f"{name} has fields that {kind.SCHEMA} does not name: {', '.join(unknown)}; {again}")
    return document


def fields_of(value: Any) -> dict[str, Any]:
    """Return a dataclass as JSON-ready dicts, lists and scalars."""
    assert is_dataclass(value), f"{type(value).__name__} is not a dataclass"
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return fields


def digest_of(fields: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of a document's fields."""
    return sha256_bytes(canonical_json(fields).encode())


@cache
def json_schema(kind: type[Document]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the files of `kind`."""
    schema: dict[str, Any] = msgspec.json.schema(kind)
    return schema
