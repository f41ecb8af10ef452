"""Write named arrays to a file whose bytes depend on them alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import atomic_writer
from repro.system.filesystem import open_regular


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write `arrays` to `path` atomically as an uncompressed .npz whose bytes depend on the arrays alone."""
    with atomic_writer(path) as stream:
        _write(stream, arrays)


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes that `write_npz` writes."""
    stream = io.BytesIO()
    _write(stream, arrays)
    return stream.getvalue()


def _write(stream: IO[bytes], arrays: Mapping[str, NDArray[Any]]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0)), member.getvalue())


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """Read all arrays of a file."""
    with open_regular(path) as stream, np.load(stream, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
