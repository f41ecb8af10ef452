"""Locality-constrained codes, against a general solver and against loops.

Legend: P descriptors, D values, W words, N nearest words.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from repro.baselines.encoders.llc import SparseEncoder, llc_codes
from repro.baselines.encoders.pca import fit_projection
from tests.baselines.classical_specs import HOG, SPARSE, channel

RIDGE = 1e-2


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


def test_codes_minimise_the_constrained_objective():
    """|x - c B|^2 + ridge trace |c|^2 with sum(c) = 1, by a general solver that knows no closed form."""
    x_PD, words_WD = random(6, 8), random(20, 8, seed=1)
    word_PN, code_PN = llc_codes(x_PD, words_WD, num_neighbors=5, ridge=RIDGE)
    for x_D, word_N, code_N in zip(x_PD.astype(np.float64), word_PN, code_PN, strict=True):
        distance_W = ((words_WD - x_D) ** 2).sum(axis=1)
        assert word_N.tolist() == np.argsort(distance_W)[:5].tolist()
        near_ND = words_WD[word_N].astype(np.float64)
        weight = RIDGE * distance_W[word_N].sum()  # the trace of the covariance is the sum of the squared distances

        def objective(c_N, near_ND=near_ND, x_D=x_D, weight=weight):
            return ((x_D - c_N @ near_ND) ** 2).sum() + weight * (c_N**2).sum()

        found = optimize.minimize(
            objective, np.full(5, 0.2), constraints={"type": "eq", "fun": lambda c_N: c_N.sum() - 1}, options={"ftol": 1e-14}
        )
        np.testing.assert_allclose(code_N, found.x, atol=1e-4)


def test_codes_sum_to_one_and_a_word_stands_for_itself():
    words_WD = random(20, 8)
    word_PN, code_PN = llc_codes(words_WD[[3, 7]], words_WD, num_neighbors=4, ridge=1e-6)
    assert word_PN[:, 0].tolist() == [3, 7]
    np.testing.assert_allclose(code_PN.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(code_PN[:, 0], 1, atol=1e-3)
    _, equal_PN = llc_codes(np.zeros((1, 8), np.float32), np.zeros((5, 8), np.float32), num_neighbors=4, ridge=1e-4)
    np.testing.assert_allclose(equal_PN, 0.25)


def test_the_largest_code_of_each_region_is_kept():
    x_PD, words_WD = random(30, 8), random(12, 8, seed=1)
    own = channel("hog", HOG, replace(SPARSE, num_words=12, num_neighbors=3), grids=((1, 1), (2, 1)))
    position_P2 = np.random.default_rng(3).random((30, 2))
    signature_L = SparseEncoder(words_WD=words_WD).encode_L(position_P2, x_PD, channel=own)
    word_PN, code_PN = llc_codes(x_PD, words_WD, num_neighbors=3, ridge=SPARSE.ridge)
    expected_RW = np.zeros((3, 12))
    for place_2, word_N, code_N in zip(position_P2, word_PN, code_PN, strict=True):
        for word, code in zip(word_N, code_N, strict=True):
            for region in (0, 1 + int(place_2[0] >= 0.5)):
                expected_RW[region, word] = max(expected_RW[region, word], code)
    assert (code_PN < 0).any()
    np.testing.assert_allclose(signature_L, expected_RW.ravel() / np.linalg.norm(expected_RW), rtol=1e-5, atol=1e-7)


def test_codes_may_be_of_principal_components():
    x_PD = random(40, 8)
    projection = fit_projection(x_PD, num_components=3, name="hog")
    words_WC = random(10, 3, seed=2)
    own = channel("hog", HOG, replace(SPARSE, num_words=10, num_components=3))
    position_P2 = np.random.default_rng(3).random((40, 2))
    with_L = SparseEncoder(words_WD=words_WC, projection=projection).encode_L(position_P2, x_PD, channel=own)
    without_L = SparseEncoder(words_WD=words_WC).encode_L(position_P2, projection.projected_PC(x_PD), channel=own)
    assert (with_L == without_L).all() and np.linalg.norm(with_L) == pytest.approx(1)


def test_an_image_without_descriptors_has_zeros():
    own = channel("hog", HOG, SPARSE)
    signature_L = SparseEncoder(words_WD=random(32, 8)).encode_L(np.empty((0, 2)), np.empty((0, 8), np.float32), channel=own)
    assert signature_L.shape == (own.num_values,) and (signature_L == 0).all()
