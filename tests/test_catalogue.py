"""The catalogue holds what the papers say, and each variant changes what its name says."""

import ast
import math
import re
from pathlib import Path

import pytest

from repro.papers import PAPERS
from repro.plan import planned_variants
from repro.provenance import PACKAGE, flatten, spec_difference
from repro.spec.claims import CLAIM_KINDS
from repro.spec.datasets import DATASET_KINDS, EVIDENCE
from repro.spec.evaluation import PROTOCOLS
from repro.spec.experiment import Paper, UnknownName, make_run
from repro.spec.geometry import geometry

ALL = list(PAPERS.values())
VARIANTS = [pytest.param(paper, variant, id=f"{paper.name}-{variant.name}") for paper in ALL for variant in paper.variants]
CLAIMS = [pytest.param(paper, claim, id=claim.id) for paper in ALL for claim in paper.claims]
#: Numbers are printed to a tenth of a percent; two roundings of a half each, and a little for the binary fraction.
ROUNDING = 0.0006
CLAIM_ID = re.compile(r"[AB]\.[A-Za-z0-9]+(\.[A-Za-z0-9]+)*")


def at_paper_scale(variant: str):
    return geometry(PAPERS["alexnet"].experiment(variant).network)


def test_alexnet_has_the_60_965_224_parameters_of_its_printed_layers():
    assert at_paper_scale("full").num_parameters == 60_965_224


def test_alexnet_counts_layer_by_layer_add_up_by_hand():
    by_hand = {
        "conv1": 96 * (3 * 11 * 11 + 1),
        "conv2": 256 * (48 * 5 * 5 + 1),
        "conv3": 384 * (256 * 3 * 3 + 1),
        "conv4": 384 * (192 * 3 * 3 + 1),
        "conv5": 256 * (192 * 3 * 3 + 1),
        "fc6": 4096 * (256 * 6 * 6 + 1),
        "fc7": 4096 * (4096 + 1),
        "fc8": 1000 * (4096 + 1),
    }
    assert {layer.name: layer.num_parameters for layer in at_paper_scale("full").layers} == by_hand


def test_alexnet_has_290_400_neurons_in_conv1_and_659_272_in_all():
    shapes = at_paper_scale("full")
    assert shapes.conv[0].num_neurons == 55 * 55 * 96 == 290_400
    assert shapes.num_neurons == 659_272


def test_alexnet_maps_shrink_55_27_27_13_13_13_13_6():
    shapes = at_paper_scale("full")
    conv1, conv2, conv3, conv4, conv5 = shapes.conv
    assert shapes.input_px == 224
    assert [conv1.out_px, conv1.pooled_px, conv2.out_px, conv2.pooled_px] == [55, 27, 27, 13]
    assert [conv3.out_px, conv4.out_px, conv5.out_px, conv5.pooled_px] == [13, 13, 13, 6]


def test_alexnet_needs_724_406_816_multiply_adds_for_an_image():
    assert at_paper_scale("full").num_flops == 2 * 724_406_816


def test_one_tower_half_has_59_798_312_parameters_and_a_whole_conv5():
    shapes = at_paper_scale("one_tower_half")
    assert shapes.num_parameters == 59_798_312
    assert [layer.num_kernels for layer in shapes.conv] == [48, 128, 192, 192, 256]
    assert [layer.num_units for layer in shapes.dense] == [4096, 4096, 1000]


def test_pool_2x2_keeps_the_maps_from_conv2_on_by_padding_of_conv2_1_and_conv5_0():
    full, other = at_paper_scale("full"), at_paper_scale("pool_2x2")
    assert {layer.name: layer.padding_px for layer in other.conv}["conv2"] == 1
    assert {layer.name: layer.padding_px for layer in other.conv}["conv5"] == 0
    assert [layer.pooled_px for layer in full.conv] == [27, 13, 13, 13, 6]
    assert [layer.pooled_px for layer in other.conv] == [28, 13, 13, 13, 6]
    assert other.num_parameters == full.num_parameters


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_names_are_unique_and_tables_name_existing_variants_and_claims(paper: Paper):
    for items in (paper.variants, paper.scales, paper.tables):
        assert len({item.name for item in items}) == len(items)
    assert len({claim.id for claim in paper.claims}) == len(paper.claims)
    for table in paper.tables:
        assert table.name.startswith(f"{paper.name}_")
        assert table.control in table.variants
        assert set(table.variants) <= {variant.name for variant in paper.variants}
        assert set(table.claims) <= {claim.id for claim in paper.claims}


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_every_variant_and_claim_is_in_a_table(paper: Paper):
    assert set(planned_variants(paper)) == {variant.name for variant in paper.variants}
    assert {claim for table in paper.tables for claim in table.claims} == {claim.id for claim in paper.claims}


