"""The catalogue holds what the papers say, and each variant changes what its name says."""

import math
import re
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE, flatten, spec_difference
from repro.catalogue.literals import faults
from repro.papers import PAPERS
from repro.planning.plan import planned_variants
from repro.spec.datasets import DATASET_KINDS, EVIDENCE
from repro.spec.experiment import SHOWS, Paper, Sizing, make_run, needed_runs, replaced
from repro.spec.figures import FIGURES, MEASURES, needed_measure
from repro.spec.geometry.image import geometry
from repro.spec.names import UnknownName
from repro.spec.run import Ensemble
from repro.spec.video_datasets import VIDEO_KINDS

ALL = list(PAPERS.values())
ALEXNET = PAPERS["alexnet"]
VARIANTS = [pytest.param(paper, variant, id=f"{paper.name}-{variant.name}") for paper in ALL for variant in paper.variants]
#: The steps from the printed net to the released one.
SMALL_NETS = ("four_layer", "cifar_local", "cifar_conv")
STEPS = [variant for variant in ALEXNET.variants if variant.name.startswith("released_")]


def test_the_shipped_pair_with_and_without_normalisation_differs_in_more_than_that():
    changed = spec_difference(ALEXNET.experiment("cifar_11pct"), ALEXNET.experiment("cifar_13pct"))
    keys = {item["key"]: (item["base"], item["other"]) for item in changed}
    assert keys["network.conv.local3.num_kernels"] == (64, 32)
    assert keys["recipe.optimizer.layer_decay.2.weight_decay"] == (0.01, 0.004)
    assert keys["network.lrn.size"] == (9, None)


def test_all_steps_together_lead_from_the_printed_net_to_the_released_one():
    assert len(STEPS) == 11
    experiment = ALEXNET.experiment("full")
    for step in STEPS:
        assert step.base == "full"
        for place in step.places:
            experiment = replaced(experiment, place, step.value)
    assert experiment == ALEXNET.experiment("as_released")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_each_step_to_the_released_net_is_needed(step):
    changed = {item["key"] for item in spec_difference(ALEXNET.experiment("full"), ALEXNET.experiment("as_released"))}
    assert all(any(key == place or key.startswith(f"{place}.") for key in changed) for place in step.places)


def test_as_released_no_norm_has_none_of_the_three_normalising_layers():
    network = ALEXNET.experiment("as_released_no_norm").network
    assert (network.lrn, network.map_norm) == (None, None)
    assert ALEXNET.experiment("as_released").network.conv[1].map_normalised
    assert sum(layer.normalised for layer in ALEXNET.experiment("as_released").network.conv) == 2


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_names_are_unique_and_tables_name_existing_variants_and_claims(paper: Paper):
    for items in (paper.variants, paper.scales, paper.tables):
        assert len({item.name for item in items}) == len(items)
    aliases = [variant.alias for variant in paper.variants if variant.alias]
    assert not set(aliases) & {variant.name for variant in paper.variants}
    assert len({claim.id for claim in paper.claims}) == len(paper.claims)
    for table in paper.tables:
        assert table.name.startswith(f"{paper.name}_")
        assert table.control in table.variants
        assert set(table.variants) <= {variant.name for variant in paper.variants}
        assert set(table.claims) <= {claim.id for claim in paper.claims}


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_every_variant_and_claim_is_in_a_table(paper: Paper):
    assert {name for table in paper.tables for name in table.variants} == {variant.name for variant in paper.variants}
    assert {claim for table in paper.tables for claim in table.claims} == {claim.id for claim in paper.claims}


@pytest.mark.parametrize("table", [table for paper in ALL for table in paper.tables], ids=lambda table: table.name)
def test_a_table_says_in_two_to_four_sentences_what_it_is_about_and_compares_its_own_variants(table):
    assert table.about.endswith(".")
    assert 2 <= len(re.split(r"\. ", table.about)) <= 4
    assert {figure.name for figure in table.figures} <= set(FIGURES)
    assert {needed_measure(figure.name) for figure in table.figures} - {""} <= set(table.measures) <= set(MEASURES)
    assert table.shows in SHOWS
    for variant, control in table.controls:
        assert {variant, control} <= set(table.variants)
        assert table.control_of(variant) == control
        assert table.control_of(control) in (control, table.control), "a control is not compared with a third variant"


