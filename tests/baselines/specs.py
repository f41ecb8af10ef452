"""Small specs of the feature histograms, and videos drawn in memory: sprites that move, textures that lie still.

Legend: T frames, H height, W width, 3 colours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from repro.spec.histograms import (
    ColorMoments,
    Cuboid,
    FaceCount,
    FeatureHistograms,
    FrameSampling,
    HueSaturation,
    LocalFeature,
    MlpSearch,
    SoftAssignment,
    Texton,
    VocabularySampling,
)
from repro.spec.model import DenseGrid, Hog, InterestPoints

HOG = Hog(cell_px=6, num_cells=2, num_orientations=8)
TEXTON = Texton(scales_px=(1.0, 2.0), num_orientations=4, elongation=3.0, contrast=0.03, rotation="each")
CUBOID = Cuboid(side_px=9, num_frames=9, sigma_px=1.2, tau_frames=2.0, cycles_per_frame=0.25, samples_px=3, samples_frames=3)
CORNERS = InterestPoints(max_points=20, min_distance_px=3, threshold=0.01)
EVENTS = InterestPoints(max_points=30, min_distance_px=2, threshold=1e-4)
FACES = FaceCount(
    name="faces",
    num_bins=3,
    cascade="haarcascade_frontalface_default.xml",
    scale_factor=1.1,
    min_neighbors=4,
    min_side_px=30,
)


def local(name, descriptor, points, *, num_words=6, pyramid=(1, 2), num_components=None):
    return LocalFeature(
        name=name,
        descriptor=descriptor,
        points=points,
        num_words=num_words,
        pyramid=pyramid,
        num_components=num_components,
    )


SPEC = FeatureHistograms(
    features=(
        local("hog_dense", HOG, DenseGrid(step_px=6)),
        local("hog_sparse", HOG, CORNERS),
        local("texton_dense", TEXTON, DenseGrid(step_px=6)),
        local("texton_sparse", TEXTON, CORNERS),
        local("cuboids", CUBOID, EVENTS, num_words=12, num_components=10),
        HueSaturation(name="hue_saturation", num_hues=4, num_saturations=2, pyramid=(1, 2)),
        ColorMoments(name="color_moments", grid=3, num_words=4),
        FACES,
    ),
    frames=FrameSampling(side_px=48, num_frames=3, window_frames=16, num_windows=2),
    assignment=SoftAssignment(num_neighbors=3, width=1.0),
    sampling=VocabularySampling(num_videos=40, per_video=100, num_descriptors=1500, batch_size=256, num_inits=2, num_epochs=20),
    normalisation="feature",
    classifier=MlpSearch(
        hidden_units=((32,),),
        dropout_rates=(0.0,),
        learning_rates=(0.01,),
        weight_decays=(1e-3,),
        input_scalings=("root",),
        momentum=0.9,
        batch_size=8,
        num_epochs=30,
    ),
)


def only(*names: str) -> FeatureHistograms:
    """Return the spec with some of its features."""
    return replace(SPEC, features=tuple(feature for feature in SPEC.features if feature.name in names))


def moving_square(seed: int, *, right: bool, num_frames: int = 16, side_px: int = 40) -> NDArray[np.uint8]:
    """Return a noisy square that moves right or down by two pixels a frame, and comes in again at the other side."""
    draws = np.random.default_rng(seed)
    video_THW3 = np.full((num_frames, side_px, side_px, 3), 60, np.uint8)
    sprite_HW1 = draws.integers(120, 256, (10, 10, 1), np.uint8)
    start = draws.integers(0, side_px, 2)
    for time, frame_HW3 in enumerate(video_THW3):
        row, column = start + 2 * time * np.array([not right, right])
        frame_HW3[np.ix_((row + np.arange(10)) % side_px, (column + np.arange(10)) % side_px)] = sprite_HW1
    return video_THW3


def stripes(seed: int, *, angle: float, num_frames: int = 12, side_px: int = 40) -> NDArray[np.uint8]:
    """Return a still grating whose light changes along `angle` (radians from right to down), with noise."""
    draws = np.random.default_rng(seed)
    down_HW, right_HW = np.mgrid[:side_px, :side_px]
    wave_HW = np.sin(0.8 * (right_HW * np.cos(angle) + down_HW * np.sin(angle)) + draws.uniform(0, 6))
    noise_THW3 = draws.normal(0, 8, (num_frames, side_px, side_px, 3))
    return np.clip(128 + 60 * wave_HW[None, :, :, None] + noise_THW3, 0, 255).astype(np.uint8)
