"""The nets of paper B are those counted by hand, each variant changes what it names, and every scale can build them all."""

import ast
import math
import re

import pytest

from repro.artifacts.provenance import PACKAGE, flatten, spec_difference
from repro.papers.karpathy import KARPATHY
from repro.planning.plan import planned_variants
from repro.spec.datasets import EVIDENCE
from repro.spec.experiment import SHOWS, MethodSizing, ModelSizing, Scale, Sizing, make_run
from repro.spec.geometry.clips import clip_geometry
from repro.spec.recipe import SCHEDULE_RULES
from repro.spec.run import WEIGHTS, Ensemble, Experiment, Fitted, Timing
from repro.spec.video import CLIP_PROTOCOLS, NUMS_OF_VIEWS, ClipEvaluation, ClipNetwork, ClipRecipe
from repro.spec.video_datasets import VIDEO_KINDS, VideoDataset
from tests.spec.geometry.test_clips import EXTENTS, PARAMETERS, TOTALS, maps

VARIANTS = [variant.name for variant in KARPATHY.variants]
#: The networks of Table 1, which every scale has, and those of the second set of videos.
NETS = [name for name in VARIANTS if KARPATHY.family(name) in ("clip", "clip_multires")]
TRANSFERRED = [name for name in VARIANTS if KARPATHY.family(name) == "transfer"]
OTHERS = [name for name in VARIANTS if name not in (*NETS, *TRANSFERRED)]
#: What the specification of each other family is, and what sizes it at a scale.
METHODS = {
    "video_histograms": (Fitted, ModelSizing),
    "transfer_histograms": (Fitted, ModelSizing),
    "clip_average": (Ensemble, MethodSizing),
    "clip_timing": (Timing, MethodSizing),
}
#: What the hand counts of tests/test_clip_geometry.py call each variant.
BY_HAND = {
    "single_frame": "single_frame",
    "early_fusion": "early_fusion",
    "late_fusion": "late_fusion",
    "slow_fusion": "slow_fusion",
    "conv3d": "cnn_3d",
    "single_frame_multires": "multires",
    "fovea_only": "fovea_only",
    "context_only": "context_only",
    "slow_fusion_multires": "multires_slow",
}


@pytest.mark.parametrize("variant", NETS)
def test_the_nets_at_the_papers_size_are_those_counted_by_hand(variant):
    run = make_run(KARPATHY, scale="paper", variant=variant, seed=0)
    assert run.experiment.network == KARPATHY.experiment(variant).network
    shapes, name = clip_geometry(run.experiment.network), BY_HAND[variant]
    assert [layer.num_parameters for layer in shapes.layers] == PARAMETERS[name]
    assert shapes.num_parameters == TOTALS[name]
    for number, stream in enumerate(shapes.streams):
        assert [stream.conv[0].in_frames, *(layer.out_frames for layer in stream.conv)] == EXTENTS[name]
        assert maps(shapes, number)[-1] == ((7, 7) if stream.name else (14, 7))


def test_the_frames_of_each_net():
    frames = {name: KARPATHY.experiment(name).network.frames for name in NETS}
    ten = tuple(range(3, 13))
    for name in ("single_frame", "single_frame_multires", "fovea_only", "context_only"):
        assert frames[name] == (7,)
    for name in ("early_fusion", "slow_fusion", "conv3d", "slow_fusion_multires"):
        assert frames[name] == ten
    assert frames["late_fusion"] == (0, 15)
    assert frames["late_fusion"][1] - frames["late_fusion"][0] == 15


def test_recipe_and_evaluation_are_the_papers():
    for variant in (*NETS, *TRANSFERRED):
        experiment = KARPATHY.experiment(variant)
        recipe, evaluation = experiment.recipe, experiment.evaluation
        assert isinstance(recipe, ClipRecipe)
        assert (recipe.pixel_mean, recipe.batch_size, recipe.color_noise) == (117.0, 32, None)
        assert (recipe.optimizer.learning_rate, recipe.optimizer.momentum, recipe.optimizer.weight_decay) == (1e-3, 0.9, 5e-4)
        assert (recipe.crops.position, recipe.crops.mirror) == ("random", True)
        assert isinstance(evaluation, ClipEvaluation)
        assert (evaluation.protocols, evaluation.num_views) == (CLIP_PROTOCOLS, 4)
        assert evaluation.num_views in NUMS_OF_VIEWS
        lrn = experiment.network.frame.lrn
        assert (lrn.size, lrn.alpha, lrn.beta, lrn.k, lrn.alpha_over_size) == (5, 1e-4, 0.5, 2.0, False)
    assert KARPATHY.scale("paper").dataset.clips.num_test == 20
    assert KARPATHY.scale("paper").dataset.stored_px == 200


