"""Small specs of the classical baselines, and images drawn in memory: gratings and coloured blobs.

Legend: H height, W width, 3 colours.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from repro.spec.classical import (
    Channel,
    DensePatches,
    FisherEncoding,
    FisherVectors,
    Gist,
    KMeans,
    Lbp,
    LinearSvm,
    LocalColors,
    PatchHog,
    PatchSampling,
    ScoreFusion,
    Sift,
    SparseCoding,
    SparseEncoding,
)

SIFT = Sift(num_cells=4, num_orientations=8, window_cells=2.0, smoothing_px=0.0, clip=0.2, min_norm=0.005, root=False)
LOCAL_COLORS = LocalColors(num_cells=4)
HOG = PatchHog(num_cells=4, num_orientations=9)
LBP = Lbp(num_cells=2, radius_px=1, tolerance=3)
GIST = Gist(
    num_cells=4,
    num_orientations=8,
    num_scales=3,
    highest_cycles_per_px=0.3,
    ratio=1.85,
    radial_sharpness=3.5,
    angular_width=0.72,
    prefilter_px=6.0,
    contrast=0.2,
)
PATCHES = DensePatches(max_pixels=100_000, scales=(1.0, 0.5), patch_px=16, step_px=8)
KMEANS = KMeans(batch_size=256, num_inits=1, num_epochs=5)
FISHER = FisherEncoding(
    num_components=8,
    num_gaussians=4,
    num_iterations=10,
    tolerance=1e-3,
    min_variance=1e-2,
    init=KMEANS,
    min_posterior=1e-4,
    power=0.5,
)
SPARSE = SparseEncoding(num_words=32, num_neighbors=5, ridge=1e-4, kmeans=KMEANS)
SVM = LinearSvm(
    regularizations=(1e-2, 1e-4),
    learning_rate=1.0,
    num_epochs=15,
    batch_size=8,
    negatives_per_positive=None,
    average_from=2,
    classes_per_job=3,
)
SAMPLING = PatchSampling(num_images=30, per_image=20)
NUM_CLASSES = 4


def channel(name, descriptor, encoding, *, grids=((1, 1), (3, 1))):
    return Channel(name=name, descriptor=descriptor, patches=PATCHES, encoding=encoding, grids=grids)


FISHER_SPEC = FisherVectors(
    channels=(channel("sift", SIFT, FISHER), channel("colors", LOCAL_COLORS, FISHER)),
    sampling=SAMPLING,
    classifier=SVM,
    fusion=ScoreFusion(weights="equal", num_held_out=8),
)
SPARSE_SPEC = SparseCoding(
    channels=tuple(
        channel(name, descriptor, SPARSE, grids=((1, 1), (2, 2))) for name, descriptor in (("hog", HOG), ("lbp", LBP))
    ),
    sampling=SAMPLING,
    classifier=SVM,
    fusion=ScoreFusion(weights="searched", num_held_out=8, weight_step=0.25),
)


def drawn_image(seed: int, *, label: int, side_px: int = 40) -> NDArray[np.uint8]:
    """Return a grating: right or down (label % 2), reddish or bluish (label // 2), with noise, phase and period drawn."""
    draws = np.random.default_rng(seed)
    down_HW, right_HW = np.mgrid[:side_px, :side_px]
    along_HW = down_HW if label % 2 else right_HW
    wave_HW = np.sin(draws.uniform(0.6, 1.0) * along_HW + draws.uniform(0, 6))
    image_HW3 = 120 + 50 * wave_HW[..., None] + draws.normal(0, 12, (side_px, side_px, 3))
    image_HW3[..., 2 if label // 2 else 0] += 40
    return np.clip(image_HW3, 0, 255).astype(np.uint8)


def drawn_images(first_seed: int, num_each: int) -> tuple[list, list[int]]:
    """Return images of the NUM_CLASSES classes as functions, and their labels."""
    made, labels = [], []
    for seed in range(first_seed, first_seed + num_each):
        for label in range(NUM_CLASSES):
            made.append(functools.partial(drawn_image, NUM_CLASSES * seed + label, label=label))
            labels.append(label)
    return made, labels
