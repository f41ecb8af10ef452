"""The generated videos hold what is planted in them, and nothing that gives it away."""

from __future__ import annotations

import io
from dataclasses import replace

import av
import numpy as np
import pytest

from repro.data.generated.video_drawing import MOTIONS, border, draw_flight, folded
from repro.data.generated.videos import (
    ProceduralVideoSource,
    check_knobs,
    class_names,
    shot_classes,
    video_file,
    video_frames,
    video_labels,
)
from repro.data.sources.source import SourceError
from repro.spec.video_datasets import Clips, ProceduralVideos, VideoDataset

KNOBS = ProceduralVideos(
    num_train=60,
    num_test=30,
    frame_px=48,
    fps=15,
    seconds=0.6,
    num_shots=1,
    appearance_classes=3,
    motion_classes=4,
    detail_classes=3,
    weak_share=0.0,
    camera=0.0,
    two_label_share=0.0,
    seed=1,
)
MOVING = replace(KNOBS, appearance_classes=0, motion_classes=2, detail_classes=0, seconds=0.2)


def frames(knobs: ProceduralVideos, index: int, *, split: str = "train") -> np.ndarray:
    return np.stack(list(video_frames(knobs, split=split, index=index)))


def decoded(knobs: ProceduralVideos, index: int) -> np.ndarray:
    with av.open(io.BytesIO(video_file(knobs, split="train", index=index))) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def dataset(knobs: ProceduralVideos | None, *, stored_px: int = 48) -> VideoDataset:
    return VideoDataset(
        name="toys",
        kind="procedural_videos",
        title="toys",
        stored_px=stored_px,
        clips=Clips(num_frames=3, span_s=0.2, num_train=2, num_test=2),
        num_validation=0,
        max_refused=0.0,
        procedural=knobs,
    )


def test_the_same_seed_gives_the_same_video_and_another_seed_another() -> None:
    moving = replace(KNOBS, camera=0.3, weak_share=0.3, num_shots=2)
    assert np.array_equal(frames(moving, 4), frames(moving, 4))
    assert video_file(moving, split="train", index=4) == video_file(moving, split="train", index=4)
    assert not np.array_equal(frames(moving, 4), frames(replace(moving, seed=2), 4))
    assert not np.array_equal(frames(moving, 4), frames(moving, 4, split="test"))
    assert np.array_equal(frames(moving, 4), frames(replace(moving, num_train=600), 4))


def test_a_file_is_an_mp4_of_the_stated_size_rate_and_length() -> None:
    knobs = replace(KNOBS, seconds=1.0)
    with av.open(io.BytesIO(video_file(knobs, split="train", index=0))) as container:
        track = container.streams.video[0]
        assert (track.codec_context.name, track.width, track.height, track.average_rate) == ("h264", 48, 48, 15)
    found = decoded(knobs, 0)
    assert found.shape == (15, 48, 48, 3)
    assert np.abs(found.astype(int) - frames(knobs, 0)).mean() < 6  # halved chroma costs most, at hard edges


def test_the_source_lists_every_video_with_its_labels() -> None:
    source = ProceduralVideoSource(dataset(KNOBS))
    assert source.classes == class_names(KNOBS)
    assert source.classes[:4] == ("apple", "fish", "house", "rise")
    assert source.listings["train"].label_NL[:, 0].tolist() == [i % 10 for i in range(60)]
    content = source.content("test", 3)
    assert callable(content) and content() == video_file(KNOBS, split="test", index=3)


def test_one_frame_has_the_same_distribution_in_all_classes_of_motion() -> None:
    """Mean, contrast, colour and sharpness of the last of three frames: no class's mean is off by more than chance."""
    knobs = replace(MOVING, motion_classes=10, frame_px=32, seed=3)
    last = np.stack([frames(knobs, i)[-1] for i in range(800)]).astype(float)
    grey = last.mean(axis=3)
    rows = np.arange(32)
    statistics = {
        "mean": grey.mean(axis=(1, 2)),
        "contrast": grey.std(axis=(1, 2)),
        "colour": np.abs(last - grey[..., None]).mean(axis=(1, 2, 3)),
        "sharpness down": np.abs(np.diff(grey, axis=1)).mean(axis=(1, 2)),
        "sharpness across": np.abs(np.diff(grey, axis=2)).mean(axis=(1, 2)),
        "height": (np.abs(np.diff(grey, axis=1)) * rows[1:, None]).sum(axis=(1, 2))
        / np.abs(np.diff(grey, axis=1)).sum(axis=(1, 2)),
    }
    classes = np.arange(800) % 10
    for name, value in statistics.items():
        spread = value.std() / np.sqrt(80)
        off = [abs(value[classes == c].mean() - value.mean()) / spread for c in range(10)]
        assert max(off) < 3.6, name  # 60 comparisons: one of standard normal numbers exceeds 3.6 in 2 % of the cases


