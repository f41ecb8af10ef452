"""Holding out a validation split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro.data.sources.source import Listing, SourceError, as_bytes, held_out, split_validation


def listed(labels: list[int]) -> Listing:
    names = as_bytes([f"image_{i}" for i in range(len(labels))])
    return Listing(file_N=names, key_N=names, label_N=np.array(labels, np.int32))


def test_four_held_out_images_of_two_classes_are_two_of_each() -> None:
    labels = [0] * 90 + [1] * 10
    chosen = held_out(listed(labels), num_validation=4)
    assert np.bincount(np.array(labels)[chosen]).tolist() == [2, 2]


def test_a_small_class_gives_what_it_has_and_a_large_one_the_rest() -> None:
    chosen = held_out(listed([0] * 20 + [1] * 2), num_validation=8)
    assert np.bincount(np.array([0] * 20 + [1] * 2)[chosen]).tolist() == [6, 2]


def test_the_choice_follows_the_keys_and_not_their_order() -> None:
    whole = listed([i % 3 for i in range(60)])
    shuffled = whole.at(np.random.default_rng(0).permutation(60))
    keys = [set(part.key_N[held_out(part, num_validation=9)].tolist()) for part in (whole, shuffled)]
    assert keys[0] == keys[1]


@settings(max_examples=50, deadline=None)
@given(labels=st.lists(st.integers(0, 4), min_size=2, max_size=60), data=st.data())
def test_train_and_validation_share_out_all_images_and_differ_by_one_per_class_at_most(
    labels: list[int], data: st.DataObject
) -> None:
    num = data.draw(st.integers(0, len(labels) - 1))
    parts = split_validation(listed(labels), num_validation=num)
    held = parts.get("validation", np.zeros(0, np.int64))
    assert sorted([*parts["train"], *held]) == list(range(len(labels)))
    assert len(held) == num
    totals, counts = np.bincount(labels, minlength=5), np.bincount(np.array(labels)[held], minlength=5)
    open_classes = counts[counts < totals]
    # Every class gives as many as the others, but for those that had no more to give.
    assert not len(open_classes) or counts.max() - open_classes.min() <= 1


def test_holding_out_every_training_image_is_refused() -> None:
    with pytest.raises(SourceError, match="allowed: below the 3 training images"):
        held_out(listed([0, 1, 1]), num_validation=3)
