"""Names that say a rate lead to runs that differ in that rate alone; a search holds out what the scale does not, and scores
nothing else."""

from dataclasses import replace

import pytest

from repro.catalogue.check import paper_faults
from repro.papers import PAPERS
from repro.spec.experiment import Extension, Scale, Variant, extended, make_run
from repro.spec.names import UnknownName
from repro.spec.scales.names import AtRate, at_rate

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.25, 1 / 3, 3.0, 0.75])
def test_a_name_says_its_rate_and_is_read_again(factor: float) -> None:
    name = AtRate(base="no_lrn", factor=factor).name
    assert at_rate(name) == AtRate(base="no_lrn", factor=factor)
    run, printed = (make_run(ALEXNET, scale="smoke", variant=each, seed=0) for each in (name, "no_lrn"))
    optimizer = run.trained.recipe.optimizer
    assert optimizer.rate_factor == pytest.approx(factor) and optimizer.learning_rate == 0.01
    same = replace(run.trained.recipe, optimizer=printed.trained.recipe.optimizer)
    assert replace(run.experiment, recipe=same) == printed.experiment and run.dataset == printed.dataset


def test_an_arm_with_a_factor_of_its_own_is_multiplied() -> None:
    assert ALEXNET.trained("figure1_tanh_slow_rate_x3").recipe.optimizer.rate_factor == pytest.approx(1.0)
    assert AtRate(base="full", factor=1.0).name == "full"


def test_runs_of_one_seed_share_what_they_draw() -> None:
    keys = {make_run(ALEXNET, scale="smoke", variant=name, seed=3).key_for("data") for name in ("full", "no_lrn_rate_x2")}
    assert len(keys) == 1


@pytest.mark.parametrize(
    "name", ["full_rate_x1", "full_rate_x2of4", "full_rate_x02", "nothing_rate_x2", "sift_fisher_rate_x2", "five_seeds_rate_x2"]
)
def test_other_names_lead_nowhere(name: str) -> None:
    with pytest.raises(UnknownName, match="unknown variant"):
        ALEXNET.variant(name)


def test_a_search_holds_out_training_examples_where_the_scale_has_none_and_scores_nothing_else() -> None:
    run = make_run(ALEXNET, scale="cifar10_search_5000", variant="no_lrn", seed=1000)
    assert run.dataset.num_validation == 5000 and run.trained.evaluation.protocols == ()
    assert make_run(ALEXNET, scale="smoke_search_40", variant="no_lrn", seed=0).dataset.num_validation == 64
    videos = make_run(KARPATHY, scale="folders_search_30", variant="slow_fusion", seed=0)
    assert videos.dataset.num_validation == 30 and videos.trained.evaluation.protocols == ()
    other = make_run(ALEXNET, scale="cifar10", variant="no_lrn", seed=1000)
    assert run.key_for("init") != other.key_for("init")
    assert not ALEXNET.has_scale("nowhere_search_3") and ALEXNET.has_scale("cifar10_search_3")


def test_a_catalogue_may_not_call_its_own_like_that() -> None:
    variant = Variant(name="no_lrn_rate_x2", title="t", why="w", source="s", base="no_lrn", key="network.dropout_rate", value=0.1)
    scale: Scale = replace(ALEXNET.scale("smoke"), name="smoke_search_3")
    paper = extended(ALEXNET, Extension(paper="alexnet", variants=(variant,), scales=(scale,)))
    assert [fault.partition(";")[0] for fault in paper_faults(paper)] == [
        "variant 'no_lrn_rate_x2' of alexnet is called as one at another rate",
        "scale 'smoke_search_3' of alexnet is called as one at another rate",
    ]
