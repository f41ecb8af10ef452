"""Linear support vector machines, against scikit-learn's exact solver; fusion of channels.

Legend: N images, L values of a signature, K classes, C channels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from repro.baselines.fitting.fusion import scores_NK, sharpness_of, split_held_out, weights_C
from repro.baselines.images.linear_svm import check_svm, joined_classes, train_svm
from repro.baselines.images.signatures import OpenSignatures
from repro.spec.classical import ScoreFusion
from tests.baselines.classical_specs import SVM

NUM, LENGTH, NUM_CLASSES = 400, 20, 4
PLAIN = replace(SVM, regularizations=(1e-2,), num_epochs=150, average_from=50, batch_size=4, learning_rate=0.3)


def problem(seed=0):
    """Return stored signatures of overlapping classes, and their labels."""
    draws = np.random.default_rng(seed)
    labels_N = draws.integers(NUM_CLASSES, size=NUM)
    centre_KL = draws.normal(0, 0.6, (NUM_CLASSES, LENGTH))
    signature_NL = (centre_KL[labels_N] + draws.normal(0, 1, (NUM, LENGTH))) / 5
    return OpenSignatures(stored=signature_NL.astype(np.float16)), labels_N


def trained(svm=PLAIN, *, classes=range(NUM_CLASSES), key=3, index_N=None, signatures=None, labels_N=None):
    own, own_labels_N = problem() if signatures is None else (signatures, labels_N)
    index_N = np.arange(len(own)) if index_N is None else index_N
    return train_svm(
        own,
        index_N=index_N,
        labels_N=own_labels_N[index_N],
        classes=classes,
        num_classes=NUM_CLASSES,
        svm=svm,
        regularizations=svm.regularizations,
        key=key,
    )


def objective(classifier, label, *, index_N, share=1.0):
    """Return regularization / 2 |w|^2 + the sum of the hinge losses over the images; negatives count `share`."""
    signatures, labels_N = problem()
    signature_NL, is_own_N = signatures.stored[index_N].astype(np.float64), labels_N[index_N] == label
    weight_L, bias = classifier
    hinge_N = np.maximum(0, 1 - np.where(is_own_N, 1, -1) * (signature_NL @ weight_L + bias))
    return 1e-2 / 2 * (weight_L**2).sum() + (np.where(is_own_N, 1, share) * hinge_N).mean()


@pytest.mark.parametrize("per_positive", [None, 1.0])
def test_the_objective_comes_near_the_exact_optimum(per_positive):
    """Where negatives are drawn, it is the one in which each counts as often as it is drawn."""
    signatures, labels_N = problem()
    (own,) = trained(replace(PLAIN, negatives_per_positive=per_positive))
    for label in range(NUM_CLASSES):
        is_own_N = labels_N == label
        share = 1.0 if per_positive is None else per_positive * is_own_N.sum() / (~is_own_N).sum()
        exact = LinearSVC(
            loss="hinge", C=1 / (1e-2 * NUM), class_weight={False: share}, intercept_scaling=30, max_iter=1_000_000, tol=1e-6
        ).fit(signatures.stored.astype(np.float64), is_own_N)
        best, reached, nothing = (
            objective(classifier, label, index_N=np.arange(NUM), share=share)
            for classifier in (
                (exact.coef_[0], exact.intercept_[0]),
                (own.weight_KL[label], own.bias_K[label]),
                (np.zeros(LENGTH), -1.0 if share > 1 / 3 else 1.0),
            )
        )
        assert best < nothing - 0.01
        assert reached < best + 0.05 * (nothing - best)  # within 5 % of what there is to gain


def test_the_answer_is_the_mean_of_the_weights_from_an_epoch_on():
    """With one batch an epoch, the last epoch's mean is the weights themselves."""
    whole = replace(PLAIN, batch_size=NUM, learning_rate=3.0)
    last = [trained(replace(whole, num_epochs=epoch + 1, average_from=epoch))[0] for epoch in range(2, 6)]
    (own,) = trained(replace(whole, num_epochs=6, average_from=2))
    np.testing.assert_allclose(own.weight_KL, np.mean([each.weight_KL for each in last], axis=0), atol=1e-5)
    np.testing.assert_allclose(own.bias_K, np.mean([each.bias_K for each in last], axis=0), atol=1e-5)
    assert np.abs(own.weight_KL - last[-1].weight_KL).max() > 0.01


def test_classes_and_regularisations_are_trained_alike_alone_and_together():
    svm = replace(PLAIN, num_epochs=5, average_from=1, negatives_per_positive=1.5)
    both = trained(replace(svm, regularizations=(1e-2, 1e-4)))
    (single,) = trained(replace(svm, regularizations=(1e-4,)))
    np.testing.assert_allclose(both[1].weight_KL, single.weight_KL, atol=1e-5)
    assert both[1].regularization == 1e-4 and np.abs(both[0].weight_KL - single.weight_KL).max() > 1e-3
    parts = [trained(replace(svm, regularizations=(1e-4,)), classes=classes)[0] for classes in (range(3), range(3, 4))]
    np.testing.assert_allclose(joined_classes(parts).weight_KL, single.weight_KL, atol=1e-5)
    np.testing.assert_allclose(joined_classes(parts).bias_K, single.bias_K, atol=1e-5)


