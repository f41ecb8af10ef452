"""Every variant really changes what its key names: the forward pass, the batches, or the update; and nothing else of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from repro.spec.experiment import Paper, Variant, make_run
from repro.spec.geometry.clips import geometry_of
from tests.known import ALL, KNOWN
from tests.papers.tracing import CHANGES, SCALE, Trace, Tracer, equal, networks_of

NETWORKS = [(paper, variant) for paper in ALL for variant in networks_of(paper)]
VARIANTS = [pytest.param(paper, item, id=f"{paper.name}-{item.name}") for paper, item in NETWORKS if item.base]
ROOTS = [pytest.param(paper, item, id=f"{paper.name}-{item.name}") for paper, item in NETWORKS if item.base is None]
#: Variants by which layers or maps have other sizes.
SHAPES = ("network.conv", "network.edge", "network.pooling", "network.towers", "network.fusion", "network.streams")
SHAPING = [
    pytest.param(paper, item, scale, id=f"{paper.name}-{item.name}-{scale.name}")
    for paper, item in NETWORKS
    for scale in paper.scales
    if item.base and (item.key in SHAPES or item.key.endswith(".present")) and scale.has(paper.family(item.name))
]
ALEXNET = KNOWN.paper("alexnet")


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Paper, str], Trace]:
    """Return a function that traces a variant of a paper, each once."""
    tracers: dict[str, Tracer] = {}

    def of(paper: Paper, variant: str) -> Trace:
        if paper.name not in tracers:
            tracers[paper.name] = Tracer(paper=paper, folder=tmp_path_factory.mktemp(paper.name))
        return tracers[paper.name](variant)

    return of


@pytest.fixture
def alexnet(tmp_path) -> Tracer:
    """Return a tracer of AlexNet that has traced nothing."""
    return Tracer(paper=ALEXNET, folder=tmp_path)


@pytest.mark.parametrize(("paper", "variant"), VARIANTS)
def test_a_variant_changes_what_its_key_names_and_nothing_beside_it(paper: Paper, variant: Variant, trace):
    assert variant.base is not None
    changed = trace(paper, variant.name).changed(trace(paper, variant.base))
    for place in variant.places:
        (prefix,) = [prefix for prefix in CHANGES if place == prefix or place.startswith(f"{prefix}.")]
        must, must_not = CHANGES[prefix]
        assert must in changed, f"{variant.name} computes what {variant.base} computes: equal {must}"
        assert not changed & set(must_not), f"{variant.name} changes {must_not} too"


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_the_same_experiment_computes_the_same_to_the_bit(paper: Paper, trace, tmp_path):
    root = networks_of(paper)[0].name
    again = Tracer(paper=paper, folder=tmp_path)(root)
    assert again.changed(trace(paper, root)) == set()


def test_a_variant_without_effect_would_be_found(trace, alexnet):
    """The output layer is never followed by dropout: to ask for it there changes the specification alone."""
    run = alexnet.run_of("full")
    network = replace(run.experiment.network, output=replace(run.experiment.network.output, dropped_out=True))
    same = replace(run, experiment=replace(run.experiment, network=network))
    assert same.experiment != run.experiment
    assert alexnet.trace(same).changed(trace(ALEXNET, "full")) == set()


@pytest.mark.parametrize(("field", "value"), [("momentum", 0.0), ("weight_decay", 0.0), ("learning_rate", 0.003)])
def test_whatever_decides_an_update_is_found_in_updates_alone(field: str, value: float, trace, alexnet):
    run = alexnet.run_of("full")
    recipe = replace(run.experiment.recipe, optimizer=replace(run.experiment.recipe.optimizer, **{field: value}))
    other = replace(run, experiment=replace(run.experiment, recipe=recipe))
    assert alexnet.trace(other).changed(trace(ALEXNET, "full")) == {"updates"}


@pytest.mark.parametrize(("paper", "variant"), ROOTS)
def test_every_root_computes_finite_numbers(paper: Paper, variant: Variant, trace):
    found = trace(paper, variant.name)
    for tensor in (*found.logits, *found.batches, *found.updates):
        assert torch.isfinite(tensor).all()
    assert found.logits[0].std() > 0


@pytest.mark.parametrize(("paper", "variant", "scale"), SHAPING)
def test_what_changes_the_shape_of_the_net_does_so_at_every_scale(paper: Paper, variant: Variant, scale):
    assert variant.base is not None
    shapes = [
        geometry_of(make_run(paper, scale=scale.name, variant=name, seed=0).trained.network)
        for name in (variant.base, variant.name)
    ]
    assert shapes[0] != shapes[1]


def test_clips_are_traced_like_images(trace):
    """Fusion changes what the net sees, not which crops of which clips it is shown; and what is fixed does not learn."""
    karpathy = KNOWN.paper("karpathy")
    base, fused = trace(karpathy, "single_frame"), trace(karpathy, "slow_fusion")
    num_frames = karpathy.scale(SCALE).dataset.clips.num_frames
    assert base.batches[0].shape[2] == num_frames
    assert fused.changed(base) == {"logits", "updates"}
    top = trace(karpathy, "transfer_top")
    half = len(top.updates) // 2
    moving = [
        name
        for name, one, other in zip(top.layers, top.updates[:half], top.updates[half:], strict=False)
        if not torch.equal(one, other)
    ]
    assert {name.partition(".")[0] for name in moving} <= {"fc8"}


def test_a_pre_trained_net_begins_with_all_weights_of_its_source_but_the_output_layer(alexnet):
    run = alexnet.run_of("cnn_pretrained")
    given = alexnet.source_of(run).weights()
    begun = dict(alexnet.start(run, epoch=0).net.named_parameters())
    plain = dict(alexnet.start(alexnet.run_of("conv6"), epoch=0).net.named_parameters())
    assert {name.partition(".")[0] for name in begun} == {*(f"conv{n}" for n in range(1, 7)), "fc6", "fc7", "fc8"}
    for name, parameter in begun.items():
        assert torch.equal(parameter, plain[name] if name.startswith("fc8") else given[name]), name
        assert name.startswith("fc8") or name.endswith("bias") or not torch.equal(parameter, plain[name])


def test_the_two_bases_differ_in_all_three(trace):
    assert trace(ALEXNET, "as_released").changed(trace(ALEXNET, "full")) == {"logits", "batches", "updates"}


@pytest.mark.parametrize("name", ["released_noise_end", "released_freeze", "released_slowed", "released_bias_drops"])
def test_what_ends_or_begins_late_changes_the_last_epoch_alone(name, trace):
    base, other = trace(ALEXNET, "full"), trace(ALEXNET, name)
    half = len(base.updates) // 2
    assert torch.equal(base.batches[0], other.batches[0])
    assert equal(base.updates[:half], other.updates[:half])
    assert not equal(base.updates[half:], other.updates[half:])


def test_the_frozen_layer_alone_stays_as_it_was(trace, alexnet):
    found = trace(ALEXNET, "released_freeze")
    half = len(found.updates) // 2
    net = alexnet.start(alexnet.run_of("released_freeze"), epoch=0).net
    still = {
        name
        for (name, before), after in zip(net.named_parameters(), found.updates[half:], strict=True)
        if torch.equal(before, after)
    }
    assert still == {"conv1.weight", "conv1.bias"}


def test_a_factor_of_the_rate_multiplies_the_first_update(trace, alexnet):
    base, fast = trace(ALEXNET, "figure1_relu"), trace(ALEXNET, "figure1_relu_fast")
    net = alexnet.start(alexnet.run_of("figure1_relu"), epoch=0).net
    for before, after, three_times in zip(net.parameters(), base.updates, fast.updates, strict=False):
        torch.testing.assert_close(three_times - before, 3 * (after - before), rtol=1e-2, atol=1e-6)
