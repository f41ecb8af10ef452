"""Read CIFAR-10 from its official Python batches, in a folder or downloaded.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. Each file's MD5 is compared with the
published one before it is parsed, and it is parsed by an unpickler that makes strings, numbers, lists, dicts and one array of
bytes, and nothing else: a pickle file is a program, and this one may do only what the official files do.

The images are 32x32 arrays and no JPEG files, so they are stored `raw`: compressing them again would add artefacts that the
data set does not have, at a size where they are as large as the objects' detail.
Order: the five training batches in their order, then the test batch as the split `test`; labels as published.

Shape suffixes: N images of a batch, H height, W width, C colour channels (R, G, B).
"""

from __future__ import annotations

import hashlib
import io
import pickle
import pickletools
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from repro.artifacts.files import readable
from repro.data.files.places import CIFAR10_ARCHIVE, CIFAR10_FOLDER, CIFAR10_TEST, CIFAR10_TRAIN, UserFiles, files_of
from repro.data.files.reading import read_regular
from repro.data.sources.download import download
from repro.data.sources.source import Listing, SourceError, as_bytes
from repro.system.progress import Say

FOLDER, ARCHIVE = CIFAR10_FOLDER, CIFAR10_ARCHIVE
URLS = ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",)
ARCHIVE_MD5 = "c58f30108f718f92721af3b95e74349a"
TRAIN_FILES, TEST_FILES = CIFAR10_TRAIN, CIFAR10_TEST
FILE_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
#: A batch has 31 MB, the whole archive unpacked 186.
MAX_BATCH_BYTES, MAX_UNPACKED_BYTES = 2**25, 2**28
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE_PX = 32


class Cifar10Source:
    """CIFAR-10 as a source: `folder` (or one above it) holds the official batches or their archive; None downloads it.

    Raises:
        SourceError: the folder holds neither; later, a file is missing or has another MD5 than published.
    """

    keep_files = False
    warnings: tuple[str, ...] = ()
    classes = CLASSES

    def __init__(
        self,
        folder: Path | None,
        *,
        download_folder: Path,
        say: Say,
        urls: Sequence[str] = URLS,
        archive_md5: str = ARCHIVE_MD5,
        file_md5: Mapping[str, str] = FILE_MD5,
    ) -> None:
        self._place = None if folder is None else find_batches(folder)
        self.files: UserFiles | None = None if folder is None else files_of(folder, "cifar10")
        self._download_folder = download_folder
        self._say = say
        self._urls = urls
        self._archive_md5 = archive_md5
        self._file_md5 = file_md5

    @property
    def description(self) -> str:
        return (
            f"official Python batches, downloaded from {self._urls[0]}"
            if self._place is None
            else f"official Python batches, {self._place.resolve().name}"
        )

    @property
    def fingerprint(self) -> str:
        """The published hashes: files with any others are refused."""
        return hashlib.sha256(" ".join(self._file_md5.values()).encode()).hexdigest()

    @cached_property
    def listings(self) -> Mapping[str, Listing]:
        return {split: self._listing(split) for split in ("train", "test")}

    def read(self, split: str, index: int) -> npt.NDArray[np.uint8]:
        """The pixels (32, 32, 3) of image `index` of `split`."""
        images_NCHW, _ = self._splits[split]
        return np.ascontiguousarray(images_NCHW[index].transpose(1, 2, 0))

    def _listing(self, split: str) -> Listing:
        labels = self._splits[split][1]
        names = [f"{CLASSES[label]}/{split}_{i:05d}" for i, label in enumerate(labels.tolist())]
        return Listing(file_N=as_bytes(names), key_N=as_bytes(names), label_N=labels)

    @cached_property
    def _splits(self) -> dict[str, tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]]:
        contents = self._contents()
        splits = {}
        for split, files in (("train", TRAIN_FILES), ("test", TEST_FILES)):
            batches = [parse_batch(contents[file], name=file) for file in files]
            splits[split] = (np.concatenate([images for images, _ in batches]), np.concatenate([labels for _, labels in batches]))
        return splits

    def _contents(self) -> dict[str, bytes]:
        place = self._place
        if place is None:
            place = self._download_folder / ARCHIVE
            download(self._urls, path=place, md5=self._archive_md5, say=self._say)
        files = TRAIN_FILES + TEST_FILES
        contents = read_archive(place, files=files) if place.is_file() else read_folder(place, files=files)
        for name, content in contents.items():
            got = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if got != self._file_md5[name]:
                raise SourceError(
                    f"{name} in {place} has MD5 {got}, the published file has {self._file_md5[name]}; "
                    "fetch the archive again, or leave out --config data=DIR to download it"
                )
        return contents


def find_batches(folder: Path) -> Path:
    """The folder of the batches, or the archive, that `folder` is or holds.

    Raises:
        SourceError: there is neither.
    """
    candidates = (folder / FOLDER, folder, folder / ARCHIVE)
    for candidate in candidates:
        if candidate.is_file() or (candidate / TEST_FILES[0]).is_file():
            return candidate
    raise SourceError(
        f"no CIFAR-10 in {folder}: expected the folder {FOLDER!r} with {TRAIN_FILES[0]} ... {TEST_FILES[0]}, or {ARCHIVE!r}; "
        "give its place by --config data=DIR, or leave the option out to download it"
    )