@pytest.mark.parametrize("variant", [item for item in KARPATHY.variants if item.base], ids=lambda item: item.name)
def test_a_variant_differs_from_its_base_under_its_key_alone_at_every_scale(variant):
    assert len(variant.places) == 1
    assert KARPATHY.family(variant.name) == KARPATHY.family(variant.base)
    for scale in (scale for scale in KARPATHY.scales if scale.has(KARPATHY.family(variant.name))):
        base, other = (
            make_run(KARPATHY, scale=scale.name, variant=name, seed=0).experiment for name in (variant.base, variant.name)
        )
        changed = [item["key"] for item in spec_difference(base, other)]
        assert changed
        assert all(key == variant.key or key.startswith(f"{variant.key}.") for key in changed), changed


def test_the_two_roots_differ_in_the_streams_and_the_printed_size_alone():
    changed = spec_difference(KARPATHY.experiment("single_frame"), KARPATHY.experiment("single_frame_multires"))
    keys = {item["key"]: (item["base"], item["other"]) for item in changed}
    assert keys.pop("network.frame.printed_px") == (170, 178)
    assert keys.pop("network.frame.size.input_px") == (170, 178)
    assert all(key.startswith("network.streams.") for key in keys)


@pytest.mark.parametrize("scale", KARPATHY.scales, ids=lambda scale: scale.name)
def test_a_scale_changes_no_field_that_a_variant_ablates(scale: Scale):
    ablated = [place for variant in KARPATHY.variants for place in variant.places]
    for name in planned_variants(KARPATHY, scale=scale.name):
        run = make_run(KARPATHY, scale=scale.name, variant=name, seed=0)
        for item in spec_difference(KARPATHY.experiment(name), run.experiment):
            assert not any(item["key"] == key or item["key"].startswith(f"{key}.") for key in ablated)


@pytest.mark.parametrize("scale", KARPATHY.scales, ids=lambda scale: scale.name)
def test_every_variant_can_be_built_at_every_scale_on_the_clips_it_stores(scale: Scale):
    assert isinstance(scale.dataset, VideoDataset)
    knobs = scale.dataset.procedural
    num_classes = knobs and knobs.num_classes
    for name in NETS:
        run = make_run(KARPATHY, scale=scale.name, variant=name, seed=0)
        network = run.experiment.network
        assert isinstance(network, ClipNetwork)
        assert network.frame.size == scale.sizing(KARPATHY.family(name)).size
        assert max(network.frames) < scale.dataset.clips.num_frames
        shapes = clip_geometry(network, num_classes=num_classes)
        assert shapes.dense[-1].num_units == (num_classes or 487)
        for stream in shapes.streams:
            assert sum(layer.space.normalised for layer in stream.conv) == 2
            assert sum(layer.space.pooling is not None for layer in stream.conv) == (2 if stream.name else 3)
            assert stream.conv[-1].space.pooled_px >= 3, "the last map must be a map"
            assert network.frame.size.input_px == stream.divide_by * stream.input_px, "halves must fit"


@pytest.mark.parametrize("scale", KARPATHY.scales, ids=lambda scale: scale.name)
def test_whole_frames_and_streams_end_in_maps_of_one_size_as_in_the_paper(scale: Scale):
    last = {
        stream.conv[-1].space.pooled_px
        for name in NETS
        for stream in clip_geometry(make_run(KARPATHY, scale=scale.name, variant=name, seed=0).experiment.network).streams
    }
    assert len(last) == 1


