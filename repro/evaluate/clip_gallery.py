"""Keep a few test videos as film strips with the best classes that a net of clips gives them.

Source: Karpathy et al. 2014, Figure 4 (predictions) and Figure 5 (single-frame and slow fusion side by side).

Shape suffixes: G gallery videos, T frames shown, S side, C colours, L labels, K classes, V videos of the split.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repro.artifacts.arrays import write_npz
from repro.data.load.randomness import epoch_order_N
from repro.data.shards.clips import ClipShards

#: Classes that are kept of a video, frames of its middle clip, and their longest side.
NUM_BEST, NUM_FRAMES, MOST_PX = 5, 5, 96


def gallery_videos_G(label_VL: NDArray[np.int32], *, wanted: int) -> NDArray[np.int64]:
    """`wanted` videos (all, if there are fewer), the classes in turn, that depend on the labels alone.

    So every net of a data set shows the same videos, chosen without looking at what any net makes of them.
    """
    order_V = epoch_order_N(len(label_VL), key=0, epoch=0)
    seen: dict[int, int] = {}
    turn_V = np.empty(len(label_VL), np.int64)
    for video in order_V:
        label = int(label_VL[video, 0])
        turn_V[video] = seen[label] = seen.get(label, -1) + 1
    place_V = np.argsort(order_V)
    return np.lexsort((place_V, turn_V))[:wanted]


def write_clip_gallery(path: Path, shards: ClipShards, video_VK: NDArray[np.float32], *, num: int) -> None:
    """Write the film strips of `num` test videos with the best classes of `video_VK`, the scores of all videos of the split."""
    index_G = gallery_videos_G(shards.label_VL, wanted=num)
    best_GK = np.argsort(-video_VK[index_G], axis=1, kind="stable")[:, :NUM_BEST]
    write_npz(
        path,
        {
            "frame_GTSSC": np.stack([film_TSSC(shards, int(video)) for video in index_G]),
            "label_GL": shards.label_VL[index_G].astype(np.int32),
            "example_G": shards.key_V[index_G],
            "best_G5": best_GK.astype(np.int32),
            "score_G5": np.take_along_axis(video_VK[index_G], best_GK, axis=1).astype(np.float32),
        },
    )


def film_TSSC(shards: ClipShards, video: int) -> NDArray[np.uint8]:
    """Frames of the middle one of a video's stored clips, evenly spread over it, shrunk where they are large."""
    clips_M = np.flatnonzero(shards.video_N == video)
    (strip,) = shards.strips(clips_M[len(clips_M) // 2 : len(clips_M) // 2 + 1])
    image = Image.open(io.BytesIO(strip.tobytes())).convert("RGB")
    side = shards.stored_px
    chosen = np.linspace(0, shards.num_frames - 1, min(NUM_FRAMES, shards.num_frames)).round().astype(int).tolist()
    frames = [image.crop((0, side * number, side, side * (number + 1))) for number in chosen]
    if side > MOST_PX:
        frames = [frame.resize((MOST_PX, MOST_PX), Image.Resampling.LANCZOS) for frame in frames]
    return np.stack([np.asarray(frame) for frame in frames])
