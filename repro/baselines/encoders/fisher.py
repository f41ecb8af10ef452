"""Encode descriptors as improved Fisher vectors.

The gradients of the log likelihood by means and deviations of the Gaussians, each over the root of its Fisher information
for sharply assigned descriptors; the gradient by the weights is left out:

    by mean:       sum_p posterior_pk (x_p - mean_k) / deviation_k / (P sqrt(weight_k))
    by deviation:  sum_p posterior_pk ((x_p - mean_k)^2 / variance_k - 1) / (P sqrt(2 weight_k))

then for each region sign(z) |z|^power and norm 1.
Sources: Perronnin, Sanchez, Mensink 2010; Sanchez, Perronnin, Mensink, Verbeek 2013; VLFeat's `IMPROVED` is the same.

Shape suffixes: P descriptors, D values, C components, K Gaussians, R regions, L values of a signature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.baselines.encoders.gmm import Mixture
from repro.baselines.encoders.pca import Projection
from repro.baselines.encoders.regions import regions_LP
from repro.spec.classical import Channel, FisherEncoding


@dataclass(frozen=True, kw_only=True)
class FisherEncoder:
    """The projection and the mixture of a channel."""

    projection: Projection
    mixture: Mixture

    def encode_L(self, position_P2: NDArray[np.float64], x_PD: NDArray[np.float32], *, channel: Channel) -> NDArray[np.float32]:
        """The signature of an image, region after region; a region without descriptors has zeros."""
        encoding = channel.encoding
        assert isinstance(encoding, FisherEncoding)
        x_PC = self.projection.projected_PC(x_PD)
        posterior_PK, _ = self.mixture.posteriors_PK(x_PC)
        posterior_PK[posterior_PK < encoding.min_posterior] = 0
        parts: list[NDArray[np.float32]] = [np.zeros(encoding.num_values_of_a_region, np.float32)] * channel.num_regions
        for region_P in regions_LP(position_P2, grids=channel.grids):
            for region in np.unique(region_P):
                own_P = region_P == region
                raw_L = fisher_vector_L(x_PC[own_P], posterior_PK[own_P], self.mixture)
                parts[region] = improved_L(raw_L, power=encoding.power)
        return np.concatenate(parts)


def fisher_vector_L(x_PC: NDArray[np.float32], posterior_PK: NDArray[np.float32], mixture: Mixture) -> NDArray[np.float32]:
    """The Fisher vector of descriptors: all means' gradients (Gaussian after Gaussian), then all deviations'."""
    count_K1 = posterior_PK.sum(axis=0)[:, None]
    sum_KC = posterior_PK.T @ x_PC
    squares_KC = posterior_PK.T @ x_PC**2
    mean_KC, variance_KC = mixture.mean_KC, mixture.variance_KC
    weight_K1 = np.maximum(mixture.weight_K, np.finfo(np.float32).eps)[:, None]
    by_mean_KC = (sum_KC - count_K1 * mean_KC) / np.sqrt(variance_KC) / np.sqrt(weight_K1)
    spread_KC = squares_KC - 2 * mean_KC * sum_KC + count_K1 * mean_KC**2
    by_deviation_KC = (spread_KC / variance_KC - count_K1) / np.sqrt(2 * weight_K1)
    return np.asarray(np.concatenate([by_mean_KC.ravel(), by_deviation_KC.ravel()]) / len(x_PC), np.float32)


def improved_L(raw_L: NDArray[np.float32], *, power: float) -> NDArray[np.float32]:
    """Sign(z) |z|^power with norm 1; zeros stay so."""
    powered_L = np.sign(raw_L) * np.abs(raw_L) ** np.float32(power)
    norm = np.sqrt((powered_L**2).sum())
    return np.asarray(powered_L / norm if norm > 0 else powered_L, np.float32)
