"""Fit the encoder of a channel from sampled descriptors, and store it.

Shape suffixes: P descriptors, D values, C components, K Gaussians, W words.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.baselines.encoders.fisher import FisherEncoder
from repro.baselines.encoders.gmm import Mixture
from repro.baselines.encoders.llc import SparseEncoder
from repro.baselines.encoders.pca import Projection, fit_projection
from repro.baselines.fitting.randomness import seed_of
from repro.spec.classical import Channel, FisherEncoding

Encoder = FisherEncoder | SparseEncoder


def fit_encoder(x_PD: NDArray[np.float32], *, channel: Channel, key: int) -> Encoder:
    """The encoder of `channel` from a sample of its descriptors.

    Raises:
        ValueError: there are fewer descriptors than components, Gaussians or words.
    """
    from repro.baselines.encoders.expectation_maximization import fit_mixture  # these two import scikit-learn
    from repro.baselines.encoders.kmeans import fit_words

    encoding, name = channel.encoding, channel.name
    seed = seed_of(key, f"vocabulary of {name}")
    project = functools.partial(fit_projection, x_PD, name=name)
    if isinstance(encoding, FisherEncoding):
        projection = project(num_components=encoding.num_components)
        mixture = fit_mixture(projection.projected_PC(x_PD), encoding=encoding, seed=seed, name=name)
        return FisherEncoder(projection=projection, mixture=mixture)
    if len(x_PD) < encoding.num_words:
        raise ValueError(
            f"channel {name}: {len(x_PD)} descriptors for {encoding.num_words} words; allowed: at least as many; sample more "
            "images or more of each (PatchSampling), or take fewer words"
        )
    if encoding.num_components is None:
        return SparseEncoder(words_WD=fit_words(x_PD, num_words=encoding.num_words, settings=encoding.kmeans, seed=seed))
    sparse_projection = project(num_components=encoding.num_components)
    words_WC = fit_words(sparse_projection.projected_PC(x_PD), num_words=encoding.num_words, settings=encoding.kmeans, seed=seed)
    return SparseEncoder(words_WD=words_WC, projection=sparse_projection)


def encoder_arrays(encoder: Encoder) -> dict[str, NDArray[Any]]:
    """The arrays that an encoder is made of."""
    arrays: dict[str, NDArray[Any]] = {}
    if encoder.projection is not None:
        arrays["mean_D"] = encoder.projection.mean_D
        arrays["component_CD"] = encoder.projection.component_CD
        arrays["variance_C"] = encoder.projection.variance_C
    if isinstance(encoder, SparseEncoder):
        return arrays | {"words_WD": encoder.words_WD}
    mixture = encoder.mixture
    return arrays | {"weight_K": mixture.weight_K, "mean_KC": mixture.mean_KC, "variance_KC": mixture.variance_KC}


def encoder_of(arrays: Mapping[str, NDArray[Any]]) -> Encoder:
    """The encoder that is made of `arrays`; raise KeyError if one is missing."""
    projection = None
    if "mean_D" in arrays:
        projection = Projection(mean_D=arrays["mean_D"], component_CD=arrays["component_CD"], variance_C=arrays["variance_C"])
    if "words_WD" in arrays:
        return SparseEncoder(words_WD=arrays["words_WD"], projection=projection)
    if projection is None:
        raise KeyError("mean_D")
    mixture = Mixture(weight_K=arrays["weight_K"], mean_KC=arrays["mean_KC"], variance_KC=arrays["variance_KC"])
    return FisherEncoder(projection=projection, mixture=mixture)
