"""The evaluation protocols are the paper's."""

import numpy as np
import pytest
import torch
from torch import nn

from repro.data.shards import Shards
from repro.evaluate.crops import crop_windows, cut
from repro.evaluate.predict import load_mean_image, predict, stable_subset_N
from tests.tiny import write_prepared


def test_ten_crops_are_the_corners_the_centre_and_their_mirror_images():
    places = [(0, 0), (0, 32), (32, 0), (32, 32), (16, 16)]
    expected = [(*place, mirrored) for mirrored in (False, True) for place in places]
    assert crop_windows("ten_crop", stored_px=256, input_px=224) == expected
    assert crop_windows("center", stored_px=256, input_px=224) == [(16, 16, False)]


def test_each_crop_holds_the_pixels_of_its_window():
    image = torch.arange(2 * 3 * 6 * 6, dtype=torch.float32).reshape(2, 3, 6, 6)
    found = [cut(image, window, input_px=4) for window in crop_windows("ten_crop", stored_px=6, input_px=4)]
    assert len(found) == 10
    assert torch.equal(found[1], image[:, :, :4, 2:])
    assert torch.equal(found[4], image[:, :, 1:5, 1:5])
    assert torch.equal(found[6], image[:, :, :4, 2:].flip(3))
    assert all(crop.is_contiguous(memory_format=torch.channels_last) for crop in found)


def test_an_unknown_protocol_and_a_too_large_crop_are_refused():
    with pytest.raises(ValueError, match="unknown protocol 'five_crop'; allowed: center, ten_crop"):
        crop_windows("five_crop", stored_px=36, input_px=32)
    with pytest.raises(ValueError, match="a crop of 40 px does not fit stored images of 36 px"):
        crop_windows("center", stored_px=36, input_px=40)


class Corner(nn.Module):
    """Scores that depend on one pixel in the crop's top left corner: (value, 0)."""

    def forward(self, x_BCHW):
        value_B = x_BCHW[:, 0, 0, 0] / 50
        return torch.stack([value_B, torch.zeros_like(value_B)], dim=1)


def test_ten_crop_averages_the_softmax_and_not_the_logits(tmp_path):
    write_prepared(tmp_path / "d", num_classes=2)
    shards, mean = Shards(tmp_path / "d", "test"), load_mean_image(tmp_path / "d")

    index_N = np.arange(shards.num_examples)
    found = predict(
        Corner(),
        shards,
        index_N,
        protocols=("center", "ten_crop"),
        mean_image=mean,
        input_px=32,
        num_threads=1,
        device="cpu",
    )
    images = np.stack(shards.images(index_N)).astype(np.float32) - mean
    probability = []
    for top, left, mirrored in crop_windows("ten_crop", stored_px=36, input_px=32):
        corner = images[:, top, left + 31 if mirrored else left, 0]
        probability.append(1 / (1 + np.exp(-corner / 50)))
    np.testing.assert_allclose(found["ten_crop"][:, 0], np.mean(probability, axis=0), atol=1e-6)
    np.testing.assert_allclose(found["center"][:, 0], probability[4], atol=1e-6)
    np.testing.assert_allclose(found["ten_crop"].sum(axis=1), 1, atol=1e-6)


def test_prediction_leaves_the_network_in_its_mode_and_keeps_no_graph(tmp_path):
    write_prepared(tmp_path / "d", num_classes=2)
    shards = Shards(tmp_path / "d", "test")
    net = Corner().train()
    settings = {"mean_image": load_mean_image(tmp_path / "d"), "input_px": 32, "num_threads": 1, "device": "cpu"}
    first = predict(net, shards, stable_subset_N(23, wanted=7), protocols=("center",), **settings)
    assert net.training
    assert first["center"].shape == (7, 2)


def test_the_scored_training_images_are_a_fixed_subset():
    subset = stable_subset_N(100, wanted=30)
    assert subset.tolist() == stable_subset_N(100, wanted=30).tolist()
    assert len(set(subset.tolist())) == 30
    assert subset.tolist() == sorted(subset.tolist())
    assert subset.tolist() != list(range(30))
    assert stable_subset_N(5, wanted=30).tolist() == [0, 1, 2, 3, 4]
