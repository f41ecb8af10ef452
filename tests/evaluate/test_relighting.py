"""Test images under another light: the same light for all runs, as strong as stated, and nothing but light."""

import numpy as np
import torch

from repro.data.load.whole_images import WholeImages
from repro.data.shards.images import Shards
from repro.evaluate.crops import Cropping
from repro.evaluate.predict import predict
from repro.evaluate.relighting import BRIGHTNESS, COLOUR, light_B3, relit
from tests.tiny import write_prepared


def test_lights_differ_in_brightness_and_in_colour_as_much_as_is_stated():
    logs_B3 = np.log(light_B3(np.arange(40_000)))
    assert np.abs(logs_B3.mean(axis=0)).max() < 0.005
    covariance_33 = np.cov(logs_B3.T)
    expected_33 = BRIGHTNESS**2 + COLOUR**2 * np.eye(3)
    assert np.abs(covariance_33 - expected_33).max() < 0.003


def test_the_light_of_an_image_follows_from_its_place_alone():
    assert np.array_equal(light_B3(np.array([7, 3])), light_B3(np.arange(10))[[7, 3]])


def test_a_light_multiplies_each_colour_and_white_is_the_most():
    image_BCSS = torch.tensor([0.0, 10.0, 100.0, 250.0]).reshape(1, 1, 2, 2).repeat(3, 3, 1, 1).to(torch.uint8)
    index_B = np.array([0, 1, 2])
    found = relit(image_BCSS, index_B)
    factor = torch.from_numpy(light_B3(index_B))
    assert torch.equal(found[:, :, 1, 0], 100 * factor)
    assert (found[:, :, 0, 0] == 0).all()
    assert found.max() == 255
    assert torch.allclose(found[:, :, 1, 1], (250 * factor).clamp(max=255))


def test_the_protocol_shows_the_relit_centre_crop_and_leaves_the_others_as_they_are(tmp_path):
    write_prepared(tmp_path / "d", stored_px=8, num={"train": 8, "validation": 4, "test": 150})
    images = WholeImages(Shards(tmp_path / "d", "test"), num_threads=1, device="cpu")
    index_N = np.random.default_rng(0).permutation(150)
    cropping = Cropping(mean_CSS=torch.zeros(3, 8, 8), mean_at="crop", input_px=6)

    class Mean(torch.nn.Module):
        def forward(self, x):
            return x.mean(dim=(2, 3)) / 50

    found = predict(Mean(), images, index_N, protocols=("center", "center_relit"), cropping=cropping)
    alone = predict(Mean(), images, index_N, protocols=("center",), cropping=cropping)
    assert np.array_equal(found["center"], alone["center"])
    pixels_BCSS = torch.cat(list(images.batches(index_N, batch_size=150)))
    expected = Mean()(relit(pixels_BCSS, index_N)[:, :, 1:7, 1:7]).softmax(dim=1).numpy()
    assert np.allclose(found["center_relit"], expected, atol=1e-6)
    assert np.abs(found["center_relit"] - found["center"]).max() > 0.01
