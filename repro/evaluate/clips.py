"""Turn a trained network of clips into scores of clips and of videos.

A video's score is the mean softmax over the views of its clips, then over its clips.
Source: Karpathy et al. 2014, section 4.1, "Video-level predictions".

Shape suffixes: B batch, N clips, K classes, V videos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from repro.data.load.clip_views import ClipPixels, Window, clip_batches, evaluation_crops
from repro.models.probe import evaluating
from repro.spec.video import NUMS_OF_VIEWS

#: Frames put through the net at a time, in whole clips.
FRAMES_PER_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class ClipScores:
    """Softmax scores of each clip at its centre, and of each clip averaged over its views."""

    center_NK: NDArray[np.float32]
    views_NK: NDArray[np.float32]


@torch.inference_mode()
def predict_clips(
    net: nn.Module,
    pixels: ClipPixels,
    index_N: NDArray[np.int64],
    *,
    num_frames: int,
    num_views: int,
    input_px: int,
    pixel_mean: float,
    mirror: bool = True,
) -> ClipScores:
    """Score the clips `index_N`; the network is left in the mode in which it came.

    Args:
        pixels: the `num_frames` frames that the network reads of the clips of a split.
        num_views: as in repro.spec.video.ClipEvaluation.
        mirror: False where clips must not be mirrored; views then differ in their place alone.

    Raises:
        ValueError: there is no such number of views, or the crop is larger than the stored frames.
    """
    center = evaluation_crops("clip", stored_px=pixels.shards.stored_px, input_px=input_px)[0]
    views = views_of(num_views, stored_px=pixels.shards.stored_px, input_px=input_px, mirror=mirror)
    windows = list(dict.fromkeys([center, *views]))
    batch_size = max(1, FRAMES_PER_BATCH // num_frames)
    found: dict[int, list[NDArray[np.float32]]] = {number: [] for number in range(len(windows))}
    with evaluating(net):
        for view in clip_batches(
            pixels, index_N, windows=windows, input_px=input_px, mean_level=pixel_mean, batch_size=batch_size
        ):
            found[view.window].append(net(view.x_BCTHW).float().softmax(dim=1).cpu().numpy())
    by_window = {window: np.concatenate(found[number]) for number, window in enumerate(windows)}
    return ClipScores(
        center_NK=by_window[center], views_NK=np.mean([by_window[view] for view in views], axis=0, dtype=np.float32)
    )


def views_of(num_views: int, *, stored_px: int, input_px: int, mirror: bool = True) -> list[Window]:
    """The windows over which the score of a clip is averaged for that of its video.

    mirror: False leaves mirroring out: of the four corners none is mirrored, and of the two centres one is left.
    """
    if num_views not in NUMS_OF_VIEWS:
        raise ValueError(f"{num_views} views of a clip; allowed: {', '.join(map(str, NUMS_OF_VIEWS))}")
    if num_views == max(NUMS_OF_VIEWS):
        views = evaluation_crops("video", stored_px=stored_px, input_px=input_px)
    else:
        top, left, _ = evaluation_crops("clip", stored_px=stored_px, input_px=input_px)[0]
        views = [(top, left, mirrored) for mirrored in (False, True)[:num_views]]
    return views if mirror else list(dict.fromkeys((top, left, False) for top, left, _ in views))


def video_scores_VK(clip_NK: NDArray[np.float32], video_N: NDArray[np.integer], *, num_videos: int) -> NDArray[np.float32]:
    """The mean score of the clips of each video.

    Raises:
        ValueError: a video has no clip.
    """
    count_V = np.bincount(video_N, minlength=num_videos)
    if len(count_V) != num_videos or count_V.min() == 0:
        raise ValueError(
            f"clips of {np.count_nonzero(count_V)} videos; allowed: at least one clip of each of {num_videos} videos"
        )
    sum_VK = np.zeros((num_videos, clip_NK.shape[1]), np.float64)
    np.add.at(sum_VK, video_N, clip_NK)
    return (sum_VK / count_V[:, None]).astype(np.float32)
