"""Runs of one seed are a pair: what their variants have in common is drawn alike, to the bit; runs of two seeds share nothing.

Both are seen in what training really gets: the tensors of the built net, of the batches, and of the masks that dropout leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from repro.data.prepare.prepare import prepare
from repro.models.layers import Dropout, seed_dropout
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.recipe import Schedule
from repro.spec.run import Run
from repro.train.networks.clips import open_videos
from repro.train.networks.images import open_images
from repro.train.networks.run import make_training
from repro.train.networks.task import PreparedData, Task
from repro.train.runs.context import RunContext
from tests.papers.tracing import few_videos
from tests.tiny import write_prepared

CPU = torch.device("cpu")
#: Parts of alexnet's net and recipe that change nothing of what the others draw, and the layers whose shapes they change.
ABLATIONS = {
    "no_lrn": (),
    "no_dropout": (),
    "pool_2x2": (),
    "no_pca_color": (),
    "tanh": (),
    "zero_bias_init": (),
    "one_tower_full": ("conv2", "conv4", "conv5"),
    "minus_conv4": (),
    "minus_fc7": (),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PreparedData]:
    folder = tmp_path_factory.mktemp("data")
    images, videos = (run_of(paper, variant).dataset for paper, variant in (("alexnet", "full"), ("karpathy", "slow_fusion")))
    write_prepared(folder / "images", stored_px=images.stored_px, num={"train": 48, "validation": 10, "test": 10})
    prepare(few_videos(videos), folder=folder / "videos", source=None, num_threads=1, say=lambda line: None)
    return {"alexnet": open_images(folder / "images"), "karpathy": open_videos(folder / "videos")}


def run_of(paper: str, variant: str, seed: int = 0) -> Run:
    return make_run(PAPERS[paper], scale="smoke", variant=variant, seed=seed)


def task_of(run: Run, data: dict[str, PreparedData]) -> Task:
    context = RunContext(folder=Path("unused"), device="cpu", num_threads=1, say=lambda line: None)
    return data[run.paper].task(run, context)


def weights_of(run: Run, data: dict[str, PreparedData]) -> dict[str, torch.Tensor]:
    net = task_of(run, data).build()
    return {name: value for name, value in net.state_dict().items() if name.endswith("weight")}


def batches_of(run: Run, data: dict[str, PreparedData], *, epoch: int = 1) -> Iterator[tuple[list[int], torch.Tensor]]:
    """The order of the examples and the pixels of the batches of one epoch."""
    for batch in task_of(run, data).batches(epoch, 0):
        if batch.planned.epoch > epoch:
            return
        yield batch.planned.index_B.tolist(), batch.input_B


def masks_of(run: Run, data: dict[str, PreparedData], *, step: int = 3) -> dict[str, torch.Tensor]:
    """What each dropout layer leaves of ones, by its name, at one step of training."""
    context = RunContext(folder=Path("unused"), device="cpu", num_threads=1, say=lambda line: None)
    training = make_training(run, task_of(run, data), context=context, should_stop=lambda: False)
    seed_dropout(training.net, key=training.dropout_key, step=step, device=CPU)
    layers = {name: module for name, module in training.net.named_modules() if isinstance(module, Dropout)}
    return {name: layer.train()(torch.ones(8, 64)) for name, layer in layers.items()}


def same_batches(one: Run, other: Run, data: dict[str, PreparedData]) -> bool:
    pairs = zip(batches_of(one, data), batches_of(other, data), strict=True)
    return all(a[0] == b[0] and torch.equal(a[1], b[1]) for a, b in pairs)


@pytest.mark.parametrize("variant", ABLATIONS)
def test_what_an_ablation_leaves_alone_begins_with_the_same_weights(variant: str, data: dict[str, PreparedData]) -> None:
    full, ablated = (weights_of(run_of("alexnet", name), data) for name in ("full", variant))
    common = [name for name in ablated if name in full and full[name].shape == ablated[name].shape]
    assert {name.rpartition(".")[0] for name in full.keys() & ablated.keys() - set(common)} <= {*ABLATIONS[variant], "fc6", "fc8"}
    assert len(common) >= len(ablated) - len(ABLATIONS[variant]) - 2
    assert all(torch.equal(full[name], ablated[name]) for name in common)


@pytest.mark.parametrize("variant", ["no_lrn", "pool_2x2", "one_tower_half", "minus_fc7", "tanh"])
def test_what_an_ablation_leaves_alone_has_the_same_masks(variant: str, data: dict[str, PreparedData]) -> None:
    full, ablated = (masks_of(run_of("alexnet", name), data) for name in ("full", variant))
    assert full.keys() >= ablated.keys() >= {"fc6_dropout"}
    assert all(torch.equal(full[name], mask) for name, mask in ablated.items())
    assert not torch.equal(full["fc6_dropout"], full["fc7_dropout"])


@pytest.mark.parametrize("variant", ["no_lrn", "pool_2x2", "one_tower_half", "no_dropout", "sigmoid"])
def test_an_ablation_of_the_net_sees_the_same_pixels_in_the_same_order(variant: str, data: dict[str, PreparedData]) -> None:
    assert same_batches(run_of("alexnet", "full"), run_of("alexnet", variant), data)


def test_without_colour_noise_or_mirroring_the_rest_is_drawn_alike(data: dict[str, PreparedData]) -> None:
    """No colour noise: each example is moved by one colour. No mirroring: some are mirrored, the others are the same."""
    full, plain, unmirrored = (run_of("alexnet", name) for name in ("full", "no_pca_color", "no_flip"))
    for (order, noisy), (order_too, clean) in zip(batches_of(full, data), batches_of(plain, data), strict=True):
        assert order == order_too
        moved = (noisy - clean).flatten(2)
        assert float(moved.std(dim=2).max()) < 1e-4 < float(moved.abs().max())
    seen: set[bool] = set()
    for (_, mirrored), (_, upright) in zip(batches_of(full, data), batches_of(unmirrored, data), strict=True):
        flipped = [torch.equal(a, b.flip(2)) for a, b in zip(mirrored, upright, strict=True)]
        same = [torch.equal(a, b) for a, b in zip(mirrored, upright, strict=True)]
        assert [a != b for a, b in zip(same, flipped, strict=True)] == [True] * len(same)
        seen.update(same)
    assert seen == {True, False}


def test_another_seed_shares_nothing(data: dict[str, PreparedData]) -> None:
    one, other = run_of("alexnet", "full"), run_of("alexnet", "full", seed=1)
    weights, masks = ([of(run, data) for run in (one, other)] for of in (weights_of, masks_of))
    for name, value in weights[0].items():
        together = torch.corrcoef(torch.stack([value.flatten(), weights[1][name].flatten()]))[0, 1]
        assert abs(float(together)) < 6 / value.numel() ** 0.5, name
    assert all(0.35 < float((masks[0][name] != masks[1][name]).float().mean()) < 0.65 for name in masks[0])
    orders = [[index for batch, _ in batches_of(run, data) for index in batch] for run in (one, other)]
    assert sorted(orders[0]) == sorted(orders[1])
    assert sum(a == b for a, b in zip(*orders, strict=True)) < 8  # one in the mean of 48


def test_nets_of_clips_are_pairs_too(data: dict[str, PreparedData]) -> None:
    single, late, slow = (run_of("karpathy", name) for name in ("single_frame", "late_fusion", "slow_fusion"))
    of_single, of_late, of_slow = (weights_of(run, data) for run in (single, late, slow))
    assert all(torch.equal(of_single[f"conv{n}.weight"], of_late[f"conv{n}.weight"]) for n in range(1, 6))
    assert torch.equal(of_single["fc7.weight"], of_slow["fc7.weight"])
    assert masks_of(single, data).keys() == masks_of(slow, data).keys()
    assert all(torch.equal(mask, masks_of(slow, data)[name]) for name, mask in masks_of(single, data).items())
    orders = [[order for order, _ in batches_of(run, data, epoch=0)] for run in (single, late, slow)]
    assert orders[0] == orders[1] == orders[2]


def test_streams_of_one_net_do_not_share_their_first_weights(data: dict[str, PreparedData]) -> None:
    weights = weights_of(run_of("karpathy", "single_frame_multires"), data)
    assert weights["context.conv1.weight"].shape == weights["fovea.conv1.weight"].shape
    assert not torch.equal(weights["context.conv1.weight"], weights["fovea.conv1.weight"])


def test_a_net_that_goes_on_draws_nothing_that_its_weights_have_seen() -> None:
    full, sixth, begun, pretrained = (run_of("alexnet", name) for name in ("full", "conv6", "conv6_begun", "cnn_pretrained"))
    larger = run_of("alexnet", "conv6_pretraining")
    assert begun.earlier_data == (full.dataset.name,)
    assert pretrained.earlier_data == (full.dataset.name, larger.dataset.name)
    assert full.key_for("init") == sixth.key_for("init")
    fresh = [run.key_for("init") for run in (full, begun, pretrained)]
    assert len(set(fresh)) == 3
    assert larger.key_for("init") == begun.key_for("init")
    for purpose in ("data", "dropout"):
        assert begun.key_for(purpose) == pretrained.key_for(purpose) != full.key_for(purpose)
        assert larger.key_for(purpose) == full.key_for(purpose), "other images: nothing is seen twice"


def test_what_is_transferred_is_a_pair_with_what_is_trained_from_chance() -> None:
    top, all_layers, scratch = (run_of("karpathy", f"transfer_{name}") for name in ("top", "all", "scratch"))
    assert top.key_for("data") == all_layers.key_for("data") == scratch.key_for("data")
    assert top.key_for("init") == all_layers.key_for("init") != scratch.key_for("init")


def test_keys_hold_scale_paper_seed_and_purpose() -> None:
    keys = {
        run.key_for(purpose)
        for run in (
            run_of("alexnet", "full"),
            run_of("alexnet", "full", seed=1),
            make_run(PAPERS["alexnet"], scale="small", variant="full", seed=0),
            replace(run_of("alexnet", "full"), paper="other"),
        )
        for purpose in ("init", "data", "dropout", "fit")
    }
    assert len(keys) == 16


def test_the_same_net_under_another_name_is_the_same_net(data: dict[str, PreparedData], tmp_path: Path) -> None:
    """So a control for which nothing may come out (A/A) needs other seeds: another name gives a difference of exactly 0."""
    full = run_of("alexnet", "full")
    states = []
    for run in (full, replace(full, variant="renamed"), replace(full, seed=1)):
        recipe = replace(run.trained.recipe, schedule=Schedule(rule="epochs", num_epochs=1))
        short = replace(run, experiment=replace(run.trained, recipe=recipe))
        context = RunContext(folder=tmp_path, device="cpu", num_threads=1, say=lambda line: None)
        training = make_training(short, data["alexnet"].task(short, context), context=context, should_stop=lambda: False)
        training.run()
        states.append(training.net.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not any(torch.equal(states[0][name], states[2][name]) for name in states[0] if name.endswith("weight"))


def test_layers_are_named_alike_whatever_is_taken_out(data: dict[str, PreparedData]) -> None:
    """The names by which masks are drawn are those of the net on one device and of its towers apart (tests/models/apart.py)."""
    net: nn.Module = task_of(run_of("alexnet", "full"), data).build()
    assert [name for name, module in net.named_modules() if isinstance(module, Dropout)] == ["fc6_dropout", "fc7_dropout"]
