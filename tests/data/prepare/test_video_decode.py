"""Videos are cut exactly to the frame, whatever the container and codec, and bad files say what is wrong with them."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video, read_timeline
from repro.data.shards.decode import UnreadableError, central_square
from repro.data.video_files.timeline import clip_frames
from repro.spec.video_datasets import Clips
from tests.data.videos import SIDE_PX, number_in, numbered, write_video

REAL = Path(__file__).parents[4] / "shared" / "data"
TEN = Clips(num_frames=10, span_s=1 / 3, num_train=4, num_test=4)
#: Key frames and frames predicted from later ones in each group of twelve.
GROUPS = {"g": "12", "bf": "3"}


def cut(path: Path, *, clips: Clips = TEN, num_clips: int = 4, stored_px: int = SIDE_PX) -> CutVideo | UnreadableError:
    return cut_video(CutTask(content=path, clips=clips, num_clips=num_clips, stored_px=stored_px))


def frames_of(strip: bytes, *, num_frames: int = 10) -> np.ndarray:
    pixels = np.asarray(Image.open(io.BytesIO(strip)))
    return pixels.reshape(num_frames, pixels.shape[1], pixels.shape[1], 3)


def numbers(found: CutVideo | UnreadableError, *, num_frames: int = 10) -> list[list[int]]:
    assert isinstance(found, CutVideo), found
    return [[number_in(frame) for frame in frames_of(strip, num_frames=num_frames)] for strip in found.strips]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", GROUPS),
        ("a.mkv", "libx264", GROUPS),
        ("open.mp4", "libx264", {**GROUPS, "x264-params": "open-gop=1:keyint=12"}),
        ("a.avi", "mpeg4", {"g": "12"}),
        ("b.avi", "mpeg4", GROUPS),
        ("b.mp4", "mpeg4", GROUPS),
        ("a.webm", "libvpx-vp9", {"cpu-used": "8", "deadline": "realtime", "g": "12"}),
        ("c.avi", "mjpeg", {"strict": "unofficial"}),
    ],
)
def test_the_frames_are_the_ones_asked_for(name: str, codec: str, options: dict[str, str], tmp_path: Path) -> None:
    path = write_video(tmp_path / name, num_frames=100, codec=codec, options=options)
    assert numbers(cut(path)) == [list(range(first, first + 10)) for first in (0, 30, 60, 90)]


def test_decoding_leaps_over_what_no_clip_needs(tmp_path: Path) -> None:
    """Damage in the middle is not even seen by the clips at both ends, and is by one in the middle."""
    path = write_video(tmp_path / "a.mp4", num_frames=240, options=GROUPS)
    timeline = read_timeline(path)
    assert timeline is not None
    assert timeline.keys == tuple(range(0, 240, 12))
    with av.open(str(path)) as container:
        picture = next(packet for packet in container.demux(video=0) if packet.pts == 120 * 512)
    content = bytearray(path.read_bytes())
    middle = picture.pos + picture.size // 2
    content[middle : middle + 20] = bytes(range(40, 60))
    path.write_bytes(content)
    assert numbers(cut(path, num_clips=2)) == [list(range(10)), list(range(230, 240))]
    assert isinstance(cut(path, num_clips=12), UnreadableError)


def test_pixels_are_those_of_pyav_but_for_the_jpeg(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", num_frames=40, options=GROUPS)
    found = cut(path, num_clips=1, stored_px=48)
    assert isinstance(found, CutVideo)
    with av.open(str(path)) as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    expected = np.stack([central_square(frame, side_px=48) for frame in decoded[15:25]])
    # Quality 95 moves no pixel by more than a few levels, at the hard edges of the blocks.
    assert np.abs(frames_of(found.strips[0]).astype(int) - expected).mean() < 1.5


def test_frames_of_varying_duration_are_chosen_by_their_time_stamps(tmp_path: Path) -> None:
    ticks = [*range(0, 100, 10), *range(100, 130)]  # ten slow frames of ten ticks, then thirty quick ones
    path = write_video(tmp_path / "a.mkv", num_frames=40, rate=100, ticks=ticks)
    found = cut(path, clips=Clips(num_frames=13, span_s=1.3, num_train=1, num_test=1), num_clips=1)
    assert numbers(found, num_frames=13) == [[*range(10), 15, 25, 35]]


def test_a_film_strip_is_the_frames_one_below_the_other(tmp_path: Path) -> None:
    found = cut(write_video(tmp_path / "a.mp4", num_frames=20), num_clips=1, stored_px=32)
    assert isinstance(found, CutVideo)
    picture = Image.open(io.BytesIO(found.strips[0]))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (32, 320))
    assert found.seconds == pytest.approx(20 / 30)


def test_the_rotation_that_a_container_asks_for_is_applied(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", num_frames=20)
    content, upright = path.read_bytes(), struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 2**30)
    assert content.count(upright) >= 1
    head = content.index(b"tkhd")
    place = content.index(upright, head)
    quarter = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 2**30)  # clockwise
    path.write_bytes(content[:place] + quarter + content[place + len(quarter) :])
    found = cut(path, num_clips=1)
    assert isinstance(found, CutVideo)
    turned = np.rot90(numbered(5), k=-1)  # the clip in the middle of 20 frames begins with frame 5
    assert np.abs(frames_of(found.strips[0])[0].astype(int) - turned).mean() < 8


def test_the_same_file_has_the_same_hash_and_another_has_another(tmp_path: Path) -> None:
    one, other = (write_video(tmp_path / f"{num}.mp4", num_frames=num) for num in (20, 21))
    found = [cut(path) for path in (one, one, other)]
    hashes = [video.content_hash for video in found if isinstance(video, CutVideo)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_bad_files_say_what_is_wrong(tmp_path: Path) -> None:
    good = write_video(tmp_path / "good.mp4", num_frames=20).read_bytes()
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(4000))
    bad = {
        "absent.mp4": (None, "no such file"),
        "empty.mp4": (b"", "empty file"),
        "text.mp4": (b"no video" * 100, "cannot be decoded: Invalid data"),
        "cut.mp4": (good[: len(good) // 2], "cannot be decoded"),
        "sound.wav": ((tmp_path / "sound.wav").read_bytes(), "no video stream"),
        "short.mp4": (write_video(tmp_path / "s.mp4", num_frames=5).read_bytes(), "too short: 0.17 s; a clip spans 0.33 s"),
    }
    for name, (content, reason) in bad.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        found = cut(tmp_path / name)
        assert isinstance(found, UnreadableError), name
        assert str(found).startswith(reason), name


def test_damage_inside_the_pictures_is_noticed(tmp_path: Path) -> None:
    content = bytearray(write_video(tmp_path / "good.mp4", num_frames=60).read_bytes())
    middle = content.index(b"mdat") + 1500
    content[middle : middle + 400] = bytes(400)
    (tmp_path / "bad.mp4").write_bytes(content)
    assert isinstance(cut(tmp_path / "bad.mp4"), UnreadableError)


def test_a_file_that_ends_early_is_cut_into_what_is_there(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", num_frames=120, options={"g": "12", "bf": "0"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    found = numbers(cut(path))
    assert found[0] == list(range(10))
    assert 40 < found[-1][-1] < 119


@pytest.mark.skipif(not (REAL / "ucf101_sample").is_dir(), reason="no sample of UCF-101 beside the checkout")
@pytest.mark.parametrize("name", ["ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c02.avi", "BaseballPitch/v_BaseballPitch_g01_c01.avi"])
def test_videos_of_ucf101_are_cut_as_pyav_shows_them(name: str) -> None:
    path = REAL / "ucf101_sample" / name
    check_against_pyav(path)


@pytest.mark.skipif(not (REAL / "egogesture10").is_dir(), reason="no egogesture10 beside the checkout")
@pytest.mark.parametrize("name", ["Star/v_Star_g09_c01.mp4", "Left/v_Left_g02_c01.mp4"])
def test_videos_of_egogesture_are_cut_as_pyav_shows_them(name: str) -> None:
    check_against_pyav(REAL / "egogesture10" / "train" / name)


def check_against_pyav(path: Path) -> None:
    found = cut(path, num_clips=3)
    assert isinstance(found, CutVideo)
    with av.open(str(path)) as container:
        frames = [(frame.pts, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
        rate = container.streams.video[0].average_rate
    timeline = read_timeline(path)
    if path.suffix == ".avi":
        assert timeline is None
        assert found.seconds == pytest.approx(len(frames) / rate)
        begin = (len(frames) / rate - 1 / 3) / 2
        wanted = [int((begin + (i + 0.5) / 30) * rate) for i in range(10)]
    else:
        assert timeline is not None
        assert [stamp for stamp, _ in frames] == list(timeline.stamp_F)
        wanted = clip_frames(timeline, TEN, num_clips=3)[1]
    expected = np.stack([central_square(frames[number][1], side_px=SIDE_PX) for number in wanted])
    got = frames_of(found.strips[1]).astype(int)
    # Noise of a camera costs more in a JPEG than flat blocks do.
    assert np.abs(got - expected).mean() < 4
