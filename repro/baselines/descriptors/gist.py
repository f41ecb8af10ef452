"""Describe patches by GIST: energies of Gabor filters averaged in cells.

Source: Oliva, Torralba 2001. Deviation: cells of dense patches, at several sizes of the image, where the authors take
4 x 4 cells of the whole image once; so that Fisher vectors can be made of them.

Shape suffixes: F filters, H height, W width, P patches, 2 coordinates (down, right), N cells at the side, D values.
"""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from repro.baselines.descriptors.cells import box_means_HWM, cell_px_of, cell_values_PNNM
from repro.baselines.descriptors.frames import Frame
from repro.spec.classical import Gist


def describe_gist(frame: Frame, gist: Gist, corner_P2: NDArray[np.int64], *, patch_px: int) -> NDArray[np.float32]:
    """The descriptors of patches, D = N * N * filters, cells by rows, in each cell orientations of each scale."""
    cell_px = cell_px_of(patch_px, gist.num_cells)
    energy_FHW = gabor_energy_FHW(prefiltered_HW(frame.grey_HW, gist), gist)
    mean_HWF = box_means_HWM(energy_FHW.transpose(1, 2, 0), cell_px=cell_px)
    values_PNNF = cell_values_PNNM(mean_HWF, corner_P2, cell_px=cell_px, num_cells=gist.num_cells)
    return values_PNNF.reshape(len(corner_P2), -1)


def prefiltered_HW(grey_HW: NDArray[np.uint8], gist: Gist) -> NDArray[np.float32]:
    """Log(1 + grey level) less its local mean, over its local deviation plus `contrast`."""
    log_HW = np.log1p(grey_HW.astype(np.float32))
    centred_HW = log_HW - _blurred_HW(log_HW, gist.prefilter_px)
    deviation_HW = np.sqrt(np.maximum(_blurred_HW(centred_HW**2, gist.prefilter_px), 0))
    return np.asarray(centred_HW / (np.float32(gist.contrast) + deviation_HW), np.float32)


def gabor_energy_FHW(x_HW: NDArray[np.float32], gist: Gist) -> NDArray[np.float32]:
    """The magnitude of each filter's complex response; the image goes on mirrored by the reach of the filters."""
    height, width = x_HW.shape
    margin = math.ceil(1 / (gist.highest_cycles_per_px / gist.ratio ** (gist.num_scales - 1)))
    padded_HW = np.pad(x_HW, margin, mode="symmetric")
    shape = (fft.next_fast_len(padded_HW.shape[0]), fft.next_fast_len(padded_HW.shape[1]))
    spectrum_HW = fft.fft2(padded_HW, shape)
    response_FHW = fft.ifft2(spectrum_HW * transfer_functions_FHW(gist, shape), overwrite_x=True)
    energy_FHW: NDArray[np.float32] = np.abs(response_FHW[:, margin : margin + height, margin : margin + width])
    return energy_FHW


@functools.lru_cache(maxsize=8)
def transfer_functions_FHW(gist: Gist, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The filters in the frequency domain: orientation after orientation of the finest scale, then the coarser.

    Orientation o passes waves that travel o / O of half a turn from right to down.
    """
    down_HW, right_HW = np.meshgrid(fft.fftfreq(shape[0]), fft.fftfreq(shape[1]), indexing="ij")
    frequency_HW, angle_HW = np.hypot(down_HW, right_HW), np.arctan2(down_HW, right_HW)
    step = math.pi / gist.num_orientations
    transfers = []
    for scale in range(gist.num_scales):
        centre = gist.highest_cycles_per_px / gist.ratio**scale
        radial_HW = np.exp(-gist.radial_sharpness * (frequency_HW / centre - 1) ** 2)
        radial_HW[0, 0] = 0  # the mean passes none
        for orientation in range(gist.num_orientations):
            off_HW = (angle_HW - orientation * step + math.pi) % (2 * math.pi) - math.pi
            transfers.append(radial_HW * np.exp(-((off_HW / (gist.angular_width * step)) ** 2) / 2))
    return np.stack(transfers).astype(np.float32)


def _blurred_HW(x_HW: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(x_HW, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT), np.float32)
