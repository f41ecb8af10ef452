"""Describe boxes of space and time by their gradients, at the points where a periodic detector fires or in a dense grid.

Source: Dollar, Rabaud, Cottrell, Belongie 2005: response (I * g * h_even)^2 + (I * g * h_odd)^2, with a Gaussian g in space and
Gabor filters h in time. Deviation: the even filter is shifted to mean 0 under its envelope, so that what does not change
has response 0 exactly; the frequency is a choice of its own (there it is tied to tau).

Shape suffixes: T frames, H height, W width, P points, 3 coordinates (time, down, right), 2 (down, right), D values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from repro.baselines.descriptors.frames import Window
from repro.baselines.descriptors.points import grid_along
from repro.spec.histograms import Cuboid
from repro.spec.model import DenseGrid, InterestPoints

Volume = NDArray[np.float32]
EPSILON = 1e-5


def describe_cuboids(
    window: Window, cuboid: Cuboid, points: DenseGrid | InterestPoints
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The centres (down and right, fractions of the frame) and descriptors of the boxes of a window of frames.

    D = 3 * samples_frames * samples_px^2, with norm 1. A window with fewer frames than a box has none.

    Raises:
        ValueError: the frames are smaller than a box, or the box has an even side or length.
    """
    num_frames, height, width = window.light_THW.shape
    if cuboid.side_px % 2 == 0 or cuboid.num_frames % 2 == 0:
        raise ValueError(f"cuboids of {cuboid.side_px} px and {cuboid.num_frames} frames; allowed: odd numbers, with a middle")
    if min(height, width) < cuboid.side_px:
        raise ValueError(
            f"frames are {width} x {height} px, cuboids {cuboid.side_px} px; allowed: frames at least as large; make "
            "Cuboid.side_px smaller or FrameSampling.side_px larger"
        )
    num_values = 3 * cuboid.samples_frames * cuboid.samples_px**2
    if num_frames < cuboid.num_frames:
        return np.empty((0, 2)), np.empty((0, num_values), np.float32)
    smooth_THW, *gradients = smoothed(window, sigma_px=cuboid.sigma_px)
    if isinstance(points, DenseGrid):
        centre_P3 = _grid_P3(smooth_THW.shape, cuboid, points)
    else:
        centre_P3 = _interest_P3(smooth_THW, cuboid, points)
    position_P2 = (centre_P3[:, 1:] + 0.5) / np.array([height, width])
    return position_P2, gradients_PD(gradients, centre_P3, cuboid)


def smoothed(window: Window, *, sigma_px: float) -> tuple[Volume, ...]:
    """The window blurred in space, and the gradients of that over time, down and right; once for all features."""
    if sigma_px not in window.cache:
        smooth_THW = np.stack([cv2.GaussianBlur(frame_HW, (0, 0), sigma_px) for frame_HW in window.light_THW])
        gradients = (np.asarray(np.gradient(smooth_THW, axis=axis), np.float32) for axis in range(3))
        window.cache[sigma_px] = (smooth_THW, *gradients)
    return window.cache[sigma_px]


def temporal_filters(cuboid: Cuboid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The even and the odd filter, (T,) each with mean 0, absolute values summing to 1."""
    time = np.arange(cuboid.num_frames) - cuboid.num_frames // 2
    envelope = np.exp(-((time / cuboid.tau_frames) ** 2))
    phase = 2 * math.pi * cuboid.cycles_per_frame * time
    even, odd = envelope * np.cos(phase), envelope * np.sin(phase)
    even -= envelope * (even.sum() / envelope.sum())
    even, odd = (part / max(float(np.abs(part).sum()), np.finfo(np.float64).tiny) for part in (even, odd))
    return even, odd


def response_THW(smooth_THW: Volume, cuboid: Cuboid) -> Volume:
    """The response of the detector in the frames whose filters are wholly inside: T - num_frames + 1 of them."""
    half = cuboid.num_frames // 2
    inside = slice(half, len(smooth_THW) - half)
    even, odd = (ndimage.correlate1d(smooth_THW, part, axis=0)[inside] for part in temporal_filters(cuboid))
    return np.asarray(even**2 + odd**2, np.float32)


def gradients_PD(gradients: Sequence[Volume], centre_P3: NDArray[np.int64], cuboid: Cuboid) -> NDArray[np.float32]:
    """The gradients (over time, down, right) at evenly spread places of the boxes around `centre_P3`."""
    half = (cuboid.num_frames // 2, cuboid.side_px // 2)
    frame_S = np.linspace(-half[0], half[0], cuboid.samples_frames).round().astype(np.int64)
    pixel_S = np.linspace(-half[1], half[1], cuboid.samples_px).round().astype(np.int64)
    time_PS11 = (centre_P3[:, :1] + frame_S)[:, :, None, None]
    down_P1S1 = (centre_P3[:, 1:2] + pixel_S)[:, None, :, None]
    right_P11S = (centre_P3[:, 2:] + pixel_S)[:, None, None, :]
    parts = []
    for gradient_THW in gradients:
        parts.append(gradient_THW[time_PS11, down_P1S1, right_P11S].reshape(len(centre_P3), len(frame_S) * len(pixel_S) ** 2))
    x_PD = np.concatenate(parts, axis=1).astype(np.float32)
    return np.asarray(x_PD / np.sqrt((x_PD**2).sum(axis=1, keepdims=True) + EPSILON**2), np.float32)


def _grid_P3(shape: tuple[int, ...], cuboid: Cuboid, points: DenseGrid) -> NDArray[np.int64]:
    box = (cuboid.num_frames, cuboid.side_px, cuboid.side_px)
    step = (points.step_frames, points.step_px, points.step_px)
    starts = [grid_along(size, patch=patch, step=by) for size, patch, by in zip(shape, box, step, strict=True)]
    first_P3 = np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(first_P3 + np.array(box) // 2, np.int64)


def _interest_P3(smooth_THW: Volume, cuboid: Cuboid, points: InterestPoints) -> NDArray[np.int64]:
    """The strongest local maxima of the response whose boxes are inside, the strongest first."""
    half = cuboid.side_px // 2
    height, width = smooth_THW.shape[1:]
    inside_THW = response_THW(smooth_THW, cuboid)[:, half : height - half, half : width - half]
    return np.asarray(local_maxima_P3(inside_THW, points) + np.array([cuboid.num_frames // 2, half, half]), np.int64)


def local_maxima_P3(value_THW: Volume, points: InterestPoints) -> NDArray[np.int64]:
    """Find the largest values above the threshold that are the largest within the minimum distance, the largest first.

    Of equal values closer than that the first stays. What is the same everywhere has no maximum.
    """
    if value_THW.size > 1 and value_THW.min() == value_THW.max():
        return np.empty((0, 3), np.int64)
    distance = points.min_distance_px
    largest_THW = ndimage.maximum_filter(value_THW, size=2 * distance + 1, mode="nearest")
    found_THW = (value_THW == largest_THW) & (value_THW > points.threshold)
    place_P3 = np.argwhere(found_THW)[np.argsort(-value_THW[found_THW], kind="stable")]
    kept_P3 = np.empty((0, 3), np.int64)
    for place_3 in place_P3:
        if len(kept_P3) == points.max_points:
            break
        if (np.abs(kept_P3 - place_3).max(axis=1) >= distance).all():
            kept_P3 = np.append(kept_P3, place_3[None], axis=0)
    return kept_P3
