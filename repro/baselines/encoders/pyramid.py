"""Count words in the cells of a spatial pyramid, and normalise histograms.

Source: Lazebnik, Schmid, Ponce 2006. Deviation: levels are not weighted.

Shape suffixes: P points, N words of a point, 2 coordinates (down, right), L values of a histogram.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repro.spec.histograms import NORMALISATIONS, num_cells


def word_counts_L(
    position_P2: NDArray[np.float64],
    word_PN: NDArray[np.int64],
    weight_PN: NDArray[np.float64],
    *,
    num_words: int,
    pyramid: tuple[int, ...],
) -> NDArray[np.float64]:
    """The summed weights of the words in each cell: level after level, cells by rows, words within a cell.

    position_P2: in fractions of the frame, in [0, 1).
    """
    counts_L = np.zeros(num_words * num_cells(pyramid))
    first = 0
    for side in pyramid:
        row_P, column_P = (np.minimum((position_P2[:, axis] * side).astype(np.int64), side - 1) for axis in (0, 1))
        place_PN = (first + row_P * side + column_P)[:, None] * num_words + word_PN
        counts_L += np.bincount(place_PN.ravel(), weights=weight_PN.ravel(), minlength=len(counts_L))
        first += side * side
    return counts_L


def normalised_L(counts_L: NDArray[np.float64], *, cells: int, normalisation: str) -> NDArray[np.float32]:
    """A histogram of `cells` cells with sum 1, or with sum 1 in each cell; what is empty stays 0.

    Raises:
        ValueError: the normalisation is unknown.
    """
    if normalisation not in NORMALISATIONS:
        raise ValueError(f"unknown normalisation {normalisation!r}; allowed: {', '.join(NORMALISATIONS)}")
    parts = counts_L.reshape(cells if normalisation == "cell" else 1, -1)
    total = parts.sum(axis=1, keepdims=True)
    return (parts / np.where(total > 0, total, 1)).ravel().astype(np.float32)
