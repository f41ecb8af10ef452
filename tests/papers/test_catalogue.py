"""The catalogue holds what the AlexNet paper says, and each of its variants changes what its name says."""

from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE, spec_difference
from repro.catalogue.literals import faults
from repro.papers import PAPERS
from repro.spec.experiment import make_run, needed_runs
from repro.spec.geometry.image import geometry
from repro.spec.names import UnknownName, replaced
from repro.spec.run import Ensemble
from tests.known import EXAMPLES, KNOWN, ROOT

#: With the scale that an example adds.
ALEXNET = KNOWN.paper("alexnet")
#: The steps from the printed net to the released one.
SMALL_NETS = ("four_layer", "cifar_local", "cifar_conv")
STEPS = [variant for variant in ALEXNET.variants if variant.name.startswith("released_")]


def test_the_shipped_pair_with_and_without_normalisation_differs_in_more_than_that():
    changed = spec_difference(ALEXNET.experiment("cifar_11pct"), ALEXNET.experiment("cifar_13pct"))
    keys = {item.key: (item.base, item.other) for item in changed}
    assert keys["network.conv.local3.num_kernels"] == (64, 32)
    assert keys["recipe.optimizer.layer_decay.2.weight_decay"] == (0.01, 0.004)
    assert keys["network.lrn.size"] == (9, None)


def test_all_steps_together_lead_from_the_printed_net_to_the_released_one():
    assert STEPS
    experiment = ALEXNET.experiment("full")
    for step in STEPS:
        assert step.base == "full"
        for place in step.places:
            experiment = replaced(experiment, place, step.value)
    assert experiment == ALEXNET.experiment("as_released")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_each_step_to_the_released_net_is_needed(step):
    changed = {item.key for item in spec_difference(ALEXNET.experiment("full"), ALEXNET.experiment("as_released"))}
    assert all(any(key == place or key.startswith(f"{place}.") for key in changed) for place in step.places)


def test_as_released_no_norm_has_none_of_the_three_normalising_layers():
    network = ALEXNET.experiment("as_released_no_norm").network
    assert (network.lrn, network.map_norm) == (None, None)
    assert ALEXNET.experiment("as_released").network.conv[1].map_normalised
    assert sum(layer.normalised for layer in ALEXNET.experiment("as_released").network.conv) == 2


def test_the_printed_name_and_the_released_one_are_found():
    assert ALEXNET.variant("as_printed") is ALEXNET.variant("full")
    assert ALEXNET.variant("as_released").base is None


def test_every_scale_keeps_all_parts_of_alexnet_that_are_ablated():
    for scale in ALEXNET.scales:
        shapes = geometry(make_run(ALEXNET, scale=scale.name, variant="full", seed=0).experiment.network)
        assert sum(layer.normalised for layer in shapes.conv) == 2
        assert sum(layer.pooling is not None for layer in shapes.conv) == 3
        assert [layer.groups for layer in shapes.conv] == [1, 2, 1, 2, 2]
        assert sum(layer.dropped_out for layer in shapes.dense) == 2
        assert shapes.conv[-1].pooled_px >= 2, "the last map must be a map"


def test_the_small_nets_run_together_and_scale_smoke_runs_every_family_that_generated_images_can_have():
    for scale in ALEXNET.scales:
        assert {scale.has(family) for family in SMALL_NETS} in ({True}, {False}), scale.name
    families = {ALEXNET.family(variant.name) for variant in ALEXNET.variants}
    assert families - {sizing.family for sizing in ALEXNET.scale("smoke").sizings} <= {"ten_thousand"}


@pytest.mark.parametrize("scale", ALEXNET.scales, ids=lambda scale: scale.name)
def test_weights_of_an_average_are_searched_only_where_images_are_held_out(scale):
    assert scale.has("ensemble_searched") == (scale.dataset.num_validation > 0)


@pytest.mark.parametrize("scale", ALEXNET.scales, ids=lambda scale: scale.name)
def test_a_net_is_pre_trained_on_other_data_than_it_is_fine_tuned_on_at_the_same_size(scale):
    given, fine = (make_run(ALEXNET, scale=scale.name, variant=name, seed=1) for name in ("conv6_pretraining", "cnn_pretrained"))
    assert given.dataset.name != fine.dataset.name == scale.dataset.name
    assert given.dataset.stored_px == fine.dataset.stored_px
    assert given.experiment.network == fine.experiment.network
    assert [run.variant for run in needed_runs(fine, ALEXNET)] == ["conv6_pretraining"]
    assert [run.variant for run in needed_runs(given, ALEXNET)] == ["full"]
    assert fine.experiment.initial_weights.trained == fine.experiment.initial_weights.fresh == ()


