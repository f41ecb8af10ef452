"""Choose examples of a split, the same ones for every run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repro.data.load.randomness import ORDER, random_words_N4


def stable_subset_N(num_examples: int, *, wanted: int) -> NDArray[np.int64]:
    """`wanted` positions (all, if there are fewer) that depend on the number of examples alone, in ascending order."""
    words_N4 = random_words_N4(np.arange(num_examples), key=0, epoch=0, purpose=ORDER)
    return np.sort(np.lexsort((words_N4[:, 1], words_N4[:, 0]))[:wanted])
