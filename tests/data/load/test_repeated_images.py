"""A part of the training images is the same for all runs, balanced over classes, nested, and fills an epoch by being repeated."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from repro.data.load.plan import training_plan
from repro.data.load.randomness import draw_training
from repro.data.load.repeated_images import RepeatedImages, chosen_images_M
from repro.spec.recipe import Crops

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(5), [40, 40, 20, 8, 1]))


@dataclass
class Stored:
    """Images whose one pixel is their place."""

    label_N: np.ndarray
    encoding: str = "raw"
    stored_px: int = 1

    @property
    def num_examples(self):
        return len(self.label_N)

    def images(self, indices):
        return [np.full((1, 1, 3), index, np.uint8) for index in indices]


@pytest.mark.parametrize(("share", "expected"), [(1.0, [40, 40, 20, 8, 1]), (0.5, [20, 20, 10, 4, 1]), (0.1, [4, 4, 2, 1, 1])])
def test_every_class_keeps_the_same_share_and_none_is_lost(share, expected):
    chosen_M = chosen_images_M(LABELS, share=share)
    assert np.bincount(LABELS[chosen_M]).tolist() == expected
    assert (np.diff(chosen_M) > 0).all()


def test_a_smaller_share_is_a_part_of_a_larger_one():
    shares = [chosen_images_M(LABELS, share=share) for share in (0.05, 0.1, 0.25, 0.5, 1.0)]
    for smaller, larger in itertools.pairwise(shares):
        assert set(smaller.tolist()) < set(larger.tolist()) or len(smaller) == len(larger)


def test_all_images_are_all_of_them_in_their_order():
    assert chosen_images_M(LABELS, share=1.0).tolist() == list(range(len(LABELS)))


@pytest.mark.parametrize("share", [0.0, -0.5, 1.5])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match=r"share of the training images is .*; allowed: above 0, at most 1"):
        chosen_images_M(LABELS, share=share)


def test_repeated_images_fill_the_epoch_each_nearly_as_often_as_the_others():
    stored = Stored(LABELS)
    chosen_M = chosen_images_M(LABELS, share=0.3)
    repeated = RepeatedImages(stored, chosen_M)
    assert repeated.num_examples == stored.num_examples
    shown = np.array([int(image[0, 0, 0]) for image in repeated.images(np.arange(repeated.num_examples))])
    assert set(shown.tolist()) == set(chosen_M.tolist())
    times = np.bincount(shown)[chosen_M]
    assert times.max() - times.min() <= 1
    assert (repeated.label_N == LABELS[shown]).all(), "an image comes with its own label"


def test_one_image_is_cropped_anew_at_each_of_its_places():
    repeated = RepeatedImages(Stored(LABELS), chosen_images_M(LABELS, share=0.1))
    (planned,) = training_plan(repeated.num_examples, key=3, batch_size=200, num_epochs=1)
    draws = draw_training(
        planned.index_B,
        key=3,
        epoch=0,
        crops=Crops(position="random", mirror=True),
        batch_size=200,
        color_noise=None,
        components_33=np.zeros((3, 3)),
        stored_px=256,
        input_px=224,
    )
    image = np.array([int(pixels[0, 0, 0]) for pixels in repeated.images(planned.index_B)])
    places = [(int(draws.left_px_N[i]), int(draws.top_px_N[i])) for i in np.flatnonzero(image == image[0])]
    assert len(places) >= 9
    assert len(set(places)) == len(places)
