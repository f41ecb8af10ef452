"""Fabricate what runs on images leave beside their numbers, FOR TESTS ONLY.

Shapes: N examples, K kernels, M neighbours, H height, W width, S side, C colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from repro.artifacts import files
from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import ColorStatistics, ImageData
from repro.artifacts.log_jsonl import LayerSaturation, Saturation
from repro.artifacts.stored_files import stored_file
from repro.spec.geometry.image import Geometry, geometry
from repro.spec.network import Network

#: Share of saturated units at the end of training, by activation; half of it at the start.
SATURATED = {"relu": 0.6, "tanh": 0.2, "sigmoid": 0.8}
#: The largest side of fabricated images, and how many neighbours each of them has.
GALLERY_PX, NUM_NEAR = 64, 6


def image_data(stored_px: int, folder: Path) -> ImageData:
    """Write a grey mean image and say what dataset.json says of images alone."""
    mean_HWC = np.full((stored_px, stored_px, 3), 117.0, np.float32)
    with files.atomic_writer(folder / "mean_image.npy") as stream:
        np.save(stream, mean_HWC)
    color = ColorStatistics(
        covariance=((3.0, 1.0, 1.0), (1.0, 3.0, 1.0), (1.0, 1.0, 3.0)),
        eigenvalues=(5.0, 2.0, 2.0),
        eigenvectors=((3**-0.5, 2**-0.5, 6**-0.5), (3**-0.5, -(2**-0.5), 6**-0.5), (3**-0.5, 0.0, -2 * 6**-0.5)),
    )
    return ImageData(mean_image=stored_file(folder / "mean_image.npy"), color=color)


def layer_names(network: Network, *, num_classes: int) -> Sequence[str]:
    """Return the names of the layers whose units can saturate."""
    return [layer.name for layer in _shapes(network, num_classes).layers][:-1]


def saturation(names: Sequence[str], *, activation: str, done: float) -> Saturation:
    """Return shares that grow with training, a little more in later layers."""
    shares = [SATURATED[activation] * (0.5 + 0.5 * done) * (0.8 + 0.2 * i / len(names)) for i in range(len(names))]
    return {
        name: LayerSaturation(saturated=round(share, 4), dead=round(share / 10, 4))
        for name, share in zip(names, shares, strict=True)
    }


@cache
def _shapes(network: Network, num_classes: int) -> Geometry:
    return geometry(network, num_classes=num_classes)


def write_kernels(path: Path, network: Network, rng: np.random.Generator, *, num_classes: int, split: float) -> None:
    """Write kernels of random grey and red-green patterns: those of the last tower are more colourful by `split`."""
    shape = _shapes(network, num_classes).conv[0]
    selective_K = 0.1 + split * (np.arange(shape.num_kernels) * network.towers.num // shape.num_kernels == 1)
    selective_K = selective_K + 0.05 * rng.random(shape.num_kernels)
    pattern_KHW = rng.standard_normal((shape.num_kernels, shape.kernel_px, shape.kernel_px))
    pattern_KHW /= np.sqrt((pattern_KHW**2).sum(axis=(1, 2), keepdims=True))
    grey_C, colour_C = np.ones(3) / np.sqrt(3), np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
    mixed_KC = np.sqrt(1 - selective_K)[:, None] * grey_C + np.sqrt(selective_K)[:, None] * colour_C
    kernel_KHWC = (pattern_KHW[..., None] * mixed_KC[:, None, None, :]).astype(np.float32)
    write_npz(path, {"kernel_KHWC": kernel_KHWC, "num_towers": np.array(network.towers.num)})


def write_gallery(path: Path, rng: np.random.Generator, *, num: int, side: int, num_classes: int) -> None:
    """Write a gallery of random images, with random classes and neighbours."""
    num_best = min(5, num_classes)
    best_N5 = np.argsort(rng.random((num, num_classes)), axis=1)[:, :num_best].astype(np.int32)
    score_N5 = np.broadcast_to((0.5 ** np.arange(1, num_best + 1)).astype(np.float32), best_N5.shape)
    label_NM = rng.integers(num_classes, size=(num, NUM_NEAR)).astype(np.int32)
    arrays = {
        "image_NSSC": rng.integers(256, size=(num, side, side, 3), dtype=np.uint8),
        "label_N": np.where(np.arange(num) % 3 == 0, (best_N5[:, 0] + 1) % num_classes, best_N5[:, 0]).astype(np.int32),
        "example_N": np.array([f"test-{i:06d}".encode() for i in range(num)]),
        "best_N5": best_N5,
        "score_N5": score_N5,
        "near_image_NMSSC": rng.integers(256, size=(num, NUM_NEAR, side, side, 3), dtype=np.uint8),
        "near_label_NM": label_NM,
        "near_example_NM": np.array([[f"train-{NUM_NEAR * i + j:06d}".encode() for j in range(NUM_NEAR)] for i in range(num)]),
        "near_distance_NM": np.sort(rng.random((num, NUM_NEAR)), axis=1).astype(np.float32),
    }
    write_npz(path, arrays)
