"""Turn a trained network and a data set into per-example scores.

Shape suffixes: B batch, F features, N examples, K classes, V views.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.data.load.whole_images import WholeImages
from repro.evaluate.crops import Cropping, Window, center_window, crop_windows
from repro.evaluate.relighting import relit
from repro.models.probe import evaluating, input_of
from repro.spec.evaluation import RELIT

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

    A protocol under another light lights each example by its place in the split. Every crop goes through the net once,
    for all protocols. The network is left in the mode in which it came.

    Args:
        output: name of the output layer, whose input for the centre crops is given to `take_features`.
    """
    views = {p: _views(p, cropping) for p in protocols}
    center = center_window(stored_px=cropping.stored_px, input_px=cropping.input_px)
    parts: dict[str, list[NDArray[np.float32]]] = {protocol: [] for protocol in protocols}
    first = 0
    with evaluating(net):
        for image_BCSS in images.batches(index_N, batch_size=IMAGES_PER_BATCH):
            softmax = {}
            index_B = index_N[first : first + len(image_BCSS)]
            for view in dict.fromkeys(view for of_protocol in views.values() for view in of_protocol):
                window, other_light = view
                crop = cropping.cut(relit(image_BCSS, index_B) if other_light else image_BCSS, window)
                if take_features and view == (center, False):
                    logits, feature_BF = input_of(net, output, crop)
                    take_features(index_B, feature_BF)
                else:
                    logits = net(crop)
                softmax[view] = logits.float().softmax(dim=1)
            for protocol in protocols:
                softmax_VBK = torch.stack([softmax[view] for view in views[protocol]])
                parts[protocol].append(softmax_VBK.mean(dim=0).cpu().numpy())
            first += len(image_BCSS)
    return {protocol: np.concatenate(scores_of_batches) for protocol, scores_of_batches in parts.items()}


def _views(protocol: str, cropping: Cropping) -> list[tuple[Window, bool]]:
    """The windows of a protocol, each with whether it is cut from the image under another light."""
    windows = crop_windows(protocol, stored_px=cropping.stored_px, input_px=cropping.input_px)
    return [(window, protocol == RELIT) for window in windows]
