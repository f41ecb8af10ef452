"""Prepare a data set: read or make it, verify every image, measure it, store it in shards.

What comes out is described in `dataset.json`, which is written last: where it exists, the data set is complete.
Every file is decoded once. The mean image and the colour covariance are those of the pixels that are encoded into the
shards (the training split without the held-out images), before JPEG rounds them once more: that moves no mean by more than
a fraction of a grey level and saves decoding all of ImageNet a second time.
Which examples go into which shard follows from the source's listing alone, so that a restart, another number of threads
or a refused file moves no other shard's content.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from repro.artifacts.dataset_json import (
    FILE,
    ColorStatistics,
    DatasetJson,
    ImageData,
    ListedFiles,
    MadeFrom,
    ShardFile,
    SplitFiles,
    read_dataset,
    write_dataset,
)
from repro.artifacts.files import FileFormatError, atomic_writer, write_bytes
from repro.artifacts.provenance import code_digest, plain, spec_digest
from repro.artifacts.stored_files import stored_file
from repro.data.generated.images import ProceduralSource
from repro.data.prepare.journal import Journal, Part, PreparePlan
from repro.data.prepare.packing import BATCH_SIZE, SHARD_BYTES, Packer, ShardPlan, plan_shards
from repro.data.shards.color import PixelSums, principal_components
from repro.data.shards.decode import NOTES, Decoder, decoder_text
from repro.data.shards.writer import write_index
from repro.data.sources.cifar10 import Cifar10Source
from repro.data.sources.folders import FoldersSource
from repro.data.sources.ilsvrc import Ilsvrc2012Source
from repro.data.sources.source import Source, SourceError, as_text
from repro.data.sources.unsplit_folders import UnsplitFoldersSource
from repro.spec.datasets import DATASET_KINDS, Dataset
from repro.system.progress import Progress, Say

#: Stop before the end of the source once so many files more are refused than the limit allows.
HOPELESS = 1000


def prepare(
    dataset: Dataset,
    *,
    folder: Path,
    source: Path | None,
    num_threads: int,
    device: str,
    say: Say,
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """Prepare `dataset` in `folder`, unless it is there already.

    source: folder of the files the user has; procedural data need none, CIFAR-10 is downloaded without one.
    device: `cpu` or `cuda`, where the files are decoded.

    Raises:
        SourceError: the source is missing or wrong, or more files than `dataset.max_refused` were refused.
    """
    origin = open_source(dataset, source, folder=folder, say=say)
    made_from = MadeFrom(
        spec_digest=spec_digest(dataset), code_digest=code_digest("prepare"), source_fingerprint=origin.fingerprint
    )
    if is_prepared(folder, made_from):
        say(f"prepare {dataset.name}: complete already")
        return
    (folder / FILE).unlink(missing_ok=True)
    plans = plan_shards(dataset, origin, shard_bytes=shard_bytes)
    decoder = decoder_text(device)
    journal = Journal(folder, plan=PreparePlan(made_from=made_from, decoder=decoder, shard_bytes=shard_bytes))
    parts = make_shards(
        dataset, origin, plans=plans, journal=journal, folder=folder, num_threads=num_threads, device=device, say=say
    )
    num_refused = write_refused(folder, plans=plans, parts=parts)
    check_refused(dataset, folder, num_refused=num_refused, num_files=sum(len(plan.positions) for plan in plans))
    made = describe(dataset, origin, plans=plans, parts=parts, folder=folder, made_from=made_from, decoder=decoder)
    write_dataset(folder, made)
    journal.discard()
    say(f"prepare {dataset.name}: done, {sum(split.num_examples for split in made.splits.values())} images")


def open_source(dataset: Dataset, source: Path | None, *, folder: Path, say: Say) -> Source:
    """Return the source of a data set.

    Raises:
        SourceError: `source` is needed and missing, or is not what the kind of data set needs.
    """
    if dataset.kind == "procedural":
        if dataset.procedural is None:
            raise SourceError(f"data set {dataset.name!r} is procedural and has no knobs; give it Dataset.procedural")
        return ProceduralSource(dataset.procedural)
    if dataset.kind == "cifar10":
        return Cifar10Source(source, download_folder=folder / "download", say=say)
    if dataset.kind not in DATASET_KINDS:
        raise SourceError(f"unknown kind of data set {dataset.kind!r}; allowed: {', '.join(DATASET_KINDS)}")
    if source is None:
        raise SourceError(
            f"data set {dataset.name!r} ({dataset.title}) is read from your own folder and none was given; "
            "add --config images=DIR"
        )
    if dataset.kind == "ilsvrc2012":
        return Ilsvrc2012Source(source)
    if dataset.kind == "unsplit_folders":
        return UnsplitFoldersSource(source)
    return FoldersSource(source)


def is_prepared(folder: Path, made_from: MadeFrom) -> bool:
    """Say whether `folder` holds a complete data set that was made from the same."""
    try:
        found = read_dataset(folder)
    except FileFormatError:
        return False
    if found.made_from != made_from or found.images is None:
        return False
    files: list[tuple[str, int | None]] = [(found.images.mean_image.file, None), (found.refused.file, None)]
    for split in found.splits.values():
        files += [(split.index.file, None), *((shard.file, shard.num_bytes) for shard in split.shards)]
    return all((folder / file).is_file() and size in (None, (folder / file).stat().st_size) for file, size in files)


def make_shards(
    dataset: Dataset,
    origin: Source,
    *,
    plans: Sequence[ShardPlan],
    journal: Journal,
    folder: Path,
    num_threads: int,
    device: str,
    say: Say,
) -> list[Part]:
    """Make the shards that the journal does not know yet and return what each leaves.

    Raises:
        SourceError: far more files than allowed were refused.
    """
    total = sum(len(plan.positions) for plan in plans)
    progress = Progress(f"prepare {dataset.name}", total=total, unit="images", say=say)
    parts: list[Part] = []
    with ThreadPoolExecutor(num_threads) as pool:
        packer = Packer(
            dataset,
            origin,
            decoder=Decoder(device=device, num_threads=num_threads, batch_size=BATCH_SIZE),
            pool=pool,
            progress=progress,
        )
        for plan in plans:
            part = journal.load(plan.file)
            if part is None:
                part = packer.pack(plan, path=folder / plan.file)
                journal.store(plan.file, part)
            else:
                progress.skip(len(plan.positions))
            parts.append(part)
            num_refused = sum(len(part.refused) for part in parts)
            if num_refused > dataset.max_refused * total + HOPELESS:
                write_refused(folder, plans=plans, parts=parts)
                check_refused(dataset, folder, num_refused=num_refused, num_files=total)
    return parts


def write_refused(folder: Path, *, plans: Sequence[ShardPlan], parts: Sequence[Part]) -> int:
    """Write `refused.csv` and return how many files it lists."""
    rows = [(plan.split, file, reason) for plan, part in zip(plans, parts, strict=False) for file, reason in part.refused]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("split", "file", "reason"), *rows])
    write_bytes(folder / "refused.csv", text.getvalue().encode(errors="surrogateescape"))
    return len(rows)


def check_refused(dataset: Dataset, folder: Path, *, num_refused: int, num_files: int) -> None:
    """Fail if a larger share of the files was refused than the data set allows.

    Raises:
        SourceError: names the share, the limit and the list.
    """
    share = num_refused / num_files
    if share > dataset.max_refused:
        raise SourceError(
            f"{num_refused} of {num_files} files of {dataset.name!r} ({share:.2%}) cannot be used; allowed: "
            f"{dataset.max_refused:.2%} (Dataset.max_refused); the files and reasons are in {folder / 'refused.csv'}; "
            "repair or delete them and run prepare again"
        )


def describe(
    dataset: Dataset,
    origin: Source,
    *,
    plans: Sequence[ShardPlan],
    parts: Sequence[Part],
    folder: Path,
    made_from: MadeFrom,
    decoder: str,
) -> DatasetJson:
    """Write the indices and the mean image, and say what is there."""
    splits = {split: _describe_split(origin, split=split, plans=plans, parts=parts, folder=folder) for split in _in_order(plans)}
    sums = PixelSums()
    for part in parts:
        sums.add(part.sums)
    covariance = sums.covariance()
    eigenvalues, eigenvectors = principal_components(covariance)
    with atomic_writer(folder / "mean_image.npy") as stream:
        np.save(stream, sums.mean_image())
    num_files = sum(len(plan.positions) for plan in plans)
    num_refused = sum(len(part.refused) for part in parts)
    color = ColorStatistics(
        covariance=tuple(map(tuple, covariance.tolist())),
        eigenvalues=tuple(eigenvalues.tolist()),
        eigenvectors=tuple(map(tuple, eigenvectors.tolist())),
    )
    return DatasetJson(
        name=dataset.name,
        kind=dataset.kind,
        title=dataset.title,
        spec=plain(dataset),
        source=origin.description,
        classes=tuple(origin.classes),
        stored_px=dataset.stored_px,
        encoding=dataset.encoding,
        splits=splits,
        images=ImageData(mean_image=stored_file(folder / "mean_image.npy"), color=color),
        refused=ListedFiles(file="refused.csv", num=num_refused, share=num_refused / num_files),
        warnings=(*origin.warnings, *_warnings(dataset, plans=plans, parts=parts, splits=splits)),
        wall_s=round(sum(part.wall_s for part in parts), 3),
        num_bytes=sum(part.record.num_bytes for part in parts),
        made_from=made_from,
        decoder=decoder,
    )


def _describe_split(origin: Source, *, split: str, plans: Sequence[ShardPlan], parts: Sequence[Part], folder: Path) -> SplitFiles:
    chosen = [(plan.file, part.record) for plan, part in zip(plans, parts, strict=True) if plan.split == split]
    index = folder / f"{split}.index.npz"
    write_index(index, [record for _, record in chosen])
    labels = np.concatenate([record.label_N for _, record in chosen])
    counts = np.bincount(labels, minlength=len(origin.classes))
    if split == "train" and not counts.all():
        empty = [name for name, count in zip(origin.classes, counts, strict=True) if not count]
        raise SourceError(f"no training image is left of {_some(empty)}; see {folder / 'refused.csv'} and Dataset.num_validation")
    if not len(labels):
        raise SourceError(f"no image of split {split!r} could be read; see {folder / 'refused.csv'}")
    return SplitFiles(
        num_examples=len(labels),
        class_counts=tuple(counts.tolist()),
        index=stored_file(index),
        shards=tuple(
            ShardFile(file=file, sha256=record.sha256, num_bytes=record.num_bytes, num_examples=len(record.label_N))
            for file, record in chosen
        ),
    )


def _warnings(
    dataset: Dataset, *, plans: Sequence[ShardPlan], parts: Sequence[Part], splits: Mapping[str, SplitFiles]
) -> list[str]:
    notes = sum((Counter(part.notes) for part in parts), Counter[str]())
    found = [f"{count} {NOTES[note]}" for note, count in sorted(notes.items())]
    missing = dataset.num_validation - (splits["validation"].num_examples if "validation" in splits else 0)
    if missing:
        found.append(f"{missing} of the {dataset.num_validation} held-out images were refused; the held-out split is smaller")
    sides: dict[bool, list[tuple[int, bytes]]] = {True: [], False: []}
    for plan, part in zip(plans, parts, strict=True):
        sides[plan.split == "test"] += zip(part.content_N.tolist(), part.record.key_N.tolist(), strict=True)
    others = dict(sides[False])
    both = [f"{as_text(key)} = {as_text(others[content])}" for content, key in sides[True] if content in others]
    if both:
        found.append(f"{len(both)} test images are also training images, byte for byte: {_some(both)}")
    return found


def _in_order(plans: Sequence[ShardPlan]) -> list[str]:
    return list(dict.fromkeys(plan.split for plan in plans))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
