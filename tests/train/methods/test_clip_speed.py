"""Networks take turns when their speed is measured."""

import dataclasses

import pytest

import repro.train.methods.clip_speed as clip_speed
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.train.methods.clip_speed import measure_clip_speed, rotated


def experiments(*variants, scale="smoke", paper="karpathy"):
    return {name: make_run(PAPERS[paper], scale=scale, variant=name, seed=0).trained for name in variants}


def test_every_round_times_each_network_in_training_and_at_test_time():
    speeds = measure_clip_speed(
        experiments("single_frame", "slow_fusion_multires"), num_classes=4, batch_size=2, num_rounds=3, num_warm_up=1
    )
    assert list(speeds) == ["single_frame", "slow_fusion_multires"]
    for speed in speeds.values():
        for seconds in dataclasses.astuple(speed):
            assert len(seconds) == 3
            assert all(value > 0 for value in seconds)


def test_images_are_measured_too():
    (speed,) = measure_clip_speed(
        experiments("full", paper="alexnet"), num_classes=4, batch_size=2, num_rounds=1, num_warm_up=0
    ).values()
    assert len(speed.train_s) == 1


def test_the_order_of_turns_rotates_and_a_second_is_shared_by_the_batch(monkeypatch):
    ran = []
    monkeypatch.setattr(
        clip_speed, "contender", lambda experiment, **_: (lambda: ran.append(experiment), lambda: ran.append(experiment))
    )
    monkeypatch.setattr(clip_speed, "timed", lambda work, *, device: (work(), (8.0, 4.0))[1])
    speeds = measure_clip_speed({"a": "a", "b": "b"}, num_classes=4, batch_size=4, num_rounds=2, num_warm_up=1)
    assert "".join(ran) == "aabb" + "bbaa" + "aabb"
    assert speeds["a"].train_s == speeds["b"].test_s == (2.0, 2.0)
    assert speeds["a"].train_cpu_s == (1.0, 1.0)
    assert rotated(["a", "b", "c"], 4) == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("names", "batch_size", "num_rounds"), [((), 1, 1), (("single_frame",), 0, 1), (("single_frame",), 1, 0)]
)
def test_nothing_to_measure_is_refused(names, batch_size, num_rounds):
    with pytest.raises(ValueError, match="allowed: 1 and above"):
        measure_clip_speed(experiments(*names), num_classes=4, batch_size=batch_size, num_rounds=num_rounds)
