"""Every metric is one entry of one table; a name without an entry is an error."""

import math

import pytest

from repro.papers import PAPERS
from repro.report.text.units import measured_text, printed_text
from repro.spec.names import UnknownName
from repro.spec.terms.metrics import (
    ALWAYS,
    ELSEWHERE,
    LESS,
    METRICS,
    MORE,
    NEVER,
    SCORES,
    TIMINGS,
    TOP_K,
    class_slug,
    epochs_metric,
    metric_named,
    metric_title,
    parameter,
    unit_of,
)
from repro.spec.terms.protocols import PROTOCOLS
from repro.spec.terms.units import PERCENT


@pytest.mark.parametrize("name", ["wall_s", "top1", "", "peak_mib", "top_1_error"])
def test_a_metric_without_an_entry_is_an_error_and_no_percentage(name):
    with pytest.raises(UnknownName, match="unknown metric"):
        unit_of(name)
    with pytest.raises(UnknownName, match="unknown metric"):
        metric_title(name)


def test_the_message_says_the_nearest_metric():
    with pytest.raises(UnknownName, match="did you mean 'top1_error'"):
        metric_named("top1_errors")


@pytest.mark.parametrize("name", ["top1_error.conv1", "train_s.", "num_parameters.fc6"])
def test_a_parameter_of_a_metric_that_has_none_is_an_error(name):
    with pytest.raises(UnknownName, match="has no parameter"):
        metric_named(name)


@pytest.mark.parametrize("found", METRICS.values(), ids=METRICS)
def test_an_entry_is_whole(found):
    assert found.title
    assert not found.title.endswith(".")
    assert bool(found.parameter) == bool(found.title_of)
    assert found.better in (LESS, MORE, "")
    assert found.ratio in (NEVER, ELSEWHERE, ALWAYS)
    assert set(found.protocols) <= {"", *PROTOCOLS}
    assert bool(found.protocols) == (found.of != TIMINGS)
    assert bool(found.k) == bool(found.splits)
    if found.splits:
        assert found.of == SCORES
        assert found.unit == PERCENT


def test_the_errors_at_k_are_those_of_the_test_split():
    assert TOP_K == {"top1_error": 1, "top5_error": 5}


@pytest.mark.parametrize(
    ("name", "protocol", "title"),
    [
        ("top1_error", "", "top-1 error"),
        ("top1_error", "ten_crop", "top-1 error"),
        ("top1_error", "clip", "clip top-1 error"),
        ("top5_error", "video", "video top-5 error"),
        ("train_top1_error", "center", "top-1 error on training images"),
        ("train_top1_error", "clip", "top-1 error on training clips"),
        ("mean_average_precision.body_motion_only", "video", "mean average precision of body motion only"),
        ("num_neurons.conv1", "", "number of neurons in conv1"),
        ("num_neurons.input", "", "number of neurons in the input"),
        ("num_neurons", "", "number of neurons"),
        ("epochs_to_train_error.0.25", "training", "epochs to 25 % training error"),
        ("train_s_per_clip", "single_frame", "time of training for a clip"),
    ],
)
def test_a_title_names_the_parameter_and_of_clips_and_videos_what_is_counted(name, protocol, title):
    assert metric_title(name, protocol=protocol) == title


def test_a_parameter_is_all_that_follows_the_first_point():
    assert parameter(epochs_metric(0.25)) == "0.25"
    assert parameter("top1_error") == ""
    assert class_slug("Human-Object Interaction") == "human_object_interaction"


@pytest.mark.parametrize("claim", [claim for paper in PAPERS.values() for claim in paper.claims], ids=lambda claim: claim.id)
def test_the_metric_of_a_claim_has_an_entry(claim):
    assert metric_named(claim.metric).name == claim.metric.partition(".")[0]


def test_numbers_are_printed_in_their_unit():
    assert measured_text(unit_of("epochs_to_train_error.0.25"), math.inf, decimals=1) == "never"
    assert measured_text(unit_of("top1_error"), 0.3747, decimals=1) == "37.5"
    assert measured_text(unit_of("train_s"), 12.25, decimals=2) == "12.2"
    assert printed_text(unit_of("train_days"), 5.5) == "5.5"
    assert printed_text(unit_of("epochs_to_train_error"), 6.0) == "6"
    assert printed_text(unit_of("top1_error"), 0.374727) == "37.4727"
    assert printed_text(unit_of("average_precision.archery"), 0.1) == "0.10"
