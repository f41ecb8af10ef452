"""Every protocol is one entry of one table, and every evaluation's protocols are in it."""

import pytest

from repro.evaluate.crops import crop_windows
from repro.spec.evaluation import IMAGE_PROTOCOLS
from repro.spec.names import UnknownName
from repro.spec.terms.protocols import (
    IMAGE,
    example_of,
    num_crops,
    plain_protocol,
    protocol_named,
    protocols_of,
    sampled_by,
    score_protocol,
    scores_examples,
)
from repro.spec.video import CLIP_PROTOCOLS


def test_the_table_has_the_protocols_of_evaluations_in_their_order():
    assert protocols_of(IMAGE) == IMAGE_PROTOCOLS
    assert protocols_of("clip") + protocols_of("video") == CLIP_PROTOCOLS


@pytest.mark.parametrize("name", IMAGE_PROTOCOLS)
def test_a_protocol_has_as_many_crops_as_are_cut(name):
    assert num_crops(name) == len(crop_windows(name, stored_px=256, input_px=224))


def test_an_unknown_protocol_is_an_error_with_the_nearest_one():
    with pytest.raises(UnknownName, match="unknown protocol 'ten_crops'; did you mean 'ten_crop'"):
        protocol_named("ten_crops")


def test_clips_of_one_video_count_as_one_unit_of_what_was_sampled():
    assert (example_of("clip"), sampled_by("clip")) == ("clip", "videos")
    assert (example_of("ten_crop"), sampled_by("ten_crop")) == ("image", "images")


def test_what_a_net_learned_is_seen_by_its_plain_protocol_where_nothing_is_scored():
    assert plain_protocol(("center_mirror", "center")) == "center"
    assert plain_protocol(("ten_crop",)) == ""
    assert score_protocol("training", scored=("video", "clip")) == "clip"
    assert score_protocol("ten_crop", scored=("center",)) == "ten_crop"
    assert not scores_examples("single_frame"), "what a time is measured by is a network, no protocol"
