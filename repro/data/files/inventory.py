"""Remember the files from which a data set was prepared, and say what has changed since, without reading what has not.

A file counts as unchanged while its size, times and mode are those that were seen; where they differ, its bytes are hashed
and compared. So a copy, a `touch` or a restored backup changes nothing. Each file has a version, 64 bits that stay while its
bytes do; the state of a source is the digest of the names and versions of all its files.

Shape suffix: N files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import read_npz, write_npz
from repro.artifacts.files import write_bytes
from repro.data.files.found import FoundFile
from repro.data.files.places import UserFiles
from repro.data.files.reading import content_hash

#: Beside the shards: the files from which they were made; and the last look at them that found the same bytes.
INVENTORY, LAST_SEEN = "source.npz", "source-seen.txt"
UNKNOWN = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownFile:
    """A file as it was seen. version: stays while its bytes do. content: their hash, UNKNOWN if they were not read."""

    file: FoundFile
    version: int
    content: int = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How many files differ from those that are known. touched: other times, and the same bytes."""

    added: int = 0
    removed: int = 0
    replaced: int = 0
    touched: int = 0

    @property
    def text(self) -> str:
        """What changed, in words; empty if nothing did."""
        counts = (("added", self.added), ("removed", self.removed), ("replaced", self.replaced))
        parts = [f"{num} {what}" for what, num in counts if num]
        if not parts:
            return ""
        num = sum(num for _, num in counts)
        first, *others = parts
        number, _, what = first.partition(" ")
        return ", ".join([f"{number} {'file' if number == '1' else 'files'} {what}", *others]) if num else ""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All files of a source, as they are now and as they were read. first: the state when they were first prepared from."""

    files: Mapping[str, KnownFile]
    changes: Changes = field(default_factory=Changes)
    first: str = ""

    @property
    def state(self) -> str:
        """The digest of names and versions."""
        digest = hashlib.sha256()
        for name, known in sorted(self.files.items()):
            digest.update(f"{name}\0{known.version:x}\0".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def read(self, contents: Mapping[str, int]) -> Inventory:
        """The same files, of which those in `contents` were read by now and have these hashes."""
        files = {
            name: KnownFile(file=known.file, version=known.version, content=contents.get(name, known.content))
            for name, known in self.files.items()
        }
        return Inventory(files=files, changes=self.changes, first=self.first)


def compared(files: UserFiles, known: Inventory | None, *, most_bytes: int) -> Inventory:
    """The files that are there, with the versions of those whose bytes are `known` and the same."""
    before = known.files if known else {}
    now: dict[str, KnownFile] = {}
    added = replaced = touched = 0
    for file in files.all:
        old = before.get(file.name)
        if old is not None and old.file.status == file.status:
            now[file.name] = old
        elif old is not None and _same_bytes(old, file, root=files.root, most_bytes=most_bytes):
            now[file.name] = KnownFile(file=file, version=old.version, content=old.content)
            touched += 1
        else:
            now[file.name] = KnownFile(file=file, version=_version(file))
            replaced += old is not None
            added += old is None
    removed = sum(name not in now for name in before)
    changes = Changes(added=added, removed=removed, replaced=replaced, touched=touched)
    return Inventory(files=now, changes=changes, first=known.first if known else "")


def _same_bytes(old: KnownFile, file: FoundFile, *, root: Path, most_bytes: int) -> bool:
    if old.content == UNKNOWN or old.file.num_bytes != file.num_bytes:
        return False
    try:
        return content_hash(root / file.name, most=most_bytes) == old.content
    except OSError:
        return False


def _version(file: FoundFile) -> int:
    return int.from_bytes(hashlib.blake2b(repr(file.status).encode(), digest_size=8).digest(), "little")


def write_inventory(folder: Path, inventory: Inventory) -> None:
    """Store what is known of the files from which `folder` is prepared."""
    known = list(inventory.files.values())
    names = "\0".join(inventory.files).encode(errors="surrogateescape")
    status = [(*item.file.status,) for item in known]
    arrays: dict[str, NDArray[Any]] = {
        "first": np.array(inventory.first or inventory.state),
        "names": np.frombuffer(names, np.uint8),
        "status_N4": np.array(status, np.int64).reshape(-1, 4),
        "version_N": np.array([item.version for item in known], np.uint64),
        "content_N": np.array([item.content for item in known], np.uint64),
    }
    write_npz(folder / INVENTORY, arrays)


def read_inventory(folder: Path) -> Inventory | None:
    """What is known of the files from which `folder` was prepared; None if that is nothing, or damaged."""
    try:
        arrays = read_npz(folder / INVENTORY)
        text = arrays["names"].tobytes().decode(errors="surrogateescape")
        names = text.split("\0") if len(arrays["version_N"]) else []
        first = str(arrays["first"]) if "first" in arrays else ""
        rows = zip(names, arrays["status_N4"].tolist(), arrays["version_N"].tolist(), arrays["content_N"].tolist(), strict=True)
        return Inventory(
            files={
                name: KnownFile(file=_found(name, status), version=version, content=content)
                for name, status, version, content in rows
            },
            first=first,
        )
    except Exception:  # a damaged archive fails in many ways; without an inventory all files count as new
        return None


def _found(name: str, status: Sequence[int]) -> FoundFile:
    num_bytes, modified_ns, changed_ns, mode = status
    return FoundFile(name=name, num_bytes=num_bytes, modified_ns=modified_ns, changed_ns=changed_ns, mode=mode)


def remember_seen(folder: Path, files: UserFiles, *, state: str) -> None:
    """Note that the files as they are now have the bytes of `state`, so that they need not be hashed again."""
    with suppress(OSError):  # a folder that cannot be written: they are hashed again
        write_bytes(folder / LAST_SEEN, f"{state} {_look(files)}\n".encode())


def seen_before(folder: Path, files: UserFiles, *, state: str) -> bool:
    """Whether the last look at these very files found the bytes of `state`."""
    try:
        return os.fsdecode((folder / LAST_SEEN).read_bytes()).split() == [state, _look(files)]
    except OSError:
        return False


def _look(files: UserFiles) -> str:
    digest = hashlib.sha256()
    for file in files.all:
        digest.update(f"{file.name}\0{file.status}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()
