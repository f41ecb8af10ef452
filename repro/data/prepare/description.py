"""Describe a prepared data set: its splits and statistics, and what became of every file of the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.dataset_json import DatasetJson, LeftOutFiles, MadeFrom, ShardFile, SplitFiles
from repro.artifacts.files import readable
from repro.artifacts.provenance import plain
from repro.artifacts.stored_files import stored_file
from repro.data.files.account import listed_files, refused_rows, same_bytes_rows
from repro.data.prepare.journal import Part
from repro.data.prepare.packer import Made, Packer
from repro.data.shards.writer import write_index
from repro.data.sources.source import SourceError, as_text
from repro.system.some import some

REFUSED = "refused.csv"


@dataclass(frozen=True, kw_only=True)
class Description:
    """The description of what `packer` has made in `folder`."""

    packer: Packer
    folder: Path

    def written(self, made: Sequence[Made], made_from: MadeFrom) -> DatasetJson:
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
            left_out=self._account(made),
            warnings=(*origin.warnings, *packer.remarks(made, splits), *self._in_both_splits(made)),
            wall_s=round(sum(part.wall_s for _, part in made), 3),
            num_bytes=sum(part.record.num_bytes for _, part in made),
            made_from=made_from,
            decoder=packer.decoder,
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
        lost = [readable(self.packer.origin.classes[label]) for label in listed if not count_K[label]]
        if lost:
            raise SourceError(
                f"no training {self.packer.unit} is left of {some(lost)}; see {self.folder / REFUSED} and num_validation"
            )

    def _account(self, made: Sequence[Made]) -> tuple[LeftOutFiles, ...]:
        """What was left out, refused, or kept though it is there twice."""
        files = self.packer.origin.files
        refused = [(plan.split, file, reason) for plan, part in made for file, reason in part.refused]
        contents: dict[str, list[tuple[int, str]]] = {}
        for plan, part in made:
            names = map(as_text, self.packer.read_keys(part))
            contents.setdefault(plan.source_split, []).extend(zip(part.content_N.tolist(), names, strict=True))
        return (
            *(files.left_out.rows if files else ()),
            *refused_rows(refused),
            *same_bytes_rows(contents, unit=self.packer.unit),
        )

    def _in_both_splits(self, made: Sequence[Made]) -> list[str]:
        train = [part for plan, part in made if plan.split != "test"]
        test = [part for plan, part in made if plan.split == "test"]
        of_train, of_test = (np.concatenate([part.content_N for part in parts]) for parts in (train, test))
        shared = np.intersect1d(of_train, of_test)
        others, own = dict(self._keys_of(train, shared)), self._keys_of(test, shared)
        both = [readable(f"{as_text(key)} = {as_text(others[content])}") for content, key in own]
        told = f"{len(both)} test {self.packer.unit}s are also training {self.packer.unit}s, byte for byte: {some(both)}"
        return [told] if both else []

    def _keys_of(self, parts: Sequence[Part], contents: NDArray[np.uint64]) -> list[tuple[int, bytes]]:
        """(hash, key) of the examples whose file has one of these hashes."""
        found = list[tuple[int, bytes]]()
        for part in parts:
            rows = np.flatnonzero(np.isin(part.content_N, contents)).tolist()
            keys = self.packer.read_keys(part) if rows else []
            found += [(int(part.content_N[row]), keys[row]) for row in rows]
        return found

    def done(self, dataset: DatasetJson) -> str:
        """Say how much is stored."""
        splits = dataset.splits.values()
        num = sum(split.videos.num_videos if split.videos else split.num_examples for split in splits)
        made = f", {sum(split.num_examples for split in splits)} {self.packer.made}" if self.packer.made else ""
        return f"done, {num} {self.packer.unit}s{made}"
