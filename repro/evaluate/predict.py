"""Turn a trained network and a data set into per-example scores.

Shape suffixes: B batch, F features, N examples, K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.data.load.whole_images import WholeImages
from repro.evaluate.crops import Cropping, center_window, crop_windows
from repro.models.probe import evaluating, input_of

#: Images put through the net at a time: on one core faster than 64 and than 250, whose maps fit no cache.
IMAGES_PER_BATCH = 128

#: Takes the positions of a batch's images and the last hidden layer's outputs for their centre crops.
TakeFeatures = Callable[[NDArray[np.int64], torch.Tensor], None]


@torch.inference_mode()
def predict(
    net: nn.Module,
    images: WholeImages,
    index_N: NDArray[np.int64],
    *,
    protocols: Sequence[str],
    cropping: Cropping,
    output: str = "",
    take_features: TakeFeatures | None = None,
) -> dict[str, NDArray[np.float32]]:
    """For each protocol the softmax scores (N, K) of the examples `index_N`, averaged over the protocol's crops.

    Every crop goes through the net once, for all protocols. The network is left in the mode in which it came.

    Args:
        output: name of the output layer, whose input for the centre crops is given to `take_features`.
    """
    windows = {p: crop_windows(p, stored_px=cropping.stored_px, input_px=cropping.input_px) for p in protocols}
    center = center_window(stored_px=cropping.stored_px, input_px=cropping.input_px)
    parts: dict[str, list[NDArray[np.float32]]] = {protocol: [] for protocol in protocols}
    first = 0
    with evaluating(net):
        for image_BCSS in images.batches(index_N, batch_size=IMAGES_PER_BATCH):
            softmax = {}
            for window in dict.fromkeys(window for of_protocol in windows.values() for window in of_protocol):
                crop = cropping.cut(image_BCSS, window)
                if take_features and window == center:
                    logits, feature_BF = input_of(net, output, crop)
                    take_features(index_N[first : first + len(crop)], feature_BF)
                else:
                    logits = net(crop)
                softmax[window] = logits.float().softmax(dim=1)
            for protocol in protocols:
                views = torch.stack([softmax[window] for window in windows[protocol]])
                parts[protocol].append(views.mean(dim=0).cpu().numpy())
            first += len(image_BCSS)
    return {protocol: np.concatenate(scores_of_batches) for protocol, scores_of_batches in parts.items()}