def test_two_frames_tell_rising_from_falling() -> None:
    """Where a frame differs from the next, what was there is found again higher up or lower down, as the class says."""
    knobs = replace(MOVING, frame_px=64, fps=16, seconds=2 / 16)
    correct = 0
    for index in range(60):
        one, other = (frame.mean(axis=2) for frame in frames(knobs, index).astype(float))
        changed = np.abs(one - other) > 8
        errors = {shift: np.abs(one - np.roll(other, -shift, axis=0))[changed].mean() for shift in range(-4, 5)}
        correct += (min(errors, key=lambda shift: errors[shift]) > 0) == (index % 2 == 1)
    assert correct >= 54  # chance is 30; sprites that meet the edge or each other mislead


def test_no_motion_is_the_mirror_image_of_another() -> None:
    """Half of the clips are mirrored in training: a class told from another by left and right alone could not be learned."""
    for motion in MOTIONS:
        flights = [draw_flight(np.random.default_rng(i), motion=motion, upright=False) for i in range(40)]
        sides = [np.sign(np.subtract(flight.at(0.05), flight.at(0.0))[[0, 2]]).sum() for flight in flights]
        assert (motion.right == motion.spin_hz == motion.circle_hz == 0) or {-1, 1} <= set(np.sign(sides))


def test_halving_the_resolution_erases_what_tells_the_details_apart_and_the_file_keeps_it() -> None:
    knobs = replace(KNOBS, appearance_classes=0, motion_classes=0, detail_classes=3, frame_px=64, seconds=0.2)
    for index in range(6):
        pixels = decoded(knobs, index)[0].astype(float).mean(axis=2)
        centre = pixels[26:38, 26:38]
        across, down = np.abs(np.diff(centre, axis=1)).mean(), np.abs(np.diff(centre, axis=0)).mean()
        rows, columns, checks = ((down > 60, across < 10), (across > 60, down < 10), (down > 60, across > 60))
        assert all((rows, columns, checks)[index % 3])
        halved = pixels.reshape(32, 2, 32, 2).mean(axis=(1, 3))[13:19, 13:19]
        assert max(np.abs(np.diff(halved, axis=axis)).mean() for axis in (0, 1)) < 4


def test_detail_lies_in_the_middle_half_of_the_frame() -> None:
    knobs = replace(KNOBS, appearance_classes=0, motion_classes=0, detail_classes=2, frame_px=64)
    fine = np.mean(
        [np.abs(np.diff(frames(knobs, i)[0].astype(float).mean(axis=2), n=2, axis=0)) > 150 for i in range(0, 20, 2)], axis=0
    )
    assert fine[30, 32] == 1
    assert fine[:14].max() < 0.3 and fine[-14:].max() < 0.3


def test_halving_the_resolution_keeps_what_tells_the_borders_apart() -> None:
    knobs = replace(KNOBS, appearance_classes=0, motion_classes=0, detail_classes=0, border_classes=3, frame_px=64, seconds=0.2)
    for index in range(6):
        pixels = decoded(knobs, index)[0].astype(float).mean(axis=2)
        beside = pixels.reshape(32, 2, 32, 2).mean(axis=(1, 3))[:, 1:6]
        across, down = np.abs(np.diff(beside, axis=1)).mean(), np.abs(np.diff(beside, axis=0)).mean()
        rows, columns, checks = ((down > 40, across < 10), (across > 20, down < 10), (down > 20, across > 20))
        assert all((rows, columns, checks)[index % 3])


@pytest.mark.parametrize(("frame_px", "input_px"), [(56, 48), (72, 64)])
def test_a_border_lies_outside_the_central_half_of_every_crop(frame_px: int, input_px: int) -> None:
    image = border(np.random.default_rng(0), patterns=("rows", "checks"), frame_px=frame_px)
    shown = np.asarray(image)[:, :, 3] > 0
    room, quarter = frame_px - input_px, input_px // 4
    assert not shown[quarter : room + 3 * quarter, quarter : room + 3 * quarter].any()
    for left, top in ((0, 0), (0, room), (room, 0), (room, room)):
        crop = shown[top : top + input_px, left : left + input_px]
        assert crop.mean() > 0.4, "every crop shows enough of it"


