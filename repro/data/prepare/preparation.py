"""Prepare a data set, of images or of videos: verify what is there, make what is missing or damaged, describe it.

What comes out is described in `dataset.json`, which is written last: where it exists, the data set is complete.
Which examples go into which shard follows from the source's listing alone, so that a restart, another number of
threads or a refused file moves no other shard's content. What each shard left is kept beside the shards
(repro.data.prepare.journal): a damaged file is made again without reading the rest of the source.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.dataset_json import (
    FILE,
    DatasetJson,
    ImageData,
    ListedFiles,
    MadeFrom,
    ShardFile,
    SplitFiles,
    VideoData,
    VideoTable,
    read_dataset,
    write_dataset,
)
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, write_bytes
from repro.artifacts.provenance import code_digest, plain, spec_digest
from repro.artifacts.stored_files import stored_file
from repro.data.prepare.journal import Journal, Part, PreparePlan
from repro.data.prepare.shard_plan import ShardPlan
from repro.data.shards.writer import write_index
from repro.data.sources.source import Origin, SourceError, as_text
from repro.system.progress import Progress, Say

if TYPE_CHECKING:
    from repro.spec.datasets import Dataset
    from repro.spec.video_datasets import VideoDataset

#: Fields of a data set's specification that decide no byte of what is stored: names, and what makes a preparation fail.
DECIDE_NO_BYTE = ("name", "title", "of", "max_refused")
REFUSED = "refused.csv"

#: A shard and what it left.
Made = tuple[ShardPlan, Part]


class Packer(Protocol):
    """How the examples of a source become shards, and what only images or only videos have.

    unit: what is read, such as `image`. made: what is stored of it, where that is something else, such as `clips`.
    hopeless: stop before the end of the source once so many more are refused than the limit allows.
    encoding: of what is stored (repro.data.shards.writer). decoder: what decodes and resizes, with versions.
    """

    @property
    def dataset(self) -> Dataset | VideoDataset: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def unit(self) -> str: ...
    @property
    def made(self) -> str: ...
    @property
    def hopeless(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def decoder(self) -> str: ...

    def plans(self, *, shard_bytes: int) -> list[ShardPlan]:
        """Lay out the shards of all splits."""

    def working(self) -> AbstractContextManager[object]:
        """Hold the threads or processes that `pack` needs."""

    def pack(self, plan: ShardPlan, *, path: Path, progress: Progress) -> Part:
        """Read, verify and store the examples of one shard."""

    def listed(self, plan: ShardPlan) -> NDArray[np.int32]:
        """The labels of the examples that are to go into a shard."""

    def stored(self, split: str, made: Sequence[Made], *, folder: Path) -> tuple[NDArray[np.int64], VideoTable | None]:
        """How many examples, or videos, of each class are stored of a split, and the table of its videos, written now."""

    def besides(self, made: Sequence[Made], *, folder: Path, num_listed: int) -> tuple[ImageData | None, VideoData | None]:
        """What a set of images, or one of videos, has beside its splits; write the files of it."""

    def read_keys(self, part: Part) -> list[bytes]:
        """The key of each example that was read for a shard."""

    def remarks(self, made: Sequence[Made], splits: Mapping[str, SplitFiles]) -> list[str]:
        """Say what a reader should know of what is stored."""


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """A data set on its way into `folder`. num_threads: that read back what is there."""

    packer: Packer
    folder: Path
    stage: str
    num_threads: int
    say: Say
    shard_bytes: int

    def run(self) -> None:
        """Make what is not there or differs from what was made; leave the rest as it is.

        Raises:
            SourceError: the source is wrong, or more files than the data set allows were refused.
        """
        made_from = self._made_from()
        found = self._found(made_from)
        differs = self._differs(found) if found else []
        if found and not differs:
            self._refresh(found)
            return
        for file in differs:
            self._tell(f"{file} is not the file that was made; it is made again")
        (self.folder / FILE).unlink(missing_ok=True)
        plan = PreparePlan(made_from=made_from, decoder=self.packer.decoder, shard_bytes=self.shard_bytes)
        dataset = self._described(self._shards(Journal(self.folder, plan=plan)), plan)
        write_dataset(self.folder, dataset)
        self._tell(self._done(dataset))

    def _tell(self, text: str) -> None:
        self.say(f"prepare {self.packer.dataset.name}: {text}")

    def _made_from(self) -> MadeFrom:
        spec = plain(self.packer.dataset)
        return MadeFrom(
            spec_digest=spec_digest({key: value for key, value in spec.items() if key not in DECIDE_NO_BYTE}),
            code_digest=code_digest(self.stage),
            source_fingerprint=self.packer.origin.fingerprint,
        )

    def _found(self, made_from: MadeFrom) -> DatasetJson | None:
        """The description that is there, if it is whole and made from the same; else say why it is not believed."""
        try:
            found = read_dataset(self.folder)
        except MissingFileError:
            return None
        except FileFormatError:
            self._tell(f"{FILE} is not the file that was made; it is made again")
            return None
        pairs = (
            ("its settings", found.made_from.spec_digest, made_from.spec_digest),
            ("the code that prepares", found.made_from.code_digest, made_from.code_digest),
            ("its source", found.made_from.source_fingerprint, made_from.source_fingerprint),
        )
        changed = [what for what, before, now in pairs if before != now]
        if changed:
            self._tell(f"prepared anew, since {' and '.join(changed)} changed")
        return None if changed else found

    def _differs(self, found: DatasetJson) -> list[str]:
        """The files of a data set that are missing or changed since they were made."""
        files = found.files()
        with ThreadPoolExecutor(self.num_threads) as pool:
            whole = list(pool.map(lambda stored: stored.is_whole(self.folder), files))
        return [stored.file for stored, good in zip(files, whole, strict=True) if not good]

    def _refresh(self, found: DatasetJson) -> None:
        """Bring the words of a complete data set up to date, which decide nothing, and say that it is complete."""
        dataset = self.packer.dataset
        num_listed = sum(len(plan.positions) for plan in self.packer.plans(shard_bytes=self.shard_bytes))
        self._check_refused(found.refused.num, num_listed)
        fresh = replace(found, name=dataset.name, title=dataset.title, spec=plain(dataset), source=self.packer.origin.description)
        if fresh != found:
            write_dataset(self.folder, fresh)
        self._tell("complete already")

    def _shards(self, journal: Journal) -> list[Made]:
        """All shards, after making those that the journal does not know or that are damaged.

        Raises:
            SourceError: far more files than allowed were refused.
        """
        packer, made = self.packer, list[Made]()
        plans = packer.plans(shard_bytes=self.shard_bytes)
        total = sum(len(plan.positions) for plan in plans)
        what = f"prepare {packer.dataset.name}"
        progress = Progress(what, total=total, unit=f"{packer.unit}s", made=packer.made, say=self.say)
        with packer.working():
            for plan in plans:
                part = journal.load(plan.file)
                if part is None:
                    part = packer.pack(plan, path=self.folder / plan.file, progress=progress)
                    journal.store(plan.file, part)
                else:
                    progress.skip(len(plan.positions))
                made.append((plan, part))
                num_refused = sum(len(part.refused) for _, part in made)
                if num_refused > packer.dataset.max_refused * total + packer.hopeless:
                    break
        self._write_refused(made)
        self._check_refused(sum(len(part.refused) for _, part in made), total)
        return made

    def _write_refused(self, made: Sequence[Made]) -> None:
        rows = [(plan.split, file, reason) for plan, part in made for file, reason in part.refused]
        write_csv(self.folder / REFUSED, [("split", "file", "reason"), *rows])

    def _check_refused(self, num_refused: int, num_listed: int) -> None:
        share, dataset = num_refused / num_listed, self.packer.dataset
        if share > dataset.max_refused:
            raise SourceError(
                f"{num_refused} of {num_listed} {self.packer.unit}s of {dataset.name!r} ({share:.2%}) cannot be used; allowed: "
                f"{dataset.max_refused:.2%} (max_refused); the files and reasons are in {self.folder / REFUSED}; "
                "repair or delete them and run prepare again"
            )

    def _described(self, made: Sequence[Made], plan: PreparePlan) -> DatasetJson:
        """Write the indices, and whatever else belongs to the set, and say what is there."""
        packer, dataset, origin = self.packer, self.packer.dataset, self.packer.origin
        splits = {split: self._split(split, made) for split in dict.fromkeys(plan.split for plan, _ in made)}
        num_listed = sum(len(plan.positions) for plan, _ in made)
        num_refused = sum(len(part.refused) for _, part in made)
        images, videos = packer.besides(made, folder=self.folder, num_listed=num_listed)
        return DatasetJson(
            name=dataset.name,
            kind=dataset.kind,
            title=dataset.title,
            spec=plain(dataset),
            source=origin.description,
            classes=tuple(origin.classes),
            stored_px=dataset.stored_px,
            encoding=packer.encoding,
            splits=splits,
            images=images,
            videos=videos,
            refused=listed_files(self.folder / REFUSED, num=num_refused, of=num_listed),
            warnings=(*origin.warnings, *packer.remarks(made, splits), *self._in_both_splits(made)),
            wall_s=round(sum(part.wall_s for _, part in made), 3),
            num_bytes=sum(part.record.num_bytes for _, part in made),
            made_from=plan.made_from,
            decoder=plan.decoder,
        )

    def _split(self, split: str, made: Sequence[Made]) -> SplitFiles:
        own = [(plan, part) for plan, part in made if plan.split == split]
        if not any(len(part.record.label_N) for _, part in own):
            raise SourceError(f"no {self.packer.unit} of split {split!r} could be read; see {self.folder / REFUSED}")
        index = self.folder / f"{split}.index.npz"
        write_index(index, [part.record for _, part in own])
        count_K, table = self.packer.stored(split, own, folder=self.folder)
        if split == "train":
            self._check_classes(own, count_K)
        shards = (
            ShardFile(
                file=plan.file,
                sha256=part.record.sha256,
                num_bytes=part.record.num_bytes,
                num_examples=len(part.record.label_N),
            )
            for plan, part in own
        )
        return SplitFiles(
            num_examples=sum(len(part.record.label_N) for _, part in own),
            class_counts=tuple(count_K.tolist()),
            index=stored_file(index),
            shards=tuple(shards),
            videos=table,
        )

    def _check_classes(self, train: Sequence[Made], count_K: NDArray[np.int64]) -> None:
        """Fail if nothing is left of a class of which there was something to train on."""
        listed = np.unique(np.concatenate([self.packer.listed(plan) for plan, _ in train]))
        lost = [self.packer.origin.classes[label] for label in listed if not count_K[label]]
        if lost:
            raise SourceError(
                f"no training {self.packer.unit} is left of {some(lost)}; see {self.folder / REFUSED} and num_validation"
            )

    def _in_both_splits(self, made: Sequence[Made]) -> list[str]:
        sides: dict[bool, list[tuple[int, bytes]]] = {True: [], False: []}
        for plan, part in made:
            sides[plan.split == "test"] += zip(part.content_N.tolist(), self.packer.read_keys(part), strict=True)
        others = dict(sides[False])
        both = [f"{as_text(key)} = {as_text(others[content])}" for content, key in sides[True] if content in others]
        told = f"{len(both)} test {self.packer.unit}s are also training {self.packer.unit}s, byte for byte: {some(both)}"
        return [told] if both else []

    def _done(self, dataset: DatasetJson) -> str:
        splits = dataset.splits.values()
        num = sum(split.videos.num_videos if split.videos else split.num_examples for split in splits)
        made = f", {sum(split.num_examples for split in splits)} {self.packer.made}" if self.packer.made else ""
        return f"done, {num} {self.packer.unit}s{made}"


def listed_files(path: Path, *, num: int, of: int) -> ListedFiles:
    """Describe the list at `path`, of `num` files of `of`."""
    return ListedFiles(file=path.name, sha256=stored_file(path).sha256, num=num, share=num / of)


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows to `path`; names that are no valid Unicode keep their bytes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_bytes(path, text.getvalue().encode(errors="surrogateescape"))


def some(names: Sequence[str]) -> str:
    """The first few names and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
