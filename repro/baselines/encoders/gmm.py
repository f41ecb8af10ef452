"""Mixtures of Gaussians with diagonal covariances.

Apart from `expectation_maximization`, because the processes that encode images need not import scikit-learn.

Shape suffixes: P descriptors, C values, K Gaussians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Weights (sum 1), means and variances of the Gaussians."""

    weight_K: NDArray[np.float32]
    mean_KC: NDArray[np.float32]
    variance_KC: NDArray[np.float32]

    def log_joint_PK(self, x_PC: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log(weight of k) + log N(x; mean, variance of k)."""
        mean_KC, variance_KC = self.mean_KC.astype(np.float64), self.variance_KC.astype(np.float64)
        constant_K = np.log(np.maximum(self.weight_K.astype(np.float64), np.finfo(np.float32).tiny)) - 0.5 * (
            np.log(2 * math.pi * variance_KC) + mean_KC**2 / variance_KC
        ).sum(axis=1)
        linear_CK = (mean_KC / variance_KC).T.astype(np.float32)
        square_CK = (-0.5 / variance_KC).T.astype(np.float32)
        return np.asarray(x_PC @ linear_CK + (x_PC**2) @ square_CK + constant_K, np.float32)

    def posteriors_PK(self, x_PC: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The posterior of each Gaussian, and the log likelihood of each descriptor, in nats."""
        log_PK = self.log_joint_PK(x_PC)
        largest_P1 = log_PK.max(axis=1, keepdims=True)
        np.exp(log_PK - largest_P1, out=log_PK)
        sum_P1 = log_PK.sum(axis=1, keepdims=True)
        return log_PK / sum_P1, (largest_P1 + np.log(sum_P1))[:, 0]
