"""Measure how well a run tells two classes apart that may differ in nothing but their motion.

Shape suffixes: N examples, K classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from repro.analyse.collect.measures import Measured
from repro.artifacts.scores import Scores
from repro.spec.experiment import Paper
from repro.spec.terms.metrics import CHOICE, class_slug, parameter

#: What stands between the two classes in the name of a metric: `choice_error.rise_or_fall`.
BETWEEN = "_or_"


def choices_of(papers: Iterable[Paper]) -> tuple[tuple[str, str], ...]:
    """The pairs of classes between which claims ask to choose."""
    asked = [parameter(claim.metric) for paper in papers for claim in paper.claims if claim.measured.name == CHOICE]
    pairs = [name.partition(BETWEEN) for name in dict.fromkeys(asked)]
    return tuple((one, other) for one, _, other in pairs)


def of_choices(scores: Scores, *, classes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[Measured]:
    """The share of the examples of two classes for which the other class scores at least as high, for each of `pairs`.

    Half is chance. Counted are the examples with one of the two as their only label; pairs that the data lack are left out.
    """
    places = {class_slug(name): k for k, name in enumerate(classes)}
    single_N = np.count_nonzero(scores.labels.reshape(len(scores.label_N), -1) >= 0, axis=1) == 1
    measured: list[Measured] = []
    for one, other in pairs:
        if one not in places or other not in places:
            continue
        two_K = [places[one], places[other]]
        chosen_N = single_N & np.isin(scores.label_N, two_K)
        own_N = scores.scores_NK[np.arange(len(chosen_N)), scores.label_N][chosen_N]
        rival_N = scores.scores_NK[chosen_N][:, two_K].sum(axis=1, dtype=np.float64) - own_N
        if len(own_N):
            error = int(np.count_nonzero(rival_N >= own_N)) / len(own_N)
            measured.append((f"{CHOICE}.{one}{BETWEEN}{other}", scores.protocol, error, len(own_N)))
    return measured