@pytest.mark.parametrize(("paper", "variant"), VARIANTS)
def test_a_variant_differs_from_its_base_under_its_key_alone_at_every_scale(paper, variant):
    if variant.base is None:
        assert variant.experiment is not None
        assert not variant.key
        return
    for scale in paper.scales:
        base = make_run(paper, scale=scale.name, variant=variant.base, seed=0).experiment
        other = make_run(paper, scale=scale.name, variant=variant.name, seed=0).experiment
        changed = [item["key"] for item in spec_difference(base, other)]
        assert changed, f"{variant.name} changes nothing at {scale.name}"
        assert all(key == variant.key or key.startswith(f"{variant.key}.") for key in changed), changed


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_a_scale_changes_no_field_that_a_variant_ablates(paper: Paper):
    ablated = [variant.key for variant in paper.variants if variant.key]
    for scale in paper.scales:
        for variant in paper.variants:
            run = make_run(paper, scale=scale.name, variant=variant.name, seed=0)
            for item in spec_difference(paper.experiment(variant.name), run.experiment):
                clash = [key for key in ablated if item["key"] == key or item["key"].startswith(f"{key}.")]
                assert not clash, f"{scale.name} changes {item['key']}, which {variant.name} is about"


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_every_scale_keeps_all_parts_and_kinds_that_are_ablated(paper: Paper):
    for scale in paper.scales:
        shapes = geometry(make_run(paper, scale=scale.name, variant="full", seed=0).experiment.network)
        assert sum(layer.normalised for layer in shapes.conv) == 2
        assert sum(layer.pooling is not None for layer in shapes.conv) == 3
        assert [layer.groups for layer in shapes.conv] == [1, 2, 1, 2, 2]
        assert sum(layer.dropped_out for layer in shapes.dense) == 2
        assert shapes.conv[-1].pooled_px >= 2, "the last map must be a map"
        assert scale.evidence in EVIDENCE
        assert scale.dataset.kind in DATASET_KINDS
        assert (scale.dataset.kind == "procedural") == (scale.evidence == "demonstration")
        assert scale.dataset.stored_px >= scale.size.input_px


@pytest.mark.parametrize(("paper", "claim"), CLAIMS)
def test_a_claim_names_existing_things_and_has_what_its_kind_needs(paper, claim):
    assert CLAIM_ID.fullmatch(claim.id)
    assert claim.kind in CLAIM_KINDS
    names = {variant.name for variant in paper.variants}
    assert claim.arm in names
    assert claim.against is None or claim.against in names - {claim.arm}
    assert (claim.against is not None) == (claim.kind in ("effect", "direction"))
    assert (claim.paper_delta is not None) == (claim.kind == "effect")
    assert (claim.paper_value is not None) == (claim.kind in ("level", "exact"))
    assert claim.where
    assert claim.statement.endswith(".")
    if claim.kind == "exact":
        assert claim.protocol == ""
        assert hasattr(at_paper_scale(claim.arm), claim.metric)
    else:
        assert claim.protocol in PROTOCOLS
        assert claim.protocol in paper.experiment(claim.arm).evaluation.protocols
        assert claim.dataset


@pytest.mark.parametrize(("paper", "claim"), CLAIMS)
def test_printed_effects_agree_with_the_two_values_behind_them(paper, claim):
    assert (claim.paper_arm is None) == (claim.paper_against is None)
    if claim.paper_arm is not None:
        assert abs(claim.paper_against - claim.paper_arm - claim.paper_delta) <= ROUNDING
        assert math.log(claim.paper_against / claim.paper_arm) > 0
    for value in (claim.paper_arm, claim.paper_against, claim.paper_delta, claim.smallest_effect):
        assert value is None or 0 < value < 1, "errors are fractions, not percent"


@pytest.mark.parametrize(("paper", "claim"), CLAIMS)
def test_a_claim_is_decided_within_a_table_that_trains_its_variants(paper, claim):
    for table in paper.tables:
        if claim.id in table.claims:
            assert {claim.arm, claim.against or claim.arm} <= set(table.variants)


@pytest.mark.parametrize("path", sorted((PACKAGE / "papers").glob("*.py")), ids=lambda path: path.name)
def test_a_paper_is_literals_alone(path: Path):
    forbidden = (
        ast.If,
        ast.IfExp,
        ast.For,
        ast.While,
        ast.FunctionDef,
        ast.Lambda,
        ast.comprehension,
        ast.With,
        ast.Try,
        ast.ClassDef,
    )
    found = [type(node).__name__ for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, forbidden)]
    assert not found


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
