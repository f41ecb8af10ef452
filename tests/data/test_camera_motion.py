"""The camera's motion is seen, whatever moves before the scene."""

import itertools
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from repro.data.camera_motion import CameraTask, clip_motion, displacement, ensure_camera_motion, motion_of
from repro.data.clip_shards import ClipShards
from repro.data.procedural_video import shot_classes, stream, video_frames
from repro.data.video_drawing import background, draw_camera
from repro.data.video_prepare import prepare_videos
from repro.papers.karpathy import KARPATHY
from repro.spec.video import CAMERA_FILE
from tests.data.test_clips import TOYS

KNOBS = replace(KARPATHY.scale("small").dataset.procedural, weak_share=0.0, two_label_share=0.0)


def scene(side_px: int = 96) -> np.ndarray:
    rng = np.random.default_rng(3)
    return cv2.GaussianBlur(rng.integers(0, 256, (side_px, side_px)).astype(np.uint8), (0, 0), 3.0)


def test_a_shift_of_two_pixels_is_two_pixels():
    view = scene()
    assert displacement(view[:64, :64], view[:64, 2:66]) == pytest.approx(2 / 64, abs=0.1 / 64)
    assert displacement(view[:64, :64], view[:64, :64]) == pytest.approx(0, abs=1e-6)


def test_what_moves_before_a_still_scene_is_no_motion_of_the_camera():
    frames = np.stack([scene()] * 6)
    for t, frame in enumerate(frames):
        cv2.rectangle(frame, (10 + 4 * t, 30), (35 + 4 * t, 60), 255, -1)
    assert clip_motion(frames) < 0.1 / 96


def drawn_motion(knobs, *, index: int, shot: int, num_frames: int) -> float:
    """Return what the generator moves the camera by, as the estimate has it."""
    generator = stream(knobs, split="test", index=index, purpose=f"shot {shot}")
    background(generator, frame_px=knobs.frame_px)
    camera = draw_camera(generator, speed=knobs.camera)
    x, y = np.meshgrid(*[(np.arange(5) + 0.5) / 5 - 0.5] * 2)
    places = [camera.at(t / knobs.fps) for t in range(num_frames)]
    return float(
        np.median(
            [
                np.hypot((a + x / zoom - c) * zoom_after - x, (b + y / zoom - d) * zoom_after - y).mean()
                for (a, b, zoom), (c, d, zoom_after) in itertools.pairwise(places)
            ]
        )
    )


def test_the_cameras_of_generated_videos_are_found_to_a_fifth_in_most_shots():
    knobs = replace(KNOBS, camera=0.4)
    drawn, found = [], []
    for index in range(12):
        assert None not in shot_classes(knobs, split="test", index=index)
        frames = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in video_frames(knobs, split="test", index=index)]
        length = len(frames) // knobs.num_shots
        for shot in range(knobs.num_shots):
            drawn.append(drawn_motion(knobs, index=index, shot=shot, num_frames=16))
            found.append(clip_motion(np.stack(frames[shot * length : shot * length + 16])))
    assert np.mean(np.abs(np.array(found) - drawn) <= 0.2 * np.array(drawn)) >= 0.8
    assert np.corrcoef(found, drawn)[0, 1] > 0.8


def test_the_motions_lie_beside_the_test_split_and_are_made_once(tmp_path):
    prepare_videos(TOYS, folder=tmp_path, source=None, num_threads=1, say=lambda line: None)
    with np.load(tmp_path / CAMERA_FILE) as stored:
        shards = ClipShards(tmp_path, "test")
        assert stored["key_V"].tolist() == shards.key_V.tolist()
        assert stored["motion_V"].shape == (shards.num_videos,)
        assert (stored["motion_V"] >= 0).all()
    said: list[str] = []
    ensure_camera_motion(tmp_path, num_processes=1, say=said.append)
    assert not said
    description = json.loads((tmp_path / "dataset.json").read_text())
    description["splits"]["test"]["index"]["sha256"] = "0" * 64
    (tmp_path / "dataset.json").write_text(json.dumps(description))
    ensure_camera_motion(tmp_path, num_processes=1, say=said.append)
    assert len(said) == 1


def test_clips_without_any_pair_of_frames_show_no_motion(monkeypatch):
    monkeypatch.setattr("repro.data.camera_motion.displacement", lambda before, after: None)
    assert np.isnan(clip_motion(np.stack([scene(), scene()])))
    assert np.isnan(motion_of(CameraTask(strips=(), num_frames=2)))
