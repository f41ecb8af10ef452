"""Check an image and hand it out at several sizes.

Shape suffixes: H height, W width, 3 colours (R, G, B).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from repro.baselines.descriptors.frames import Frame, Pixels, Readable, read_pixels
from repro.spec.classical import DensePatches

#: The pixels of an image, (H, W, 3).
Image = Readable


def pixels_HW3(image: Image, *, name: str) -> Pixels:
    """The pixels of `image`.

    Raises:
        ValueError: it is no array of colour pixels; the message names the image with `name`.
    """
    allowed = "allowed: uint8 (height, width, 3) with at least one pixel"
    pixels = read_pixels(image, name=name, allowed=allowed)
    if pixels.ndim != 3 or pixels.shape[-1] != 3 or 0 in pixels.shape:
        raise ValueError(f"{name} has shape {pixels.shape}; {allowed}; decode it to RGB, colours last, for grey R = G = B")
    return pixels


def at_scales(rgb_HW3: Pixels, patches: DensePatches) -> Iterator[Frame]:
    """Yield the image at each scale at which it holds a patch.

    Shrinking averages areas, enlarging interpolates linearly.

    Raises:
        ValueError: it holds a patch at no scale.
    """
    height, width = rgb_HW3.shape[:2]
    limit = min(1.0, math.sqrt(patches.max_pixels / (height * width)))
    sizes = [(max(1, round(height * limit * scale)), max(1, round(width * limit * scale))) for scale in patches.scales]
    kept = [size for size in sizes if min(size) >= patches.patch_px]
    if not kept:
        raise ValueError(
            f"an image of {width} x {height} px holds no patch of {patches.patch_px} px at scales {patches.scales}; allowed: "
            "images at least as large at one scale; take smaller patches or larger scales"
        )
    for size in kept:
        yield Frame(resized_HW3(rgb_HW3, size=size))


def resized_HW3(rgb_HW3: Pixels, *, size: tuple[int, int]) -> Pixels:
    """The image with `size` (height, width)."""
    if size == rgb_HW3.shape[:2]:
        return np.ascontiguousarray(rgb_HW3)
    shrinks = size[0] * size[1] < rgb_HW3.shape[0] * rgb_HW3.shape[1]
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb_HW3, size[::-1], interpolation=interpolation), np.uint8)
