"""Read, verify, measure and store the examples of one shard after the other.

Legend: H height, W width, C colour channels (R, G, B).
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from repro.data.prepare.journal import Part
from repro.data.shards.color import PixelSums
from repro.data.shards.decode import Decoder, Header, UnreadableError, central_square, jpeg_bytes, read_header
from repro.data.shards.writer import ShardWriter
from repro.data.sources.source import Listing, Pixels, Source, as_text, split_validation
from repro.spec.datasets import Dataset
from repro.system.progress import Progress

#: Examples read at a time.
BATCH_SIZE = 64
#: Pixels decoded at a time: photographs of 24 megapixels would fill gigabytes in a full batch.
GROUP_PIXELS = 2**26
#: About how large a shard is: large enough for few files, small enough that a restart repeats little.
SHARD_BYTES = 128 * 2**20
#: Bytes of the two tar headers and of the label of an example.
TAR_BYTES = 1536


@dataclass(frozen=True, kw_only=True)
class ShardPlan:
    """Which examples of the source's split `source_split` (positions in its listing) go into the shard `file` of `split`."""

    split: str
    file: str
    source_split: str
    positions: npt.NDArray[np.int64]


def plan_shards(dataset: Dataset, origin: Source, *, shard_bytes: int) -> list[ShardPlan]:
    """Lay out the shards of all splits from the listings of the source."""
    pixel_bytes = 3 * dataset.stored_px**2
    example_bytes = TAR_BYTES + (pixel_bytes if dataset.encoding == "raw" else pixel_bytes // 5)
    per_shard = max(shard_bytes // example_bytes, 1)
    train = split_validation(origin.listings["train"], num_validation=dataset.num_validation)
    chosen = [("train", split, positions) for split, positions in train.items()]
    chosen.append(("test", "test", np.arange(len(origin.listings["test"]))))
    return [
        ShardPlan(
            split=split,
            file=f"{split}-{number:05d}.tar",
            source_split=source_split,
            positions=positions[number * per_shard : (number + 1) * per_shard],
        )
        for source_split, split, positions in chosen
        for number in range(-(-len(positions) // per_shard))
    ]


class Packer:
    """Make shards of the examples of a source."""

    def __init__(
        self, dataset: Dataset, origin: Source, *, decoder: Decoder, pool: ThreadPoolExecutor, progress: Progress
    ) -> None:
        self._dataset = dataset
        self._origin = origin
        self._decoder = decoder
        self._pool = pool
        self._progress = progress

    def pack(self, plan: ShardPlan, *, path: Path) -> Part:
        """Read, verify, measure and store the examples of one shard."""
        begin = time.perf_counter()
        examples = self._origin.listings[plan.source_split].at(plan.positions)
        sums, notes, refused, contents = PixelSums(), Counter[str](), list[tuple[str, str]](), list[int]()
        with ShardWriter(path, encoding=self._dataset.encoding) as writer:
            for start in range(0, len(plan.positions), BATCH_SIZE):
                batch = examples.at(np.arange(start, min(start + BATCH_SIZE, len(examples))))
                stored = self._images(plan.source_split, plan.positions[start : start + BATCH_SIZE], batch)
                good = [(i, image) for i, image in enumerate(stored) if isinstance(image, StoredImage)]
                for i, image in good:
                    writer.add(batch.key_N[i], payload=image.payload, label=int(batch.label_N[i]))
                    notes.update(image.notes)
                    contents.append(image.content_hash)
                refused += [
                    (as_text(batch.file_N[i]), str(bad)) for i, bad in enumerate(stored) if isinstance(bad, UnreadableError)
                ]
                if good and plan.split == "train":
                    sums.add_images(np.stack([image.pixels_HWC for _, image in good]))
                self._progress.add(len(batch))
        return Part(
            record=writer.record,
            sums=sums,
            content_N=np.array(contents, np.uint64),
            refused=tuple(refused),
            notes=dict(sorted(notes.items())),
            wall_s=time.perf_counter() - begin,
        )

    def _images(self, split: str, positions: npt.NDArray[np.int64], batch: Listing) -> list[StoredImage | UnreadableError]:
        contents = list(self._pool.map(lambda position: self._read(split, int(position)), positions))
        opened = [_opened(content, name=as_text(file)) for content, file in zip(contents, batch.file_N, strict=True)]
        stored: list[StoredImage | UnreadableError] = []
        for group in memory_groups([one.header.num_pixels if isinstance(one, OpenedImage) else 0 for one in opened]):
            stored += self._pool.map(self._stored, opened[group], self._decoded(opened[group]))
        return stored

    def _read(self, split: str, position: int) -> bytes | Pixels | UnreadableError:
        try:
            return self._origin.read(split, position)
        except OSError as error:
            return UnreadableError(f"cannot be read: {error.strerror or error}")

    def _decoded(self, opened: Sequence[OpenedImage | UnreadableError]) -> list[Pixels | UnreadableError]:
        contents = [one.content if isinstance(one, OpenedImage) else one for one in opened]
        decoded = iter(self._decoder.decode([content for content in contents if isinstance(content, bytes)]))
        return [next(decoded) if isinstance(content, bytes) else content for content in contents]

    def _stored(self, opened: OpenedImage | UnreadableError, pixels: Pixels | UnreadableError) -> StoredImage | UnreadableError:
        if isinstance(opened, UnreadableError):
            return opened
        if isinstance(pixels, UnreadableError):
            return pixels
        content, header = opened.content, opened.header
        square = central_square(pixels, side_px=self._dataset.stored_px)
        if self._dataset.encoding == "raw":
            payload = square.tobytes()
        elif isinstance(content, bytes) and self._origin.keep_files and header.format == "JPEG" and pixels is square:
            payload = content
        else:
            payload = jpeg_bytes(square)
        digest = hashlib.blake2b(content if isinstance(content, bytes) else content.tobytes(), digest_size=8).digest()
        return StoredImage(payload=payload, pixels_HWC=square, notes=header.notes, content_hash=int.from_bytes(digest, "little"))


@dataclass(frozen=True, kw_only=True)
class OpenedImage:
    """What a source gave for one example, a file or pixels, and what its header says."""

    content: bytes | Pixels
    header: Header


@dataclass(frozen=True, kw_only=True)
class StoredImage:
    """One example as it goes into a shard, and the hash of what was read."""

    payload: bytes
    pixels_HWC: Pixels
    notes: tuple[str, ...]
    content_hash: int


def memory_groups(num_pixels: Sequence[int]) -> list[slice]:
    """Cut images of these sizes into runs that need little memory when they are decoded together."""
    groups, start = [], 0
    for stop in range(1, len(num_pixels) + 1):
        if stop == len(num_pixels) or sum(num_pixels[start : stop + 1]) > GROUP_PIXELS:
            groups.append(slice(start, stop))
            start = stop
    return groups


def _opened(content: bytes | Pixels | UnreadableError, *, name: str) -> OpenedImage | UnreadableError:
    if isinstance(content, UnreadableError):
        return content
    if isinstance(content, np.ndarray):
        return OpenedImage(content=content, header=Header(format="raw", num_pixels=content.shape[0] * content.shape[1], notes=()))
    try:
        return OpenedImage(content=content, header=read_header(content, name=name))
    except UnreadableError as reason:
        return reason
