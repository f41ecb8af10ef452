"""Describe the dense patches of an image at all its sizes.

Shape suffixes: P patches, 2 coordinates (down, right), D values.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.cells import cell_px_of
from repro.baselines.descriptors.dense_sift import describe_sift
from repro.baselines.descriptors.frames import Frame, Pixels
from repro.baselines.descriptors.gist import describe_gist
from repro.baselines.descriptors.hog import describe_hog
from repro.baselines.descriptors.images import at_scales
from repro.baselines.descriptors.lbp import describe_lbp
from repro.baselines.descriptors.local_colors import describe_local_colors
from repro.baselines.descriptors.points import centres_P2, patch_corners_P2
from repro.baselines.fitting.descriptor_cache import described
from repro.spec.classical import DensePatches, Descriptor, Gist, Lbp, LocalColors, PatchHog, Sift
from repro.spec.model import DenseGrid, Hog


def describe_patches(
    rgb_HW3: Pixels, descriptor: Descriptor, patches: DensePatches
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The centres (fractions of the image) and descriptors of its patches, scale by scale.

    Raises:
        ValueError: the image is smaller than a patch at every scale, or cells are no whole pixels.
    """
    position_P2, x_PD = described(rgb_HW3, (descriptor, patches), functools.partial(_at_all_scales, rgb_HW3, descriptor, patches))
    return position_P2, x_PD


def _at_all_scales(
    rgb_HW3: Pixels, descriptor: Descriptor, patches: DensePatches
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    positions, parts = [], []
    for frame in at_scales(rgb_HW3, patches):
        position_P2, x_PD = _of_frame(frame, descriptor, patches)
        positions.append(position_P2)
        parts.append(x_PD)
    return np.concatenate(positions), np.concatenate(parts)


def _of_frame(frame: Frame, descriptor: Descriptor, patches: DensePatches) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The patches of an image of one size; patches without contrast may be left out."""
    grid, patch_px = DenseGrid(step_px=patches.step_px), patches.patch_px
    if isinstance(descriptor, PatchHog):
        cell_px = cell_px_of(patch_px, descriptor.num_cells)
        block = Hog(cell_px=cell_px, num_cells=descriptor.num_cells, num_orientations=descriptor.num_orientations)
        return describe_hog(frame, block, grid)
    corner_P2 = patch_corners_P2(frame.grey_HW, grid, patch_px=patch_px)
    height, width = frame.grey_HW.shape
    position_P2 = centres_P2(corner_P2, patch_px=patch_px, height=height, width=width)
    if isinstance(descriptor, Sift):
        has_contrast_P, x_PD = describe_sift(frame, descriptor, corner_P2, patch_px=patch_px)
        return position_P2[has_contrast_P], x_PD[has_contrast_P]
    if isinstance(descriptor, LocalColors):
        return position_P2, describe_local_colors(frame, descriptor, corner_P2, patch_px=patch_px)
    if isinstance(descriptor, Lbp):
        return position_P2, describe_lbp(frame, descriptor, corner_P2, patch_px=patch_px)
    assert isinstance(descriptor, Gist)
    return position_P2, describe_gist(frame, descriptor, corner_P2, patch_px=patch_px)
