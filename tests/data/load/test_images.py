"""The DALI graph computes what the paper describes, and sees the examples that we chose."""

import dataclasses
import io

import numba
import numpy as np
import pytest
import torch
from PIL import Image

from repro.data.load import augment_kernel
from repro.data.load import image_stream as images
from repro.data.load.graphs import decoded_image_graph, image_graph
from repro.data.load.image_stream import graph_batches, image_stream
from repro.data.load.plan import training_plan
from repro.data.load.randomness import draw_training
from repro.data.load.whole_images import DecodedShards, WholeImages, in_memory
from repro.data.shards.images import Shards
from repro.spec.recipe import ColorNoise, Crops, ImageRecipe, Optimizer, Schedule
from tests.tiny import jpeg, write_prepared

RECIPE = ImageRecipe(
    batch_size=16,
    optimizer=Optimizer(learning_rate=0.01, momentum=0.9, weight_decay=0.0),
    schedule=Schedule(rule="epochs", num_epochs=2),
    crops=Crops(position="random", mirror=True),
    color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue"),
)
COMPONENTS = np.diag([120.0, 40.0, 20.0])


def stream(folder, *, shards=None, recipe=RECIPE, key=1, num_threads=1, start=(0, 0), num_epochs=2, device="cpu"):
    shards = shards or Shards(folder, "train")
    plan = training_plan(shards.num_examples, key=key, batch_size=16, num_epochs=num_epochs, epoch=start[0], step=start[1])
    return image_stream(
        shards,
        recipe,
        plan=plan,
        key=key,
        components_33=COMPONENTS,
        mean_image_SSC=np.load(folder / "mean_image.npy"),
        input_px=32,
        num_threads=num_threads,
        device=device,
    )


