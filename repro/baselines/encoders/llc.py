"""Encode descriptors by locality-constrained linear codes, and pool the largest.

A descriptor x is written as a sum of its nearest words B with weights c that sum to 1 and minimise |x - c B|^2 + ridge |c|^2:
with the covariance G of B - x, solve (G + ridge trace(G) I) c = 1 and divide by the sum of c.
Source: Wang, Yang, Yu, Lv, Huang, Gong 2010, section 3 (approximated LLC).

Shape suffixes: P descriptors, D values, W words, N nearest words, L values of a signature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.baselines.encoders.pca import Projection
from repro.baselines.encoders.regions import regions_LP
from repro.baselines.encoders.vocabularies import nearest
from repro.spec.classical import Channel, SparseEncoding

#: Least trace of the covariance: where all near words are the descriptor itself, they share it equally.
LEAST_TRACE = 1e-12


@dataclass(frozen=True, kw_only=True)
class SparseEncoder:
    """The words of a channel, in the space of the projection where there is one."""

    words_WD: NDArray[np.float32]
    projection: Projection | None = None

    def encode_L(self, position_P2: NDArray[np.float64], x_PD: NDArray[np.float32], *, channel: Channel) -> NDArray[np.float32]:
        """The signature of an image: of each region the largest code of each word (at least 0), then norm 1."""
        encoding = channel.encoding
        assert isinstance(encoding, SparseEncoding)
        if self.projection is not None:
            x_PD = self.projection.projected_PC(x_PD)
        word_PN, code_PN = llc_codes(x_PD, self.words_WD, num_neighbors=encoding.num_neighbors, ridge=encoding.ridge)
        pooled_L = np.zeros(channel.num_values, np.float32)
        for region_P in regions_LP(position_P2, grids=channel.grids):
            np.maximum.at(pooled_L, (region_P[:, None] * encoding.num_words + word_PN).ravel(), code_PN.ravel())
        norm = np.sqrt((pooled_L**2).sum())
        return np.asarray(pooled_L / norm if norm > 0 else pooled_L, np.float32)


def llc_codes(
    x_PD: NDArray[np.float32], words_WD: NDArray[np.float32], *, num_neighbors: int, ridge: float
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest words of descriptors, and the weights of each, which sum to 1: word_PN, code_PN."""
    words, codes = [np.empty((0, num_neighbors), np.int64)], [np.empty((0, num_neighbors), np.float32)]
    start = 0
    for word_PN, _ in nearest(x_PD, words_WD, num=num_neighbors):
        block_PD = x_PD[start : start + len(word_PN)]
        off_PND = words_WD[word_PN] - block_PD[:, None, :]
        gram_PNN = (off_PND @ off_PND.transpose(0, 2, 1)).astype(np.float64)
        trace_P11 = np.maximum(np.trace(gram_PNN, axis1=1, axis2=2), LEAST_TRACE)[:, None, None]
        code_PN = np.linalg.solve(gram_PNN + ridge * trace_P11 * np.eye(num_neighbors), np.ones((len(word_PN), num_neighbors, 1)))
        words.append(word_PN)
        codes.append((code_PN / code_PN.sum(axis=1, keepdims=True))[..., 0].astype(np.float32))
        start += len(word_PN)
    return np.concatenate(words), np.concatenate(codes)
