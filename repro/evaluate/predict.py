"""Turn a trained network and a data set into per-example scores.

Shape suffixes: N examples, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.data.images import evaluation_stream
from repro.data.order import random_words_N4
from repro.data.shards import Shards
from repro.evaluate.crops import crop_windows, cut

#: Crops put through the net at a time.
CROPS_PER_BATCH = 250


def load_mean_image(folder: Path) -> NDArray[np.float32]:
    """Return the mean image (S, S, 3) of a prepared data set."""
    mean_image: NDArray[np.float32] = np.load(folder / "mean_image.npy", allow_pickle=False)
    return mean_image


@torch.inference_mode()
def predict(
    net: nn.Module,
    shards: Shards,
    index_N: NDArray[np.int64],
    *,
    protocols: Sequence[str],
    mean_image: NDArray[np.float32],
    input_px: int,
    num_threads: int,
    device: str,
) -> dict[str, NDArray[np.float32]]:
    """Return for each protocol the softmax scores (N, K) of the examples `index_N`, averaged over the protocol's crops.

    Every image is decoded once, and every crop goes through the net once, for all protocols.
    The network is left in the mode in which it came.
    """
    was_training = net.training
    net.eval()
    stream = evaluation_stream(
        shards, index_N, mean_image_SSC=mean_image, batch_size=CROPS_PER_BATCH, num_threads=num_threads, device=device
    )
    windows = {p: crop_windows(p, stored_px=shards.stored_px, input_px=input_px) for p in protocols}
    parts: dict[str, list[NDArray[np.float32]]] = {protocol: [] for protocol in protocols}
    for batch in stream:
        softmax = {
            window: net(cut(batch.image_BCHW, window, input_px=input_px)).float().softmax(dim=1)
            for window in dict.fromkeys(window for of_protocol in windows.values() for window in of_protocol)
        }
        for protocol in protocols:
            views = torch.stack([softmax[window] for window in windows[protocol]])
            parts[protocol].append(views.mean(dim=0).cpu().numpy())
    net.train(was_training)
    return {protocol: np.concatenate(found) for protocol, found in parts.items()}


def stable_subset_N(num_examples: int, *, wanted: int) -> NDArray[np.int64]:
    """Return `wanted` positions (all, if there are fewer) that depend on the number of examples alone, in ascending order."""
    words_N4 = random_words_N4(np.arange(num_examples), key=0, epoch=0, purpose=0)
    return np.sort(np.lexsort((words_N4[:, 1], words_N4[:, 0]))[:wanted])
