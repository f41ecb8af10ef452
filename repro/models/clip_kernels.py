"""Read the first layer's kernels off a network of clips.

Shape suffixes: C colour channels, H height, K kernels, T frames, W width.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.spec.geometry.clips import clip_geometry
from repro.spec.video import ClipNetwork


def first_kernels_KTHWC(net: nn.Module, network: ClipNetwork) -> dict[str, NDArray[np.float32]]:
    """By stream (the only one is called "") the weights of the first convolution; T is 1 without a window over time."""
    found = {}
    for stream in clip_geometry(network).streams:
        weight = net.get_submodule(stream.conv[0].name).weight
        assert isinstance(weight, torch.Tensor) and weight.dim() in (4, 5), "the first layer is no convolution"
        weight_KCTHW = weight.detach() if weight.dim() == 5 else weight.detach()[:, :, None]
        kernel_KTHWC: NDArray[np.float32] = weight_KCTHW.permute(0, 2, 3, 4, 1).float().cpu().contiguous().numpy()
        found[stream.name] = kernel_KTHWC
    return found
