"""How strong PCA colour noise is along each principal component of the training pixels.

Source: Krizhevsky et al. 2012, section 4.1 ("magnitudes proportional to the corresponding eigenvalues").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from repro.spec.recipe import NOISE_FACTORS

#: The grey level that stands for 1 where values lie in [0, 1].
WHITE = 255.0


def noise_factors(eigenvalues: Sequence[float] | NDArray[np.float64], factor: str) -> NDArray[np.float64]:
    """What the Gaussian of each principal component is multiplied with, in grey levels of the 0-255 scale.

    `eigenvalue`: the eigenvalue of the covariance of 0-255 values, word for word as the paper prints it: hundreds of grey levels.
    `unit_eigenvalue`: the eigenvalue of the covariance of values in [0, 1], which moves such values: lambda / 255^2 of the range,
        or lambda / 255 grey levels, as later implementations have it.
    `sqrt_eigenvalue`: its square root, the standard deviation along the component, as in the authors' released code.

    Raises:
        ValueError: there is no such convention.
    """
    values = np.asarray(eigenvalues, np.float64)
    if factor == "eigenvalue":
        return values
    if factor == "unit_eigenvalue":
        return values / WHITE
    if factor == "sqrt_eigenvalue":
        return np.sqrt(values)
    raise ValueError(f"unknown factor of PCA colour noise {factor!r}; allowed: {', '.join(NOISE_FACTORS)}")
