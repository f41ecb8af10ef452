"""Attempts to get a better verdict by looks, seeds, arms or tables: each is POST-HOC, with what would have been shown."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.analyse.evidence.looks.levels import look_level
from repro.artifacts.ledger.chain import read_ledger
from repro.spec.experiment import Paper
from tests.analyse.declaring import ARMS, LOOKS, LRN, judged, plan, run
from tests.analyse.judging import ALEXNET, judgement_in


def changed(name: str, **changes: Any) -> Paper:
    """The paper with one claim changed after the fact."""
    claims = tuple(replace(item, **changes) if item.id == name else item for item in ALEXNET.claims)
    return replace(ALEXNET, claims=claims)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Planned with one look, and run with three seeds."""
    results = tmp_path_factory.mktemp("three")
    plan(results)
    run(results, range(3))
    return results


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Planned with three looks, and run to the last."""
    results = tmp_path_factory.mktemp("ten")
    plan(results, looks=LOOKS)
    run(results, range(10))
    return results


@pytest.fixture
def results(three: Path, tmp_path: Path) -> Path:
    """What was planned with one look, for a test to change."""
    shutil.copytree(three, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_one_declared_look_keeps_the_full_level_and_no_word_is_lost_on_it(results: Path) -> None:
    found = judged(results)
    assert (found.look.level, found.look.planned, found.look_ci, found.post_hoc) == (0.90, (), None, None)
    assert found.verdict not in ("INVALID", "INCOMPLETE")
    assert "Look" not in found.reason


def test_a_job_that_is_stopped_where_it_looks_well_is_incomplete(tmp_path: Path) -> None:
    """Five seeds are declared and one look, and after three somebody looks, and likes what is there."""
    plan(tmp_path, seeds=5)
    run(tmp_path, range(3))
    found = judged(tmp_path)
    assert found.verdict == "INCOMPLETE"
    assert "small/alexnet/no_lrn/4" in found.reason


def test_a_swapped_claim_is_post_hoc(results: Path) -> None:
    """What was declared is known by its digest alone, so no verdict of before is shown."""
    found = judged(results, paper=changed(LRN, arm="no_lrn", against="full"))
    assert (found.verdict, found.post_hoc.declared) == ("POST-HOC", "")
    assert found.post_hoc.found in ("INCONCLUSIVE", "REVERSED", "NOT-REPRODUCED")
    assert found.welch_verdict == "" and not found.depends_on_spread
    assert "its rule, its arms or its page were changed after the first run" in " ".join(found.post_hoc.changed)


@pytest.mark.parametrize("change", [{"smallest_effect": 0.0001}, {"untestable": "It turned out so."}, {"metric": "top5_error"}])
def test_a_claim_made_easier_or_withdrawn_is_post_hoc(change: dict[str, Any], results: Path) -> None:
    """A smaller effect that counts, a claim declared untestable, another metric."""
    assert judged(results, paper=changed(LRN, **change)).verdict == "POST-HOC"


def test_a_claim_that_is_mended_in_words_is_as_it_was(results: Path) -> None:
    assert judged(results, paper=changed(LRN, note="A typing error less.")).post_hoc is None


def test_a_page_of_other_variants_is_post_hoc(results: Path) -> None:
    """A variant that varies much is taken off the page, so that it lends its spread no more."""
    tables = tuple(
        replace(item, variants=tuple(name for name in item.variants if name != "tanh")) if LRN in item.claims else item
        for item in ALEXNET.tables
    )
    found = judged(results, paper=replace(ALEXNET, tables=tables))
    assert found.verdict == "POST-HOC"
    assert "the variants of its page" in found.post_hoc.changed[0]


def test_a_claim_that_is_thought_of_after_the_runs_is_post_hoc(results: Path) -> None:
    """A claim is written for an effect that has been seen."""
    extra = replace(next(item for item in ALEXNET.claims if item.id == LRN), id="A.new")
    paper = replace(ALEXNET, claims=(*ALEXNET.claims, extra))
    found = judged(results, paper=paper, name="A.new")
    assert found.verdict == "POST-HOC"
    assert "it is in no plan from before the first run of its arms" in found.post_hoc.changed


@pytest.mark.parametrize("variants", [("no_lrn",), ARMS])
def test_seeds_beyond_the_plan_are_post_hoc_and_the_declared_verdict_stays_beside(variants: Sequence[str], results: Path) -> None:
    """Seeds added to the pair alone, or to all arms: an unwelcome verdict cannot be hidden by adding a seed."""
    before = judged(results).verdict
    run(results, [15, 16], variants=variants)  # `full` has 15 seeds by plan, for averages
    found = judged(results, num_seeds=17)
    assert (found.verdict, found.post_hoc.declared) == ("POST-HOC", before)
    assert "seeds 15, 16 of no_lrn were added to what was declared" in " ".join(found.post_hoc.changed)
    assert f"As declared it is {before}; with what is there now it would be {found.post_hoc.found}." in found.brief


def test_seeds_that_averages_take_are_declared(results: Path) -> None:
    """`full` has more seeds by plan."""
    run(results, range(3, 15), variants=["full"])
    assert judged(results).post_hoc is None


def test_a_plan_that_is_filed_again_after_the_first_run_declares_nothing(results: Path) -> None:
    """Looks are declared once a first look has been taken, so that more seeds may follow."""
    plan(results, looks=LOOKS)
    assert judged(results).look.planned == ()
    run(results, [3, 4])
    assert judged(results).verdict == "POST-HOC"


def test_looks_are_decided_at_their_level_and_the_first_that_decides_stays(ten: Path) -> None:
    found = judged(ten)
    assert found.look.planned == LOOKS
    assert found.look.level == look_level(LOOKS)
    assert found.n == {"full": found.look.planned[found.look.number - 1], "no_lrn": found.look.planned[found.look.number - 1]}
    assert (found.look.number, found.verdict) != (1, "INCONCLUSIVE")
    low, high = found.look_ci
    assert low < found.ci90[0] < found.ci90[1] < high
    assert f"Look {found.look.number} of 3, declared at 3, 5, 10 seeds: decided by intervals of 96.7 %" in found.reason


def test_whoever_looks_in_between_sees_the_last_look_that_is_complete(tmp_path: Path) -> None:
    """Of a fourth seed nothing is seen before the fifth is there."""
    plan(tmp_path, looks=LOOKS)
    run(tmp_path, range(3))
    first = judged(tmp_path)
    run(tmp_path, [3])  # one more of `full`, of which averages take more besides, counts no sooner
    between = judged(tmp_path)
    assert (between.n, between.estimate) == (first.n, first.estimate)
    run(tmp_path, [4], variants=["full"])
    assert judged(tmp_path).n == first.n
    run(tmp_path, [4], variants=["no_lrn"])
    second = judged(tmp_path)
    if first.verdict == "INCONCLUSIVE":
        assert (second.look.number, second.n) == (2, {"full": 5, "no_lrn": 5})


def test_fewer_looks_cannot_be_declared_afterwards_to_get_the_full_level(tmp_path: Path) -> None:
    """Three looks are declared, one is taken, and then one look was all that was ever wanted."""
    plan(tmp_path, looks=LOOKS)
    run(tmp_path, range(3))
    plan(tmp_path)
    assert judged(tmp_path).look.level == look_level(LOOKS)


def test_seeds_after_the_last_look_are_post_hoc(ten: Path, tmp_path: Path) -> None:
    """One look more than declared."""
    shutil.copytree(ten, tmp_path, dirs_exist_ok=True)
    before = judged(tmp_path)
    run(tmp_path, [15], variants=ARMS)
    found = judged(tmp_path)
    assert (found.verdict, found.post_hoc.declared) == ("POST-HOC", before.verdict)


def test_post_hoc_claims_are_counted_apart_and_as_not_decided(results: Path) -> None:
    before = judgement_in(results, scale="small").counts if (results / "small" / "claims.json").exists() else None
    run(results, [15], variants=["no_lrn"])
    judged(results)
    counts = judgement_in(results, scale="small").counts
    assert counts.post_hoc > 0
    assert f"{counts.post_hoc} post hoc" in counts.words
    assert before is None or counts.decided <= before.decided
    assert read_ledger(results / "small").tip


def test_what_averages_take_at_a_later_look_is_declared(ten: Path, tmp_path: Path) -> None:
    """At five seeds the averages of five nets take 25 of `full`, which no other claim on it counts."""
    shutil.copytree(ten, tmp_path, dirs_exist_ok=True)
    before = judged(tmp_path)
    run(tmp_path, range(15, 25), variants=["full"])
    found = judged(tmp_path, num_seeds=25)
    assert (found.post_hoc, found.verdict, found.n) == (None, before.verdict, before.n)