def read_folder(folder: Path, *, files: Sequence[str]) -> dict[str, bytes]:
    """The content of each of `files` in `folder`.

    Raises:
        SourceError: one is missing.
    """
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        raise SourceError(f"{folder} has no {', '.join(missing)}; CIFAR-10 needs all of {', '.join(files)}")
    try:
        return {name: read_regular(folder / name, most=MAX_BATCH_BYTES) for name in files}
    except OSError as error:
        raise SourceError(f"{error.filename} is no official CIFAR-10 batch ({error.strerror}); fetch the archive again") from None


def read_archive(path: Path, *, files: Sequence[str]) -> dict[str, bytes]:
    """The content of each of `files` in the official archive.

    Only regular members of exactly these names and of a batch's size are read, into memory: nothing of the archive reaches
    the disk.

    Raises:
        SourceError: one is missing, or the archive is damaged.
    """
    wanted = {f"{FOLDER}/{name}": name for name in files}
    contents = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in _plain_members(archive, path):
                if member.name not in wanted:
                    continue
                stream = archive.extractfile(member)
                if stream is not None:
                    contents[wanted[member.name]] = stream.read()
    except SourceError:
        raise
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, OverflowError) as error:
        raise SourceError(f"{path} is no readable archive ({error}); delete it and run prepare again") from None
    missing = [name for name in files if name not in contents]
    if missing:
        raise SourceError(f"{path} has no {', '.join(missing)}; CIFAR-10 needs all of {', '.join(files)}")
    return {name: contents[name] for name in files}


def _plain_members(archive: tarfile.TarFile, path: Path) -> Iterator[tarfile.TarInfo]:
    """Give the members of an archive that has the size of the official one.

    Raises:
        SourceError: a member says that it is larger, or is stored with holes, which a few bytes can make of any size.
    """
    unpacked = 0
    for member in archive:
        unpacked += member.size
        if member.issparse() or member.size > MAX_BATCH_BYTES or unpacked > MAX_UNPACKED_BYTES:
            raise SourceError(
                f"{path} is not the official archive: its {member.name!r} has holes, or more than {MAX_BATCH_BYTES} bytes, "
                "or it all has more than the official one; delete it and run prepare again"
            )
        if member.isreg():
            yield member


class _Array:
    """Stand-in for the array of a batch while its pickle is read: takes what the file says and builds nothing."""

    state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = state


def _empty_array(*_: object) -> _Array:
    return _Array()


class _ArrayType:
    """Name of the array type, as an argument."""


class _ElementType:
    """Stand-in for the type of the array's elements: keeps its code."""

    def __init__(self, code: str, *_: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        pass


#: The only names that the official files use, and what we put in their places: nothing here acts.
_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy", "ndarray"): _ArrayType,
    ("numpy", "dtype"): _ElementType,
}


class _BatchUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no official batch does")
        return _ALLOWED[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to objects outside the file, which no official batch does")


def _check_numbers(content: bytes) -> None:
    """Refuse a pickle that numbers its objects higher than it has bytes: the table of them would fill the memory."""
    for operation, argument, _ in pickletools.genops(content):
        if operation.name in ("PUT", "BINPUT", "LONG_BINPUT") and int(argument or 0) > len(content):
            raise pickle.UnpicklingError(f"it numbers an object {argument}, which no official batch does")


def parse_batch(content: bytes, *, name: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Images (N, 3, 32, 32) and labels (N) of a Python batch, without running anything it may contain.

    Raises:
        SourceError: the file asks for more than an official batch does, or has another structure.
    """
    try:
        _check_numbers(content)
        batch = _BatchUnpickler(io.BytesIO(content), encoding="latin1").load()
        pixels, labels = _pixels(batch["data"]), np.array(batch["labels"], np.int32)
    except Exception as error:  # A hostile pickle can raise anything.
        said = readable(" ".join(str(error).split()))[:200]
        raise SourceError(f"{name} is no official CIFAR-10 batch: {said}; fetch the archive again") from None
    if labels.shape != (len(pixels),) or not (labels.min(initial=0) >= 0 and labels.max(initial=0) < len(CLASSES)):
        raise SourceError(
            f"{name} is no official CIFAR-10 batch: its labels do not fit its {len(pixels)} images; fetch the archive again"
        )
    return pixels.reshape(-1, 3, SIDE_PX, SIDE_PX), labels


def _pixels(array: _Array) -> npt.NDArray[np.uint8]:
    _, shape, element_type, column_major, raw = array.state
    if element_type.code != "u1" or column_major or len(shape) != 2 or shape[1] != 3 * SIDE_PX**2:
        raise ValueError(f"its array has type {element_type.code!r} and shape {shape}; allowed: 'u1' and (N, {3 * SIDE_PX**2})")
    stored = raw.encode("latin1") if isinstance(raw, str) else raw
    return np.frombuffer(stored, np.uint8).reshape(shape)
