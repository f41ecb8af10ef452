"""Train on a part of the images, shown again and again, so that an epoch is as many examples as with all of them.

Shape suffixes: N places of an epoch (the number of all images), M chosen images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from repro.data.load.randomness import ORDER, random_words_N4

if TYPE_CHECKING:
    from repro.data.load.image_stream import Stored

#: Which images are chosen depends on no run: all variants and seeds see the same ones.
KEY = 0


def chosen_images_M(label_N: NDArray[np.integer], *, share: float) -> NDArray[np.int64]:
    """Choose `share` of the images of every class, at least one, in ascending order.

    A smaller share is a part of a larger one. Which images are chosen follows from their places in the data set alone.

    Raises:
        ValueError: the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share of the training images is {share}; allowed: above 0, at most 1")
    words_N4 = random_words_N4(np.arange(len(label_N)), key=KEY, epoch=0, purpose=ORDER)
    chosen: list[NDArray[np.int64]] = []
    for label in np.unique(label_N):
        of_class = np.flatnonzero(label_N == label)
        drawn = of_class[np.lexsort((words_N4[of_class, 1], words_N4[of_class, 0]))]
        chosen.append(drawn[: max(1, round(share * len(of_class)))])
    return np.sort(np.concatenate(chosen))


class RepeatedImages:
    """Chosen images of a split, as often as it takes to fill the places of the whole split, one after the other.

    Crops, reflections and colours are drawn for places, so that one image looks different at each of its own.
    """

    def __init__(self, stored: Stored, chosen_M: NDArray[np.int64]) -> None:
        self.encoding, self.stored_px = stored.encoding, stored.stored_px
        self._stored, self._image_N = stored, chosen_M[np.arange(stored.num_examples) % len(chosen_M)]
        self.label_N: NDArray[np.int32] = np.asarray(stored.label_N)[self._image_N]

    @property
    def num_examples(self) -> int:
        """Number of places, not of images."""
        return len(self._image_N)

    def images(self, indices: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """The images at these places, as the split has them."""
        return self._stored.images(self._image_N[indices])
