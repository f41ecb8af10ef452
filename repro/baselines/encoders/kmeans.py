"""Make a vocabulary of descriptors: draw a sample of them as videos come by, and cluster it.

Apart from `vocabularies`, because the processes that describe videos need not import scikit-learn.

Shape suffixes: P descriptors, D values, W words, N nearest words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA

from repro.baselines.encoders.vocabularies import Vocabulary, nearest
from repro.baselines.fitting.randomness import seed_of
from repro.system.one_thread import one_thread

if TYPE_CHECKING:
    from repro.spec.histograms import VocabularySampling


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
        """What has been drawn so far, in an order that is random too."""
        return np.empty((0, 0), np.float32) if self._x_PD is None else self._x_PD


def fit_vocabulary(
    x_PD: NDArray[np.float32], *, name: str, num_words: int, num_components: int | None, sampling: VocabularySampling, key: int
) -> Vocabulary:
    """The vocabulary of feature `name` from a sample of its descriptors.

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
    with one_thread():  # sums of one thread: the same words whatever the machine's number of cores
        mean_D, components_DD = _components(x_PD, num_components)
        if mean_D is not None and components_DD is not None:
            x_PD = np.asarray((x_PD - mean_D) @ components_DD.T, np.float32)
        words_WD = fit_words(x_PD, num_words=num_words, settings=sampling, seed=seed_of(key, f"k-means of {name}"))
        squares = [square_PN for _, square_PN in nearest(x_PD, words_WD, num=1)]
    scale = float(np.sqrt(np.concatenate(squares).mean(dtype=np.float64)))
    return Vocabulary(words_WD=words_WD, scale=scale, mean_D=mean_D, components_DD=components_DD)


class _KMeansSettings(Protocol):
    """What k-means is told: batch, starts of which the best is kept, passes at most."""

    @property
    def batch_size(self) -> int: ...
    @property
    def num_inits(self) -> int: ...
    @property
    def num_epochs(self) -> int: ...


def fit_words(x_PD: NDArray[np.float32], *, num_words: int, settings: _KMeansSettings, seed: int) -> NDArray[np.float32]:
    """The words of mini-batch k-means; sums of one thread give the same words on any machine."""
    kmeans = MiniBatchKMeans(
        num_words,
        batch_size=settings.batch_size,
        n_init=settings.num_inits,
        max_iter=settings.num_epochs,
        random_state=seed & 0x7FFFFFFF,
    )
    return np.ascontiguousarray(kmeans.fit(x_PD).cluster_centers_, np.float32)


def _components(
    x_PD: NDArray[np.float32], num_components: int | None
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """The mean and the principal components, or None twice."""
    if num_components is None:
        return None, None
    pca = PCA(num_components, svd_solver="covariance_eigh").fit(x_PD)
    return pca.mean_.astype(np.float32), np.ascontiguousarray(pca.components_, np.float32)
