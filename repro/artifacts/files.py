"""Read and write the files through which the stages meet: atomic, hashed, schema-versioned."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from repro.system.filesystem import move_over, naming, set_mode, sync, sync_folder

#: How the name of a file ends that is being written.
PART = ".part"


class FileFormatError(ValueError):
    """A file of ours is missing, damaged or of another schema than this code reads."""


@contextmanager
def atomic_writer(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` and move it there only after a clean close.

    The bytes are on disk (fsync of the file and of its folder) before the name appears,
    so a reader sees the old file or the whole new one, whatever dies in between.
    """
    path = Path(path)
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                sync(stream.fileno())
            set_mode(Path(temporary), 0o644)
            move_over(Path(temporary), path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def remove_parts(folder: Path, *, below: bool = False) -> None:
    """Remove what writers that were killed have left in `folder`, and `below` it; who holds the lock of it may do so."""
    for part in folder.rglob(f".*{PART}") if below else folder.glob(f".*{PART}"):
        part.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically."""
    with atomic_writer(path) as stream:
        stream.write(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path` atomically."""
    write_bytes(path, text.encode())


def canonical_json(value: Any) -> str:
    """The one JSON text of `value`: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_bytes(content: bytes) -> str:
    """The SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """The SHA-256 of the file at `path` in hexadecimal, read in pieces."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def data_folder(results: Path, scale: str, dataset: str) -> Path:
    """The folder of a prepared data set."""
    return Path(results) / scale / "data" / dataset


def run_folder(results: Path, run_id: str) -> Path:
    """The folder of the run called `scale/paper/variant/seed`."""
    scale, paper, variant, seed = run_id.split("/")
    return Path(results) / scale / "runs" / paper / variant / seed
