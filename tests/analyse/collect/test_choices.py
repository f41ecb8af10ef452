"""How well two classes are told apart, whatever the others."""

import numpy as np
import pytest

from repro.analyse.collect.choices import choices_of, of_choices
from repro.artifacts.scores import Scores
from repro.papers import PAPERS

CLASSES = ("apple", "rise", "Fall Down")


def scores_of(rows, labels, *, label_NL=None):
    """Return scores of three classes."""
    return Scores(
        scores_NK=np.array(rows, np.float32),
        label_N=np.array(labels, np.int32),
        label_NL=label_NL,
        example_N=np.array([f"v{i}".encode() for i in range(len(rows))]),
        run="small/karpathy/early_fusion/0",
        split="test",
        protocol="video",
    )


def test_only_examples_of_the_two_classes_count_and_only_their_scores():
    found = scores_of([[0.9, 0.08, 0.02], [0.9, 0.02, 0.08], [0.0, 0.4, 0.6], [0.0, 0.9, 0.1]], [1, 1, 2, 0])
    assert of_choices(found, classes=CLASSES, pairs=[("rise", "fall_down")]) == [
        ("choice_error.rise_or_fall_down", "video", pytest.approx(1 / 3), 3)
    ]


def test_a_tie_is_an_error():
    found = scores_of([[0.0, 0.5, 0.5]], [1])
    assert of_choices(found, classes=CLASSES, pairs=[("rise", "fall_down")])[0][2] == 1.0


def test_an_example_with_two_labels_is_left_out():
    labels_NL = np.array([[1, 2], [1, -1]], np.int32)
    found = scores_of([[0.0, 0.4, 0.6], [0.0, 0.9, 0.1]], [1, 1], label_NL=labels_NL)
    assert of_choices(found, classes=CLASSES, pairs=[("rise", "fall_down")]) == [
        ("choice_error.rise_or_fall_down", "video", 0.0, 1)
    ]


def test_data_without_one_of_the_classes_give_nothing():
    assert of_choices(scores_of([[0.2, 0.5, 0.3]], [1]), classes=CLASSES, pairs=[("rise", "sweep")]) == []


def test_the_pairs_are_those_that_claims_name():
    assert choices_of([PAPERS["karpathy"], PAPERS["alexnet"]]) == (("rise", "fall"), ("sweep", "dash"))