def test_the_printed_name_and_the_released_one_are_found():
    assert ALEXNET.variant("as_printed") is ALEXNET.variant("full")
    assert ALEXNET.variant("as_released").base is None


@pytest.mark.parametrize(("paper", "variant"), VARIANTS)
def test_a_root_has_a_family_and_any_other_a_base(paper, variant):
    if variant.base is None:
        assert variant.experiment is not None
        assert variant.family
        assert not variant.key
    else:
        assert variant.experiment is None
        assert not variant.family
        assert variant.places
        assert paper.family(variant.name) == paper.family(variant.base)


@pytest.mark.parametrize(("paper", "variant"), [item for item in VARIANTS if item.values[1].base])
def test_a_variant_differs_from_its_base_under_its_key_alone_at_every_scale(paper, variant):
    for scale in paper.scales:
        if not scale.has(paper.family(variant.name)):
            continue
        base = make_run(paper, scale=scale.name, variant=variant.base, seed=0).experiment
        other = make_run(paper, scale=scale.name, variant=variant.name, seed=0).experiment
        changed = [item["key"] for item in spec_difference(base, other)]
        assert all(any(_under(key, place) for place in variant.places) for key in changed), changed
        for place in variant.places:
            assert any(_under(key, place) for key in changed), f"{variant.name} changes nothing at {place} at {scale.name}"


def _under(key: str, place: str) -> bool:
    return key == place or key.startswith(f"{place}.")


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_a_scale_changes_no_field_that_a_variant_ablates(paper: Paper):
    ablated = [place for variant in paper.variants for place in variant.places]
    for scale in paper.scales:
        for name in planned_variants(paper, scale=scale.name):
            run = make_run(paper, scale=scale.name, variant=name, seed=0)
            for item in spec_difference(paper.experiment(name), run.experiment):
                clash = [key for key in ablated if _under(item["key"], key)]
                assert not clash, f"{scale.name} changes {item['key']}, which {name} is about"


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_every_scale_has_a_kind_of_data_what_it_is_worth_and_room_for_crops(paper: Paper):
    for scale in paper.scales:
        assert scale.evidence in EVIDENCE
        assert scale.dataset.kind in (*DATASET_KINDS, *VIDEO_KINDS)
        assert scale.dataset.kind.startswith("procedural") == (scale.evidence == "demonstration")
        sizings = [sizing for sizing in scale.sizings if isinstance(sizing, Sizing)]
        assert sizings
        for sizing in sizings:
            for dataset in sizing.folds or (scale.dataset,):
                assert dataset.kind in (*DATASET_KINDS, *VIDEO_KINDS)
                assert dataset.stored_px >= sizing.size.input_px
        assert planned_variants(paper, scale=scale.name)


def test_every_scale_keeps_all_parts_of_alexnet_that_are_ablated():
    for scale in ALEXNET.scales:
        shapes = geometry(make_run(ALEXNET, scale=scale.name, variant="full", seed=0).experiment.network)
        assert sum(layer.normalised for layer in shapes.conv) == 2
        assert sum(layer.pooling is not None for layer in shapes.conv) == 3
        assert [layer.groups for layer in shapes.conv] == [1, 2, 1, 2, 2]
        assert sum(layer.dropped_out for layer in shapes.dense) == 2
        assert shapes.conv[-1].pooled_px >= 2, "the last map must be a map"


