"""Tell which descriptors lie in which regions of an image.

Source: Lazebnik, Schmid, Ponce 2006 (spatial pyramid).

Shape suffixes: R regions, P descriptors, 2 coordinates (down, right).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def regions_LP(position_P2: NDArray[np.float64], *, grids: tuple[tuple[int, int], ...]) -> list[NDArray[np.int64]]:
    """For each level the region of each descriptor, numbered by rows and through all levels.

    position_P2: in fractions of the image, in [0, 1). grids: (rows, columns) of each level.
    """
    levels, first = [], 0
    for rows, columns in grids:
        row_P = np.minimum((position_P2[:, 0] * rows).astype(np.int64), rows - 1)
        column_P = np.minimum((position_P2[:, 1] * columns).astype(np.int64), columns - 1)
        levels.append(first + row_P * columns + column_P)
        first += rows * columns
    return levels
