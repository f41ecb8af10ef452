"""Every variant really changes what its key names: the forward pass, the batches, or the update; and nothing else of these.

For each variant and its base, at scale smoke and with the same keys of randomness, the same things are computed by the code that
trains: logits of the initial net in both modes, one batch of the first and of the last epoch, and the weights after one update
in each. All of it is deterministic, so that what is equal is equal to the bit, and an ablation without effect is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from repro.artifacts.files import sha256_file
from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.papers import PAPERS
from repro.spec.experiment import Variant, make_run
from repro.spec.geometry.image import geometry
from repro.spec.run import Experiment, Run
from repro.train.networks.checkpoint import state_bytes
from repro.train.networks.images import ImageTask
from repro.train.networks.initial_weights import Source, begin_with
from repro.train.networks.loop import Stopped, Training
from repro.train.networks.prepared import Prepared, open_prepared
from repro.train.networks.run import make_training
from repro.train.runs.context import RunContext
from tests.tiny import write_prepared

PAPER = PAPERS["alexnet"]
#: Networks; averages change nothing that is computed here (tests/evaluate/test_ensemble.py). What scale smoke does not run has
#: the same networks as other variants, with other data.
TRAINED = [
    variant
    for variant in PAPER.variants
    if isinstance(PAPER.experiment(variant.name), Experiment) and PAPER.scale("smoke").has(PAPER.family(variant.name))
]
VARIANTS = [pytest.param(variant, id=variant.name) for variant in TRAINED if variant.base]
ROOTS = [pytest.param(variant, id=variant.name) for variant in TRAINED if variant.base is None]
#: Variants of the large net, which every scale has, by which layers or maps have other sizes.
SHAPING = [
    item
    for item in VARIANTS
    if item.values[0].key in ("network.conv", "network.edge", "network.pooling", "network.towers")
    or item.values[0].key.endswith(".present")
]
CPU = torch.device("cpu")

#: What a key must change, and what it must leave as it is. Updates follow from logits and batches, so that they may change too.
CHANGES = {
    "network": ("logits", ("batches",)),
    "initial_weights": ("logits", ("batches",)),
    "recipe.crops": ("batches", ("logits",)),
    "recipe.color_noise": ("batches", ("logits",)),
    "recipe.mean_at": ("batches", ("logits",)),
    "recipe.optimizer": ("updates", ("logits", "batches")),
    "recipe.freeze": ("updates", ("logits", "batches")),
}


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What an experiment computes, each as tensors in a fixed order. `layers` are the names of the updated parameters."""

    logits: tuple[torch.Tensor, ...]
    batches: tuple[torch.Tensor, ...]
    updates: tuple[torch.Tensor, ...]
    layers: tuple[str, ...]

    def changed(self, other: Trace) -> set[str]:
        """Return which of the three differ from those of `other`."""
        return {name for name in ("logits", "batches", "updates") if not _equal(getattr(self, name), getattr(other, name))}


