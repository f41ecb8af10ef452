"""What holds of every paper, those built in and those of the examples."""

import re

import pytest

from repro.artifacts.provenance import spec_difference
from repro.catalogue.check import catalogue_faults, paper_faults
from repro.planning.plan import planned_variants
from repro.spec.experiment import Paper, make_run
from tests.known import ALL

VARIANTS = [
    pytest.param(paper, variant, id=f"{paper.name}-{variant.name}") for paper in ALL for variant in paper.variants if variant.base
]


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_a_paper_can_be_run_as_it_is_written_and_no_variant_is_another_one_again(paper: Paper):
    assert list(paper_faults(paper)) == []


def test_all_papers_can_be_known_side_by_side():
    assert list(catalogue_faults(ALL)) == []


@pytest.mark.parametrize(("paper", "variant"), VARIANTS)
def test_a_variant_differs_from_its_base_under_its_key_alone_at_every_scale(paper, variant):
    for scale in paper.scales:
        if not scale.has(paper.family(variant.name)):
            continue
        base = make_run(paper, scale=scale.name, variant=variant.base, seed=0).experiment
        other = make_run(paper, scale=scale.name, variant=variant.name, seed=0).experiment
        changed = [item.key for item in spec_difference(base, other)]
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
                clash = [key for key in ablated if _under(item.key, key)]
                assert not clash, f"{scale.name} changes {item.key}, which {name} is about"


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_generated_data_are_called_a_demonstration_and_no_others_are(paper: Paper):
    for scale in paper.scales:
        assert scale.dataset.kind.startswith("procedural") == (scale.evidence == "demonstration")
        assert planned_variants(paper, scale=scale.name)


@pytest.mark.parametrize("table", [table for paper in ALL for table in paper.tables], ids=lambda table: table.name)
def test_a_table_says_in_two_to_four_sentences_what_it_is_about(table):
    assert table.about.endswith(".")
    assert 2 <= len(re.split(r"\. ", table.about)) <= 4
