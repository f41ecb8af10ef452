"""Measure what the first layers of two streams learned: colours or grey, coarse patterns or fine ones.

Source: Karpathy et al. 2014, Figure 3. Shape suffixes: K kernels, T frames, H height, W width, C colours.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.measures import Measured, color_selectivity
from repro.spec.terms.metrics import STREAM_COLOR, STREAM_FREQUENCY
from repro.spec.terms.protocols import WEIGHTS

CONTEXT, FOVEA = "context", "fovea"


def of_stream_kernels(kernels: Mapping[str, NDArray[np.float32]]) -> list[Measured]:
    """By how much the context stream's kernels are more colour-selective, and those of the fovea stream finer; means.

    Fineness is the mean frequency in cycles a pixel that the stream sees. Nothing where there are not these two streams.
    """
    if not {CONTEXT, FOVEA} <= set(kernels):
        return []
    context, fovea = kernels[CONTEXT], kernels[FOVEA]
    num = len(context) + len(fovea)
    gaps = {
        STREAM_COLOR: (mean_of(stream_selectivity(context)), mean_of(stream_selectivity(fovea))),
        STREAM_FREQUENCY: (mean_of(mean_frequency(fovea)), mean_of(mean_frequency(context))),
    }
    return [(metric, WEIGHTS, more - less, num) for metric, (more, less) in gaps.items() if more is not None and less is not None]


def stream_selectivity(kernel_KTHWC: NDArray[np.floating]) -> NDArray[np.float64]:
    """For each kernel the share of its energy, over all its frames, that is not grey; NaN for one without energy."""
    num, frames, height, width, _ = kernel_KTHWC.shape
    return color_selectivity(kernel_KTHWC.reshape(num, frames * height, width, 3))


def mean_frequency(kernel_KTHWC: NDArray[np.floating]) -> NDArray[np.float64]:
    """For each kernel the mean spatial frequency of its energy, the constant part left out, in cycles a pixel."""
    power_KTHWC = np.abs(np.fft.fft2(kernel_KTHWC.astype(np.float64), axes=(2, 3))) ** 2
    power_KTHWC[:, :, 0, 0] = 0
    height, width = kernel_KTHWC.shape[2:4]
    radius_HW = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :])
    power_KHW = power_KTHWC.sum(axis=(1, 4))
    total_K = power_KHW.sum(axis=(1, 2))
    mean_K: NDArray[np.float64] = np.divide(
        (power_KHW * radius_HW).sum(axis=(1, 2)), total_K, out=np.full(len(total_K), np.nan), where=total_K > 0
    )
    return mean_K


def mean_of(value_K: NDArray[np.float64]) -> float | None:
    """The mean over the kernels that have a value; None if none has."""
    known_K = value_K[~np.isnan(value_K)]
    return float(known_K.mean()) if len(known_K) else None


def parse_stream_kernels(content: bytes) -> dict[str, NDArray[np.float32]]:
    """The kernels in `stream_kernels.npz` by stream.

    Raises:
        ValueError: the file is no archive of stacks of colour kernels.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            kernels = {name: stored[name] for name in stored.files}
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise ValueError(str(error)) from None
    for name, kernel_KTHWC in kernels.items():
        if kernel_KTHWC.ndim != 5 or kernel_KTHWC.shape[4] != 3 or not np.isfinite(kernel_KTHWC).all():
            shape = kernel_KTHWC.shape
            raise ValueError(f"stream {name} has kernels of shape {shape}; allowed: (K, T, H, W, 3) finite numbers")
    return kernels
