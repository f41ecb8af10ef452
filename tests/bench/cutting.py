"""The contest of cutting a video into clips: ours against PyAV and OpenCV that do the same, and against bare decoding."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video, read_timeline
from repro.data.shards.decode import QUALITY
from repro.data.video_files.timeline import clip_frames
from repro.spec.video_datasets import Clips
from tests.bench.turns import Contest

#: A video as those of UCF-101 and Sports-1M are: rate a second, seconds, width and height in pixels.
RATE, SECONDS, WIDTH_PX, HEIGHT_PX = 30, 10, 320, 240
STORED_PX = 200
#: Clips as the paper's test videos have them: 20 of half a second.
CLIPS = Clips(num_frames=16, span_s=16 / RATE, num_train=1, num_test=20)
CODECS = {"H.264": ("libx264", {"crf": "23", "preset": "medium"}), "MPEG-4": ("mpeg4", {"qscale": "5"})}
CUTTERS = {
    "ours": "repro.data.prepare.video_decode: every packet heard for damage, frames by the clock of the file, Pillow",
    "pyav": "PyAV, one thread, all frames decoded, those of clips resized by FFmpeg, JPEG by libjpeg-turbo (simplejpeg)",
    "opencv": "cv2.VideoCapture, one thread, all frames decoded, those of clips resized by cv2, JPEG by libjpeg-turbo",
    "bare": "PyAV, one thread: all frames decoded, and no more",
}

Frames = NDArray[np.uint8]


def write_video(path: Path, *, codec: str) -> Path:
    """Write a video in which a scene of many scales moves past a camera that shakes, as a photographer's does."""
    rng = np.random.default_rng(2014)
    coarse = [rng.normal(0, 60 - 6 * step, (2**step, 2 << step, 3)) for step in range(3, 9)]
    scene = sum(cv2.resize(layer, (2048, 1024), interpolation=cv2.INTER_CUBIC) for layer in coarse)
    picture = np.clip(scene + 120, 0, 255).astype(np.uint8)
    name, options = CODECS[codec]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(name, rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        for number in range(RATE * SECONDS):
            top, left = (int(value) for value in (300 + 40 * np.sin(number / 20) + rng.normal(), 4 * number + rng.normal()))
            window = picture[top : top + HEIGHT_PX, left : left + WIDTH_PX]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(window), format="rgb24")))
        container.mux(stream.encode())
    return path


def strips_of(frames: Iterable[tuple[int, Frames]], *, wanted: Sequence[Sequence[int]]) -> list[bytes]:
    """The frames of each clip one below the other as a JPEG file, as ours are."""
    held = dict(frames)
    return [
        simplejpeg.encode_jpeg(np.concatenate([held[number] for number in clip]), quality=QUALITY, colorsubsampling="444")
        for clip in wanted
    ]


def decoded(path: Path) -> Iterable[Any]:
    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        stream.thread_count = 1
        yield from container.decode(stream)


def by_pyav(path: Path, *, wanted: Sequence[Sequence[int]]) -> list[bytes]:
    """The middle square of each frame of a clip: FFmpeg resizes the whole frame, which is cut then."""
    numbers, wide = set(np.concatenate(wanted).tolist()), round(WIDTH_PX * STORED_PX / HEIGHT_PX)
    middle = slice((wide - STORED_PX) // 2, (wide - STORED_PX) // 2 + STORED_PX)
    converter = av.video.reformatter.VideoReformatter()

    def square(frame: Any) -> Frames:
        small: Any = converter.reformat(frame, width=wide, height=STORED_PX, format="rgb24", interpolation="AREA", threads=1)
        return np.asarray(small.to_ndarray()[:, middle])

    return strips_of(((n, square(frame)) for n, frame in enumerate(decoded(path)) if n in numbers), wanted=wanted)


def by_opencv(path: Path, *, wanted: Sequence[Sequence[int]]) -> list[bytes]:
    """The middle square of each frame of a clip, resized by cv2."""
    numbers, left = set(np.concatenate(wanted).tolist()), (WIDTH_PX - HEIGHT_PX) // 2
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    held = []
    for number in range(RATE * SECONDS):
        assert video.grab(), f"{path} ends after frame {number}"
        if number in numbers:
            square = video.retrieve()[1][:, left : left + HEIGHT_PX]
            small = cv2.resize(square, (STORED_PX, STORED_PX), interpolation=cv2.INTER_AREA)
            held.append((number, cv2.cvtColor(small, cv2.COLOR_BGR2RGB)))
    return strips_of(held, wanted=wanted)


def cutting_contest(folder: Path, *, codec: str, num_rounds: int = 9) -> Contest:
    """20 clips of half a second from a video of ten seconds, 320 x 240 to squares of 200 px, stored as JPEG."""
    path = write_video(folder / "video.mp4", codec=codec)
    task = CutTask(content=path, clips=CLIPS, num_clips=CLIPS.num_test, stored_px=STORED_PX)
    timeline = read_timeline(path)
    assert timeline is not None
    wanted = clip_frames(timeline, CLIPS, num_clips=CLIPS.num_test)
    cv2.setNumThreads(1)

    def ours() -> tuple[bytes, ...]:
        cut = cut_video(task)
        assert isinstance(cut, CutVideo), cut
        return cut.strips

    return Contest(
        title=f"{len(wanted)} clips of 16 frames from {SECONDS} s of {codec}, {WIDTH_PX} x {HEIGHT_PX} to {STORED_PX} px",
        contenders={
            "ours": ours,
            "pyav": functools.partial(by_pyav, path, wanted=wanted),
            "opencv": functools.partial(by_opencv, path, wanted=wanted),
            "bare": lambda: sum(1 for _ in decoded(path)),
        },
        settings=CUTTERS,
        num_rounds=num_rounds,
        examples=len(wanted),
    )
