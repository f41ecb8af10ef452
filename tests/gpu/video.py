"""A VP9 video of 128 px, the least that NVDEC takes, decoded by DALI and frame by frame by FFmpeg."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

SIDE_PX, NUM_FRAMES = 128, 24
QUICK = {"cpu-used": "8", "deadline": "realtime", "g": "8"}
#: Levels between neighbouring frames: a frame taken for its neighbour shows.
STEP = 8
#: Decoders enlarge chroma in different ways; a frame is flat, so that it does not matter, and rounding is left.
MOST_APART = 3


def decode_vp9(folder: Path, *, device: str) -> dict[str, Any]:
    """Decode the same video twice and give how far the pixels lie apart.

    Raises:
        ValueError: the frames are not the same.
    """
    path = folder / "a.webm"
    write_vp9(path)
    expected, found = by_ffmpeg(path), by_dali(path, device=device)
    if found.shape != expected.shape:
        raise ValueError(f"DALI gives frames of shape {found.shape}; FFmpeg {expected.shape}")
    apart = np.abs(found.astype(int) - expected).max(axis=(1, 2, 3))
    if apart.max() > MOST_APART:
        raise ValueError(f"frame {int(apart.argmax())} is {int(apart.max())} levels apart; allowed: {MOST_APART}")
    return {"side_px": SIDE_PX, "num_frames": len(found), "most_levels_apart": int(apart.max())}


def write_vp9(path: Path) -> None:
    """Write a video whose frame i is grey of level 16 + STEP i."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=30, options=QUICK)
        stream.width = stream.height = SIDE_PX
        stream.pix_fmt = "yuv420p"
        for i in range(NUM_FRAMES):
            pixels = np.full((SIDE_PX, SIDE_PX, 3), 16 + STEP * i, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())


def by_ffmpeg(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def by_dali(path: Path, *, device: str) -> NDArray[np.uint8]:
    from nvidia.dali import fn, pipeline_def

    @pipeline_def(batch_size=1, num_threads=1, device_id=0 if device == "cuda" else None)  # type: ignore[untyped-decorator,unused-ignore]
    def graph() -> Any:
        content = fn.external_source(source=lambda: [np.fromfile(path, np.uint8)], ndim=1)
        return fn.decoders.video(content, device="mixed" if device == "cuda" else "cpu")

    pipe = graph()
    pipe.build()
    (frames,) = pipe.run()
    found = frames.as_cpu() if device == "cuda" else frames
    return np.asarray(found.at(0))