def test_pre_training_is_compared_with_a_net_that_lacks_the_larger_set_alone():
    given, begun = ALEXNET.experiment("conv6_pretraining"), ALEXNET.experiment("conv6_begun")
    assert given.initial_weights == begun.initial_weights
    assert given.network == begun.network
    changed = spec_difference(begun, ALEXNET.experiment("cnn_pretrained"))
    assert {item.key for item in changed} == {"initial_weights.variant", "initial_weights.fresh"}


@pytest.mark.parametrize("scale", ["smoke", "small"])
def test_the_generated_images_to_pre_train_on_have_the_ten_classes_and_thirty_more_in_other_pictures(scale):
    own = ALEXNET.scale(scale).dataset.procedural
    larger = ALEXNET.scale(scale).dataset_of("pretraining", seed=0).procedural
    assert (own.num_classes, larger.num_classes) == (10, 40)
    assert larger.num_train > own.num_train
    assert larger.seed != own.seed
    differing = {item.key for item in spec_difference(own, larger)}
    assert differing <= {"num_train", "num_test", "num_classes", "seed"}, "the pictures are of the same kind"


@pytest.mark.parametrize("scale", ["smoke", "small"])
def test_the_net_of_all_images_has_those_held_out_from_the_others_and_the_same_test_images(scale):
    own, every = ALEXNET.scale(scale).dataset, ALEXNET.scale(scale).dataset_of("all_images", seed=0)
    assert (own.num_validation > 0, every.num_validation) == (True, 0)
    assert every.procedural == own.procedural
    assert ALEXNET.experiment("full_all_images") == ALEXNET.experiment("full")


@pytest.mark.parametrize("scale", ["cifar10", "folders", "paper"])
def test_where_no_images_are_held_out_the_net_of_all_images_has_those_of_the_scale(scale):
    assert ALEXNET.scale(scale).dataset.num_validation == 0
    assert ALEXNET.scale(scale).dataset_of("all_images", seed=0) == ALEXNET.scale(scale).dataset


def members(name: str, *, seed: int = 0) -> list[str]:
    run = make_run(ALEXNET, scale="smoke", variant=name, seed=seed)
    return [f"{needed.variant}/{needed.seed}" for needed in needed_runs(run, ALEXNET)]


def test_averages_of_five_and_seven_nets_have_so_many_and_no_run_of_another_average():
    for name, num in (
        ("five_seeds", 5),
        ("five_seeds_searched", 5),
        ("five_cnns", 5),
        ("seven_cnns", 7),
        ("seven_cnns_released", 7),
    ):
        assert len(set(members(name))) == len(members(name)) == num, name
        assert not set(members(name)) & set(members(name, seed=1)), name
    assert members("five_seeds_searched") == members("five_seeds")


def test_the_seven_nets_are_the_five_and_two_that_were_pre_trained():
    assert set(members("five_cnns")) < set(members("seven_cnns"))
    assert set(members("seven_cnns")) - set(members("five_cnns")) == {"cnn_pretrained/0", "cnn_pretrained/1"}
    assert len({run.partition("/")[0] for run in members("five_cnns")}) == 5, "five nets, not five seeds of one"


def test_averages_are_scored_by_the_protocols_that_their_members_have():
    for variant in ALEXNET.variants:
        method = ALEXNET.experiment(variant.name)
        if isinstance(method, Ensemble):
            for member in method.members:
                assert set(method.evaluation.protocols) <= set(ALEXNET.experiment(member.variant).evaluation.protocols)


