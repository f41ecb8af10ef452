"""Projection, mixture and Fisher vectors, against scikit-learn, against autograd, and against formulas written out.

Legend: P descriptors, D values, C components, K Gaussians, L values of a signature.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

from repro.baselines.encoders.expectation_maximization import em_step, fit_mixture
from repro.baselines.encoders.fisher import FisherEncoder, fisher_vector_L, improved_L
from repro.baselines.encoders.gmm import Mixture
from repro.baselines.encoders.pca import fit_projection
from repro.baselines.encoders.regions import regions_LP
from tests.baselines.classical_specs import FISHER, LOCAL_COLORS, channel


def clusters_PC(num=600, seed=0):
    """Return points around three centres, in three dimensions."""
    draws = np.random.default_rng(seed)
    centre_KC = np.array([[0, 0, 0], [4, 0, 1], [0, 5, -2]], np.float32)
    own_P = draws.integers(3, size=num)
    spread_KC = np.array([[1, 0.5, 0.3], [0.4, 1, 0.8], [0.7, 0.7, 1.2]])
    return (centre_KC[own_P] + draws.normal(0, 1, (num, 3)) * spread_KC[own_P]).astype(np.float32)


def some_mixture(seed=1, num_gaussians=4, num_values=3):
    draws = np.random.default_rng(seed)
    weight_K = draws.uniform(0.2, 1, num_gaussians)
    return Mixture(
        weight_K=(weight_K / weight_K.sum()).astype(np.float32),
        mean_KC=draws.normal(0, 2, (num_gaussians, num_values)).astype(np.float32),
        variance_KC=draws.uniform(0.3, 2, (num_gaussians, num_values)).astype(np.float32),
    )


def test_the_projection_is_that_of_scikit_learn():
    x_PD = clusters_PC() @ np.random.default_rng(2).normal(0, 1, (3, 6)).astype(np.float32)
    own = fit_projection(x_PD, num_components=2, name="sift")
    theirs = PCA(2, svd_solver="full").fit(x_PD.astype(np.float64))
    sign_C1 = np.sign((own.component_CD * theirs.components_).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(own.component_CD, sign_C1 * theirs.components_, atol=1e-4)
    np.testing.assert_allclose(own.variance_C, theirs.explained_variance_ * 599 / 600, rtol=1e-4)
    np.testing.assert_allclose(own.projected_PC(x_PD), sign_C1[:, 0] * theirs.transform(x_PD), atol=1e-3)
    with pytest.raises(ValueError, match="channel sift: 7 components of 600 descriptors of 6 values; allowed"):
        fit_projection(x_PD, num_components=7, name="sift")


def test_posteriors_are_those_of_bayes_rule():
    x_PC, mixture = clusters_PC(50), some_mixture()
    density_PK = np.stack(
        [
            weight * stats.multivariate_normal(mean_C, np.diag(variance_C)).pdf(x_PC)
            for weight, mean_C, variance_C in zip(mixture.weight_K, mixture.mean_KC, mixture.variance_KC, strict=True)
        ],
        axis=1,
    )
    posterior_PK, likelihood_P = mixture.posteriors_PK(x_PC)
    np.testing.assert_allclose(posterior_PK, density_PK / density_PK.sum(axis=1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(likelihood_P, np.log(density_PK.sum(axis=1)), rtol=1e-4)


def test_an_iteration_is_that_of_scikit_learn(monkeypatch):
    # 600 descriptors in 6 blocks
    monkeypatch.setattr("repro.baselines.encoders.expectation_maximization.DESCRIPTORS_AT_ONCE", 100)
    x_PC, start = clusters_PC(), some_mixture(num_gaussians=3)
    own, _ = em_step(x_PC, start, floor_C=np.zeros(3))
    theirs = GaussianMixture(
        3,
        covariance_type="diag",
        reg_covar=0,
        max_iter=1,
        weights_init=start.weight_K / start.weight_K.sum(dtype=np.float64),
        means_init=start.mean_KC,
        precisions_init=1 / start.variance_KC,
    )
    with pytest.warns(UserWarning, match="did not converge"):
        theirs.fit(x_PC.astype(np.float64))
    np.testing.assert_allclose(own.weight_K, theirs.weights_, rtol=1e-4)
    np.testing.assert_allclose(own.mean_KC, theirs.means_, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(own.variance_KC, theirs.covariances_, rtol=1e-3)


def test_the_likelihood_rises_and_the_clusters_are_found():
    x_PC = clusters_PC(3000)
    mixture, likelihoods = some_mixture(num_gaussians=3), []
    for _ in range(20):
        mixture, likelihood = em_step(x_PC, mixture, floor_C=np.zeros(3))
        likelihoods.append(likelihood)
    assert min(np.diff(likelihoods)) > -1e-5 and likelihoods[-1] > likelihoods[0] + 0.5
    found = fit_mixture(x_PC, encoding=replace(FISHER, num_gaussians=3, num_iterations=30), seed=5, name="sift")
    order_K = np.argsort(found.mean_KC @ [1, 2, 0])
    np.testing.assert_allclose(found.mean_KC[order_K], [[0, 0, 0], [4, 0, 1], [0, 5, -2]], atol=0.15)
    np.testing.assert_allclose(found.weight_K, 1 / 3, atol=0.05)
    np.testing.assert_allclose(found.variance_KC[order_K[0]], [1, 0.25, 0.09], rtol=0.2)


def test_variances_have_a_floor_and_too_few_descriptors_are_refused():
    x_PC = clusters_PC(200)
    x_PC[:, 2] = np.where(x_PC[:, 0] > 2, 1, -1)  # no variance within clusters
    encoding = replace(FISHER, num_gaussians=2, min_variance=0.05)
    found = fit_mixture(x_PC, encoding=encoding, seed=5, name="sift")
    np.testing.assert_allclose(found.variance_KC[:, 2].min(), 0.05 * x_PC[:, 2].var(), rtol=1e-3)
    with pytest.raises(ValueError, match="channel sift: 1 descriptors for 2 Gaussians; allowed"):
        fit_mixture(x_PC[:1], encoding=encoding, seed=5, name="sift")


def test_fisher_vector_is_the_gradient_over_the_root_of_the_fisher_information():
    """The gradient of the mean log likelihood by autograd, in double precision.

    Information of sharply assigned descriptors: weight / variance of a mean, 2 weight / variance of a deviation.
    """
    x_PC, mixture = clusters_PC(80), some_mixture()
    weight_K, mean_KC = (torch.from_numpy(part.astype(np.float64)) for part in (mixture.weight_K, mixture.mean_KC))
    mean_KC.requires_grad_()
    deviation_KC = torch.from_numpy(np.sqrt(mixture.variance_KC.astype(np.float64))).requires_grad_()
    x_P1C = torch.from_numpy(x_PC.astype(np.float64))[:, None]
    log_PK = torch.log(weight_K) + torch.distributions.Normal(mean_KC, deviation_KC).log_prob(x_P1C).sum(dim=2)
    torch.logsumexp(log_PK, dim=1).mean().backward()
    weight_K1 = weight_K[:, None]
    by_mean_KC = mean_KC.grad / torch.sqrt(weight_K1 / deviation_KC.detach() ** 2)
    by_deviation_KC = deviation_KC.grad / torch.sqrt(2 * weight_K1 / deviation_KC.detach() ** 2)
    expected_L = torch.cat([by_mean_KC.ravel(), by_deviation_KC.ravel()]).numpy()
    posterior_PK, _ = mixture.posteriors_PK(x_PC)
    np.testing.assert_allclose(fisher_vector_L(x_PC, posterior_PK, mixture), expected_L, rtol=1e-3, atol=1e-4)


def test_fisher_vector_has_the_normalisation_that_vlfeat_publishes():
    """u_jk = sum_i q_ik (x_ji - mu_jk) / sigma_jk / (N sqrt pi_k), v_jk = sum_i q_ik (((.))^2 - 1) / (N sqrt(2 pi_k))."""
    x_PC, mixture = clusters_PC(20), some_mixture(num_gaussians=2)
    posterior_PK, _ = mixture.posteriors_PK(x_PC)
    means, deviations = [], []
    for k in range(2):
        for j in range(3):
            standard_P = [(float(x_C[j]) - mixture.mean_KC[k, j]) / math.sqrt(mixture.variance_KC[k, j]) for x_C in x_PC]
            share_P = [float(posterior_PK[i, k]) for i in range(20)]
            root = 20 * math.sqrt(mixture.weight_K[k])
            means.append(sum(q * z for q, z in zip(share_P, standard_P, strict=True)) / root)
            deviations.append(sum(q * (z * z - 1) for q, z in zip(share_P, standard_P, strict=True)) / root / math.sqrt(2))
    np.testing.assert_allclose(fisher_vector_L(x_PC, posterior_PK, mixture), means + deviations, rtol=1e-3, atol=1e-5)


def test_descriptors_drawn_of_the_mixture_itself_have_a_vector_near_zero():
    mixture, draws = some_mixture(), np.random.default_rng(0)
    own_P = draws.choice(4, size=200_000, p=mixture.weight_K / mixture.weight_K.sum(dtype=np.float64))
    x_PC = (mixture.mean_KC[own_P] + draws.normal(0, 1, (200_000, 3)) * np.sqrt(mixture.variance_KC[own_P])).astype(np.float32)
    posterior_PK, _ = mixture.posteriors_PK(x_PC)
    # each value has mean 0 and, with the normalisation, a deviation of at most 1 / sqrt(200,000) = 0.0022
    assert np.abs(fisher_vector_L(x_PC, posterior_PK, mixture)).max() < 0.01


def test_improved_vectors_have_signed_roots_and_norm_one():
    own_L = improved_L(np.array([4.0, -9.0, 0, 1], np.float32), power=0.5)
    np.testing.assert_allclose(own_L, np.array([2, -3, 0, 1]) / 14**0.5, rtol=1e-6)
    assert (improved_L(np.zeros(3, np.float32), power=0.5) == 0).all()


def test_regions_are_numbered_by_rows_through_the_levels():
    position_P2 = np.array([[0.1, 0.9], [0.5, 0.2], [0.99, 0.5]])
    whole_P, strips_P, quarters_P = regions_LP(position_P2, grids=((1, 1), (3, 1), (2, 2)))
    assert whole_P.tolist() == [0, 0, 0] and strips_P.tolist() == [1, 2, 3] and quarters_P.tolist() == [5, 6, 7]


def test_a_signature_is_the_vectors_of_its_regions():
    x_PD = clusters_PC(40)
    projection = fit_projection(clusters_PC(500), num_components=2, name="colors")
    mixture = some_mixture(num_values=2)
    encoding = replace(FISHER, num_components=2, min_posterior=0.01)
    own = channel("colors", LOCAL_COLORS, encoding)
    position_P2 = np.stack([np.linspace(0.02, 0.6, 40), np.full(40, 0.5)], axis=1)  # nothing in the lowest third
    signature_L = FisherEncoder(projection=projection, mixture=mixture).encode_L(position_P2, x_PD, channel=own)
    assert signature_L.shape == (own.num_values,) == (4 * 2 * 4 * 2,)
    x_PC = projection.projected_PC(x_PD)
    posterior_PK, _ = mixture.posteriors_PK(x_PC)
    posterior_PK = np.where(posterior_PK < 0.01, 0, posterior_PK)
    assert (posterior_PK == 0).any()
    for place, has_P in enumerate((position_P2[:, 0] < 1, position_P2[:, 0] < 1 / 3, position_P2[:, 0] >= 1 / 3)):
        expected_L = improved_L(fisher_vector_L(x_PC[has_P], posterior_PK[has_P], mixture), power=0.5)
        np.testing.assert_allclose(signature_L[16 * place : 16 * (place + 1)], expected_L, rtol=1e-5)
    assert (signature_L[48:] == 0).all()
