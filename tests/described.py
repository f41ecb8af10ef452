"""Descriptions of prepared data, as `prepare` writes them, for tests that store data of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.dataset_json import (
    ColorStatistics,
    DatasetJson,
    ImageData,
    ListedFiles,
    MadeFrom,
    ShardFile,
    SplitFiles,
    VideoData,
)
from repro.artifacts.files import write_text
from repro.artifacts.provenance import environment
from repro.artifacts.stored_files import StoredFile, stored_file
from repro.data.shards.writer import ShardRecord

#: Stands for the hash of a file, or of a specification, that no test reads.
NO_DIGEST = "0" * 64
FABRICATED = "fabricated for tests"


def stand_in(path: Path, what: str) -> StoredFile:
    """Write a few words in place of a file that nothing here reads, such as weights."""
    write_text(path, f"{FABRICATED}: {path.name} of {what}\n")
    return stored_file(path)


@cache
def no_environment() -> dict[str, str]:
    """The environment of no machine, with the keys that every run records."""
    return {**dict.fromkeys(environment(), "0"), "commit": "0123456789ab", "system": FABRICATED, "processor": FABRICATED}


def split_of(folder: Path, split: str, records: Sequence[ShardRecord], *, num_classes: int) -> SplitFiles:
    """The shards `<split>-00000.tar`, ... of a split and its index, which lie in `folder`."""
    labels = np.concatenate([record.label_N for record in records])
    shards = [
        ShardFile(file=f"{split}-{i:05d}.tar", sha256=r.sha256, num_bytes=r.num_bytes, num_examples=len(r.label_N))
        for i, r in enumerate(records)
    ]
    return SplitFiles(
        num_examples=len(labels),
        class_counts=tuple(np.bincount(labels, minlength=num_classes).tolist()),
        index=stored_file(folder / f"{split}.index.npz"),
        shards=tuple(shards),
    )


def color_of(pixels: NDArray[np.uint8]) -> ColorStatistics:
    """Statistics of the colours of `pixels`, whose last axis is R, G, B."""
    covariance = np.cov(pixels.reshape(-1, 3).T, bias=True)
    values, vectors = np.linalg.eigh(covariance)
    return ColorStatistics(
        covariance=tuple(map(tuple, covariance.tolist())),
        eigenvalues=tuple(values[::-1].tolist()),
        eigenvectors=tuple(map(tuple, vectors[:, ::-1].tolist())),
    )


def dataset_of_images(
    splits: Mapping[str, SplitFiles],
    *,
    classes: Sequence[str],
    stored_px: int,
    encoding: str,
    name: str = "procedural",
    mean_image: StoredFile | None = None,
    color: ColorStatistics | None = None,
    videos: VideoData | None = None,
) -> DatasetJson:
    """The description of a set of images (or of `videos`); of a test split that is missing, the training split stands for it."""
    no_color = ColorStatistics(covariance=(), eigenvalues=(), eigenvectors=())
    images = ImageData(mean_image=mean_image or StoredFile(file="mean_image.npy", sha256=NO_DIGEST), color=color or no_color)
    return DatasetJson(
        name=name,
        kind="procedural",
        title="tiny images",
        spec={},
        source=FABRICATED,
        classes=tuple(classes),
        stored_px=stored_px,
        encoding=encoding,
        splits={**splits, "test": splits.get("test", splits["train"])},
        images=None if videos else images,
        videos=videos,
        refused=ListedFiles(file="refused.csv", sha256=NO_DIGEST, num=0, share=0.0),
        warnings=(),
        wall_s=1.0,
        num_bytes=sum(shard.num_bytes for split in splits.values() for shard in split.shards),
        made_from=MadeFrom(spec_digest=NO_DIGEST, code_digest=NO_DIGEST, source_fingerprint=FABRICATED),
        decoder=FABRICATED,
    )
