"""Averages of scores: means by hand, weights that are the most likely ones, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from repro.artifacts.scores import Scores
from repro.evaluate.ensemble import averaged, equal_weights, searched_weights


def scores(run: str, *, num: int = 200, num_classes: int = 4, skill: float = 1.0, seed: int = 0, **changes) -> Scores:
    """Return probabilities of a member that knows the labels the better, the larger its `skill`."""
    generator = np.random.default_rng(seed)
    label_N = np.arange(num, dtype=np.int32) % num_classes
    logits = generator.normal(size=(num, num_classes))
    logits[np.arange(num), label_N] += skill
    probability_NK = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    given = {
        "scores_NK": probability_NK.astype(np.float32),
        "label_N": label_N,
        "example_N": np.array([f"e{i}".encode() for i in range(num)]),
        "run": run,
        "split": "validation",
        "protocol": "center",
    }
    return Scores(**(given | changes))


def mean_log_likelihood(weight_M, members) -> float:
    label_N = members[0].label_N
    probability_MN = np.stack([m.scores_NK[np.arange(len(label_N)), label_N].astype(float) for m in members])
    return float(np.log(np.asarray(weight_M) @ probability_MN).mean())


def room_above(weight_M, members) -> float:
    """Return by how much the mean log likelihood of any other weights can exceed that of `weight_M`, at most.

    It is concave, so that its tangent lies above it: the tangent's largest value on the simplex is at one of the members.
    """
    label_N = members[0].label_N
    probability_MN = np.stack([m.scores_NK[np.arange(len(label_N)), label_N].astype(float) for m in members])
    return float((probability_MN / (weight_M @ probability_MN)).mean(axis=1).max() - 1)


def by_scipy(members) -> np.ndarray:
    """Return the same weights by another method, a softmax of free numbers."""

    def softmax(free):
        e = np.exp(free - free.max())
        return e / e.sum()

    found = minimize(
        lambda free: -mean_log_likelihood(softmax(free), members), np.zeros(len(members)), method="BFGS", options={"gtol": 1e-9}
    )
    return softmax(found.x)


def test_the_equal_mean_is_that_of_numpy_and_keeps_labels_and_examples():
    members = [scores(f"r{i}", seed=i) for i in range(5)]
    found = averaged(members, equal_weights(5), run="average")
    np.testing.assert_allclose(found.scores_NK, np.mean([m.scores_NK for m in members], axis=0), rtol=1e-6)
    np.testing.assert_allclose(found.scores_NK.sum(axis=1), 1, atol=1e-5)
    assert (found.run, found.split, found.protocol) == ("average", "validation", "center")
    assert np.array_equal(found.label_N, members[0].label_N)
    assert np.array_equal(found.example_N, members[0].example_N)
    assert found.scores_NK.dtype == np.float32


def test_weights_are_those_of_a_weighted_mean_by_hand():
    left = scores("a", num=2, num_classes=2, scores_NK=np.array([[1.0, 0.0], [0.5, 0.5]], np.float32))
    right = scores("b", num=2, num_classes=2, scores_NK=np.array([[0.0, 1.0], [0.5, 0.5]], np.float32))
    found = averaged([left, right], np.array([0.75, 0.25]), run="average")
    np.testing.assert_array_equal(found.scores_NK, np.array([[0.75, 0.25], [0.5, 0.5]], np.float32))


@pytest.mark.parametrize("skills", [(1.0, 1.0, 1.0), (0.2, 1.0, 2.0), (2.0, 1.9)])
def test_searched_weights_are_the_most_likely_ones_as_another_optimiser_finds_them(skills):
    members = [scores(f"r{i}", skill=skill, seed=10 + i) for i, skill in enumerate(skills)]
    found = searched_weights(members)
    assert found.sum() == pytest.approx(1)
    assert found.min() >= 0
    best = by_scipy(members)
    # The search ends when no weight moves by more than 1e-6 in a round: its weights are then within 1e-3 of the best, and, as
    # the likelihood is flat there, worse by far less.
    np.testing.assert_allclose(found, best, atol=1e-3)
    assert mean_log_likelihood(found, members) >= mean_log_likelihood(best, members) - 1e-6
    assert room_above(found, members) < 1e-4
    assert mean_log_likelihood(found, members) >= mean_log_likelihood(equal_weights(len(members)), members)


def test_a_member_that_knows_nothing_gets_no_weight_and_one_alone_has_all():
    blind = scores("blind", scores_NK=np.full((200, 4), 0.25, np.float32))
    wrong = scores("wrong", skill=-6.0, seed=3)
    good = scores("good", skill=5.0, seed=4)
    weights = searched_weights([wrong, good, blind])
    assert weights[0] < 1e-3
    assert weights[1] > 0.9
    assert searched_weights([good]).tolist() == [1.0]


def test_weights_are_found_again_to_the_bit_and_members_in_another_order_have_their_own():
    members = [scores(f"r{i}", skill=skill, seed=20 + i) for i, skill in enumerate((0.5, 1.5, 1.0))]
    first, again = searched_weights(members), searched_weights(members)
    assert first.tobytes() == again.tobytes()
    np.testing.assert_allclose(searched_weights(members[::-1]), first[::-1], atol=1e-9)


def test_twins_share_their_weight():
    twin = scores("a", seed=1)
    weights = searched_weights([twin, scores("b", seed=1), scores("c", skill=0.1, seed=2)])
    assert weights[0] == pytest.approx(weights[1])


def test_of_several_labels_the_probabilities_are_added():
    label_NL = np.array([[0, 1], [2, -1]], np.int32)
    both = {"label_N": label_NL[:, 0].copy(), "label_NL": label_NL}
    sure = scores("a", num=2, num_classes=3, scores_NK=np.array([[0.4, 0.4, 0.2], [0.1, 0.1, 0.8]], np.float32), **both)
    first = scores("b", num=2, num_classes=3, scores_NK=np.array([[0.6, 0.0, 0.4], [0.1, 0.1, 0.8]], np.float32), **both)
    # For the first example a has .8 and b .6, for the second both the same: a alone is the most likely mixture.
    assert searched_weights([sure, first])[0] == pytest.approx(1, abs=2e-2)


def test_an_example_that_no_member_gives_any_probability_does_not_break_the_search():
    impossible = np.tile(np.array([[1.0, 0, 0, 0]], np.float32), (200, 1))
    weights = searched_weights([scores("a", scores_NK=impossible), scores("b", scores_NK=impossible)])
    np.testing.assert_allclose(weights, 0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"example_N": np.array([f"x{i}".encode() for i in range(200)])},
        {"label_N": (np.arange(200, dtype=np.int32) + 1) % 4},
        {"num": 100},
        {"num_classes": 5},
    ],
    ids=["examples", "labels", "number of examples", "number of classes"],
)
def test_members_that_scored_other_examples_are_refused(changes):
    with pytest.raises(ValueError, match=r"runs a and b scored different examples of validation by center; allowed: the same"):
        averaged([scores("a"), scores("b", **changes)], equal_weights(2), run="average")
    with pytest.raises(ValueError, match="runs a and b scored different examples"):
        searched_weights([scores("a"), scores("b", **changes)])


@pytest.mark.parametrize("weights", [[0.5, 0.6], [1.5, -0.5], [1.0], [np.nan, 1.0]])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="allowed: 2 of at least 0 that sum to 1"):
        averaged([scores("a"), scores("b")], np.array(weights), run="average")


def test_no_members_are_refused():
    with pytest.raises(ValueError, match="0 members; allowed: 1 or more"):
        averaged([], np.zeros(0), run="average")
