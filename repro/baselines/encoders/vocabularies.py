"""Assign descriptors softly to their nearest words.

Source: Philbin, Chum, Isard, Sivic, Zisserman 2008.

Shape suffixes: P descriptors, D values, W words, N nearest words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from repro.spec.histograms import SoftAssignment


#: Descriptors whose distances from all words are held at a time.
DESCRIPTORS_AT_ONCE = 4096


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Words in the space of `num_components` principal components, or of the descriptors themselves.

    scale: root mean square distance of the sampled descriptors from their nearest word.
    mean_D, components_DD: of the projection; None where there is none.
    """

    words_WD: NDArray[np.float32]
    scale: float
    mean_D: NDArray[np.float32] | None = None
    components_DD: NDArray[np.float32] | None = None

    def projected_PD(self, x_PD: NDArray[np.float32]) -> NDArray[np.float32]:
        """Descriptors in the space of the words."""
        if self.mean_D is None or self.components_DD is None:
            return x_PD
        return np.asarray((x_PD - self.mean_D) @ self.components_DD.T, np.float32)


def assign(
    x_PD: NDArray[np.float32], vocabulary: Vocabulary, assignment: SoftAssignment
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The nearest words of descriptors, the nearest first, and their weights: word_PN, weight_PN.

    weight = exp(-distance^2 / (2 (width scale)^2)), over the sum of a descriptor's weights.
    """
    num = min(assignment.num_neighbors, len(vocabulary.words_WD))
    found = list(nearest(vocabulary.projected_PD(x_PD), vocabulary.words_WD, num=num))
    if not found:
        return np.empty((0, num), np.int64), np.empty((0, num))
    word_PN, square_PN = (np.concatenate(parts) for parts in zip(*found, strict=True))
    spread = max(2 * (assignment.width * vocabulary.scale) ** 2, np.finfo(np.float32).tiny)
    weight_PN = np.exp((square_PN[:, :1] - square_PN) / spread)  # over the weight of the nearest: no sum is 0
    return word_PN, weight_PN / weight_PN.sum(axis=1, keepdims=True)


def nearest(
    x_PD: NDArray[np.float32], words_WD: NDArray[np.float32], *, num: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Yield the nearest words of blocks of descriptors and their squared distances; of equally near words the first."""
    words_W = (words_WD.astype(np.float64) ** 2).sum(axis=1)
    for start in range(0, len(x_PD), DESCRIPTORS_AT_ONCE):
        block_PD = x_PD[start : start + DESCRIPTORS_AT_ONCE]
        own_P1 = (block_PD.astype(np.float64) ** 2).sum(axis=1, keepdims=True)
        square_PW = np.maximum(own_P1 + words_W - 2.0 * (block_PD @ words_WD.T), 0)
        if num < len(words_W):
            near_PN = np.sort(np.argpartition(square_PW, num - 1, axis=1)[:, :num], axis=1)
        else:
            near_PN = np.broadcast_to(np.arange(num), (len(block_PD), num))
        near_square_PN = np.take_along_axis(square_PW, near_PN, axis=1)
        order_PN = np.argsort(near_square_PN, axis=1, kind="stable")
        yield np.take_along_axis(near_PN, order_PN, axis=1), np.take_along_axis(near_square_PN, order_PN, axis=1)
