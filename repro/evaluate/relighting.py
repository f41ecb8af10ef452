"""Show test images under another light than that in which they were taken.

A light multiplies every pixel: by a factor for its brightness, and by one for each colour. Values above white are cut off, as a
camera does. The light of an image follows from its place in the split alone, the same for every run.

Shape suffixes: B batch, C colour channels (RGB), S stored side.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from repro.data.load.randomness import LIGHT, normal_N4, random_words_N4

#: Standard deviations of the logarithms of the two kinds of factors.
BRIGHTNESS, COLOUR = 0.25, 0.15
#: Of the draws, which are no run's.
KEY = 0
WHITE = 255.0


def light_B3(index_B: NDArray[np.int64]) -> NDArray[np.float32]:
    """By how much each colour of the images at these places of their split is multiplied."""
    normal_B4 = normal_N4(random_words_N4(index_B, key=KEY, epoch=0, purpose=LIGHT))
    logs_B3 = BRIGHTNESS * normal_B4[:, :1] + COLOUR * normal_B4[:, 1:]
    factor_B3: NDArray[np.float32] = np.exp(logs_B3).astype(np.float32)
    return factor_B3


def relit(image_BCSS: torch.Tensor, index_B: NDArray[np.int64]) -> torch.Tensor:
    """The images, of values from 0 to 255, each under the light of its place; float32 in channels-last memory."""
    factor_BC11 = torch.from_numpy(light_B3(index_B))[:, :, None, None].to(image_BCSS.device)
    return (image_BCSS * factor_BC11).clamp_(max=WHITE)
