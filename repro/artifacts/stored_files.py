"""A file that a document names together with its SHA-256: it is used only while it is that very file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.files import FileFormatError, sha256_bytes, sha256_file
from repro.system.filesystem import read_regular


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """Name and SHA-256 of a file in the folder of the document that names it."""

    file: str
    sha256: str

    def __post_init__(self) -> None:
        check_file_name(self.file)

    def verify(self, folder: Path, *, again: str) -> None:
        """Check that the file in `folder` is the one that was stored; `again` says how to make it again.

        Raises:
            FileFormatError: it is missing, cannot be read, or has another SHA-256.
        """
        path = Path(folder) / self.file
        try:
            got = sha256_file(path)
        except OSError as error:
            raise FileFormatError(f"{path} cannot be read ({error.strerror}); {again}") from None
        self._compare(got, path=path, again=again)

    def is_whole(self, folder: Path) -> bool:
        """Say whether the file in `folder` is there and the one that was stored."""
        try:
            self.verify(folder, again="")
        except FileFormatError:
            return False
        return True

    def read(self, folder: Path, *, again: str) -> bytes:
        """Bytes of the file in `folder`, checked as `verify` does."""
        path = Path(folder) / self.file
        try:
            content = read_regular(path)
        except OSError as error:
            raise FileFormatError(f"{path} cannot be read ({error.strerror}); {again}") from None
        self._compare(sha256_bytes(content), path=path, again=again)
        return content

    def _compare(self, got: str, *, path: Path, again: str) -> None:
        if got != self.sha256:
            raise FileFormatError(f"{path} was changed: it has SHA-256 {got}, recorded is {self.sha256}; {again}")


def stored_file(path: Path) -> StoredFile:
    """Name and SHA-256 of the file at `path`."""
    return StoredFile(file=path.name, sha256=sha256_file(path))


def check_file_name(name: str) -> None:
    """Refuse what is not the plain name of a file: documents never lead out of their folder.

    Raises:
        ValueError: the name holds a folder, or is none.
    """
    if name in ("", ".", "..") or Path(name).name != name or "\0" in name:
        raise ValueError(f"file {name!r}; allowed: the name of a file in the document's own folder")
