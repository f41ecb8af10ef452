"""DALI's video decoder gives the frames that are asked for, on the CPU where it can, and by NVDEC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repro.data.decode import UnreadableError
from repro.data.video_decode import decoded_timeline, numbered_frames, read_timeline
from repro.data.video_frames import FrameDecoder, frame_graph
from tests.data.videos import number_in, write_video

#: Containers and codecs that DALI decodes on the CPU.
ON_CPU = [("clip.webm", "libvpx-vp9"), ("clip.webm", "libvpx"), ("clip.mkv", "libvpx-vp9")]
WANTED = [0, 3, 4, 17, 63, 64, 79]


def by_ffmpeg(file: Path) -> list[np.ndarray]:
    timeline = read_timeline(file) or decoded_timeline(file)
    return [frame for _, frame in numbered_frames(file, timeline, wanted=WANTED)]


@pytest.mark.parametrize(("name", "codec"), ON_CPU)
def test_frames_are_those_that_are_asked_for_and_look_as_ffmpeg_has_them(name: str, codec: str, tmp_path: Path) -> None:
    """The frames are grey, as the two enlarge chroma in different ways; they round luma in different ways by a level or two."""
    file = write_video(tmp_path / name, num_frames=80, codec=codec)
    found = list(FrameDecoder(device="cpu").numbered_frames(file, wanted=WANTED))
    assert [number for number, _ in found] == WANTED == [number_in(frame) for _, frame in found]
    for (_, frame), expected in zip(found, by_ffmpeg(file), strict=True):
        assert np.abs(frame.astype(int) - expected).max() <= 4


def test_more_frames_than_are_held_at_a_time_come_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repro.data.video_frames.FRAMES_AT_ONCE", 3)
    file = write_video(tmp_path / "clip.webm", num_frames=80, codec="libvpx")
    found = list(FrameDecoder(device="cpu").numbered_frames(file.read_bytes(), wanted=WANTED))
    assert [number_in(frame) for _, frame in found] == WANTED


def test_a_frame_beyond_the_end_is_an_error_and_the_next_video_is_read(tmp_path: Path) -> None:
    decoder = FrameDecoder(device="cpu")
    content = write_video(tmp_path / "clip.webm", num_frames=10, codec="libvpx").read_bytes()
    with pytest.raises(UnreadableError):
        decoder.frames(content, [9, 10])
    assert number_in(decoder.frames(content, [9])[0]) == 9


def test_h264_is_refused_on_the_cpu_with_the_reason(tmp_path: Path) -> None:
    file = write_video(tmp_path / "clip.mp4", num_frames=10)
    with pytest.raises(UnreadableError, match="DALI cannot decode it"):
        FrameDecoder(device="cpu").frames(file.read_bytes(), [0])


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown device 'gpu'; allowed: cpu, cuda"):
        FrameDecoder(device="gpu")


def test_the_graph_for_nvdec_serialises_without_a_driver() -> None:
    graph = frame_graph(device="cuda", batch_size=2, num_threads=1, device_id=None)
    assert b"mixed" in graph.serialize()


@pytest.mark.gpu
@pytest.mark.parametrize(("name", "codec"), [*ON_CPU, ("clip.mp4", "libx264"), ("clip.mp4", "mpeg4")])
def test_nvdec_gives_the_frames_that_ffmpeg_gives(name: str, codec: str, tmp_path: Path) -> None:
    """Grey frames, as above: luma within four levels. They have 128 px, the least that NVDEC takes as VP9."""
    file = write_video(tmp_path / name, num_frames=80, codec=codec, enlarged=2)
    found = list(FrameDecoder(device="cuda").numbered_frames(file, wanted=WANTED))
    assert [number_in(frame[::2, ::2]) for _, frame in found] == WANTED
    for (_, frame), expected in zip(found, by_ffmpeg(file), strict=True):
        assert np.abs(frame.astype(int) - expected).max() <= 4