def test_only_the_images_asked_for_are_trained_on():
    signatures, labels_N = problem()
    svm = replace(PLAIN, num_epochs=3, average_from=1)
    index_N = np.arange(0, NUM, 2)
    part = OpenSignatures(stored=signatures.stored[index_N])
    (whole,), (own,) = trained(svm, index_N=index_N), trained(svm, signatures=part, labels_N=labels_N[index_N])
    assert (whole.weight_KL == own.weight_KL).all()
    assert (whole.weight_KL != trained(svm, index_N=index_N, key=4)[0].weight_KL).any()


def test_settings_that_train_nothing_are_refused():
    for svm, message in (
        (replace(SVM, regularizations=()), "at least one regularisation"),
        (replace(SVM, learning_rate=0.0), "numbers above 0"),
        (replace(SVM, negatives_per_positive=0.0), "numbers above 0"),
        (replace(SVM, average_from=15), "averaging begins in epoch 15 of 15; allowed: 0 to 14"),
    ):
        with pytest.raises(ValueError, match=message):
            check_svm(svm)


def test_held_out_images_are_equal_shares_of_the_classes():
    labels_N = np.repeat([0, 1, 2], [40, 20, 10])
    kept_N, out_N = split_held_out(labels_N, num_held_out=14, key=1)
    assert sorted([*kept_N, *out_N]) == list(range(70)) and np.bincount(labels_N[out_N]).tolist() == [8, 4, 2]
    assert out_N.tolist() != split_held_out(labels_N, num_held_out=14, key=2)[1].tolist()
    for num_held_out in (0, 69, 70):
        with pytest.raises(ValueError, match=f"{num_held_out} of 70 training images held out; allowed"):
            split_held_out(labels_N, num_held_out=num_held_out, key=1)


def test_the_search_weighs_the_channel_that_knows():
    draws, labels_N = np.random.default_rng(0), np.arange(300) % 3
    truth_NK = np.eye(3, dtype=np.float32)[labels_N]
    good_NK = truth_NK + draws.normal(0, 0.5, (300, 3)).astype(np.float32)
    bad_NK = draws.normal(0, 2, (300, 3)).astype(np.float32)
    margin_CNK = np.stack([bad_NK, good_NK])
    searched_C = weights_C(margin_CNK, labels_N, ScoreFusion(weights="searched", num_held_out=300))
    assert searched_C[1] >= 0.8 and searched_C.sum() == pytest.approx(1)
    assert weights_C(margin_CNK, labels_N, ScoreFusion(weights="equal", num_held_out=300)).tolist() == [0.5, 0.5]
    # where all do as well, the most even weights are taken
    same_C = weights_C(np.stack([truth_NK] * 4), labels_N, ScoreFusion(weights="searched", num_held_out=300, weight_step=0.25))
    assert same_C.tolist() == [0.25] * 4
    with pytest.raises(ValueError, match=r"multiples of 0.3; allowed"):
        weights_C(margin_CNK, labels_N, ScoreFusion(weights="searched", num_held_out=300, weight_step=0.3))
    with pytest.raises(ValueError, match="unknown weights 'best'"):
        weights_C(margin_CNK, labels_N, ScoreFusion(weights="best", num_held_out=300))


def test_scores_are_probabilities_that_rank_as_the_margins_do():
    margin_NK = np.random.default_rng(0).normal(0, 1, (50, 6)).astype(np.float32)
    score_NK = scores_NK(margin_NK, sharpness=3.0)
    assert score_NK.dtype == np.float32 and score_NK.min() >= 0
    np.testing.assert_allclose(score_NK.sum(axis=1), 1, rtol=1e-5)
    assert (score_NK.argsort(axis=1) == margin_NK.argsort(axis=1)).all()
    np.testing.assert_allclose(scores_NK(np.log([[1.0, 3.0]]) / 2, sharpness=2.0), [[0.25, 0.75]], rtol=1e-5)


def test_sharpness_makes_scores_as_sure_as_they_are_right():
    """Margins drawn so that softmax(4 margins) are the true probabilities of the labels."""
    draws = np.random.default_rng(0)
    margin_NK = draws.normal(0, 0.5, (20_000, 3)).astype(np.float32)
    chance_NK = scores_NK(margin_NK, sharpness=4.0)
    labels_N = (draws.random((20_000, 1)) > chance_NK.cumsum(axis=1)).sum(axis=1).clip(0, 2)
    assert sharpness_of(margin_NK, labels_N) == 4.0
