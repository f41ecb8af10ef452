"""The evaluation protocols are the paper's."""

import numpy as np
import pytest
import torch
from torch import nn

from repro.data.load.whole_images import WholeImages
from repro.data.shards.images import Shards
from repro.evaluate.crops import Cropping, crop_windows
from repro.evaluate.predict import predict
from repro.evaluate.subset import stable_subset_N
from tests.tiny import write_prepared

ALL = ("center", "center_mirror", "five_crop", "ten_crop")


def cropping(mean_SSC, *, mean_at="crop", input_px=32):
    return Cropping(mean_CSS=torch.from_numpy(np.asarray(mean_SSC)).permute(2, 0, 1), mean_at=mean_at, input_px=input_px)


def whole_images_of(folder):
    return WholeImages(Shards(folder, "test"), num_threads=1, device="cpu")


def test_ten_crops_are_the_corners_the_centre_and_their_mirror_images():
    places = [(0, 0), (0, 32), (32, 0), (32, 32), (16, 16)]
    expected = [(*place, mirrored) for mirrored in (False, True) for place in places]
    assert crop_windows("ten_crop", stored_px=256, input_px=224) == expected
    assert crop_windows("five_crop", stored_px=256, input_px=224) == expected[:5]
    assert crop_windows("center", stored_px=256, input_px=224) == [(16, 16, False)]
    assert crop_windows("center_mirror", stored_px=256, input_px=224) == [(16, 16, False), (16, 16, True)]


def test_each_crop_holds_the_pixels_of_its_window():
    image = torch.arange(2 * 3 * 6 * 6).reshape(2, 3, 6, 6).to(torch.uint8)
    cuts = cropping(np.zeros((6, 6, 3), np.float32), input_px=4)
    found = [cuts.cut(image, window) for window in crop_windows("ten_crop", stored_px=6, input_px=4)]
    assert len(found) == 10
    assert torch.equal(found[1], image[:, :, :4, 2:].float())
    assert torch.equal(found[4], image[:, :, 1:5, 1:5].float())
    assert torch.equal(found[6], image[:, :, :4, 2:].flip(3).float())
    assert all(crop.is_contiguous(memory_format=torch.channels_last) for crop in found)


def test_the_mean_image_is_subtracted_at_the_place_that_the_recipe_says():
    """The mean image is 10 row + column; a black image's top right crop of 4 px is minus the mean there, or minus its centre."""
    mean = np.add.outer(10.0 * np.arange(6), np.arange(6))[:, :, None].repeat(3, axis=2).astype(np.float32)
    black = torch.zeros(1, 3, 6, 6, dtype=torch.uint8)
    for mirrored in (False, True):
        at_crop = cropping(mean, input_px=4).cut(black, (0, 2, mirrored))[0, 0]
        at_center = cropping(mean, mean_at="center", input_px=4).cut(black, (0, 2, mirrored))[0, 0]
        first_rows = [-2.0, -3.0, -4.0, -5.0], [-11.0, -12.0, -13.0, -14.0]
        for found, row in zip((at_crop, at_center), first_rows, strict=True):
            assert found[0].tolist() == (row[::-1] if mirrored else row)
            assert found[3].tolist() == [value - 30 for value in (row[::-1] if mirrored else row)]


def test_an_unknown_place_of_the_mean_is_refused():
    with pytest.raises(ValueError, match="unknown place of the mean image 'middle'; allowed: crop, center"):
        cropping(np.zeros((6, 6, 3), np.float32), mean_at="middle")


def test_an_unknown_protocol_and_a_too_large_crop_are_refused():
    with pytest.raises(
        ValueError, match="unknown protocol 'all_crops'; allowed: center, center_relit, center_mirror, five_crop, ten_crop"
    ):
        crop_windows("all_crops", stored_px=36, input_px=32)
    with pytest.raises(ValueError, match="a crop of 40 px does not fit stored images of 36 px"):
        crop_windows("center", stored_px=36, input_px=40)


class Corner(nn.Module):
    """Scores that depend on one pixel in the crop's top left corner: (value, 0)."""

    def forward(self, x_BCHW):
        value_B = x_BCHW[:, 0, 0, 0] / 50
        return torch.stack([value_B, torch.zeros_like(value_B)], dim=1)


@pytest.mark.parametrize("mean_at", ["crop", "center"])
def test_every_protocol_averages_the_softmax_and_not_the_logits(tmp_path, mean_at):
    write_prepared(tmp_path / "d", num_classes=2)
    whole_images, mean = whole_images_of(tmp_path / "d"), np.load(tmp_path / "d" / "mean_image.npy")
    index_N = np.arange(whole_images.shards.num_examples)
    found = predict(Corner(), whole_images, index_N, protocols=ALL, cropping=cropping(mean, mean_at=mean_at))
    images = np.stack(whole_images.shards.images(index_N)).astype(np.float32)
    probability = []
    for top, left, mirrored in crop_windows("ten_crop", stored_px=36, input_px=32):
        offset = 31 if mirrored else 0
        own = mean[top, left + offset] if mean_at == "crop" else mean[2, 2 + offset]
        corner = images[:, top, left + offset, 0] - own[0]
        probability.append(1 / (1 + np.exp(-corner / 50)))
    expected = {
        "center": probability[4],
        "center_mirror": np.mean([probability[4], probability[9]], axis=0),
        "five_crop": np.mean(probability[:5], axis=0),
        "ten_crop": np.mean(probability, axis=0),
    }
    for protocol in ALL:
        np.testing.assert_allclose(found[protocol][:, 0], expected[protocol], atol=1e-6)
        np.testing.assert_allclose(found[protocol].sum(axis=1), 1, atol=1e-6)


class Counting(Corner):
    """Count the images that go through."""

    num_seen = 0

    def forward(self, x_BCHW):
        self.num_seen += len(x_BCHW)
        return super().forward(x_BCHW)


def test_each_crop_goes_through_the_network_once_for_all_protocols(tmp_path):
    write_prepared(tmp_path / "d", num_classes=2)
    net, mean = Counting(), np.load(tmp_path / "d" / "mean_image.npy")
    predict(net, whole_images_of(tmp_path / "d"), np.arange(23), protocols=ALL, cropping=cropping(mean))
    assert net.num_seen == 10 * 23


def test_prediction_leaves_the_network_in_its_mode(tmp_path):
    write_prepared(tmp_path / "d", num_classes=2)
    net, mean = Corner().train(), np.load(tmp_path / "d" / "mean_image.npy")
    index_N = stable_subset_N(23, wanted=7)
    found = predict(net, whole_images_of(tmp_path / "d"), index_N, protocols=("center",), cropping=cropping(mean))
    assert net.training
    assert found["center"].shape == (7, 2)
