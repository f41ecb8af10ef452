"""Small video files whose frames show their own number, and ways to read it back."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

#: Frames are squares of 4 x 2 blocks, each a bit of the frame's number.
SIDE_PX, BLOCK_PX, NUM_BITS = 64, 16, 8


def numbered(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a frame that shows `number` in black and white blocks, above a gradient."""
    frame = np.empty((SIDE_PX, SIDE_PX, 3), np.uint8)
    frame[:] = (np.arange(SIDE_PX) * 2)[None, :, None]
    for bit in range(NUM_BITS):
        row, column = divmod(bit, 4)
        block = (slice(row * BLOCK_PX, (row + 1) * BLOCK_PX), slice(column * BLOCK_PX, (column + 1) * BLOCK_PX))
        frame[block] = 235 if number >> bit & 1 else 20
    return frame


def number_in(frame_HWC: np.ndarray[Any, Any]) -> int:
    """Return the number that a frame shows, whatever its size."""
    block = len(frame_HWC) // 4
    middles = [(bit // 4 * block + block // 2, bit % 4 * block + block // 2) for bit in range(NUM_BITS)]
    return sum(int(frame_HWC[row, column].mean() > 128) << bit for bit, (row, column) in enumerate(middles))


def write_video(
    path: Path,
    *,
    num_frames: int,
    codec: str = "libx264",
    rate: int = 30,
    ticks: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
    enlarged: int = 1,
) -> Path:
    """Write a video of numbered frames, each pixel `enlarged` times as wide and high.

    ticks: when each frame is shown, in units of 1/`rate` seconds, if not one by one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream(codec, rate=rate, options=options or {})
        track.width = track.height = SIDE_PX * enlarged
        track.pix_fmt = "yuv420p"
        track.codec_context.thread_count = 1
        track.codec_context.time_base = Fraction(1, rate)
        for number in range(num_frames):
            pixels = numbered(number).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = (ticks[number] if ticks else number), Fraction(1, rate)
            container.mux(track.encode(frame))
        container.mux(track.encode())
    return path
