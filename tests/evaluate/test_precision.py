"""Average precision by hand and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from repro.evaluate.average_precision import average_precision, average_precision_K, positives_NK


def test_the_average_precision_of_four_examples_by_hand():
    """Ranked: right, wrong, right, wrong. Precision is 1 at recall 1/2 and 2/3 at recall 1."""
    score_N, positive_N = np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, False])
    assert average_precision(score_N, positive_N, np.ones(4)) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_examples_of_equal_score_come_in_together_whatever_their_order():
    for positive in ([True, False, False], [False, False, True]):
        assert average_precision(np.full(3, 0.5), np.array(positive), np.ones(3)) == pytest.approx(1 / 3)


def test_a_perfect_ranking_has_one_and_a_class_without_examples_none():
    scores_NK = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])
    found_K = average_precision_K(scores_NK, np.array([0, 0, 1]))
    assert found_K[:2].tolist() == [1.0, 1.0]
    assert np.isnan(found_K[2])


def test_an_example_counts_for_each_of_its_labels():
    assert positives_NK(np.array([[0, 2], [1, -1]]), num_classes=3).tolist() == [[True, False, True], [False, True, False]]


def test_a_weight_is_the_number_of_times_that_an_example_is_there():
    rng = np.random.default_rng(5)
    score_N, positive_N, weight_N = rng.random(40).round(1), rng.random(40) < 0.3, rng.integers(0, 4, 40)
    repeated = average_precision(np.repeat(score_N, weight_N), np.repeat(positive_N, weight_N), np.ones(weight_N.sum()))
    assert average_precision(score_N, positive_N, weight_N) == pytest.approx(repeated)


@pytest.mark.parametrize("decimals", [1, 6])
def test_it_is_that_of_scikit_learn_with_several_labels_and_with_ties(decimals):
    rng = np.random.default_rng(2014)
    scores_NK = rng.dirichlet(np.ones(7), size=200).round(decimals)
    label_NL = np.stack([rng.integers(0, 7, 200), rng.integers(-1, 7, 200)], axis=1)
    found_K = average_precision_K(scores_NK, label_NL)
    positive_NK = positives_NK(label_NL, num_classes=7)
    expected_K = [average_precision_score(positive_NK[:, k], scores_NK[:, k]) for k in range(7)]
    np.testing.assert_allclose(found_K, expected_K, rtol=1e-12)
