"""Measure how well each class is ranked: average precision by class, and its mean over groups of classes.

Shape suffixes: N videos, K classes, D draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.measures import Measured
from repro.artifacts.scores import Scores
from repro.evaluate.average_precision import average_precision_K, positives_NK
from repro.spec.terms.metrics import AVERAGE_PRECISION, MEAN_PRECISION, PRECISION_GAP, class_slug

#: The protocol by whose scores classes are ranked.
PROTOCOL = "video"
#: The group that all classes are in.
ALL_GROUPS = "all_groups"


def of_precisions(scores: Scores, *, classes: Sequence[str], groups: Mapping[str, str]) -> list[Measured]:
    """The average precision of each class that has examples, its mean over all and over each of `groups`, and gaps.

    Counted are the class's videos; of means, all videos. The gap of a group is the mean of all other classes less its own.

    Args:
        groups: the group of each class; none where the data have no groups.
    """
    precision_K = average_precision_K(scores.scores_NK, scores.labels)
    count_K = positives_NK(scores.labels, num_classes=len(classes)).sum(axis=0)
    known_K, num = ~np.isnan(precision_K), len(scores.scores_NK)
    measured: list[Measured] = [
        (f"{AVERAGE_PRECISION}.{class_slug(name)}", PROTOCOL, float(precision_K[k]), int(count_K[k]))
        for k, name in enumerate(classes)
        if known_K[k]
    ]
    measured.append((f"{MEAN_PRECISION}.{ALL_GROUPS}", PROTOCOL, float(precision_K[known_K].mean()), num))
    for group in dict.fromkeys(groups[name] for name in classes if name in groups):
        inside_K = np.array([groups.get(name) == group for name in classes]) & known_K
        others_K = known_K & ~inside_K
        if inside_K.any():
            measured.append((f"{MEAN_PRECISION}.{class_slug(group)}", PROTOCOL, float(precision_K[inside_K].mean()), num))
        if inside_K.any() and others_K.any():
            gap = float(precision_K[others_K].mean() - precision_K[inside_K].mean())
            measured.append((f"{PRECISION_GAP}.others_less_{class_slug(group)}", PROTOCOL, gap, num))
    return measured


def resampled_precision_DK(scores: Scores, weight_DN: NDArray[np.integer]) -> NDArray[np.float64]:
    """The average precision of each class in samples of the videos; NaN where a sample has no example of a class.

    Args:
        weight_DN: how often each video is in each sample.
    """
    positive_NK = positives_NK(scores.labels, num_classes=scores.scores_NK.shape[1])
    found_DK = np.empty((len(weight_DN), positive_NK.shape[1]))
    for k, (score_N, positive_N) in enumerate(zip(scores.scores_NK.T, positive_NK.T, strict=True)):
        order_N = np.argsort(-score_N, kind="stable")
        last_N = np.append(np.diff(score_N[order_N]) != 0, True)
        sorted_DN = weight_DN[:, order_N]
        seen_DN = np.cumsum(sorted_DN, axis=1)[:, last_N].astype(np.float64)
        right_DN = np.cumsum(sorted_DN * positive_N[order_N], axis=1)[:, last_N].astype(np.float64)
        precision_DN = np.divide(right_DN, seen_DN, out=np.zeros_like(right_DN), where=seen_DN > 0)
        area_D = np.sum(np.diff(right_DN, axis=1, prepend=0.0) * precision_DN, axis=1)
        found_DK[:, k] = np.divide(area_D, right_DN[:, -1], out=np.full(len(area_D), np.nan), where=right_DN[:, -1] > 0)
    return found_DK