@pytest.fixture(scope="module", params=["raw", "jpeg"])
def prepared(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared") / request.param
    return folder, write_prepared(folder, encoding=request.param), request.param


def test_a_training_batch_is_crop_minus_mean_plus_noise_mirrored_by_hand(prepared):
    folder, pixels, encoding = prepared
    mean = np.load(folder / "mean_image.npy")
    for batch in stream(folder):
        index_B = batch.planned.index_B
        draws = draw_training(
            index_B,
            key=1,
            epoch=batch.planned.epoch,
            crops=RECIPE.crops,
            batch_size=16,
            color_noise=RECIPE.color_noise,
            components_33=COMPONENTS,
            stored_px=36,
            input_px=32,
        )
        for place, i in enumerate(index_B):
            image = pixels["train"][i] if encoding == "raw" else np.asarray(Image.open(io.BytesIO(jpeg(pixels["train"][i]))))
            top, left = draws.top_px_N[place], draws.left_px_N[place]
            window = (slice(top, top + 32), slice(left, left + 32))
            expected = image[window].astype(np.float32) - mean[window] + draws.color_N3[place]
            expected = expected[:, ::-1] if draws.mirror_N[place] else expected
            # float32 sums of numbers up to 255: one rounding each
            np.testing.assert_allclose(batch.image_BCHW[place].permute(1, 2, 0).numpy(), expected, atol=1e-4)
            assert batch.label_B[place] == i % 10


def test_batches_are_float32_in_channels_last_memory(prepared):
    batch = next(iter(stream(prepared[0])))
    assert batch.image_BCHW.shape == (16, 3, 32, 32)
    assert batch.image_BCHW.dtype == torch.float32
    assert batch.image_BCHW.is_contiguous(memory_format=torch.channels_last)
    assert batch.label_B.dtype == torch.int64


def test_one_and_two_threads_give_identical_batches(prepared):
    for one, two in zip(stream(prepared[0]), stream(prepared[0], num_threads=2), strict=True):
        assert torch.equal(one.image_BCHW, two.image_BCHW)
        assert torch.equal(one.label_B, two.label_B)


def test_a_restart_in_mid_epoch_gives_the_batches_that_were_left(prepared):
    whole = list(stream(prepared[0]))
    assert [(b.planned.epoch, b.planned.step) for b in whole] == [(e, s) for e in (0, 1) for s in range(4)]
    for position, start in ((2, (0, 2)), (4, (1, 0)), (7, (1, 3))):
        restarted = list(stream(prepared[0], start=start))
        assert len(restarted) == len(whole) - position
        for one, other in zip(whole[position:], restarted, strict=True):
            assert torch.equal(one.image_BCHW, other.image_BCHW)
            assert torch.equal(one.label_B, other.label_B)


def test_two_seeds_see_different_batches(prepared):
    one, other = next(iter(stream(prepared[0], key=1))), next(iter(stream(prepared[0], key=2)))
    assert not torch.equal(one.image_BCHW, other.image_BCHW)
    assert list(one.planned.index_B) != list(other.planned.index_B)


def test_every_epoch_sees_every_example_once(prepared):
    batches = list(stream(prepared[0]))
    for epoch in (0, 1):
        seen = np.concatenate([b.planned.index_B for b in batches if b.planned.epoch == epoch])
        assert sorted(seen) == list(range(50))
    assert [len(b.label_B) for b in batches[:4]] == [16, 16, 16, 2]


def test_the_centre_of_the_mean_image_is_subtracted_whatever_the_crop(prepared):
    folder, pixels, encoding = prepared
    mean = np.load(folder / "mean_image.npy")
    recipe = dataclasses.replace(RECIPE, mean_at="center", color_noise=None, crops=Crops(position="random", mirror=False))
    corners = 0
    for batch in stream(folder, recipe=recipe):
        draws = draw_training(
            batch.planned.index_B,
            key=1,
            epoch=batch.planned.epoch,
            crops=recipe.crops,
            batch_size=16,
            color_noise=None,
            components_33=COMPONENTS,
            stored_px=36,
            input_px=32,
        )
        for place, i in enumerate(batch.planned.index_B):
            top, left = draws.top_px_N[place], draws.left_px_N[place]
            corners += (top, left) in {(0, 0), (0, 4), (4, 0), (4, 4)}
            image = as_stored(pixels["train"][i], encoding)[top : top + 32, left : left + 32].astype(np.float32)
            found = batch.image_BCHW[place].permute(1, 2, 0).numpy()
            # float32 differences of numbers up to 255: one rounding
            np.testing.assert_allclose(found, image - mean[2:34, 2:34], atol=1e-4)
    assert corners > 0


def test_a_noisy_image_is_divided_and_only_as_long_as_there_is_noise(prepared):
    """2 epochs of 4 steps: noise in the first .625 of them is noise in 5 steps; it is added before the division."""
    folder = prepared[0]
    plain = dataclasses.replace(RECIPE, color_noise=None)
    noisy = dataclasses.replace(RECIPE, color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue"))
    ending = dataclasses.replace(RECIPE, color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue", until=0.625, divide_by=1.1))
    streams = [stream(folder, recipe=recipe) for recipe in (plain, noisy, ending)]
    for step, (without, whole, found) in enumerate(zip(*streams, strict=True)):
        if step < 5:
            torch.testing.assert_close(found.image_BCHW, whole.image_BCHW / 1.1, rtol=1e-6, atol=1e-5)
            assert not torch.allclose(whole.image_BCHW, without.image_BCHW, atol=1.0)
        else:
            assert torch.equal(found.image_BCHW, without.image_BCHW)


def test_noise_that_ended_stays_ended_after_a_restart(prepared):
    recipe = dataclasses.replace(
        RECIPE,
        crops=Crops(position="random", mirror=True, chunk_share=0.25),
        color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue", until=0.625, divide_by=1.1),
    )
    whole = list(stream(prepared[0], recipe=recipe))
    for position, start in ((4, (1, 0)), (5, (1, 1)), (6, (1, 2))):
        for one, other in zip(whole[position:], stream(prepared[0], recipe=recipe, start=start), strict=True):
            assert torch.equal(one.image_BCHW, other.image_BCHW)


def as_stored(image, encoding):
    return image if encoding == "raw" else np.asarray(Image.open(io.BytesIO(jpeg(image))))


@pytest.mark.parametrize("kept_mib", [256, 0])
def test_scoring_sees_each_stored_image_once_in_the_order_asked_for(prepared, monkeypatch, kept_mib):
    """Whether they are kept decoded or decoded again each time."""
    monkeypatch.setattr("repro.data.load.whole_images.KEEP_MIB", kept_mib)
    folder, pixels, encoding = prepared
    index_N = np.array([3, 22, 0, 7, 11])
    whole = WholeImages(Shards(folder, "test"), num_threads=1, device="cpu")
    expected = np.stack([as_stored(pixels["test"][i], encoding) for i in index_N])
    for _ in range(2):
        batches = list(whole.batches(index_N, batch_size=2))
        assert [len(batch) for batch in batches] == [2, 2, 1]
        assert all(batch.is_contiguous(memory_format=torch.channels_last) for batch in batches)
        np.testing.assert_array_equal(torch.cat(batches).permute(0, 2, 3, 1).numpy(), expected)


def test_images_that_fit_into_memory_are_decoded_once(prepared, monkeypatch):
    whole = WholeImages(Shards(prepared[0], "test"), num_threads=1, device="cpu")
    first = list(whole.batches(np.arange(23), batch_size=8))
    monkeypatch.setattr("repro.data.load.whole_images.decoded_image_graph", lambda **_: pytest.fail("decoded again"))
    again = list(whole.batches(np.arange(23), batch_size=8))
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))


def test_training_on_decoded_images_gives_the_same_batches(prepared):
    shards = Shards(prepared[0], "train")
    held = in_memory(shards, num_threads=1, device="cpu")
    assert isinstance(held, DecodedShards) == (prepared[2] == "jpeg")
    assert held.num_examples == 50
    for one, other in zip(stream(prepared[0]), stream(prepared[0], shards=held), strict=True):
        assert torch.equal(one.image_BCHW, other.image_BCHW)
        assert torch.equal(one.label_B, other.label_B)


def test_images_are_not_held_decoded_where_they_are_many_or_the_gpu_decodes(prepared, monkeypatch):
    shards = Shards(prepared[0], "train")
    assert in_memory(shards, num_threads=1, device="cuda") is shards
    monkeypatch.setattr("repro.data.load.whole_images.KEEP_MIB", 0)
    assert in_memory(shards, num_threads=1, device="cpu") is shards


@pytest.mark.parametrize("at_once", [1, 16, 40, 1000])
def test_batches_do_not_depend_on_how_many_are_loaded_at_a_time(prepared, monkeypatch, at_once):
    """Shared crops, and noise that ends in mid-epoch."""
    recipe = dataclasses.replace(
        RECIPE,
        crops=Crops(position="random", mirror=True, chunk_share=0.25),
        color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue", until=0.375, divide_by=1.1),
    )
    expected = list(stream(prepared[0], recipe=recipe))
    monkeypatch.setattr("repro.data.load.image_stream.LOAD_AT_ONCE", at_once)
    for one, other in zip(expected, stream(prepared[0], recipe=recipe), strict=True):
        assert torch.equal(one.image_BCHW, other.image_BCHW)
        assert torch.equal(one.label_B, other.label_B)
        assert other.image_BCHW.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("mean_at", ["crop", "center"])
@pytest.mark.parametrize("encoding", ["raw", "jpeg"])
def test_the_gpu_variant_of_the_graph_serialises(encoding, mean_at):
    settings = {"encoding": encoding, "device": "cuda", "batch_size": 4, "num_threads": 1, "device_id": None}
    mean = np.zeros((36, 36, 3), np.float32)
    graphs = [
        image_graph(source=lambda: None, mean_image_SSC=mean, mean_at=mean_at, input_px=32, **settings),
        decoded_image_graph(source=lambda: None, **settings),
    ]
    for graph in graphs:
        serialised = graph.serialize()
        assert b"gpu" in serialised
        assert (b"mixed" in serialised) == (encoding == "jpeg")


@pytest.mark.parametrize("mean_at", ["crop", "center"])
@pytest.mark.parametrize("divide_by", [1.0, 2.3])
def test_the_pass_after_decoding_gives_the_same_as_the_graph_to_the_bit(prepared, monkeypatch, mean_at, divide_by):
    noise = ColorNoise(std=0.1, factor="sqrt_eigenvalue", until=0.5, divide_by=divide_by)
    recipe = dataclasses.replace(RECIPE, mean_at=mean_at, color_noise=noise)
    one_pass = stream(prepared[0], recipe=recipe)
    monkeypatch.setattr(images, "compiled_batches", graph_batches)
    by_graph = stream(prepared[0], recipe=recipe)
    num = 0
    for found, expected in zip(one_pass, by_graph, strict=True):
        assert torch.equal(found.image_BCHW, expected.image_BCHW)
        assert torch.equal(found.label_B, expected.label_B)
        assert found.image_BCHW.is_contiguous(memory_format=torch.channels_last)
        assert found.planned.index_B.tolist() == expected.planned.index_B.tolist()
        num += 1
    assert num == 2 * 4


@pytest.mark.parametrize("mean_at", ["crop", "center"])
def test_what_is_loaded_before_the_first_batch_is_what_the_batches_take(prepared, monkeypatch, mean_at):
    compiled = numba.njit(augment_kernel.augment.py_func)
    for module in (augment_kernel, images):
        monkeypatch.setattr(module, "augment", compiled)
    batches = stream(prepared[0], recipe=dataclasses.replace(RECIPE, mean_at=mean_at))
    assert len(compiled.signatures) == 1  # loaded by now
    assert len(list(batches)) == 8
    assert len(compiled.signatures) == 1
