"""Turn a video into descriptors, and with vocabularies into one vector.

Shape suffixes: C clips, T frames, H height, W width, P descriptors, 2 coordinates (down, right), D values,
L values of a histogram.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.colors import color_moments_D, hue_saturation_counts
from repro.baselines.descriptors.cuboids import describe_cuboids
from repro.baselines.descriptors.faces import face_counts
from repro.baselines.descriptors.frames import Frame, Pixels, Video, pixels_CTHW3, sampled_frames, sampled_windows
from repro.baselines.descriptors.hog import describe_hog
from repro.baselines.descriptors.textons import describe_textons
from repro.baselines.encoders.pyramid import normalised_L, word_counts_L
from repro.baselines.encoders.vocabularies import Vocabulary, assign
from repro.baselines.fitting.descriptor_cache import described
from repro.baselines.fitting.randomness import generator
from repro.spec.histograms import (
    ColorMoments,
    Cuboid,
    FaceCount,
    Feature,
    FeatureHistograms,
    HueSaturation,
    LocalFeature,
    Texton,
    num_cells,
)
from repro.spec.model import Hog
from repro.system.memory import peak_mib

#: The features whose histograms count words.
QUANTISED = (LocalFeature, ColorMoments)


@dataclass(frozen=True, kw_only=True)
class Described:
    """What was read of one video.

    arrays: by feature; descriptors (P, D), or the vector of the video under the name `vector`.
    cpu_s: processor time by feature; maps that two features share count for the first of them. peak_mib: memory of the process.
    """

    arrays: dict[str, NDArray[np.float32]]
    cpu_s: dict[str, float]
    peak_mib: float


def check_spec(spec: FeatureHistograms) -> None:
    """Refuse a spec that does not fit together.

    Raises:
        ValueError: a name occurs twice, or more neighbours are wanted than there are words.
    """
    names = [feature.name for feature in spec.features]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"features are called {', '.join(names) or 'nothing'}; allowed: at least one, each name once")
    for feature in spec.features:
        if isinstance(feature, QUANTISED) and feature.num_words < spec.assignment.num_neighbors:
            raise ValueError(
                f"feature {feature.name} has {feature.num_words} words for {spec.assignment.num_neighbors} neighbours; "
                "allowed: at least as many words; take more words or fewer neighbours"
            )


def sample_video(task: tuple[int, Video], *, spec: FeatureHistograms, key: int) -> Described:
    """A random part of the descriptors of a video, at most `sampling.per_video` of each quantised feature.

    task: the video's number, which with `key` decides what is drawn, and the video.
    """
    index, video = task
    cpu_s: dict[str, float] = {}
    found: dict[str, list[NDArray[np.float32]]] = {}
    quantised = tuple(feature for feature in spec.features if isinstance(feature, QUANTISED))
    for feature, _, x_PD in _descriptors(pixels_CTHW3(video, name=f"video {index}"), quantised, spec=spec, cpu_s=cpu_s):
        found.setdefault(feature.name, []).append(x_PD)
    arrays = {}
    for name, parts in found.items():
        x_PD = np.concatenate(parts)
        kept = generator(key, f"descriptors of {name}", index).permutation(len(x_PD))[: spec.sampling.per_video]
        arrays[name] = x_PD[np.sort(kept)]
    return Described(arrays=arrays, cpu_s=cpu_s, peak_mib=peak_mib())


def describe_video(task: tuple[int, Video], *, spec: FeatureHistograms, vocabularies: Mapping[str, Vocabulary]) -> Described:
    """The vector of a video: the normalised histograms of all features in the order of the spec.

    A video of which nothing is found for a feature, such as one with fewer frames than cuboids are long, has zeros there.
    """
    index, video = task
    pixels = pixels_CTHW3(video, name=f"video {index}")
    cpu_s: dict[str, float] = {}
    counts = {feature.name: np.zeros(feature.num_values) for feature in spec.features}
    for feature, position_P2, x_PD in _descriptors(pixels, spec.features, spec=spec, cpu_s=cpu_s):
        if not isinstance(feature, QUANTISED):
            counts[feature.name] += x_PD[0]
            continue
        begin = time.process_time()
        pyramid = feature.pyramid if isinstance(feature, LocalFeature) else (1,)
        word_PN, weight_PN = assign(x_PD, vocabularies[feature.name], spec.assignment)
        counts[feature.name] += word_counts_L(position_P2, word_PN, weight_PN, num_words=feature.num_words, pyramid=pyramid)
        cpu_s[feature.name] += time.process_time() - begin
    parts = [
        normalised_L(counts[feature.name], cells=_num_cells(feature), normalisation=spec.normalisation)
        for feature in spec.features
    ]
    return Described(arrays={"vector": np.concatenate(parts)}, cpu_s=cpu_s, peak_mib=peak_mib())


def _descriptors(
    pixels: Pixels, features: tuple[Feature, ...], *, spec: FeatureHistograms, cpu_s: dict[str, float]
) -> Iterator[tuple[Feature, NDArray[np.float64], NDArray[np.float32]]]:
    """Yield feature, positions and descriptors (or counts) frame by frame, then window by window; add up the time."""
    cuboids = [feature for feature in features if isinstance(feature, LocalFeature) and isinstance(feature.descriptor, Cuboid)]
    of_frames = [feature for feature in features if feature not in cuboids]
    cpu_s.update({feature.name: 0.0 for feature in features})
    for frame in sampled_frames(pixels, spec.frames) if of_frames else ():
        for feature in of_frames:
            begin = time.process_time()
            position_P2, x_PD = described(frame.rgb_HW3, feature, functools.partial(_of_frame, frame, feature))
            cpu_s[feature.name] += time.process_time() - begin
            yield feature, position_P2, x_PD
    for window in sampled_windows(pixels, spec.frames) if cuboids else ():
        for feature in cuboids:
            begin = time.process_time()
            assert isinstance(feature.descriptor, Cuboid)
            make = functools.partial(describe_cuboids, window, feature.descriptor, feature.points)
            position_P2, x_PD = described(window.light_THW, feature, make)
            cpu_s[feature.name] += time.process_time() - begin
            yield feature, position_P2, x_PD


def _of_frame(frame: Frame, feature: Feature) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Positions and descriptors of a frame; what is counted without words is one row of counts."""
    middle = np.full((1, 2), 0.5)
    if isinstance(feature, HueSaturation):
        return middle, hue_saturation_counts(frame, feature)[None].astype(np.float32)
    if isinstance(feature, FaceCount):
        return middle, face_counts(frame, feature)[None].astype(np.float32)
    if isinstance(feature, ColorMoments):
        return middle, color_moments_D(frame, feature)[None]
    if isinstance(feature.descriptor, Hog):
        return describe_hog(frame, feature.descriptor, feature.points)
    assert isinstance(feature.descriptor, Texton)
    return describe_textons(frame, feature.descriptor, feature.points)


def _num_cells(feature: Feature) -> int:
    return num_cells(feature.pyramid) if isinstance(feature, LocalFeature | HueSaturation) else 1
