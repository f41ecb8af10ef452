"""Decode chosen frames of a video with DALI: by the GPU's video decoder (NVDEC), or a few codecs on the CPU.

Training never decodes videos: a stored clip is a JPEG film strip, which the GPU's JPEG decoder reads (repro.data.clips). NVDEC
is for preparing them, where H.264 and MPEG-4 files are read once: `numbered_frames` here may stand for that of
repro.data.video_decode. It believes the container's order of frames and applies no rotation, so that files with either should
go the other way; colours may differ from FFmpeg's by a few levels, so that one data set should be prepared in one way.

Shape suffixes: F frames, H height, W width, C colour channels (R, G, B).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from nvidia.dali import fn, pipeline_def, types

from repro.data.decode import UnreadableError, dali_message

Pixels = npt.NDArray[np.uint8]

#: Decoded frames that are held at a time.
FRAMES_AT_ONCE = 32
#: Codecs that DALI decodes on the CPU, and with NVDEC besides those.
CPU_CODECS = ("vp8", "vp9", "mjpeg")
NVDEC_CODECS = (*CPU_CODECS, "av1", "mpeg4", "h264", "hevc")


@pipeline_def
def frame_graph(*, device: str) -> Any:
    """Define the graph that gives frames (F, H, W, C), uint8: `video`, a file's content, and `number`, which ones.

    device: `cpu`, or `cuda` (decoding by NVDEC).
    """
    video = fn.external_source(name="video", batch=True, dtype=types.UINT8, ndim=1)
    number = fn.external_source(name="number", batch=True, dtype=types.INT32, ndim=1)
    return fn.decoders.video(video, frames=number, pad_mode="none", device="mixed" if device == "cuda" else "cpu")


class FrameDecoder:
    """Decode frames of videos on `device`, `cpu` or `cuda`, with one pipeline for all."""

    def __init__(self, *, device: str, num_threads: int = 1) -> None:
        if device not in ("cpu", "cuda"):
            raise ValueError(f"unknown device {device!r}; allowed: cpu, cuda")
        self._device, self._num_threads = device, num_threads
        self._pipeline: Any = None

    def frames(self, content: bytes, numbers: Sequence[int]) -> Pixels:
        """Return the frames with these numbers, counted from 0 in the order in which they are shown, as (F, H, W, 3).

        Raises:
            UnreadableError: DALI cannot decode the file here, or it has no such frame.
        """
        if self._pipeline is None:
            self._pipeline = frame_graph(
                device=self._device,
                batch_size=1,
                num_threads=self._num_threads,
                device_id=0 if self._device == "cuda" else None,
                prefetch_queue_depth=1,
            )
            self._pipeline.build()
        try:
            self._pipeline.feed_input("video", [np.frombuffer(content, np.uint8)])
            self._pipeline.feed_input("number", [np.asarray(numbers, np.int32)])
            (decoded,) = self._pipeline.run()
        except RuntimeError as error:
            self._pipeline = None  # a pipeline that failed is dead
            raise UnreadableError(f"DALI cannot decode it: {dali_message(error)}") from None
        frame_FHWC = np.array((decoded.as_cpu() if self._device == "cuda" else decoded).at(0))
        if len(frame_FHWC) != len(numbers):
            raise UnreadableError(f"{len(frame_FHWC)} of {len(numbers)} frames are there")
        return frame_FHWC

    def numbered_frames(self, file: Path | bytes, *, wanted: Sequence[int]) -> Iterator[tuple[int, Pixels]]:
        """Give the frames with these ascending numbers as RGB (H, W, 3), as repro.data.video_decode.numbered_frames does."""
        content = file if isinstance(file, bytes) else file.read_bytes()
        for first in range(0, len(wanted), FRAMES_AT_ONCE):
            numbers = wanted[first : first + FRAMES_AT_ONCE]
            yield from zip(numbers, self.frames(content, numbers), strict=True)
