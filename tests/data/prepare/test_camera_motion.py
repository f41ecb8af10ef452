"""The camera's motion is seen, whatever moves before the scene."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from repro.artifacts.arrays import read_npz, write_npz
from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.stored_files import stored_file
from repro.data.generated.video_drawing import Camera
from repro.data.generated.videos import Shot, stream
from repro.data.prepare import camera_motion
from repro.data.prepare.camera_motion import CameraTask, clip_motion, displacement, drawn_motion, ensure_camera_motion, motion_of
from repro.data.prepare.prepare import prepare
from repro.data.shards.clips import ClipShards
from repro.papers.karpathy import KARPATHY
from repro.spec.video_datasets import CAMERA_FILE
from tests.data.load.test_clips import TOYS

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


def test_the_camera_before_a_generated_scene_without_objects_is_found_to_a_fifth_in_most_shots():
    knobs = replace(KNOBS, camera=0.4, weak_share=1.0, num_shots=1, seconds=1.2)
    drawn, found = [], []
    for index in range(16):
        generator = stream(knobs, split="test", index=index, purpose="shot 0")
        scene = Shot(knobs, shown=None, generator=generator)
        frames = [cv2.cvtColor(np.asarray(scene.frame(t / knobs.fps)), cv2.COLOR_RGB2GRAY) for t in range(16)]
        drawn.append(drawn_motion(knobs, split="test", index=index, step_s=1 / knobs.fps))
        found.append(clip_motion(np.stack(frames)))
    assert np.mean(np.abs(np.array(found) - drawn) <= 0.2 * np.array(drawn)) >= 0.8
    assert np.corrcoef(found, drawn)[0, 1] > 0.8


def test_what_was_drawn_is_the_camera_of_the_shots_that_are_rendered():
    """A camera that stands still has no motion, one that pans alone moves every point by its pace."""
    assert drawn_motion(replace(KNOBS, camera=0.0), split="test", index=3, step_s=0.1) == 0.0
    shots = [
        Shot(KNOBS, shown=None, generator=stream(KNOBS, split="test", index=3, purpose=f"shot {shot}"))
        for shot in range(KNOBS.num_shots)
    ]
    pan = Camera(right=0.3, down=0.4, zoom=0.0, shake=0.0, shake_hz=2.0, phase=0.0)
    assert camera_motion._moved(pan, 0.0, 0.1) == pytest.approx(0.05)
    steps = int(KNOBS.seconds / KNOBS.num_shots * KNOBS.fps)
    expected = [
        np.median([camera_motion._moved(shot._camera, k / KNOBS.fps, (k + 1) / KNOBS.fps) for k in range(steps)])
        for shot in shots
    ]
    assert drawn_motion(KNOBS, split="test", index=3, step_s=1 / KNOBS.fps) == pytest.approx(np.mean(expected))


def test_the_motions_lie_beside_the_test_split_and_are_made_once(tmp_path):
    prepare(TOYS, folder=tmp_path, source=None, num_threads=1, say=lambda line: None)
    with np.load(tmp_path / CAMERA_FILE) as stored:
        shards = ClipShards(tmp_path, "test")
        assert stored["key_V"].tolist() == shards.key_V.tolist()
        assert stored["motion_V"].shape == (shards.num_videos,)
        assert (stored["motion_V"] >= 0).all()
        assert str(stored["source"]) == "drawn"
    said: list[str] = []
    ensure_camera_motion(TOYS, tmp_path, num_processes=1, say=said.append)
    assert not said
    dataset = read_dataset(tmp_path)
    index = tmp_path / dataset.splits["test"].index.file
    np.savez_compressed(index, **read_npz(index))  # another file, of another test split for all one knows
    splits = dataset.splits | {"test": replace(dataset.splits["test"], index=stored_file(index))}
    write_dataset(tmp_path, replace(dataset, splits=splits))
    ensure_camera_motion(TOYS, tmp_path, num_processes=1, say=said.append)
    assert len(said) == 1


def test_a_flipped_bit_of_any_byte_of_the_motions_is_noticed(tmp_path):
    path = tmp_path / "motions.npz"
    write_npz(path, {"motion_V": np.zeros(3, np.float32), "source": np.array("drawn"), "made_from": np.array("abc")})
    whole = path.read_bytes()
    assert camera_motion._made_from(path) == "abc"
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        assert camera_motion._made_from(path) == "", place


def test_clips_without_any_pair_of_frames_show_no_motion(monkeypatch):
    monkeypatch.setattr("repro.data.prepare.camera_motion.displacement", lambda before, after: None)
    assert np.isnan(clip_motion(np.stack([scene(), scene()])))
    assert np.isnan(motion_of(CameraTask(strips=(), num_frames=2)))
