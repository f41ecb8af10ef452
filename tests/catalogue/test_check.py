"""What keeps papers from being run as they are written, alone and side by side."""

import re
from dataclasses import replace

import pytest

from repro.catalogue.check import catalogue_faults, paper_faults, twins
from repro.papers import PAPERS
from repro.spec.experiment import Paper, Variant
from repro.spec.run import InitialWeights
from repro.spec.terms.figures import Figure

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]


def with_variant(paper: Paper, variant: Variant) -> Paper:
    """Return `paper` with one more variant, in its first table."""
    first, *others = paper.tables
    tables = (replace(first, variants=(*first.variants, variant.name)), *others)
    return replace(paper, variants=(*paper.variants, variant), tables=tables)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=lambda paper: paper.name)
def test_a_built_in_paper_can_be_run_as_it_is_written(paper):
    assert list(paper_faults(paper)) == []


def test_the_built_in_papers_can_be_known_side_by_side():
    assert list(catalogue_faults(list(PAPERS.values()))) == []


def test_two_names_for_one_experiment_are_twins_whatever_their_keys():
    mirror = Variant(
        name="no_mirror",
        title="",
        why="",
        source="",
        base="full",
        key="recipe.crops",
        value=replace(ALEXNET.experiment("full").recipe.crops, mirror=False),
    )
    paper = with_variant(ALEXNET, mirror)
    assert twins(paper) == [("planted_control", "planted_name"), ("no_flip", "no_mirror")]
    (fault,) = paper_faults(paper)
    assert fault.startswith("variant no_mirror of alexnet is no_flip again: the same experiment and data at all scales")


def test_variants_that_coincide_at_some_scales_alone_are_no_twins():
    """Where no images are held out, all images are those of the scale."""
    same = [scale.name for scale in ALEXNET.scales if scale.dataset_of("all_images", seed=0) == scale.dataset]
    assert same
    assert len(same) < len(ALEXNET.scales)
    planted = [("planted_control", "planted_name")]  # another name and nothing else, so that nothing may be found
    assert twins(ALEXNET) == planted
    only = replace(ALEXNET, scales=tuple(scale for scale in ALEXNET.scales if scale.name in same))
    assert twins(only)[0] == ("full", "full_all_images")


def test_members_of_an_average_that_share_their_random_numbers_are_refused():
    average = KARPATHY.experiment("cnn_average")
    together = replace(average, members=tuple(replace(member, turn=0, cycle=1) for member in average.members))
    same = Variant(name="same_seeds", title="", why="", source="", family="clip_average", experiment=together)
    faults = list(paper_faults(with_variant(KARPATHY, same)))
    assert len(faults) == 3
    assert faults[0] == (
        "variant same_seeds of karpathy averages single_frame and early_fusion of seed 0, which share their "
        "random numbers; allowed: members of different seeds, such as cycle=4 and turn=0, 1, 2 and so on"
    )


def test_weights_that_come_from_themselves_are_refused():
    round_trip = replace(KARPATHY.variant("transfer_all"), name="round", family="transfer")
    method = replace(KARPATHY.experiment("transfer_all"), initial_weights=InitialWeights(variant="round"))
    faults = list(paper_faults(with_variant(KARPATHY, replace(round_trip, base=None, key="", value=None, experiment=method))))
    assert any("begins with weights that come from round again (round from round)" in fault for fault in faults)


def test_papers_that_share_names_are_told_with_both_owners():
    claim = ALEXNET.claims[0]
    (fault,) = catalogue_faults(
        [ALEXNET, replace(KARPATHY, claims=(claim,), printed_sets=ALEXNET.printed_sets + KARPATHY.printed_sets)]
    )
    assert fault.startswith(f"claim {claim.id!r} is in alexnet and in karpathy; allowed: each claim once")
    assert next(catalogue_faults([ALEXNET, ALEXNET])).startswith("paper 'alexnet' is described 2 times; allowed: each paper once")
    (fault,) = catalogue_faults([ALEXNET, replace(KARPATHY, tables=ALEXNET.tables[:1])])
    assert fault.startswith(f"table {ALEXNET.tables[0].name!r} is in alexnet and in karpathy")


def test_a_claim_about_a_variant_that_is_not_there_is_told():
    gone = replace(ALEXNET, variants=tuple(item for item in ALEXNET.variants if item.name != "pool_2x2"))
    claim = next(claim for claim in ALEXNET.claims if "pool_2x2" in claim.variants)
    assert any(fault.startswith(f"claim {claim.id} of alexnet: unknown variant 'pool_2x2'") for fault in paper_faults(gone))


def test_a_claim_whose_variants_its_page_does_not_train_is_told():
    claim = next(claim for claim in ALEXNET.claims if "no_lrn" in claim.variants)
    tables = tuple(replace(table, variants=tuple(n for n in table.variants if n != "no_lrn")) for table in ALEXNET.tables)
    found = list(paper_faults(replace(ALEXNET, tables=tables)))
    assert any(f"has claim {claim.id}, but not variant no_lrn, which the claim needs" in fault for fault in found)


def test_a_member_of_an_average_whose_family_a_scale_lacks_is_told():
    scale = ALEXNET.scale("smoke")
    lacking = replace(scale, sizings=tuple(sizing for sizing in scale.sizings if sizing.family != "pretraining"))
    paper = replace(ALEXNET, scales=(lacking,))
    found = list(paper_faults(paper))
    assert any("variant cnn_pretrained starts from runs that the scale lacks" in fault for fault in found)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"protocol": "ten_crops"}, "unknown protocol 'ten_crops'; did you mean 'ten_crop'?"),
        ({"protocol": "clip"}, "is not scored by 'clip'; allowed: center, center_mirror, five_crop, ten_crop, center_relit; or "),
    ],
)
def test_a_claim_is_measured_by_what_there_is(changes, says):
    claim = next(item for item in ALEXNET.claims if item.metric == "top1_error" and item.protocol == "ten_crop")
    claims = tuple(replace(item, **changes) if item is claim else item for item in ALEXNET.claims)
    fault, *_others = paper_faults(replace(ALEXNET, claims=claims))
    assert fault.startswith(f"claim {claim.id} of alexnet: ")
    assert says in fault


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        ("top1_errors", "unknown metric 'top1_errors'; did you mean 'top1_error'?"),
        ("top1_error.conv1", "top1_error has no parameter"),
    ],
)
def test_a_claim_of_an_unknown_metric_is_not_built(metric, says):
    claim = next(item for item in ALEXNET.claims if item.metric == "top1_error")
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        replace(claim, metric=metric)
    assert str(caught.value).startswith(f"claim {claim.id} ({claim.kind})")


def test_a_figure_of_what_is_not_measured_says_what_to_name():
    table = next(item for item in KARPATHY.tables if item.measures)
    tables = tuple(replace(item, measures=()) if item is table else item for item in KARPATHY.tables)
    faults = list(paper_faults(replace(KARPATHY, tables=tables)))
    assert faults[0] == (
        f"table {table.name} of karpathy has figure class_gains, but not what it shows; name class_gains in its measures"
    )


def test_a_figure_that_nothing_draws_is_a_fault_with_the_nearest_one():
    table = replace(KARPATHY.tables[0], figures=(Figure(name="stream_kernel"),))
    (fault,) = paper_faults(replace(KARPATHY, tables=(table, *KARPATHY.tables[1:])))
    assert "did you mean 'stream_kernels'?" in fault