def test_the_small_nets_run_where_their_images_are_and_the_large_one_everywhere():
    families = {scale.name: {sizing.family for sizing in scale.sizings} for scale in ALEXNET.scales}
    everywhere = {"alexnet", "all_images", "pretraining", "ensemble", "sparse_coding", "sift_fisher"}
    assert families == {
        "smoke": everywhere | set(SMALL_NETS) | {"ensemble_searched", "four_fisher"},
        "small": everywhere | set(SMALL_NETS) | {"ensemble_searched", "four_fisher"},
        "cifar10": everywhere | set(SMALL_NETS),
        "folders": everywhere | {"four_fisher"},
        "paper": everywhere | {"ten_thousand", "four_fisher"},
    }
    every = {variant.name for variant in ALEXNET.variants}
    assert every - set(planned_variants(ALEXNET, scale="smoke")) == {"ten_thousand", "ten_thousand_five_conv"}


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
    assert {item["key"] for item in changed} == {"initial_weights.variant", "initial_weights.fresh"}


@pytest.mark.parametrize("scale", ["smoke", "small"])
def test_the_generated_images_to_pre_train_on_have_the_ten_classes_and_thirty_more_in_other_pictures(scale):
    own = ALEXNET.scale(scale).dataset.procedural
    larger = ALEXNET.scale(scale).dataset_of("pretraining", seed=0).procedural
    assert (own.num_classes, larger.num_classes) == (10, 40)
    assert larger.num_train > own.num_train
    assert larger.seed != own.seed
    differing = {item["key"] for item in spec_difference(own, larger)}
    assert differing == {"num_train", "num_test", "num_classes", "seed"}


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


def test_the_averages_have_the_members_that_are_known_of_them():
    assert members("five_seeds") == [f"full/{seed}" for seed in range(5)]
    assert members("five_seeds", seed=2) == [f"full/{seed}" for seed in range(10, 15)]
    assert members("five_seeds_searched") == members("five_seeds")
    five = ["blurred_input_k1/0", "blurred_input_map_norm/0", "full/0", "blurred_input/0", "full_all_images/0"]
    assert members("five_cnns") == five
    assert members("seven_cnns") == ["cnn_pretrained/0", "cnn_pretrained/1", *five]
    four = [name for name in five if name != "blurred_input/0"]
    assert members("seven_cnns_released") == [*(f"cnn_pretrained/{seed}" for seed in range(3)), *four]
    assert not set(members("seven_cnns_released")) & set(members("seven_cnns_released", seed=1))


def test_averages_are_scored_by_the_protocols_that_their_members_have():
    for variant in ALEXNET.variants:
        method = ALEXNET.experiment(variant.name)
        if isinstance(method, Ensemble):
            for member in method.members:
                assert set(method.evaluation.protocols) <= set(ALEXNET.experiment(member.variant).evaluation.protocols)


def test_the_nets_with_a_blurred_input_differ_from_the_printed_one_in_that_and_the_first_layer():
    changed = spec_difference(ALEXNET.experiment("full"), ALEXNET.experiment("blurred_input"))
    keys = {item["key"]: item["other"] for item in changed}
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
    assert {item["key"] for item in spec_difference(own.procedural, smaller.procedural)} == {"image_px"}
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


PAPER_FILES = sorted((PACKAGE / "papers").rglob("*.py"))


def test_the_files_of_the_papers_are_found():
    assert len(PAPER_FILES) > 2 * len(PAPERS)


@pytest.mark.parametrize("path", PAPER_FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_paper_is_literals_alone(path: Path):
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize("name", ["no_lnr", "Full", "dropout"])
def test_an_unknown_variant_is_refused_with_what_is_near_or_allowed(name):
    with pytest.raises(UnknownName, match=r"unknown variant .* of alexnet; (did you mean|allowed: full)") as caught:
        PAPERS["alexnet"].variant(name)
    assert "python -m repro list alexnet" in str(caught.value)


def test_a_run_spec_has_no_nan_or_infinity():
    for paper in ALL:
        for variant in paper.variants:
            leaves = flatten(paper.experiment(variant.name)).values()
            assert all(math.isfinite(value) for value in leaves if isinstance(value, float))
