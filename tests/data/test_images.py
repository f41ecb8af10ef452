"""The DALI graph computes what the paper describes, and sees the examples that we chose."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from repro.data.images import evaluation_stream, image_graph, training_plan, training_stream
from repro.data.order import draw_training
from repro.data.shards import Shards
from repro.spec.recipe import ColorNoise, Crops, Optimizer, Recipe, Schedule
from tests.tiny import jpeg, write_prepared

RECIPE = Recipe(
    batch_size=16,
    optimizer=Optimizer(learning_rate=0.01, momentum=0.9, weight_decay=0.0),
    schedule=Schedule(rule="epochs", num_epochs=2),
    crops=Crops(position="random", mirror=True),
    color_noise=ColorNoise(std=0.1, factor="sqrt_eigenvalue"),
)
COMPONENTS = np.diag([120.0, 40.0, 20.0])


def stream(folder, *, key=1, num_threads=1, start=(0, 0), num_epochs=2, device="cpu"):
    shards = Shards(folder, "train")
    plan = training_plan(shards.num_examples, key=key, batch_size=16, num_epochs=num_epochs, epoch=start[0], step=start[1])
    return training_stream(
        shards,
        RECIPE,
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


def test_evaluation_sees_each_example_once_in_order_without_noise(prepared):
    folder, pixels, encoding = prepared
    shards, mean = Shards(folder, "test"), np.load(folder / "mean_image.npy")
    for _ in range(2):
        batches = list(evaluation_stream(shards, np.arange(23), mean_image_SSC=mean, batch_size=8, num_threads=1, device="cpu"))
        assert np.concatenate([b.planned.index_B for b in batches]).tolist() == list(range(23))
        found = torch.cat([b.image_BCHW for b in batches]).permute(0, 2, 3, 1).numpy()
        images = pixels["test"] if encoding == "raw" else [np.asarray(Image.open(io.BytesIO(jpeg(p)))) for p in pixels["test"]]
        np.testing.assert_allclose(found, np.stack(images).astype(np.float32) - mean, atol=1e-4)


@pytest.mark.parametrize("encoding", ["raw", "jpeg"])
def test_the_gpu_variant_of_the_graph_serialises(encoding):
    graph = image_graph(
        source=lambda: None,
        mean_image_SSC=np.zeros((36, 36, 3), np.float32),
        encoding=encoding,
        input_px=32,
        device="cuda",
        batch_size=4,
        num_threads=1,
        device_id=None,
    )
    serialised = graph.serialize()
    assert b"gpu" in serialised
    assert (b"mixed" in serialised) == (encoding == "jpeg")


@pytest.mark.gpu
def test_cpu_and_gpu_give_equal_batches(prepared):
    """Crops, order and noise are equal; the hardware decoder may round chroma differently by a few levels."""
    for cpu, gpu in zip(stream(prepared[0]), stream(prepared[0], device="cuda"), strict=True):
        assert torch.equal(cpu.label_B, gpu.label_B.cpu())
        limit = 1e-3 if prepared[2] == "raw" else 4.0
        assert (cpu.image_BCHW - gpu.image_BCHW.cpu()).abs().mean() < limit
