"""All randomness of the data is a stateless function of (key, purpose, epoch, example)."""

import numpy as np
import pytest
from scipy import stats

from repro.data.load.randomness import chunk_leaders_N, draw_training, epoch_order_N, num_steps_of, philox_N4, random_words_N4
from repro.spec.recipe import ColorNoise, Crops

# Known answers that the generator's authors published with it.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, 0xFFFFFFFFFFFFFFFF, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        0x299F31D0A4093822,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def draws(key=1, *, epoch=0, index=None, noise=True, position="random", mirror=True, chunk_share=0.0, batch_size=4000):
    return draw_training(
        np.arange(4000) if index is None else np.asarray(index),
        key=key,
        epoch=epoch,
        crops=Crops(position=position, mirror=mirror, chunk_share=chunk_share),
        batch_size=batch_size,
        color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue") if noise else None,
        components_33=np.array([[100.0, 5.0, 1.0], [90.0, -30.0, 2.0], [80.0, 20.0, -15.0]]),
        stored_px=36,
        input_px=32,
    )


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_philox_gives_the_published_known_answers(counter, key, words):
    assert tuple(philox_N4(np.array([counter], np.uint64), key=key)[0]) == words


@pytest.mark.parametrize("num_examples", [1, 2, 50, 4096])
@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_every_epoch_is_a_permutation(num_examples, epoch):
    assert sorted(epoch_order_N(num_examples, key=3, epoch=epoch)) == list(range(num_examples))


def test_two_epochs_and_two_seeds_have_two_orders():
    orders = {tuple(epoch_order_N(100, key=key, epoch=epoch)) for key in (1, 2) for epoch in (0, 1)}
    assert len(orders) == 4


def test_orders_are_uniform():
    """Over 3,000 epochs each of 5 examples stands in each place equally often (chi-square, p above .001)."""
    orders = np.stack([epoch_order_N(5, key=9, epoch=epoch) for epoch in range(3000)])
    for place in range(5):
        assert stats.chisquare(np.bincount(orders[:, place], minlength=5)).pvalue > 1e-3


def test_two_seeds_differ_in_crops_flips_and_noises():
    one, other = draws(1), draws(2)
    for name in ("left_px_N", "top_px_N", "mirror_N", "color_N3"):
        assert (getattr(one, name) != getattr(other, name)).mean() > 0.3, name


def test_the_same_seed_draws_the_same_whatever_the_batch():
    whole, part = draws(1), draws(1, index=[17, 3, 2500])
    for name in ("left_px_N", "top_px_N", "mirror_N", "color_N3"):
        np.testing.assert_array_equal(getattr(whole, name)[[17, 3, 2500]], getattr(part, name))


def test_an_example_is_drawn_anew_in_each_epoch():
    assert (draws(1, epoch=0).left_px_N != draws(1, epoch=1).left_px_N).mean() > 0.5


def test_crops_are_uniform_over_all_offsets_and_half_are_mirrored():
    found = draws(5)
    for offsets in (found.left_px_N, found.top_px_N):
        assert set(offsets) == {0, 1, 2, 3, 4}
        assert stats.chisquare(np.bincount(offsets)).pvalue > 1e-3
    assert 0.46 < found.mirror_N.mean() < 0.54  # five standard deviations of 4,000 coin flips


def test_horizontal_and_vertical_offsets_are_independent():
    found = draws(6)
    table = np.histogram2d(found.left_px_N, found.top_px_N, bins=5)[0]
    assert stats.chi2_contingency(table).pvalue > 1e-3


def test_without_augmentation_crops_are_central_and_nothing_is_mirrored():
    found = draws(1, position="center", mirror=False, noise=False)
    assert set(found.left_px_N) == set(found.top_px_N) == {2}
    assert not found.mirror_N.any()
    assert not found.color_N3.any()


def test_images_of_a_chunk_have_the_crop_and_mirroring_of_its_first():
    """A quarter of batches of 16 is 4; the last batch of an epoch has 10 images, so that its last chunk has 2."""
    index = [30, 7, 99, 5, 61, 12, 8, 3, 77, 40]
    own = draws(3, index=index)
    found = draws(3, index=index, chunk_share=0.25, batch_size=16)
    for name in ("left_px_N", "top_px_N", "mirror_N"):
        assert getattr(found, name).tolist() == [getattr(own, name)[i] for i in (0, 0, 0, 0, 4, 4, 4, 4, 8, 8)]
    np.testing.assert_array_equal(found.color_N3, own.color_N3)


@pytest.mark.parametrize(("share", "leaders"), [(0.0, [0, 1, 2, 3, 4]), (0.1, [0, 1, 2, 3, 4]), (0.3, [0, 0, 0, 3, 3])])
def test_a_chunk_is_the_nearest_number_of_images_and_at_least_one(share, leaders):
    assert chunk_leaders_N(5, chunk_share=share, batch_size=10).tolist() == leaders


def test_several_batches_drawn_in_one_go_are_those_drawn_one_by_one():
    """Batches of 10, 10 and 7 images in chunks of 3, which begin anew with each batch."""
    index = np.random.default_rng(0).permutation(100)[:27]
    whole = draws(3, index=index, chunk_share=0.3, batch_size=10)
    parts = [draws(3, index=index[first : first + 10], chunk_share=0.3, batch_size=10) for first in (0, 10, 20)]
    for name in ("left_px_N", "top_px_N", "mirror_N", "color_N3", "divisor_N"):
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))


def test_a_share_of_the_epochs_is_a_whole_number_of_steps():
    assert num_steps_of(67 / 90, num_epochs=90, steps_per_epoch=10_010) == 67 * 10_010
    assert num_steps_of(0.5, num_epochs=3, steps_per_epoch=5) == 8  # 7.5, to the even number
    assert num_steps_of(1.0, num_epochs=3, steps_per_epoch=5) == 15


def test_color_noise_has_the_stated_covariance():
    """Cov = std^2 * sum over components of f_i^2 p_i p_i^T; 200,000 draws, 2 % of the largest entry."""
    components = np.array([[100.0, 5.0, 1.0], [90.0, -30.0, 2.0], [80.0, 20.0, -15.0]])
    color_N3 = draws(8, index=np.arange(200_000)).color_N3
    expected = 0.01 * components @ components.T
    np.testing.assert_allclose(np.cov(color_N3.T), expected, atol=0.02 * expected.max())
    assert np.abs(color_N3.mean(axis=0)).max() < 0.15
    assert stats.kstest(color_N3[:, 0] / np.sqrt(expected[0, 0]), "norm").pvalue > 1e-3


def test_streams_of_different_purposes_are_unrelated():
    words = [random_words_N4(np.arange(2000), key=4, epoch=0, purpose=purpose)[:, 0].astype(float) for purpose in (0, 1, 2)]
    correlation = np.corrcoef(words)
    assert np.abs(correlation - np.eye(3)).max() < 0.1
