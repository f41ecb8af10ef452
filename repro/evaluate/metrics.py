"""Score predictions. Shapes: N examples, K classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k_correct(scores_NK: NDArray[np.floating], label_N: NDArray[np.integer], *, k: int) -> NDArray[np.bool_]:
    """Say for each example whether its label, or one of its labels, is among the `k` best classes.

    Ties count against the network: a label is among the best if fewer than `k` other classes score at least as high.

    Args:
        label_N: one label each, or (N, L) with several each and -1 where an example has fewer.

    Raises:
        ValueError: shapes do not match, a label or `k` is out of range, or a score is not finite.
    Source for several labels: Karpathy et al. 2014, section 4.1 (Hit@k).
    """
    label_NL = label_N.reshape(len(label_N), -1)
    _check(scores_NK, label_NL, k=k)
    own_NL = np.take_along_axis(scores_NK, np.maximum(label_NL, 0).astype(np.int64), axis=1)
    # Of an example's labels the one that scores best decides.
    own_N1 = np.where(label_NL >= 0, own_NL, -np.inf).max(axis=1, keepdims=True)
    as_good_NL = (label_NL >= 0) & (own_NL >= own_N1)
    others_N = np.count_nonzero(scores_NK >= own_N1, axis=1) - np.count_nonzero(as_good_NL, axis=1)
    correct_N: NDArray[np.bool_] = others_N < k
    return correct_N


def top_k_error(scores_NK: NDArray[np.floating], label_N: NDArray[np.integer], *, k: int) -> float:
    """The share of examples, in [0, 1], none of whose labels is among the `k` best classes (as in `top_k_correct`)."""
    correct_N = top_k_correct(scores_NK, label_N, k=k)
    return int(np.count_nonzero(~correct_N)) / len(correct_N)


def _check(scores_NK: NDArray[np.floating], label_NL: NDArray[np.integer], *, k: int) -> None:
    if scores_NK.ndim != 2 or label_NL.shape[:1] != scores_NK.shape[:1] or len(label_NL) == 0:
        raise ValueError(
            f"got scores of shape {scores_NK.shape} and labels of {label_NL.shape}; allowed: (N, K) and (N,) or (N, L), N above 0"
        )
    num_classes = scores_NK.shape[1]
    if not 1 <= k <= num_classes:
        raise ValueError(f"k is {k}; allowed: 1 to the number of classes, {num_classes}")
    best_N = label_NL.max(axis=1)
    if not np.issubdtype(label_NL.dtype, np.integer) or best_N.min() < 0 or label_NL.min() < -1 or best_N.max() >= num_classes:
        raise ValueError(
            f"labels are {label_NL.dtype} from {label_NL.min()} to {label_NL.max()}; "
            f"allowed: integers from 0 to {num_classes - 1}, at least one an example, and -1 in place of further ones"
        )
    if not np.isfinite(scores_NK).all():
        bad = int(np.count_nonzero(~np.isfinite(scores_NK).all(axis=1)))
        raise ValueError(f"{bad} of {len(label_NL)} examples have a score that is not finite; the run diverged, train it again")