def test_another_first_class_gives_other_classes_of_every_kind() -> None:
    knobs = replace(KNOBS, appearance_classes=4, motion_classes=4, detail_classes=3, border_classes=3)
    others = replace(knobs, first_class=4)
    assert len(set(class_names(knobs)) | set(class_names(others))) == 28
    assert class_names(others)[4] == "spin"
    with pytest.raises(SourceError, match="motion_classes of the generated videos is 7; allowed: 0 to 6"):
        check_knobs(replace(others, motion_classes=7))


def test_every_class_belongs_to_one_of_five_groups() -> None:
    knobs = replace(KNOBS, appearance_classes=2, motion_classes=3, detail_classes=1, border_classes=1)
    assert dict(ProceduralVideoSource(dataset(knobs)).groups) == {
        "apple": "objects",
        "fish": "objects",
        "rise": "travelling",
        "fall": "travelling",
        "sweep": "travelling",
        "rows_in_rows": "fine detail",
        "rows_beside_rows": "border",
    }


def test_a_weak_share_of_the_shots_shows_no_class_but_never_all_of_them() -> None:
    knobs = replace(KNOBS, num_shots=4, seconds=1.0, weak_share=0.4)
    shown = [shot_classes(knobs, split="train", index=i) for i in range(400)]
    weak = np.mean([[shot is None for shot in shots] for shots in shown])
    assert abs(weak - 0.4) < 0.03
    for i, shots in enumerate(shown):
        assert {shot for shot in shots if shot is not None} == {i % 10}
    all_weak = replace(knobs, weak_share=1.0)
    assert all(sum(shot is not None for shot in shot_classes(all_weak, split="test", index=i)) == 1 for i in range(20))


def test_a_video_of_two_labels_shows_both() -> None:
    knobs = replace(KNOBS, num_shots=4, seconds=1.0, weak_share=0.9, two_label_share=0.3)
    labels = [video_labels(knobs, split="train", index=i) for i in range(1000)]
    assert abs(np.mean([len(of) == 2 for of in labels]) - 0.3) < 0.06  # four standard deviations
    for i, of in enumerate(labels):
        assert len(set(of)) == len(of)
        assert {shot for shot in shot_classes(knobs, split="train", index=i) if shot is not None} == set(of)
    assert ProceduralVideoSource(dataset(knobs)).listings["train"].label_NL.shape == (60, 2)


def test_the_camera_moves_the_background_and_0_keeps_it_still() -> None:
    weak = replace(KNOBS, num_shots=2, seconds=2.0, weak_share=1.0)
    index, shot = next(
        (i, shown.index(None)) for i in range(9) for shown in [shot_classes(weak, split="train", index=i)] if None in shown
    )
    part = slice(15 * shot, 15 * (shot + 1))
    still, moving = (frames(replace(weak, camera=speed), index)[part].astype(int) for speed in (0.0, 0.3))
    assert np.array_equal(still[0], still[-1])
    assert np.abs(moving[0] - moving[-1]).mean() > 2
    assert [folded(value, reach=1.0) for value in (0.5, 1.5, 3.0, -1.5)] == [0.5, 0.5, -1.0, -0.5]


@pytest.mark.parametrize(
    ("knob", "value"),
    [("motion_classes", 11), ("frame_px", 49), ("frame_px", 16), ("weak_share", 1.5), ("num_train", 9), ("num_shots", 10)],
)
def test_a_knob_out_of_range_is_named_with_what_is_allowed(knob: str, value: float) -> None:
    with pytest.raises(SourceError, match=f"{knob} of the generated videos is {value}; allowed"):
        check_knobs(replace(KNOBS, **{knob: value}))


def test_two_labels_need_two_shots_and_knobs_are_needed_at_all() -> None:
    with pytest.raises(SourceError, match="num_shots of the generated videos is 1; allowed: 2"):
        check_knobs(replace(KNOBS, two_label_share=0.1))
    with pytest.raises(SourceError, match="has no knobs"):
        ProceduralVideoSource(dataset(None))


def test_details_stored_at_another_size_are_warned_of() -> None:
    assert not ProceduralVideoSource(dataset(KNOBS)).warnings
    assert "patterns of the 3 detail classes do not survive" in ProceduralVideoSource(dataset(KNOBS, stored_px=40)).warnings[0]


def test_the_first_motions_differ_in_nothing_but_direction_and_the_next_in_nothing_but_speed() -> None:
    rise, fall, sweep, dash = MOTIONS[:4]
    assert rise == replace(fall, name="rise", down=-fall.down)
    assert dash == replace(sweep, name="dash", right=2 * sweep.right)
