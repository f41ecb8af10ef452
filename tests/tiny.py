"""A tiny prepared data set with known pixels, for tests of loading, training and evaluation."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from repro.artifacts.dataset_json import write_dataset
from repro.artifacts.stored_files import stored_file
from repro.data.shards.writer import ShardWriter, write_index
from repro.train.runs.context import Compute
from tests.described import color_of, dataset_of_images, split_of

#: With what tests compute.
ONE_THREAD = Compute(num_threads=1, device="cpu")


def images_NSSC(num: int, *, stored_px: int, seed: int, num_classes: int = 10) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return coloured noise whose brightest corner depends on the label i % num_classes, so that it can be learned."""
    generator = np.random.default_rng(seed)
    pixels = generator.integers(0, 120, (num, stored_px, stored_px, 3), dtype=np.uint8)
    for i in range(num):
        label = i % num_classes
        row, column, channel = label // 2 % 2, label % 2, label % 3
        half = stored_px // 2
        pixels[i, row * half : (row + 1) * half, column * half : (column + 1) * half, channel] += 120
    return pixels


def jpeg(pixels: Any) -> bytes:
    """Return `pixels` as a JPEG file of quality 95."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def write_prepared(
    folder: Path,
    *,
    encoding: str = "raw",
    stored_px: int = 36,
    num: dict[str, int] | None = None,
    num_classes: int = 10,
    name: str = "procedural",
    seed: int = 0,
) -> dict[str, np.ndarray[Any, Any]]:
    """Write a prepared data set into `folder` and return its pixels by split; another `seed` gives other pixels."""
    folder.mkdir(parents=True)
    pixels, splits = {}, {}
    for number, (split, count) in enumerate((num or {"train": 50, "validation": 10, "test": 23}).items()):
        pixels[split] = images_NSSC(count, stored_px=stored_px, seed=seed + number, num_classes=num_classes)
        shard = folder / f"{split}-00000.tar"
        with ShardWriter(shard, encoding=encoding) as writer:
            for i, image in enumerate(pixels[split]):
                payload = image.tobytes() if encoding == "raw" else jpeg(image)
                writer.add(f"{split}{i:05d}".encode(), payload=payload, label=i % num_classes)
        write_index(folder / f"{split}.index.npz", [writer.record])
        splits[split] = split_of(folder, split, [writer.record], num_classes=num_classes)
    mean = folder / "mean_image.npy"
    np.save(mean, pixels["train"].mean(axis=0).astype(np.float32))
    dataset = dataset_of_images(
        splits,
        classes=[f"class{i}" for i in range(num_classes)],
        stored_px=stored_px,
        encoding=encoding,
        name=name,
        mean_image=stored_file(mean),
        color=color_of(pixels["train"]),
    )
    write_dataset(folder, dataset)
    return pixels
