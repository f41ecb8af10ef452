"""Saturated units, over hidden layers and epochs."""

import pytest

from repro.analyse.collect.saturation import of_saturation
from repro.artifacts.log_jsonl import LayerSaturation, LogEntry


def entry(epoch, saturation):
    return LogEntry(
        epoch=epoch,
        num_steps=epoch,
        learning_rate=0.1,
        train_loss=1.0,
        train_top1_error=0.5,
        validation_top1_error=None,
        images_per_s=1.0,
        wall_s=1.0,
        data_wait_s=0.0,
        saturation=saturation,
    )


def test_layers_and_epochs_count_alike():
    log = [
        entry(1, {"conv1": LayerSaturation(saturated=0.1, dead=0.0), "fc6": LayerSaturation(saturated=0.3, dead=0.2)}),
        entry(2, {"conv1": LayerSaturation(saturated=0.5, dead=0.0), "fc6": LayerSaturation(saturated=0.7, dead=0.4)}),
    ]
    assert of_saturation(log, num_images=9) == [
        ("saturated_share", "training", pytest.approx(0.4), 9),
        ("dead_share", "training", pytest.approx(0.15), 9),
    ]


def test_a_log_without_saturation_has_none():
    assert of_saturation([entry(1, None)], num_images=9) == []