@pytest.mark.parametrize("scale", KARPATHY.scales, ids=lambda scale: scale.name)
def test_a_scale_has_videos_that_can_be_cropped_and_a_rule_for_both_families(scale: Scale):
    dataset = scale.dataset
    assert isinstance(dataset, VideoDataset)
    assert scale.evidence in EVIDENCE
    assert dataset.kind in VIDEO_KINDS
    assert (dataset.kind == "procedural_videos") == (scale.evidence == "demonstration") == (dataset.procedural is not None)
    nets = [sizing for sizing in scale.sizings if isinstance(sizing, Sizing)]
    assert [sizing.family for sizing in nets if not sizing.folds] == ["clip", "clip_multires"]
    one, two = nets[:2]
    assert (one.batch_size, one.schedule, one.learning_rate) == (two.batch_size, two.schedule, two.learning_rate)
    for sizing in nets:
        assert sizing.size.input_px < dataset.stored_px
        assert sizing.schedule.rule in SCHEDULE_RULES
        assert sizing.schedule.rule != "plateau" or dataset.num_validation > 0
    if dataset.procedural is not None:
        knobs = dataset.procedural
        assert dataset.stored_px == knobs.frame_px, "resizing would destroy the patterns of the detail classes"
        assert knobs.num_classes >= 10, "a top-5 error needs ten classes"
        assert dataset.clips.span_s * knobs.fps == pytest.approx(dataset.clips.num_frames), "frames of a clip are in a row"
        assert dataset.clips.span_s <= knobs.seconds / knobs.num_shots
    assert KARPATHY.scale("smoke").sizing("clip").size.stem is not None


def test_tables_name_existing_variants_and_claims_and_leave_none_out():
    for items in (KARPATHY.variants, KARPATHY.scales, KARPATHY.tables):
        assert len({item.name for item in items}) == len(items)
    names = [f"karpathy_{name}" for name in ("table1", "table2", "table3", "table4", "speed")]
    assert [table.name for table in KARPATHY.tables] == names
    assert {name for table in KARPATHY.tables for name in table.variants} == set(VARIANTS)
    assert sorted(name for table in KARPATHY.tables for name in table.claims) == sorted(claim.id for claim in KARPATHY.claims)
    for table in KARPATHY.tables:
        assert table.shows in SHOWS
        assert (table.shows == "hits") == (table.name in ("karpathy_table1", "karpathy_table3"))
        assert table.control in table.variants
        assert table.about.endswith(".")
        assert 2 <= len(re.split(r"\. ", table.about)) <= 4
        for variant, control in table.controls:
            assert {variant, control} <= set(table.variants)
            assert table.control_of(control) in (control, table.control), "a control is not compared with a third variant"


def test_other_methods_are_of_the_family_that_sizes_them_and_what_they_rest_on_are_networks():
    assert {KARPATHY.family(name) for name in OTHERS} == set(METHODS)
    for name in OTHERS:
        method, sizing = METHODS[KARPATHY.family(name)]
        found = KARPATHY.experiment(name)
        assert isinstance(found, method)
        for scale in KARPATHY.scales:
            assert not scale.has(KARPATHY.family(name)) or isinstance(scale.sizing(KARPATHY.family(name)), sizing)
        if isinstance(found, Ensemble):
            assert found.weights in WEIGHTS
            assert [member.variant for member in found.members] == ["single_frame", "early_fusion", "late_fusion", "slow_fusion"]
        if isinstance(found, Timing):
            assert found.variants == ("single_frame", "single_frame_multires", "slow_fusion", "slow_fusion_multires")


def test_transfer_begins_with_the_weights_of_slow_fusion_and_trains_the_layers_that_its_row_names():
    starts = {name: KARPATHY.experiment(name).initial_weights for name in TRANSFERRED}
    assert starts.pop("transfer_scratch") is None
    assert {start.variant for start in starts.values()} == {"slow_fusion"}
    top3 = ("fc6", "fc7", "fc8")
    trained = {"top": ("fc8",), "top3": top3, "all": (), "top_dropout": ("fc8",), "top3_dropout": top3}
    assert {name.removeprefix("transfer_"): start.trained for name, start in starts.items()} == trained
    for name in TRANSFERRED:
        assert isinstance(KARPATHY.experiment(name), Experiment)
        assert KARPATHY.experiment(name).network.fusion == KARPATHY.experiment("slow_fusion").network.fusion


def test_a_run_spec_has_no_nan_or_infinity():
    for name in VARIANTS:
        leaves = flatten(KARPATHY.experiment(name)).values()
        assert all(math.isfinite(value) for value in leaves if isinstance(value, float))


PAPER_FILES = sorted(path for path in (PACKAGE / "papers").rglob("*.py") if "karpathy" in path.as_posix())


def test_the_files_of_the_paper_are_found():
    assert len(PAPER_FILES) > 10


@pytest.mark.parametrize("path", PAPER_FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_file_of_the_paper_computes_anything_but_a_copy_of_a_literal(path):
    called = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
    assert all(name[0].isupper() or name == "replace" for name in called), called
