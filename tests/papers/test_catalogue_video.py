"""The video nets are those counted by hand, each variant changes what it names, and every scale can build them all."""

import ast
import itertools
from collections import Counter

import pytest

from repro.artifacts.provenance import PACKAGE, spec_difference
from repro.papers.karpathy import KARPATHY
from repro.papers.karpathy.histograms import FOLDERS, PRINTED, SMALL, SMOKE
from repro.spec.datasets import EVIDENCE
from repro.spec.experiment import Scale, Sizing, make_run
from repro.spec.geometry.clips import clip_geometry
from repro.spec.histograms import Cuboid, LocalFeature, Texton
from repro.spec.model import DenseGrid, Hog, InterestPoints
from repro.spec.recipe import SCHEDULE_RULES
from repro.spec.run import Ensemble, Experiment, Timing
from repro.spec.video import CLIP_PROTOCOLS, NUMS_OF_VIEWS, ClipEvaluation, ClipNetwork, ClipRecipe
from repro.spec.video_datasets import VIDEO_KINDS, VideoDataset
from tests.spec.geometry.test_clips import EXTENTS, PARAMETERS, TOTALS, maps

VARIANTS = [variant.name for variant in KARPATHY.variants]
#: The networks of Table 1, which every scale has, and those of the second set of videos.
NETS = [name for name in VARIANTS if KARPATHY.family(name) in ("clip", "clip_multires")]
TRANSFERRED = [name for name in VARIANTS if KARPATHY.family(name) == "transfer"]
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


@pytest.mark.parametrize("variant", BY_HAND)
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
    for variant in BY_HAND:
        experiment = KARPATHY.experiment(variant)
        recipe, evaluation = experiment.recipe, experiment.evaluation
        assert isinstance(recipe, ClipRecipe)
        assert (recipe.pixel_mean, recipe.batch_size) == (117.0, 32)
        assert (recipe.optimizer.learning_rate, recipe.optimizer.momentum, recipe.optimizer.weight_decay) == (1e-3, 0.9, 5e-4)
        assert (recipe.crops.position, recipe.crops.mirror) == ("random", True)
        assert isinstance(evaluation, ClipEvaluation)
        assert (evaluation.protocols, evaluation.num_views) == (CLIP_PROTOCOLS, 4)
        assert evaluation.num_views in NUMS_OF_VIEWS
        lrn = experiment.network.frame.lrn
        assert (lrn.size, lrn.alpha, lrn.beta, lrn.k, lrn.alpha_over_size) == (5, 1e-4, 0.5, 2.0, False)
    assert KARPATHY.scale("paper").dataset.clips.num_test == 20
    assert KARPATHY.scale("paper").dataset.stored_px == 200


def test_the_two_roots_differ_in_the_streams_and_the_printed_size_alone():
    changed = spec_difference(KARPATHY.experiment("single_frame"), KARPATHY.experiment("single_frame_multires"))
    keys = {item.key: (item.base, item.other) for item in changed}
    assert keys.pop("network.frame.printed_px") == (170, 178)
    assert keys.pop("network.frame.size.input_px") == (170, 178)
    assert all(key.startswith("network.streams.") for key in keys)


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
    one, two = (sizing for sizing in nets if sizing.family in ("clip", "clip_multires"))
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


def test_the_average_and_the_timing_are_of_the_nets_that_the_paper_names():
    average, timing = KARPATHY.experiment("cnn_average"), KARPATHY.experiment("clip_speed")
    assert isinstance(average, Ensemble)
    assert isinstance(timing, Timing)
    assert [member.variant for member in average.members] == ["single_frame", "early_fusion", "late_fusion", "slow_fusion"]
    assert set(timing.variants) >= {"single_frame", "single_frame_multires"}


def test_tables_1_and_3_print_hits():
    assert {KARPATHY.table(f"karpathy_{name}").shows for name in ("table1", "table3")} == {"hits"}


@pytest.mark.parametrize("model", [PRINTED, FOLDERS, SMALL, SMOKE], ids=["printed", "folders", "small", "smoke"])
def test_the_features_of_the_text_are_read_densely_and_at_interest_points(model):
    """Section 4.1; at the printed size 25,000 numbers a video."""
    local = [feature for feature in model.features if isinstance(feature, LocalFeature)]
    kinds = Counter((type(feature.descriptor), type(feature.points)) for feature in local)
    assert kinds == dict.fromkeys(itertools.product((Hog, Texton, Cuboid), (DenseGrid, InterestPoints)), 1)
    assert PRINTED.num_values == 25_000


def test_transfer_begins_with_the_weights_of_slow_fusion_and_trains_the_layers_that_its_row_names():
    assert KARPATHY.experiment("transfer_scratch").initial_weights is None
    top3 = ("fc6", "fc7", "fc8")
    for row, trained in {"top": ("fc8",), "top3": top3, "all": (), "top_dropout": ("fc8",), "top3_dropout": top3}.items():
        begun = KARPATHY.experiment(f"transfer_{row}").initial_weights
        assert (begun.variant, begun.trained) == ("slow_fusion", trained)
        before_fc6 = KARPATHY.experiment(f"transfer_{row}").network.dropout_before_dense
        assert before_fc6 == (trained == top3)
    for name in TRANSFERRED:
        assert isinstance(KARPATHY.experiment(name), Experiment)
        assert KARPATHY.experiment(name).network.fusion == KARPATHY.experiment("slow_fusion").network.fusion


PAPER_FILES = sorted(path for path in (PACKAGE / "papers").rglob("*.py") if "karpathy" in path.as_posix())


def test_the_files_of_the_paper_are_found():
    assert len(PAPER_FILES) > 10


@pytest.mark.parametrize("path", PAPER_FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_file_of_the_paper_computes_anything_but_a_copy_of_a_literal(path):
    called = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
    assert all(name[0].isupper() or name == "replace" for name in called), called
