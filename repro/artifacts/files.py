"""Read and write the files through which the stages meet: atomic, hashed, schema-versioned."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from repro.system.filesystem import move_over, naming, open_regular, set_mode, sync, sync_folder

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
    """Write `text` as UTF-8 to `path` atomically; what is no Unicode is written as `visible` shows it."""
    write_bytes(path, visible(text).encode())


#: Half of a pair that stands alone: a byte of a name that is not UTF-8, as Python shows it, or no character at all.
_LONE = re.compile("[\ud800-\udfff]")
#: Signs that move the cursor, ring, or turn the direction of what follows.
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def visible(text: str) -> str:
    """`text` with what is no Unicode written out, a byte of a name as `\\xe9`: it can be stored and printed anywhere."""
    return _LONE.sub(_written_out, text)


def readable(text: str) -> str:
    """A name as it is shown on one line: like `visible`, and also what would act on the page or terminal is written out."""
    return _ACTING.sub(_written_out, visible(text))


#: A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def no_formula(entry: str) -> str:
    """An entry of a table in CSV that a spreadsheet shows and does not compute."""
    return f"'{entry}" if entry.startswith(FORMULA) else entry


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    byte = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code
    return f"\\x{byte:02x}" if byte < 0x100 else f"\\u{byte:04x}"


def canonical_json(value: Any) -> str:
    """The one JSON text of `value`: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_bytes(content: bytes) -> str:
    """The SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """The SHA-256 of the file at `path` in hexadecimal, read in pieces."""
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def data_folder(results: Path, scale: str, dataset: str) -> Path:
    """The folder of a prepared data set."""
    return Path(results) / scale / "data" / dataset


def run_folder(results: Path, run_id: str) -> Path:
    """The folder of the run called `scale/paper/variant/seed`."""
    scale, paper, variant, seed = run_id.split("/")
    return Path(results, scale, "runs", paper, variant, seed)