def _equal(left: tuple[torch.Tensor, ...], right: tuple[torch.Tensor, ...]) -> bool:
    return len(left) == len(right) and all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Return images of the size that scale smoke stores, three batches of them."""
    folder = tmp_path_factory.mktemp("data") / "tiny"
    stored_px = PAPER.scale("smoke").dataset.stored_px
    write_prepared(folder, stored_px=stored_px, num={"train": 48, "validation": 10, "test": 10})
    return open_prepared(folder)


@pytest.fixture(scope="module")
def trace(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trace]:
    """Return a function that traces a variant, each once."""
    found: dict[str, Trace] = {}
    folder = tmp_path_factory.mktemp("runs")

    def of(variant: str) -> Trace:
        if variant not in found:
            found[variant] = traced(run_of(variant), prepared, folder=folder)
        return found[variant]

    return of


def run_of(variant: str) -> Run:
    """Return the run of `variant` under a name that all variants share, so that all draw the same random numbers."""
    return replace(make_run(PAPER, scale="smoke", variant=variant, seed=0), variant="probe")


def source_of(run: Run, *, folder: Path) -> Source | None:
    """Return weights of the net from which `run` starts: those that it begins with itself, for 40 classes."""
    if run.trained.initial_weights is None:
        return None
    giver = run_of(run.trained.initial_weights.variant)
    net = build_network(giver.trained.network, num_classes=40, key=giver.key_for("weights of a source"))
    path = folder / f"{run.trained.initial_weights.variant}.pt"
    path.write_bytes(state_bytes(net.state_dict()))
    return Source(path=path, sha256=sha256_file(path))


def traced(run: Run, data: Prepared, *, folder: Path) -> Trace:
    """Compute what `run` computes first and last."""
    torch.set_num_threads(1)
    last = run.experiment.recipe.schedule.num_epochs - 1
    batches = tuple(first_batch(start(run, data, folder=folder, epoch=epoch), epoch) for epoch in (0, last))
    trainings = [start(run, data, folder=folder, epoch=epoch) for epoch in (0, last)]
    for training in trainings:
        with pytest.raises(Stopped):
            training.run()
    return Trace(
        logits=logits_of(run, folder=folder),
        batches=batches,
        updates=tuple(parameter.detach() for training in trainings for parameter in training.net.parameters()),
        layers=tuple(name for training in trainings for name, _ in training.net.named_parameters()),
    )


def start(run: Run, data: Prepared, *, folder: Path, epoch: int) -> Training:
    """Return the training of `run` at the beginning of `epoch`, with its initial net; it stops after one update."""
    context = RunContext(folder=folder, device="cpu", num_threads=1, say=lambda line: None)
    source = source_of(run, folder=folder)
    training = make_training(run, ImageTask(run, data, context), context=context, should_stop=lambda: True, source=source)
    training.progress.epoch = epoch
    return training


def first_batch(training: Training, epoch: int) -> torch.Tensor:
    """Return the images of the first batch of `epoch`."""
    for batch in training.batches(epoch, 0):
        return batch.input_B
    raise AssertionError("an epoch without batches")


def logits_of(run: Run, *, folder: Path) -> tuple[torch.Tensor, ...]:
    """Return what the initial net makes of fixed noise, in evaluation and in training."""
    network = run.experiment.network
    net = build_network(network, num_classes=10, key=run.key_for("init"))
    source = source_of(run, folder=folder)
    if source is not None:
        begin_with(net, source.weights(), start=run.trained.initial_weights, output=network.output.name)
    seed_dropout(net, key=1, step=0, device=CPU)
    noise = torch.randn(4, 3, network.size.input_px, network.size.input_px, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        return net.eval()(50 * noise), net.train()(50 * noise)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_changes_what_its_key_names_and_nothing_beside_it(variant: Variant, trace: Callable[[str], Trace]):
    assert variant.base is not None
    changed = trace(variant.name).changed(trace(variant.base))
    for context in variant.places:
        (prefix,) = [prefix for prefix in CHANGES if context == prefix or context.startswith(f"{prefix}.")]
        must, must_not = CHANGES[prefix]
        assert must in changed, f"{variant.name} computes what {variant.base} computes: equal {must}"
        assert not changed & set(must_not), f"{variant.name} changes {must_not} too"


def test_the_same_experiment_computes_the_same_to_the_bit(trace, prepared, tmp_path):
    again = traced(run_of("full"), prepared, folder=tmp_path)
    assert again.changed(trace("full")) == set()


def test_a_variant_without_effect_would_be_found(prepared, trace, tmp_path):
    """The output layer is never followed by dropout: to ask for it there changes the specification alone."""
    run = run_of("full")
    network = replace(run.experiment.network, output=replace(run.experiment.network.output, dropped_out=True))
    same = replace(run, experiment=replace(run.experiment, network=network))
    assert same.experiment != run.experiment
    assert traced(same, prepared, folder=tmp_path).changed(trace("full")) == set()


@pytest.mark.parametrize("variant", ROOTS)
def test_every_root_computes_finite_numbers(variant: Variant, trace: Callable[[str], Trace]):
    found = trace(variant.name)
    for tensor in (*found.logits, *found.batches, *found.updates):
        assert torch.isfinite(tensor).all()
    assert found.logits[0].std() > 0


def test_a_pre_trained_net_begins_with_all_weights_of_its_source_but_the_output_layer(prepared, tmp_path):
    run = run_of("cnn_pretrained")
    given = source_of(run, folder=tmp_path).weights()
    begun = dict(start(run, prepared, folder=tmp_path, epoch=0).net.named_parameters())
    plain = dict(start(run_of("conv6"), prepared, folder=tmp_path, epoch=0).net.named_parameters())
    assert {name.partition(".")[0] for name in begun} == {*(f"conv{n}" for n in range(1, 7)), "fc6", "fc7", "fc8"}
    for name, parameter in begun.items():
        assert torch.equal(parameter, plain[name] if name.startswith("fc8") else given[name]), name
        assert name.startswith("fc8") or name.endswith("bias") or not torch.equal(parameter, plain[name])


def test_the_two_bases_differ_in_all_three(trace):
    assert trace("as_released").changed(trace("full")) == {"logits", "batches", "updates"}


@pytest.mark.parametrize("name", ["released_noise_end", "released_freeze"])
def test_what_ends_or_begins_late_changes_the_last_epoch_alone(name, trace):
    base, other = trace("full"), trace(name)
    half = len(base.updates) // 2
    assert torch.equal(base.batches[0], other.batches[0])
    assert _equal(base.updates[:half], other.updates[:half])
    assert not _equal(base.updates[half:], other.updates[half:])


def test_the_frozen_layer_alone_stays_as_it_was(trace, prepared, tmp_path):
    found = trace("released_freeze")
    half = len(found.updates) // 2
    net = start(run_of("released_freeze"), prepared, folder=tmp_path, epoch=0).net
    still = {
        name
        for (name, before), after in zip(net.named_parameters(), found.updates[half:], strict=True)
        if torch.equal(before, after)
    }
    assert still == {"conv1.weight", "conv1.bias"}


def test_a_factor_of_the_rate_multiplies_the_first_update(trace, prepared, tmp_path):
    base, fast = trace("figure1_relu"), trace("figure1_relu_fast")
    net = start(run_of("figure1_relu"), prepared, folder=tmp_path, epoch=0).net
    for before, after, three_times in zip(net.parameters(), base.updates, fast.updates, strict=False):
        torch.testing.assert_close(three_times - before, 3 * (after - before), rtol=1e-2, atol=1e-6)


@pytest.mark.parametrize("scale", [pytest.param(scale, id=scale.name) for scale in PAPER.scales])
@pytest.mark.parametrize("variant", SHAPING)
def test_what_changes_the_shape_of_the_net_does_so_at_every_scale(variant: Variant, scale):
    assert variant.base is not None
    shapes = [
        geometry(make_run(PAPER, scale=scale.name, variant=name, seed=0).experiment.network)
        for name in (variant.base, variant.name)
    ]
    assert shapes[0] != shapes[1]
