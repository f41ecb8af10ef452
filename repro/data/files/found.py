"""Find the regular files below a folder, by name, without reading one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.data.files.formats import Formats
from repro.data.files.left_out import HIDDEN, LINKED, NOT_REGULAR, SYSTEM, LeftOut, no_format, not_decoded
from repro.data.files.reading import SourceError

#: What file managers, network drives, archivers and editors leave; names in lower case. Hidden files need no entry.
SYSTEM_NAMES = {
    *("@eadir", "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found", "__macosx"),
    *("__pycache__", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFile:
    """A file by its name below the source's folder, with all that the file system says of it.

    num_bytes: -1 if there is nothing behind the name, as behind a dangling link. modified_ns, changed_ns: when its content,
    and when anything about it, was changed last.
    """

    name: str
    num_bytes: int
    modified_ns: int
    changed_ns: int = 0
    mode: int = 0

    @property
    def status(self) -> tuple[int, int, int, int]:
        """What differs as soon as the file may be another."""
        return self.num_bytes, self.modified_ns, self.changed_ns, self.mode


def files_below(root: Path, folder: str, *, formats: Formats, left_out: LeftOut, others: list[FoundFile]) -> list[FoundFile]:
    """Every file of these formats below `root / folder`, sorted by its name below `root`; count all others in `left_out`.

    others: takes the files of formats that are known and not decoded.
    Links to folders are followed, but to none that is read anyway, since it lies in `folder` or behind another link, and to
    none that holds one of these.

    Raises:
        SourceError: a folder cannot be read.
    """
    place = folder if folder != "." else root.resolve().name
    walk = _Walk(root / folder, formats=formats, left_out=left_out, place=place, others=others)
    return sorted(walk.files("" if folder == "." else f"{folder}/"), key=lambda file: file.name)


def found_file(path: Path, *, name: str) -> FoundFile:
    """What the file system says of the file at `path`, called `name`."""
    try:
        status = os.stat(path)
    except OSError:  # a dangling link: reading it fails and puts it on the list of refused files
        return FoundFile(name=name, num_bytes=-1, modified_ns=0)
    return _of_status(name, status)


def folders_in(folder: Path) -> list[str]:
    """The names of the folders in `folder` that may be classes, sorted.

    Raises:
        SourceError: it cannot be read.
    """
    return sorted(entry.name for entry in _entries(folder) if not _passed_over(entry.name) and _is_folder(entry))


def _of_status(name: str, status: os.stat_result) -> FoundFile:
    return FoundFile(
        name=name,
        num_bytes=status.st_size,
        modified_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns,
        mode=stat.S_IMODE(status.st_mode),
    )


def _passed_over(name: str) -> bool:
    return name[0] == "." or name.lower() in SYSTEM_NAMES


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _entries(folder: Path | str) -> Sequence[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(
            f"{folder} cannot be read ({error.strerror}); make it readable, or take it out of the data, and run prepare again"
        ) from None


class _Walk:
    """A pass over the folders below one; no path is visited twice, whatever is linked to what."""

    def __init__(self, folder: Path, *, formats: Formats, left_out: LeftOut, place: str, others: list[FoundFile]) -> None:
        self._folder, self._formats, self._left_out, self._place = folder, formats, left_out, place
        self._others = others
        self._targets = [folder.resolve()]

    def files(self, prefix: str) -> Iterator[FoundFile]:
        """Give the files; `prefix` stands before their names below the folder."""
        waiting = [(prefix, str(self._folder))]
        while waiting:
            before, folder = waiting.pop()
            for entry in _entries(folder):
                name = before + entry.name
                if _passed_over(entry.name):
                    self._left_out.add(self._place, HIDDEN if entry.name[0] == "." else SYSTEM, example=name)
                elif not _is_folder(entry):
                    yield from self._file(entry, name)
                elif entry.is_symlink() and not self._leads_on(entry):
                    self._left_out.add(self._place, LINKED, example=name, counts=True)
                else:
                    waiting.append((f"{name}/", entry.path))

    def _leads_on(self, entry: os.DirEntry[str]) -> bool:
        """Whether a linked folder is neither read already nor holds one that is."""
        target = Path(entry.path).resolve()
        if any(target.is_relative_to(other) or other.is_relative_to(target) for other in self._targets):
            return False
        self._targets.append(target)
        return True

    def _file(self, entry: os.DirEntry[str], name: str) -> Iterator[FoundFile]:
        ending = os.path.splitext(entry.name)[1].lower()
        if ending not in self._formats.decoded:
            known = ending in self._formats.others
            reason = not_decoded(ending) if known else no_format(ending, self._formats.unit)
            self._left_out.add(self._place, reason, example=name, counts=known)
            self._others += [found_file(Path(entry.path), name=name)] if known else []
            return
        try:
            status = entry.stat()
        except OSError:
            yield FoundFile(name=name, num_bytes=-1, modified_ns=0)
            return
        if stat.S_ISREG(status.st_mode):
            yield _of_status(name, status)
        else:
            self._left_out.add(self._place, NOT_REGULAR, example=name, counts=True)
