"""The gallery shows test images with their best classes and the training images that are nearest in the last hidden layer."""

import numpy as np
import pytest
import torch

from repro.data.shards.images import Shards
from repro.evaluate.gallery import Gallery
from repro.evaluate.subset import stable_subset_N
from tests.tiny import write_prepared


@pytest.fixture
def splits(tmp_path):
    pixels = write_prepared(tmp_path / "d")
    return Shards(tmp_path / "d", "test"), Shards(tmp_path / "d", "train"), pixels


def on_a_line(index_N):
    """Return features (3 index, 4 index), so that the distance of two images is 5 times that of their positions."""
    return torch.tensor(np.stack([3.0 * index_N, 4.0 * index_N], axis=1), dtype=torch.float32)


def filled(splits, tmp_path, *, batch_size):
    test, train, _ = splits
    gallery = Gallery(test, train, num=4)
    for first in range(0, 23, batch_size):
        index_B = np.arange(first, min(first + batch_size, 23))
        gallery.take_test(index_B, on_a_line(index_B))
    for first in range(0, 50, batch_size):
        index_B = np.arange(first, min(first + batch_size, 50))
        gallery.take_train(index_B, on_a_line(index_B))
    scores_NK = np.tile(np.linspace(0.19, 0.01, 10, dtype=np.float32), (23, 1))
    scores_NK[:, [0, 7]] = scores_NK[:, [7, 0]]
    path = tmp_path / f"gallery-{batch_size}.npz"
    gallery.write(path, scores_NK)
    return path


def test_neighbours_and_classes_are_those_counted_by_hand(splits, tmp_path):
    pixels = splits[2]
    with np.load(filled(splits, tmp_path, batch_size=7)) as found:
        index_G = stable_subset_N(23, wanted=4)
        assert min(index_G) >= 1, "the case by hand below needs neighbours on both sides"
        np.testing.assert_array_equal(found["image_NSSC"], pixels["test"][index_G])
        assert found["label_N"].tolist() == [i % 10 for i in index_G]
        assert found["example_N"].tolist() == [f"test{i:05d}".encode() for i in index_G]
        assert found["best_N5"].tolist() == [[7, 1, 2, 3, 4]] * 4
        np.testing.assert_allclose(found["score_N5"], [np.array([0.19, 0.17, 0.15, 0.13, 0.11])] * 4, atol=1e-6)
        for row, i in enumerate(index_G):
            # of two training images at the same distance the first comes first
            near = sorted(range(50), key=lambda j: (abs(i - j), j))[:6]
            assert found["near_example_NM"][row].tolist() == [f"train{j:05d}".encode() for j in near]
            assert found["near_label_NM"][row].tolist() == [j % 10 for j in near]
            assert found["near_distance_NM"][row].tolist() == pytest.approx([5 * abs(i - j) for j in near])
            np.testing.assert_array_equal(found["near_image_NMSSC"][row], pixels["train"][near])


def test_the_file_does_not_depend_on_the_batches(splits, tmp_path):
    files = [filled(splits, tmp_path, batch_size=batch_size).read_bytes() for batch_size in (1, 7, 50)]
    assert files[0] == files[1] == files[2]


def test_jpeg_images_are_shown_as_pixels(tmp_path):
    write_prepared(tmp_path / "jpeg", encoding="jpeg")
    shards = Shards(tmp_path / "jpeg", "test"), Shards(tmp_path / "jpeg", "train"), None
    with np.load(filled(shards, tmp_path, batch_size=50)) as found:
        assert found["image_NSSC"].shape == (4, 36, 36, 3)
        assert found["near_image_NMSSC"].shape == (4, 6, 36, 36, 3)
        assert found["image_NSSC"].dtype == np.uint8
