"""Project descriptors on their principal components.

The covariance is added up in double precision, block by block, so that a sample of any size fits into memory. The vocabularies
of videos take scikit-learn's components of their small samples, which are of single precision: with those of this module their
scores move by 2e-6.

Shape suffixes: P descriptors, D values, C components.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Descriptors that are held in double precision at a time.
DESCRIPTORS_AT_ONCE = 65536


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The mean, the components (rows of norm 1, the largest variance first) and the variance along each."""

    mean_D: NDArray[np.float32]
    component_CD: NDArray[np.float32]
    variance_C: NDArray[np.float32]

    def projected_PC(self, x_PD: NDArray[np.float32]) -> NDArray[np.float32]:
        """Descriptors less the mean, along the components."""
        return np.asarray((x_PD - self.mean_D) @ self.component_CD.T, np.float32)


def fit_projection(x_PD: NDArray[np.float32], *, num_components: int, name: str) -> Projection:
    """The projection on the components with the largest variance; of each the largest value is positive.

    Raises:
        ValueError: there are fewer descriptors, or values of a descriptor, than components.
    """
    num, num_values = x_PD.shape
    if num_components > min(num, num_values):
        raise ValueError(
            f"channel {name}: {num_components} components of {num} descriptors of {num_values} values; allowed: at most as many "
            "as of either; take fewer components or sample more descriptors"
        )
    mean_D = np.mean(x_PD, axis=0, dtype=np.float64)
    covariance_DD = np.zeros((num_values, num_values))
    for start in range(0, num, DESCRIPTORS_AT_ONCE):
        centred_PD = x_PD[start : start + DESCRIPTORS_AT_ONCE] - mean_D
        covariance_DD += centred_PD.T @ centred_PD
    variance_D, vector_DD = np.linalg.eigh(covariance_DD / num)
    component_CD = vector_DD.T[::-1][:num_components]
    largest_C = np.abs(component_CD).argmax(axis=1)
    component_CD = component_CD * np.sign(component_CD[np.arange(num_components), largest_C])[:, None]
    return Projection(
        mean_D=np.asarray(mean_D, np.float32),
        component_CD=np.ascontiguousarray(component_CD, np.float32),
        variance_C=np.maximum(variance_D[::-1][:num_components], 0).astype(np.float32),
    )
