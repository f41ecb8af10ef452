"""Store the arrays of a fitted model in one .npz file with a description, and read them back; the same give the same bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import FileFormatError, atomic_writer, canonical_json, sha256_bytes

FittedModel = TypeVar("FittedModel")
Spec = TypeVar("Spec")


def write_model(path: Path, arrays: dict[str, NDArray[Any]], *, meta: dict[str, Any], schema: str, spec: object) -> None:
    """Write arrays to `path` atomically, with `meta`, the schema and the digest of the spec."""
    described = {"schema": schema, "spec": typed_spec_digest(spec), **meta}
    with atomic_writer(Path(path)) as stream:
        np.savez(stream, allow_pickle=False, meta=np.array(canonical_json(described)), **arrays)


def load_model(
    path: Path,
    build: Callable[[dict[str, NDArray[Any]], dict[str, Any], Spec], FittedModel],
    *,
    schema: str,
    spec: Spec,
    what: str,
) -> FittedModel:
    """Read a model: what `build` makes of the arrays at `path`, of `meta` and of `spec`; else as `read_model`.

    Raises:
        FileFormatError: the file is missing, damaged, of another schema or of another spec.
    """
    arrays, meta = read_model(path, schema=schema, spec=spec, what=what)
    try:
        return build(arrays, meta, spec)
    except KeyError as error:
        raise FileFormatError(f"{path} lacks {error}; fit it again") from None


def read_model(path: Path, *, schema: str, spec: object, what: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays stored at `path`, which must be of a model fitted with `spec`, and `meta`.

    what: the kind of model, for messages.

    Raises:
        FileFormatError: the file is missing, damaged, of another schema or of another spec.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        meta = json.loads(str(arrays["meta"]))
    except FileNotFoundError:
        raise FileFormatError(f"{path} does not exist; fit the baseline") from None
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise FileFormatError(f"{path} is not a model of {what} ({error}); fit it again") from None
    if meta.get("schema") != schema:
        raise FileFormatError(f"{path} has schema {meta.get('schema')!r}, this version reads {schema!r}; fit it again")
    if meta["spec"] != typed_spec_digest(spec):
        raise FileFormatError(
            f"{path} was fitted with another spec ({meta['spec'][:12]}, not {typed_spec_digest(spec)[:12]}); fit it again"
        )
    return arrays, meta


def typed_spec_digest(spec: object) -> str:
    """The SHA-256 of the spec, types of its parts included."""
    return sha256_bytes(repr(spec).encode())
