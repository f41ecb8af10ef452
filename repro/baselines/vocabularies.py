"""Make vocabularies of descriptors by k-means, and assign descriptors softly to their nearest words.

Soft assignment: Philbin, Chum, Isard, Sivic, Zisserman 2008.

Legend: P descriptors, D values, W words, N nearest words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA

from repro.baselines.draws import seed_of
from repro.spec.histograms import SoftAssignment, VocabularySampling

#: Descriptors whose distances from all words are held at a time.
BLOCK = 4096


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
        """Return descriptors in the space of the words."""
        if self.mean_D is None or self.components_DD is None:
            return x_PD
        return np.asarray((x_PD - self.mean_D) @ self.components_DD.T, np.float32)


class SamplePool:
    """At most `most` of the descriptors offered, drawn at random, whatever the order in which the videos come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rank_P2 = np.empty((0, 2), np.uint64)
        self._x_PD: NDArray[np.float32] | None = None

    def offer(self, x_PD: NDArray[np.float32], *, seed: int) -> None:
        """Offer the descriptors of one video; `seed` is its own and decides which of them stay."""
        draws = np.random.Generator(np.random.Philox(seed))
        rank_P2 = np.stack([draws.integers(2**63, size=len(x_PD), dtype=np.uint64), np.full(len(x_PD), seed, np.uint64)], axis=1)
        self._rank_P2 = np.concatenate([self._rank_P2, rank_P2])
        self._x_PD = x_PD if self._x_PD is None else np.concatenate([self._x_PD, x_PD])
        if len(x_PD):
            kept = np.lexsort((self._rank_P2[:, 1], self._rank_P2[:, 0]))[: self._most]
            self._rank_P2, self._x_PD = self._rank_P2[kept], self._x_PD[kept]

    def drawn_PD(self) -> NDArray[np.float32]:
        """Return what has been drawn so far, in an order that is random too."""
        return np.empty((0, 0), np.float32) if self._x_PD is None else self._x_PD


def fit_vocabulary(
    x_PD: NDArray[np.float32], *, name: str, num_words: int, num_components: int | None, sampling: VocabularySampling, key: int
) -> Vocabulary:
    """Return the vocabulary of feature `name` from a sample of its descriptors.

    Raises:
        ValueError: there are fewer descriptors than words or components, or descriptors have fewer values than components.
    """
    needed = max(num_words, num_components or 0)
    if len(x_PD) < needed:
        raise ValueError(
            f"vocabulary {name}: {len(x_PD)} descriptors for {num_words} words and {num_components} components; allowed: at "
            f"least {needed}; sample more videos or more of each (VocabularySampling), lower the threshold of its interest "
            "points, or take fewer words"
        )
    if num_components is not None and num_components > x_PD.shape[1]:
        raise ValueError(f"vocabulary {name}: {num_components} components; allowed: at most {x_PD.shape[1]}, its values")
    mean_D = components_DD = None
    if num_components is not None:
        pca = PCA(num_components, svd_solver="covariance_eigh").fit(x_PD)
        mean_D, components_DD = pca.mean_.astype(np.float32), np.ascontiguousarray(pca.components_, np.float32)
        x_PD = (x_PD - mean_D) @ components_DD.T
    kmeans = MiniBatchKMeans(
        num_words,
        batch_size=sampling.batch_size,
        n_init=sampling.num_inits,
        max_iter=sampling.num_epochs,
        random_state=seed_of(key, f"k-means of {name}") & 0x7FFFFFFF,
    ).fit(x_PD)
    words_WD = np.ascontiguousarray(kmeans.cluster_centers_, np.float32)
    squares = [square_PN for _, square_PN in _nearest(x_PD, words_WD, num=1)]
    scale = float(np.sqrt(np.concatenate(squares).mean(dtype=np.float64)))
    return Vocabulary(words_WD=words_WD, scale=scale, mean_D=mean_D, components_DD=components_DD)


def assign(
    x_PD: NDArray[np.float32], vocabulary: Vocabulary, assignment: SoftAssignment
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the nearest words of descriptors, the nearest first, and their weights: word_PN, weight_PN.

    weight = exp(-distance^2 / (2 (width scale)^2)), over the sum of a descriptor's weights.
    """
    num = min(assignment.num_neighbors, len(vocabulary.words_WD))
    found = list(_nearest(vocabulary.projected_PD(x_PD), vocabulary.words_WD, num=num))
    if not found:
        return np.empty((0, num), np.int64), np.empty((0, num))
    word_PN, square_PN = (np.concatenate(parts) for parts in zip(*found, strict=True))
    spread = max(2 * (assignment.width * vocabulary.scale) ** 2, np.finfo(np.float32).tiny)
    weight_PN = np.exp((square_PN[:, :1] - square_PN) / spread)  # over the weight of the nearest: no sum is 0
    return word_PN, weight_PN / weight_PN.sum(axis=1, keepdims=True)


def _nearest(
    x_PD: NDArray[np.float32], words_WD: NDArray[np.float32], *, num: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Yield the nearest words of blocks of descriptors and their squared distances; of equally near words the first."""
    words_W = (words_WD.astype(np.float64) ** 2).sum(axis=1)
    for start in range(0, len(x_PD), BLOCK):
        block_PD = x_PD[start : start + BLOCK]
        own_P1 = (block_PD.astype(np.float64) ** 2).sum(axis=1, keepdims=True)
        square_PW = np.maximum(own_P1 + words_W - 2.0 * (block_PD @ words_WD.T), 0)
        if num < len(words_W):
            near_PN = np.sort(np.argpartition(square_PW, num - 1, axis=1)[:, :num], axis=1)
        else:
            near_PN = np.broadcast_to(np.arange(num), (len(block_PD), num))
        near_square_PN = np.take_along_axis(square_PW, near_PN, axis=1)
        order_PN = np.argsort(near_square_PN, axis=1, kind="stable")
        yield np.take_along_axis(near_PN, order_PN, axis=1), np.take_along_axis(near_square_PN, order_PN, axis=1)
