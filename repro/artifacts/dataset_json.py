"""`dataset.json`: what a prepared data set holds, and the hash of each of its files. It is written last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from msgspec import to_builtins

from repro.artifacts.documents import PlainSpec, digest_of, read_document, write_document
from repro.artifacts.stored_files import StoredFile, check_file_name

FILE = "dataset.json"
Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ShardFile:
    """One shard: a tar file of examples."""

    file: str
    sha256: str
    num_bytes: int
    num_examples: int

    def __post_init__(self) -> None:
        check_file_name(self.file)


@dataclass(frozen=True, kw_only=True)
class VideoTable:
    """Of a split of videos: how many there are, and the file that says which clips are whose."""

    num_videos: int
    table: StoredFile


@dataclass(frozen=True, kw_only=True)
class SplitFiles:
    """Examples (images or clips) of one split. class_counts: examples, or videos, of each class."""

    num_examples: int
    class_counts: tuple[int, ...]
    index: StoredFile
    shards: tuple[ShardFile, ...]
    videos: VideoTable | None = None


@dataclass(frozen=True, kw_only=True)
class ListedFiles:
    """A list of files that are not among the data, as .csv; `share` is of all files, in [0, 1]."""

    file: str
    sha256: str
    num: int
    share: float

    def __post_init__(self) -> None:
        check_file_name(self.file)


@dataclass(frozen=True, kw_only=True)
class LeftOutFiles:
    """Files of the user that are not among the data, at one place and for one reason; `example` is one of them.

    counts: they would have been examples, and count towards the share above which preparation stops.
    """

    place: str
    reason: str
    num: int
    example: str
    counts: bool


@dataclass(frozen=True, kw_only=True)
class ColorStatistics:
    """Covariance of the RGB values of the training pixels (0 to 255), with its eigenvectors as columns."""

    covariance: Matrix
    eigenvalues: tuple[float, ...]
    eigenvectors: Matrix


@dataclass(frozen=True, kw_only=True)
class ImageData:
    """What a set of images has beside its splits."""

    mean_image: StoredFile
    color: ColorStatistics


@dataclass(frozen=True, kw_only=True)
class VideoData:
    """What a set of videos has beside its splits: frames of a clip, whether clips may be mirrored, groups of classes."""

    num_frames: int
    mirror: bool
    groups: dict[str, str]
    missing: ListedFiles


@dataclass(frozen=True, kw_only=True)
class MadeFrom:
    """What was prepared, by which code, from which files."""

    spec_digest: str
    code_digest: str
    source_fingerprint: str


@dataclass(frozen=True, kw_only=True)
class DatasetJson:
    """A prepared data set: of images, or of videos.

    spec: the data set's specification. source, decoder: where the examples come from and what decoded them, for a reader.
    refused: files that could not be used. left_out: what became of those that are not among the data, or are there twice.
    wall_s: time that preparation took. num_bytes: of all shards.
    """

    SCHEMA: ClassVar[str] = "dataset/3"
    STAGE: ClassVar[str] = "prepare"

    name: str
    kind: str
    title: str
    spec: PlainSpec
    source: str
    classes: tuple[str, ...]
    stored_px: int
    encoding: str
    splits: dict[str, SplitFiles]
    images: ImageData | None = None
    videos: VideoData | None = None
    refused: ListedFiles
    left_out: tuple[LeftOutFiles, ...] = ()
    warnings: tuple[str, ...]
    wall_s: float
    num_bytes: int
    made_from: MadeFrom
    decoder: str

    def __post_init__(self) -> None:
        if (self.images is None) == (self.videos is None):
            raise ValueError("images and videos are both there or both missing; allowed: one of them")
        absent = {"train", "test"} - set(self.splits)
        if absent:
            raise ValueError(f"there is no split {', '.join(sorted(absent))}; allowed: train and test, and validation")
        if self.videos is not None and any(split.videos is None for split in self.splits.values()):
            raise ValueError("a split of videos has no table of them; allowed: one for each split")

    @property
    def digest(self) -> str:
        """The digest by which runs say what they were trained on.

        It is that of what training, fitting and scoring read of a prepared set: every stored byte, what it stands for
        and how it is decoded. Prepared again, elsewhere or at another time, the same bytes have the same digest, whatever
        the set is called, wherever its source lies, whatever decoded it and however long that took.
        """
        return digest_of(
            {
                "classes": self.classes,
                "encoding": self.encoding,
                "stored_px": self.stored_px,
                "splits": {name: _bytes_of(split) for name, split in self.splits.items()},
                "images": self.images and {"mean": self.images.mean_image.sha256, "color": to_builtins(self.images.color)},
                "videos": self.videos and {**to_builtins(self.videos), "missing": None},
            }
        )

    def files(self) -> list[StoredFile]:
        """All files of the set, each with its hash."""
        named: list[StoredFile | ShardFile | ListedFiles] = [self.refused]
        named += [self.images.mean_image] if self.images else []
        named += [self.videos.missing] if self.videos else []
        for split in self.splits.values():
            named += [split.index, *([split.videos.table] if split.videos else []), *split.shards]
        return [StoredFile(file=item.file, sha256=item.sha256) for item in named]

    @property
    def knobs(self) -> PlainSpec:
        """Knobs of generated data by name; none of others."""
        return self.spec.get("procedural") or {}

    @property
    def groups(self) -> Mapping[str, str]:
        """Group of each class, where classes are grouped."""
        return self.videos.groups if self.videos else {}


def _bytes_of(split: SplitFiles) -> dict[str, Any]:
    """What is stored of a split, by hashes: which examples, in which shards, in which order, with which labels."""
    return {
        "index": split.index.sha256,
        "shards": [shard.sha256 for shard in split.shards],
        "videos": split.videos and split.videos.table.sha256,
    }


def read_dataset(folder: Path) -> DatasetJson:
    """The description of the data set prepared in `folder`.

    Raises:
        FileFormatError: it is missing or damaged (repro.artifacts.documents.read_document).
    """
    return read_document(Path(folder) / FILE, DatasetJson)


def write_dataset(folder: Path, dataset: DatasetJson) -> None:
    """Write the description of the data set prepared in `folder`: from now on it is complete."""
    write_document(Path(folder) / FILE, dataset)
