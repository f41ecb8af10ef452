"""Make shards of images: read, verify, decode, cut, measure and store the examples of one shard after the other.

Every file is decoded once. The mean image and the colour covariance are those of the pixels that are encoded into the
shards (the training split without the held-out images), before JPEG rounds them once more: that moves no mean by more than
a fraction of a grey level and saves decoding all of ImageNet a second time.

Shape suffixes: H height, W width, C colour channels (R, G, B), N examples, K classes.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from repro.artifacts.dataset_json import ColorStatistics, ImageData, SplitFiles, VideoData, VideoTable
from repro.artifacts.files import atomic_writer
from repro.artifacts.stored_files import stored_file
from repro.data.prepare.journal import Part
from repro.data.prepare.packer import Made
from repro.data.prepare.shard_plan import ShardPlan, planned_shards
from repro.data.shards.color import PixelSums, principal_components
from repro.data.shards.decode import (
    NOTES,
    PILLOW_FORMATS,
    Decoder,
    Header,
    UnreadableError,
    central_square,
    decoded_by_pillow,
    decoder_text,
    jpeg_bytes,
    read_header,
)
from repro.data.shards.writer import ShardWriter
from repro.data.sources.source import Listing, Pixels, Source, as_text, split_validation
from repro.spec.datasets import Dataset
from repro.system.progress import Progress

#: Examples read at a time.
BATCH_SIZE = 64
#: So many files are read at a time, and held until they have so many bytes together: each may have hundreds of megabytes.
READ_AT_A_TIME, GROUP_BYTES = 8, 2**28
#: Pixels decoded at a time: photographs of 24 megapixels would fill gigabytes in a full batch.
GROUP_PIXELS = 2**26
#: Bytes of the two tar headers and of the label of an example.
TAR_BYTES = 1536
MEAN_IMAGE = "mean_image.npy"


class ImagePacker:
    """Make shards of the images of a source (repro.data.prepare.packer.Packer); `device` decodes them."""

    unit, made = "image", ""
    hopeless = 1000

    def __init__(self, dataset: Dataset, origin: Source, *, num_threads: int, device: str) -> None:
        self.dataset, self.origin = dataset, origin
        self.encoding, self.decoder = dataset.encoding, decoder_text(device)
        self._num_threads, self._device = num_threads, device

    def plans(self, *, shard_bytes: int) -> list[ShardPlan]:
        """Lay out the shards of all splits from the listings of the source."""
        pixel_bytes = 3 * self.dataset.stored_px**2
        example_bytes = TAR_BYTES + (pixel_bytes if self.encoding == "raw" else pixel_bytes // 5)
        per_shard = max(shard_bytes // example_bytes, 1)
        train = split_validation(self.origin.listings["train"], num_validation=self.dataset.num_validation)
        return planned_shards(train, num_test=len(self.origin.listings["test"]), per_shard=lambda split: per_shard)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold the threads that read files, and the decoder."""
        self._decoder = Decoder(device=self._device, num_threads=self._num_threads)
        with ThreadPoolExecutor(self._num_threads) as self._pool:
            yield

    def pack(self, plan: ShardPlan, *, path: Path, progress: Progress) -> Part:
        """Read, verify, measure and store the examples of one shard."""
        begin = time.perf_counter()
        examples = self.origin.listings[plan.source_split].at(plan.positions)
        sums, notes, refused, contents = PixelSums(), Counter[str](), list[tuple[str, str]](), list[int]()
        with ShardWriter(path, encoding=self.encoding) as writer:
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
                progress.add(len(batch))
        return Part(
            record=writer.record,
            sums=sums,
            content_N=np.array(contents, np.uint64),
            refused=tuple(refused),
            notes=dict(sorted(notes.items())),
            wall_s=time.perf_counter() - begin,
        )

    def listed(self, plan: ShardPlan) -> npt.NDArray[np.int32]:
        """The labels of the images that are to go into a shard."""
        return self.origin.listings[plan.source_split].label_N[plan.positions]

    def files_of(self, plan: ShardPlan) -> dict[bytes, bytes]:
        """The name of each image's file, as the source lists it, by the image's key."""
        listing = self.origin.listings[plan.source_split].at(plan.positions)
        return dict(zip(listing.key_N.tolist(), listing.file_N.tolist(), strict=True))

    def stored(self, split: str, made: Sequence[Made], *, folder: Path) -> tuple[npt.NDArray[np.int64], VideoTable | None]:
        """How many images of each class are stored of a split."""
        label_N = np.concatenate([part.record.label_N for _, part in made])
        return np.bincount(label_N, minlength=len(self.origin.classes)), None

    def besides(self, made: Sequence[Made], *, folder: Path, num_listed: int) -> tuple[ImageData | None, VideoData | None]:
        """Write the mean image, and return it with the statistics of the colours."""
        sums = PixelSums()
        for _, part in made:
            sums.add(part.sums)
        covariance_CC = sums.covariance()
        eigenvalues_C, eigenvectors_CC = principal_components(covariance_CC)
        with atomic_writer(folder / MEAN_IMAGE) as stream:
            np.save(stream, sums.mean_image())
        color = ColorStatistics(
            covariance=tuple(map(tuple, covariance_CC.tolist())),
            eigenvalues=tuple(eigenvalues_C.tolist()),
            eigenvectors=tuple(map(tuple, eigenvectors_CC.tolist())),
        )
        return ImageData(mean_image=stored_file(folder / MEAN_IMAGE), color=color), None

    def read_keys(self, part: Part) -> list[bytes]:
        """The key of each image."""
        keys: list[bytes] = part.record.key_N.tolist()
        return keys

    def remarks(self, made: Sequence[Made], splits: Mapping[str, SplitFiles]) -> list[str]:
        """Say which conventions applied, how often, and how many held-out images are missing."""
        notes = sum((Counter(part.notes) for _, part in made), Counter[str]())
        warnings = [f"{count} {NOTES[note]}" for note, count in sorted(notes.items())]
        wanted = self.dataset.num_validation
        missing = wanted - (splits["validation"].num_examples if "validation" in splits else 0)
        if missing:
            warnings.append(f"{missing} of the {wanted} held-out images were refused; the held-out split is smaller")
        return warnings

    def _images(self, split: str, positions: npt.NDArray[np.int64], batch: Listing) -> list[StoredImage | UnreadableError]:
        stored: list[StoredImage | UnreadableError] = []
        opened: list[OpenedImage | UnreadableError] = []
        for start in range(0, len(positions), READ_AT_A_TIME):
            some = slice(start, start + READ_AT_A_TIME)
            contents = self._pool.map(lambda position: self._read(split, int(position)), positions[some])
            opened += [_opened(content, name=as_text(file)) for content, file in zip(contents, batch.file_N[some], strict=True)]
            if sum(len(one.content) for one in opened if isinstance(one, OpenedImage)) > GROUP_BYTES:
                stored += self._stored_in_groups(opened)
                opened = []
        return stored + self._stored_in_groups(opened)

    def _stored_in_groups(self, opened: Sequence[OpenedImage | UnreadableError]) -> list[StoredImage | UnreadableError]:
        stored: list[StoredImage | UnreadableError] = []
        for group in memory_groups([one.header.num_pixels if isinstance(one, OpenedImage) else 0 for one in opened]):
            stored += self._pool.map(self._stored, opened[group], self._decoded(opened[group]))
        return stored

    def _read(self, split: str, position: int) -> bytes | Pixels | UnreadableError:
        try:
            return self.origin.read(split, position)
        except OSError as error:
            return UnreadableError(f"cannot be read: {error.strerror or error}")
        except MemoryError:
            return UnreadableError("cannot be read: it needs more memory than there is")

    def _decoded(self, opened: Sequence[OpenedImage | UnreadableError]) -> list[Pixels | UnreadableError]:
        by_dali = [one.content for one in opened if isinstance(one, OpenedImage) and one.is_for_dali]
        decoded = iter(self._decoder.decode([content for content in by_dali if isinstance(content, bytes)]))
        pixels: list[Pixels | UnreadableError] = []
        for one in opened:
            if isinstance(one, UnreadableError):
                pixels.append(one)
            elif isinstance(one.content, bytes):
                pixels.append(next(decoded) if one.is_for_dali else decoded_by_pillow(one.content))
            else:
                pixels.append(one.content)
        return pixels

    def _stored(self, opened: OpenedImage | UnreadableError, pixels: Pixels | UnreadableError) -> StoredImage | UnreadableError:
        if isinstance(opened, UnreadableError):
            return opened
        if isinstance(pixels, UnreadableError):
            return pixels
        content, header = opened.content, opened.header
        square = central_square(pixels, side_px=self.dataset.stored_px)
        notes = (*header.notes, "enlarged") if header.short_px < self.dataset.stored_px else header.notes
        if self.dataset.encoding == "raw":
            payload = square.tobytes()
        elif isinstance(content, bytes) and self.origin.keep_files and header.format == "JPEG" and pixels is square:
            payload = content
        else:
            payload = jpeg_bytes(square)
        digest = hashlib.blake2b(content if isinstance(content, bytes) else content.tobytes(), digest_size=8).digest()
        return StoredImage(payload=payload, pixels_HWC=square, notes=notes, content_hash=int.from_bytes(digest, "little"))


@dataclass(frozen=True, kw_only=True)
class OpenedImage:
    """What a source gave for one example, a file or pixels, and what its header says."""

    content: bytes | Pixels
    header: Header

    @property
    def is_for_dali(self) -> bool:
        return isinstance(self.content, bytes) and self.header.format not in PILLOW_FORMATS


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
        height, width, _ = content.shape
        header = Header(format="raw", num_pixels=height * width, short_px=min(height, width), notes=())
        return OpenedImage(content=content, header=header)
    try:
        return OpenedImage(content=content, header=read_header(content, name=name))
    except UnreadableError as reason:
        return reason
