"""The feature-histogram baseline: fit it to videos, score videos, store it.

Videos come in as an iterable that can be gone through more than once, of arrays or of functions that return arrays
(see `repro.baselines.descriptors.frames.Video`); a few of them are in memory at a time. What comes out does
not depend on the number of processes.

Source: Karpathy et al. 2014, section 4.1, "Feature histogram baselines".

Shape suffixes: N videos, D values of a vector, K classes.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.frames import Video
from repro.baselines.encoders.kmeans import SamplePool, fit_vocabulary
from repro.baselines.encoders.vocabularies import Vocabulary
from repro.baselines.fitting.costs import Costs
from repro.baselines.fitting.randomness import generator, seed_of
from repro.baselines.videos.describe import QUANTISED, check_spec, sample_video
from repro.baselines.videos.mlp import Labelled, fit_classifier, targets_NK
from repro.baselines.videos.model import HistogramModel, described_videos
from repro.spec.histograms import FeatureHistograms, LocalFeature
from repro.system.workers import in_order

Labels = Sequence[int | Sequence[int]]


def fit(
    videos: Iterable[Video],
    labels: Labels,
    *,
    validation_videos: Iterable[Video],
    validation_labels: Labels,
    spec: FeatureHistograms,
    num_classes: int,
    key: int,
    num_processes: int = 1,
    device: str = "cpu",
    vectors_file: Path | None = None,
) -> HistogramModel:
    """Make vocabularies from training videos, describe all videos, and tune the classifier on the validation videos.

    labels: a class, or several, of each training video. key: 64 bits, from which all randomness comes.
    vectors_file: where the vectors of the training videos are kept while the classifier is trained (float32, .npy), if
        they are too many for the memory.
    Raises:
        ValueError: the videos can be gone through only once, do not fit the labels, or are not videos; or the spec asks for
            what they cannot give.
    """
    check_spec(spec)
    _check_passes(videos)
    train = _room(labels, spec=spec, num_classes=num_classes, file=vectors_file)
    validation = _room(validation_labels, spec=spec, num_classes=num_classes, file=None)
    costs, begin = Costs(), time.perf_counter()
    num_train = len(train.target_NK)
    vocabularies = fit_vocabularies(videos, num_train, spec=spec, key=key, num_processes=num_processes, costs=costs)
    begin = costs.finish("vocabularies", begin)
    described = functools.partial(
        described_videos, spec=spec, vocabularies=vocabularies, num_processes=num_processes, costs=costs
    )
    _fill(train.vector_ND, described(videos), what="training")
    _fill(validation.vector_ND, described(validation_videos), what="validation")
    begin = costs.finish("describe", begin)
    classifier = fit_classifier(train, validation=validation, search=spec.classifier, key=key, device=device)
    costs.finish("classifier", begin)
    return HistogramModel(
        spec=spec, key=key, num_classes=num_classes, vocabularies=vocabularies, classifier=classifier, costs=costs
    )


def fit_vocabularies(
    videos: Iterable[Video], num_videos: int, *, spec: FeatureHistograms, key: int, num_processes: int, costs: Costs
) -> dict[str, Vocabulary]:
    """The vocabulary of each feature that has words, from videos drawn at random; `costs` is added to.

    Raises:
        ValueError: a feature has fewer descriptors than words.
    """
    drawn = set(generator(key, "videos of the vocabularies").permutation(num_videos)[: spec.sampling.num_videos].tolist())
    quantised = [feature for feature in spec.features if isinstance(feature, QUANTISED)]
    if not quantised:
        return {}
    pools = {feature.name: SamplePool(spec.sampling.num_descriptors) for feature in quantised}
    tasks = _numbered(videos, drawn)
    indices = sorted(drawn)
    work = functools.partial(sample_video, spec=spec, key=key)
    for index, sample in zip(indices, in_order(work, tasks, num_processes=num_processes), strict=False):
        costs.add(sample.cpu_s, peak_mib=sample.peak_mib)
        for name, x_PD in sample.arrays.items():
            pools[name].offer(x_PD, seed=seed_of(key, f"sample of {name}", index))
    return {
        feature.name: fit_vocabulary(
            pools[feature.name].drawn_PD(),
            name=feature.name,
            num_words=feature.num_words,
            num_components=feature.num_components if isinstance(feature, LocalFeature) else None,
            sampling=spec.sampling,
            key=key,
        )
        for feature in quantised
    }


def _numbered(videos: Iterable[Video], kept: set[int]) -> Iterator[tuple[int, Video]]:
    """Yield the kept videos with their numbers; what comes after the last is not read."""
    reach = itertools.islice(enumerate(videos), max(kept, default=-1) + 1)
    return ((index, video) for index, video in reach if index in kept)


def _room(labels: Labels, *, spec: FeatureHistograms, num_classes: int, file: Path | None) -> Labelled:
    """The targets of videos, and room for their vectors in memory or mapped from `file`."""
    target_NK = targets_NK(_label_tuples(labels), num_classes=num_classes)
    shape = (len(target_NK), spec.num_values)
    if file is None:
        return Labelled(vector_ND=np.empty(shape, np.float32), target_NK=target_NK)
    return Labelled(vector_ND=np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape), target_NK=target_NK)


def _fill(vector_ND: NDArray[np.float32], rows: Iterable[NDArray[np.float32]], *, what: str) -> None:
    """Set the rows of a matrix.

    Raises:
        ValueError: there are more or fewer than it has.
    """
    count = 0
    for vector_D in rows:
        if count < len(vector_ND):
            vector_ND[count] = vector_D
        count += 1
    if count != len(vector_ND):
        raise ValueError(f"{count} {what} videos and {len(vector_ND)} labels; allowed: as many of each; check the list of videos")


def _check_passes(videos: Iterable[Video]) -> None:
    if iter(videos) is videos:
        raise ValueError(
            "the training videos are an iterator, which ends after one pass; allowed: a list, or an object that starts again, "
            "as they are read for the vocabularies and again for the vectors; pass such a one"
        )


def _label_tuples(labels: Labels) -> list[tuple[int, ...]]:
    return [(int(own),) if isinstance(own, int | np.integer) else tuple(int(label) for label in own) for own in labels]
