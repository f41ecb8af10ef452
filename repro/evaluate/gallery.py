"""Keep a few test images with their best classes and the training images that lie nearest in the last hidden layer.

Source: Krizhevsky et al. 2012, section 6.1, Figure 4.

Shape suffixes: G gallery images, B batch, F features, K classes, M neighbours, S stored side, C colours.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from repro.artifacts.arrays import write_npz
from repro.data.shards.images import Shards
from repro.evaluate.subset import stable_subset_N

#: Classes and neighbours that are kept of an image.
NUM_BEST, NUM_NEAR = 5, 6


class Gallery:
    """Collect what the gallery shows, while the test images and then the training images are scored.

    Only the features of the gallery's own images and the best neighbours so far are held.

    Args:
        num: images of the gallery, a fixed subset of the test split that depends on its size alone.
    """

    def __init__(self, test: Shards, train: Shards, *, num: int) -> None:
        self._test, self._train = test, train
        self.index_G = stable_subset_N(test.num_examples, wanted=num)
        num = len(self.index_G)
        self._feature_GF: torch.Tensor | None = None
        self._near_GM = np.zeros((num, 0), np.int64)
        self._distance_GM = np.zeros((num, 0), np.float32)

    def take_test(self, index_B: NDArray[np.int64], feature_BF: torch.Tensor) -> None:
        """Keep the features of those test images that the gallery has."""
        if self._feature_GF is None:
            self._feature_GF = feature_BF.new_zeros(len(self.index_G), feature_BF.shape[1])
        place_B = np.searchsorted(self.index_G, index_B)
        place_B[place_B == len(self.index_G)] = 0
        for row in np.flatnonzero(self.index_G[place_B] == index_B):
            self._feature_GF[int(place_B[row])] = feature_BF[int(row)]

    def take_train(self, index_B: NDArray[np.int64], feature_BF: torch.Tensor) -> None:
        """Note which of these training images are among the nearest so far; of equal ones the first in the data set."""
        assert self._feature_GF is not None, "the test images are scored first"
        distance_GB = torch.cdist(self._feature_GF, feature_BF, compute_mode="donot_use_mm_for_euclid_dist").float().cpu().numpy()
        near_GN = np.concatenate([self._near_GM, np.broadcast_to(index_B, distance_GB.shape)], axis=1)
        distance_GN = np.concatenate([self._distance_GM, distance_GB], axis=1)
        order_GM = np.lexsort((near_GN, distance_GN), axis=1)[:, :NUM_NEAR]
        self._near_GM = np.take_along_axis(near_GN, order_GM, axis=1)
        self._distance_GM = np.take_along_axis(distance_GN, order_GM, axis=1)

    def write(self, path: Path, scores_NK: NDArray[np.float32]) -> None:
        """Write the gallery with the best classes of `scores_NK`, the scores of the whole test split."""
        best_GK = np.argsort(-scores_NK[self.index_G], axis=1, kind="stable")[:, :NUM_BEST]
        near = self._near_GM
        write_npz(
            path,
            {
                "image_NSSC": pixels(self._test, self.index_G),
                "label_N": self._test.label_N[self.index_G].astype(np.int32),
                "example_N": self._test.key_N[self.index_G],
                "best_N5": best_GK.astype(np.int32),
                "score_N5": np.take_along_axis(scores_NK[self.index_G], best_GK, axis=1).astype(np.float32),
                "near_image_NMSSC": pixels(self._train, near.ravel()).reshape(*near.shape, *[self._train.stored_px] * 2, 3),
                "near_label_NM": self._train.label_N[near].astype(np.int32),
                "near_example_NM": self._train.key_N[near],
                "near_distance_NM": self._distance_GM.astype(np.float32),
            },
        )


def pixels(shards: Shards, index_N: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Stored images (N, S, S, C) as uint8."""
    stored = shards.images(index_N)
    if shards.encoding == "jpeg":
        stored = [np.asarray(Image.open(io.BytesIO(image.tobytes())).convert("RGB")) for image in stored]
    return np.stack(stored) if stored else np.zeros((0, shards.stored_px, shards.stored_px, 3), np.uint8)