def test_the_nets_with_a_blurred_input_differ_from_the_printed_one_in_that_and_the_first_layer():
    changed = spec_difference(ALEXNET.experiment("full"), ALEXNET.experiment("blurred_input"))
    keys = {item.key: item.other for item in changed}
    blurred = {key.removeprefix("network.blurred."): value for key, value in keys.items() if key.startswith("network.blurred.")}
    assert blurred.pop("init_std") == 0.01
    assert blurred == {"layer": "conv2", "std_px": 4.0, "window_px": 9, "keep_px": 4, "kernel_px": 5, "stride_px": 2}
    others = {key: value for key, value in keys.items() if not key.startswith("network.blurred.")}
    assert others == {"network.conv.conv1.num_kernels": 64, "network.conv.conv1.order": ["lrn", "pool", "activation"]}


def test_10184_classes_are_run_at_the_papers_scale_alone_on_data_of_their_own():
    assert [scale.name for scale in ALEXNET.scales if scale.has("ten_thousand")] == ["paper"]
    run = make_run(ALEXNET, scale="paper", variant="ten_thousand", seed=0)
    assert (run.dataset.name, run.dataset.kind) == ("imagenet_fall_2009", "unsplit_folders")
    assert run.experiment.network.num_classes == 10_184
    assert len(run.experiment.network.conv) == 6


@pytest.mark.parametrize("scale", ["smoke", "small", "cifar10"])
def test_the_nets_without_crops_see_whole_images_and_the_others_can_be_moved(scale):
    chosen = ALEXNET.scale(scale)
    stored_px = {family: chosen.dataset_of(family, seed=0).stored_px for family in ("alexnet", *SMALL_NETS)}
    assert chosen.sizing("cifar_conv").size.input_px == stored_px["cifar_conv"]
    for family in ("alexnet", "cifar_local", "four_layer"):
        assert chosen.sizing(family).size.input_px < stored_px[family]


def test_the_small_nets_see_the_same_pictures_in_less_pixels_at_scale_small():
    own, smaller = (ALEXNET.scale("small").dataset_of(family, seed=0) for family in ("alexnet", "cifar_conv"))
    assert {ALEXNET.scale("small").dataset_of(family, seed=0) for family in SMALL_NETS} == {smaller}
    assert {item.key for item in spec_difference(own.procedural, smaller.procedural)} == {"image_px"}
    assert own.num_validation == smaller.num_validation


@pytest.mark.parametrize("scale", ["small", "cifar10"])
def test_the_matched_pooling_keeps_the_last_maps_and_the_unmatched_one_does_not(scale):
    last = {
        name: geometry(make_run(ALEXNET, scale=scale, variant=name, seed=0).experiment.network).conv[-1].pooled_px
        for name in ("full", "pool_2x2", "pool_2x2_unmatched")
    }
    side_px = {"small": 2, "cifar10": 3}[scale]
    assert last == {"full": side_px, "pool_2x2": side_px, "pool_2x2_unmatched": side_px + 1}


def test_figure_1_tries_the_same_three_rates_for_every_unit():
    for unit in ("relu", "tanh", "sigmoid"):
        names = (f"figure1_{unit}", f"figure1_{unit}_slow", f"figure1_{unit}_fast")
        assert [ALEXNET.experiment(name).recipe.optimizer.rate_factor for name in names] == [1.0, 1 / 3, 3.0]
        assert {ALEXNET.experiment(name).network.activation for name in names} == {unit}


def test_figure_1_has_no_regularisation():
    experiment = ALEXNET.experiment("figure1_relu")
    assert experiment.recipe.optimizer.weight_decay == 0
    assert experiment.recipe.optimizer.layer_decay == ()
    assert (experiment.recipe.crops.position, experiment.recipe.crops.mirror) == ("center", False)
    assert experiment.recipe.color_noise is None
    assert experiment.network.dropout_rate == 0
    assert experiment.network.lrn is None


PAPER_FILES = [*sorted((PACKAGE / "papers").rglob("*.py")), *EXAMPLES]


def test_the_files_of_the_papers_are_found():
    assert len(PAPER_FILES) > 2 * len(PAPERS)
    assert len(EXAMPLES) > 1


@pytest.mark.parametrize("path", PAPER_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_paper_is_literals_alone(path: Path):
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize("name", ["no_lnr", "Full", "dropout"])
def test_an_unknown_variant_is_refused_with_what_is_near_or_allowed(name):
    with pytest.raises(UnknownName, match=r"unknown variant .* of alexnet; (did you mean|allowed: full)") as caught:
        ALEXNET.variant(name)
    assert "python -m repro list alexnet" in str(caught.value)
