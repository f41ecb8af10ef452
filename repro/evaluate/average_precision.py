"""Average precision of each class: how well a class's own examples are ranked before all others by its score.

AP = sum over the distinct scores, from the highest, of (recall there - recall before) x precision there. Examples of equal score
come in together. This is the area under the stepwise curve, as scikit-learn's `average_precision_score` has it. PASCAL VOC's
measure from 2010 on replaces each precision by the best at any higher recall, and so is never lower.

Neither paper says how it averages precisions. Shapes: N examples, L labels, K classes, P examples of the class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def average_precision_K(scores_NK: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """The average precision of each class, in (0, 1]; NaN for a class of which there is no example.

    Args:
        labels: (N,), or (N, L) where an example may have several, -1 where it has fewer: an example counts for each of them.
    """
    positive_NK = positives_NK(labels, num_classes=scores_NK.shape[1])
    weight_N = np.ones(len(scores_NK))
    columns = zip(scores_NK.T, positive_NK.T, strict=True)
    return np.array([average_precision(score_N, positive_N, weight_N) for score_N, positive_N in columns])


def positives_NK(labels: NDArray[np.integer], *, num_classes: int) -> NDArray[np.bool_]:
    """Say for each example and class whether it is one of the example's labels."""
    label_NL = labels.reshape(len(labels), -1)
    found_NK = np.zeros((len(labels), num_classes), np.bool_)
    n, place = np.nonzero(label_NL >= 0)
    found_NK[n, label_NL[n, place]] = True
    return found_NK


def average_precision(
    score_N: NDArray[np.floating], positive_N: NDArray[np.bool_], weight_N: NDArray[np.floating] | NDArray[np.integer]
) -> float:
    """The average precision of one class; NaN without an example of it.

    weight_N: how often each example counts, 0 or more, as in a sample with replacement.
    """
    order_N = np.argsort(-score_N, kind="stable")
    sorted_N, weight_N = score_N[order_N], weight_N[order_N]
    last_N = np.append(sorted_N[1:] != sorted_N[:-1], True)  # the last of the examples of each score
    seen_N = np.cumsum(weight_N)[last_N].astype(np.float64)
    right_N = np.cumsum(weight_N * positive_N[order_N])[last_N].astype(np.float64)
    if right_N[-1] == 0:
        return float("nan")
    precision_N = np.divide(right_N, seen_N, out=np.zeros_like(right_N), where=seen_N > 0)
    return float(np.sum(np.diff(right_N, prepend=0.0) * precision_N) / right_N[-1])
