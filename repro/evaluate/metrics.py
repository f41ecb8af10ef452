"""Score predictions. Shapes: N examples, K classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k_correct(scores_NK: NDArray[np.floating], label_N: NDArray[np.integer], *, k: int) -> NDArray[np.bool_]:
    """Say for each example whether its label is among the `k` best classes.

    Ties count against the network: a label is among the best if fewer than `k` other classes score at least as high.

    Raises:
        ValueError: shapes do not match, a label or `k` is out of range, or a score is not finite.
    """
    _check(scores_NK, label_N, k=k)
    own_N1 = np.take_along_axis(scores_NK, label_N.astype(np.int64)[:, None], axis=1)
    others_N = np.count_nonzero(scores_NK >= own_N1, axis=1) - 1
    correct_N: NDArray[np.bool_] = others_N < k
    return correct_N


def top_k_error(scores_NK: NDArray[np.floating], label_N: NDArray[np.integer], *, k: int) -> float:
    """Return the share of examples, in [0, 1], whose label is not among the `k` best classes (ties as in `top_k_correct`)."""
    correct_N = top_k_correct(scores_NK, label_N, k=k)
    return int(np.count_nonzero(~correct_N)) / len(correct_N)


def _check(scores_NK: NDArray[np.floating], label_N: NDArray[np.integer], *, k: int) -> None:
    if scores_NK.ndim != 2 or label_N.shape != scores_NK.shape[:1] or len(label_N) == 0:
        raise ValueError(
            f"got scores of shape {scores_NK.shape} and labels of {label_N.shape}; allowed: (N, K) and (N,), N above 0"
        )
    num_classes = scores_NK.shape[1]
    if not 1 <= k <= num_classes:
        raise ValueError(f"k is {k}; allowed: 1 to the number of classes, {num_classes}")
    if not np.issubdtype(label_N.dtype, np.integer) or label_N.min() < 0 or label_N.max() >= num_classes:
        raise ValueError(
            f"labels are {label_N.dtype} from {label_N.min()} to {label_N.max()}; allowed: integers from 0 to {num_classes - 1}"
        )
    if not np.isfinite(scores_NK).all():
        bad = int(np.count_nonzero(~np.isfinite(scores_NK).all(axis=1)))
        raise ValueError(f"{bad} of {len(label_N)} examples have a score that is not finite; the run diverged, train it again")
