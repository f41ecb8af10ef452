"""The classical image baselines, Fisher vectors and sparse coding: fit one to images.

Images come in as an iterable that can be gone through more than once, of arrays or of functions that return arrays
(see `repro.baselines.descriptors.images.Image`); a few of them are in memory at a time. Signatures lie on
disk. What comes out does not depend on the number of processes, nor on whether the fit was stopped and went
on later.

Sources: see `repro.spec.classical`.

Shape suffixes: N images.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import sha256_bytes
from repro.baselines.descriptors.images import Image
from repro.baselines.fitting.fusion import split_held_out
from repro.baselines.images.classify import classify
from repro.baselines.images.describe import describe, fit_encoders, fit_quantizers
from repro.baselines.images.fit_context import FitContext, costs_before, discard_damaged
from repro.baselines.images.linear_svm import check_svm
from repro.baselines.images.model import ClassicalModel
from repro.spec.classical import FUSIONS, Classical, FisherEncoding, FisherVectors, SparseEncoding
from repro.system.one_thread import one_thread
from repro.system.progress import Say

#: Part of the name of a fit's files; another one where they would mean something else.
SCHEMA = "classical_fit/1"


def fit(
    images: Iterable[Image],
    labels: Sequence[int],
    *,
    spec: Classical,
    num_classes: int,
    key: int,
    num_processes: int = 1,
    folder: Path,
    say: Say,
) -> ClassicalModel:
    """Make vocabularies from training images, describe all images, train the classifiers and fuse the channels.

    labels: the class of each image. key: 64 bits, from which all randomness comes.
    folder: for signatures and whatever else a later call goes on from, which must then be given the same images; files of
        another spec, key or labels in it are not used. The caller may delete it once the model is stored.
    say: is told how far it is, in lines.

    Raises:
        ValueError: the images can be gone through only once, do not fit the labels, or are not images; or the spec asks for
            what they cannot give.
    """
    check_spec(spec)
    labels_N = _labels_N(labels, num_classes=num_classes)
    _check_passes(images)
    split_held_out(labels_N, num_held_out=spec.fusion.num_held_out, key=key)  # refused now, not after hours
    identity = sha256_bytes(repr((SCHEMA, spec, num_classes, key)).encode() + labels_N.tobytes())
    scratch = Path(folder) / identity[:16]
    discard_damaged(scratch, say=say)
    context = FitContext(spec=spec, key=key, num_processes=num_processes, folder=scratch, say=say, costs=costs_before(scratch))
    with one_thread():  # sums of one thread: the same model whatever the machine's number of cores
        with context.step("vocabularies"):
            encoders = fit_encoders(images, len(labels_N), context)
        with context.step("codebooks"):
            quantizers = fit_quantizers(images, len(labels_N), encoders, context)
        with context.step("describe"):
            files = describe(images, len(labels_N), encoders, quantizers, context)
        with context.step("classifiers"):
            fused = classify(files, labels_N, num_classes=num_classes, context=context)
    return ClassicalModel(spec=spec, key=key, num_classes=num_classes, encoders=encoders, fused=fused, costs=context.costs)


def check_spec(spec: Classical) -> None:
    """Refuse a spec that does not fit together.

    Raises:
        ValueError: a channel's name occurs twice, its encoding is that of the other method, or a number is out of its range.
    """
    names = [channel.name for channel in spec.channels]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"channels are called {', '.join(names) or 'nothing'}; allowed: at least one, each name once")
    if spec.fusion.weights not in FUSIONS:
        raise ValueError(f"unknown weights {spec.fusion.weights!r} of the channels; allowed: {', '.join(FUSIONS)}")
    wanted = FisherEncoding if isinstance(spec, FisherVectors) else SparseEncoding
    for channel in spec.channels:
        encoding = channel.encoding
        if not isinstance(encoding, wanted):
            raise ValueError(
                f"channel {channel.name} of {type(spec).__name__} has {type(encoding).__name__}; allowed: {wanted.__name__}"
            )
        if isinstance(encoding, SparseEncoding) and not 1 <= encoding.num_neighbors <= encoding.num_words:
            raise ValueError(
                f"channel {channel.name} has {encoding.num_words} words for {encoding.num_neighbors} neighbours; allowed: at "
                "least as many words, and a neighbour"
            )
        if not channel.grids or min(min(grid) for grid in channel.grids) < 1:
            raise ValueError(f"channel {channel.name} has grids {channel.grids}; allowed: at least one, of 1 or more regions")
    check_svm(spec.classifier)


def _labels_N(labels: Sequence[int], *, num_classes: int) -> NDArray[np.int64]:
    labels_N = np.asarray(labels)
    if labels_N.ndim != 1 or not len(labels_N) or labels_N.dtype.kind not in "iu":
        raise ValueError(f"labels have shape {labels_N.shape} and type {labels_N.dtype}; allowed: one whole number an image")
    if labels_N.min() < 0 or labels_N.max() >= num_classes:
        raise ValueError(f"labels reach from {labels_N.min()} to {labels_N.max()}; allowed: 0 to {num_classes - 1}")
    return labels_N.astype(np.int64)


def _check_passes(images: Iterable[Image]) -> None:
    if iter(images) is images:
        raise ValueError(
            "the training images are an iterator, which ends after one pass; allowed: a list, or an object that starts again, "
            "as they are read for the vocabularies and again for the signatures; pass such a one"
        )
