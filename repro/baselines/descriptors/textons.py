"""Describe pixels by the responses of a filter bank, in dense grids and at interest points alike.

The bank: at each scale and orientation an edge and a bar (first and second derivative of a Gaussian that is longer
along the edge), at each scale a blob (Laplacian) and a Gaussian.
Source: Leung, Malik 2001; largest response over orientations and contrast normalisation: Varma, Zisserman 2005.

Shape suffixes: H height, W width, K kernels, S scales, R orientations, P points, 2 coordinates (down, right), D values.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from repro.baselines.descriptors.frames import Frame
from repro.baselines.descriptors.points import centres_P2, patch_corners_P2
from repro.spec.histograms import ROTATIONS, Texton
from repro.spec.model import DenseGrid, InterestPoints

#: Kernels end at so many standard deviations.
REACH = 3
#: Frames whose grey values in [0, 1] deviate less are divided by this, so that noise is not blown up.
LEAST_DEVIATION = 1e-2


def describe_textons(
    frame: Frame, texton: Texton, points: DenseGrid | InterestPoints
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The centres (fractions of the frame) and descriptors of a frame's pixels.

    D = S * (2 R + 2), or S * 4 where the largest response over the orientations counts: edges, bars, blobs, Gaussians.
    """
    pixel_P2 = patch_corners_P2(frame.grey_HW, points, patch_px=1)
    key = ("texton", texton)
    if key not in frame.cache:
        frame.cache[key] = responses_DHW(frame.light_HW, texton)
    response_PD = frame.cache[key][:, pixel_P2[:, 0], pixel_P2[:, 1]].T
    height, width = frame.grey_HW.shape
    norm_P1 = np.sqrt((response_PD**2).sum(axis=1, keepdims=True))
    normalised_PD = response_PD * (np.log1p(norm_P1 / texton.contrast) / np.maximum(norm_P1, np.finfo(np.float32).tiny))
    return centres_P2(pixel_P2, patch_px=1, height=height, width=width), normalised_PD.astype(np.float32)


def responses_DHW(light_HW: NDArray[np.float32], texton: Texton) -> NDArray[np.float32]:
    """The filter responses of a frame, which is brought to mean 0 and variance 1 first; it goes on mirrored."""
    kernels = filter_bank_KHW(texton)
    radius = kernels.shape[1] // 2
    deviation = max(float(light_HW.std()), LEAST_DEVIATION)
    padded_HW = np.pad((light_HW - light_HW.mean()) / np.float32(deviation), radius, mode="symmetric").astype(np.float32)
    shape = (fft.next_fast_len(padded_HW.shape[0], real=True), fft.next_fast_len(padded_HW.shape[1], real=True))
    spectrum_HW = fft.rfft2(padded_HW, shape)
    height, width = light_HW.shape
    num_scales, num_orientations = len(texton.scales_px), texton.num_orientations
    full_KHW = fft.irfft2(spectrum_HW * _spectra_KHW(texton, shape), shape, overwrite_x=True)
    response_KHW = np.ascontiguousarray(full_KHW[:, 2 * radius : 2 * radius + height, 2 * radius : 2 * radius + width])
    if texton.rotation == "each":
        return response_KHW
    num_oriented = 2 * num_scales * num_orientations
    oriented_DRHW = response_KHW[:num_oriented].reshape(2 * num_scales, num_orientations, height, width)
    return np.concatenate([np.abs(oriented_DRHW).max(axis=1), response_KHW[num_oriented:]])


@functools.lru_cache(maxsize=4)
def filter_bank_KHW(texton: Texton) -> NDArray[np.float32]:
    """The kernels: edges by scale and orientation, bars likewise, then blobs and Gaussians by scale.

    Absolute values of a kernel sum to 1; all but the Gaussians have mean 0. Orientation r is the direction across the
    edge, r / R of 180 degrees, 0 pointing right and 90 down.

    Raises:
        ValueError: `rotation` is unknown.
    """
    if texton.rotation not in ROTATIONS:
        raise ValueError(f"unknown rotation {texton.rotation!r} of textons; allowed: {', '.join(ROTATIONS)}")
    radius = math.ceil(REACH * max(texton.scales_px) * max(texton.elongation, 1))
    down_HW, right_HW = (axis.astype(np.float64) for axis in np.mgrid[-radius : radius + 1, -radius : radius + 1])
    edges, bars, blobs, gaussians = [], [], [], []
    for sigma in texton.scales_px:
        for place in range(texton.num_orientations):
            angle = math.pi * place / texton.num_orientations
            across_HW = right_HW * math.cos(angle) + down_HW * math.sin(angle)
            along_HW = down_HW * math.cos(angle) - right_HW * math.sin(angle)
            bell_HW = np.exp(-((across_HW / sigma) ** 2 + (along_HW / (texton.elongation * sigma)) ** 2) / 2)
            edges.append(across_HW * bell_HW)
            bars.append(((across_HW / sigma) ** 2 - 1) * bell_HW)
        square_HW = (right_HW**2 + down_HW**2) / sigma**2
        blobs.append((square_HW - 2) * np.exp(-square_HW / 2))
        gaussians.append(np.exp(-square_HW / 2))
    zero_mean = [kernel_HW - kernel_HW.mean() for kernel_HW in (*edges, *bars, *blobs)]
    return np.stack([kernel_HW / np.abs(kernel_HW).sum() for kernel_HW in (*zero_mean, *gaussians)]).astype(np.float32)


@functools.lru_cache(maxsize=4)
def _spectra_KHW(texton: Texton, shape: tuple[int, int]) -> NDArray[np.complex64]:
    """The spectra of the kernels, turned around so that a product of spectra correlates."""
    return np.asarray(fft.rfft2(filter_bank_KHW(texton)[:, ::-1, ::-1], shape), np.complex64)
