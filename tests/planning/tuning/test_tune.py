"""A claim that came out against its paper is tried with rates of its arms' own, chosen by held-out examples, declared before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from repro.artifacts.claims_json import Judgement
from repro.artifacts.files import run_folder
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import RateChoice, Start, Tuning
from repro.catalogue.claim_ids import UnknownClaimError
from repro.planning.tuning.asked import CannotTune
from repro.planning.tuning.tune import dry_run, judged, tune
from repro.spec.experiment import Paper, Sizing, make_run
from repro.spec.scales.grid import RateGrid
from tests.planning.tuning.conftest import LRN, PAPER, World

SEARCH = "smoke_search_0"


def silent(line: str) -> None:
    pass


def entry(judgement: Judgement) -> Any:
    return next(item for item in judgement.claims if item.id == LRN)


def with_grid(grid: RateGrid) -> Paper:
    """The paper with another grid for all networks at scale smoke."""
    scales = tuple(
        replace(scale, sizings=tuple(replace(item, rates=grid) if isinstance(item, Sizing) else item for item in scale.sizings))
        for scale in PAPER.scales
    )
    return replace(PAPER, scales=scales)


def test_an_arm_whose_printed_rate_is_bad_turns_the_verdict_round(world: World) -> None:
    assert entry(judged(world.task())).verdict == "REVERSED"
    said: list[str] = []
    found = entry(tune(world.task(), say=said.append))
    assert found.verdict == "REVERSED" and found.tuning_sensitive
    tuned = found.tuned
    assert tuned.outcome == "turned" and tuned.verdict in ("DIRECTION", "REPRODUCED") and tuned.estimate > 0
    full, no_lrn = tuned.arms
    assert (full.runs_as, no_lrn.runs_as) == ("full_rate_x2", "no_lrn") and full.rate == 2 * full.printed_rate
    # Twice the rate was at an end, so four times was tried too; of the other arm the middle one was the best.
    assert [rate.factor for rate in full.tried] == [0.5, 1.0, 2.0, 4.0] and not full.at_edge
    assert [rate.factor for rate in no_lrn.tried] == [0.5, 1.0, 2.0]
    assert full.n == no_lrn.n == 4 and full.mean < no_lrn.mean < full.printed_mean
    # The interval counts the choice, and is no narrower than that over seeds.
    assert tuned.choice_sd is not None and tuned.ci90[0] <= tuned.seeds_ci90[0] and tuned.seeds_ci90[1] <= tuned.ci90[1]
    trained = [name for name in world.made if name.startswith("smoke/")]
    assert trained == [f"smoke/alexnet/full_rate_x2/{seed}" for seed in range(4)]  # `no_lrn` is the run as printed
    assert len(world.made) == 4 + 7 * 3
    assert any("full: 2 times the printed rate" in line for line in said)


def test_where_rates_change_nothing_the_verdict_stays(world: World) -> None:
    world.errors |= {"full_rate_x2": 0.38, "full_rate_x4": 0.44}
    found = entry(tune(world.task(), say=silent))
    assert (found.verdict, found.tuned.verdict, found.tuned.outcome) == ("REVERSED", "REVERSED", "stays")
    assert not found.tuning_sensitive


def test_with_printed_rates_for_both_arms_nothing_is_trained_twice(world: World) -> None:
    world.errors["full_rate_x2"] = 0.5
    found = entry(tune(world.task(), say=silent))
    assert [arm.runs_as for arm in found.tuned.arms] == ["full", "no_lrn"]
    assert not [name for name in world.made if name.startswith("smoke/")]
    assert found.tuned.estimate == found.estimate and found.tuned.outcome == "stays"


def test_a_rate_that_diverges_is_the_worst_and_is_said(world: World) -> None:
    world.diverged = [f"full_rate_x2/{seed}" for seed in (1000, 1001, 1002)]
    said: list[str] = []
    full = entry(tune(world.task(), say=said.append)).tuned.arms[0]
    assert full.runs_as == "full" and full.tried[2].errors == (None, None, None) and full.tried[2].error == 1.0
    assert any("3 runs of the search diverged" in line for line in said)


def test_everything_is_declared_before_the_run_that_needs_it(world: World) -> None:
    tune(world.task(), say=silent)
    ledger, search = read_ledger(world.results / "smoke"), read_ledger(world.results / "smoke" / "tuning" / SEARCH)
    (declared,) = ledger.of(Tuning)
    assert declared.event.seeds == {"full": (0, 1, 2, 3), "no_lrn": (0, 1, 2, 3)}
    assert all(start.at >= declared.at for start in search.of(Start))
    assert {start.event.run.split("/")[3] for start in search.of(Start)} == {"1000", "1001", "1002"}
    choices = {line.event.variant: line.number for line in ledger.of(RateChoice)}
    tuned = [line.number for line in ledger.of(Start) if "full_rate_x2" in line.event.run]
    assert choices["alexnet/full"] < min(tuned)


@pytest.mark.parametrize("most", [1, 5, 20, 23])
def test_killed_it_goes_on_and_once_over_there_is_nothing_to_do(world: World, most: int) -> None:
    world.most = most
    with pytest.raises(KeyboardInterrupt):
        tune(world.task(), say=silent)
    world.most = 1000
    found = tune(world.task(), say=silent)
    assert len(world.made) == len(set(world.made)) == 25 and entry(found).tuning_sensitive
    lines = len(read_ledger(world.results / "smoke").lines)
    again = tune(world.task(), say=silent)
    assert len(world.made) == 25 and again == found and len(read_ledger(world.results / "smoke").lines) == lines


def test_what_the_hours_cannot_pay_is_not_begun(world: World) -> None:
    said: list[str] = []
    found = entry(tune(world.task(budget_s=17 * 40.0), say=said.append))  # 18 runs of 40 s each are the first step
    assert world.made == [] and found.tuned.outcome == "unjudged" and "more hours goes on" in said[-1]
    tune(world.task(budget_s=18 * 40.0), say=said.append)
    assert len(world.made) == 18
    tune(world.task(budget_s=25 * 40.0), say=said.append)
    assert len(world.made) == 25


def test_a_dry_run_writes_nothing_and_says_what_it_takes(world: World) -> None:
    judged(world.task())
    before = len(read_ledger(world.results / "smoke").lines)
    lines = dry_run(world.task())
    assert lines[0] == f"{LRN}: REVERSED, arms full, no_lrn"
    assert "search 9 to 15 runs" in lines[1] and "then 4 or none" in lines[1]
    assert lines[-1].startswith("in all 12 min 00 s to 25 min 20 s")
    assert len(read_ledger(world.results / "smoke").lines) == before and world.made == []


def test_what_cannot_be_tried_is_refused_in_a_line(world: World) -> None:
    exact = next(item.id for item in PAPER.claims if not item.variants)
    with pytest.raises(CannotTune, match="it rests on no run; take another"):
        tune(world.task(names=[exact]), say=silent)
    with pytest.raises(UnknownClaimError, match="did you mean"):
        tune(world.task(names=["A.S3.3.lrn.top2"]), say=silent)
    assert world.made == []


def test_a_folder_that_was_planned_with_another_grid_is_refused(world: World) -> None:
    world.paper = with_grid(RateGrid(factors=(1 / 3, 1.0, 3.0)))
    with pytest.raises(CannotTune, match=r"are declared as 1/2, 1, 2 times .* the catalogue now says 1/3, 1, 3 times"):
        tune(world.task(), say=silent)
    assert world.made == []


def test_a_rate_that_was_chosen_after_its_runs_is_post_hoc(world: World) -> None:
    runs = [make_run(PAPER, scale="smoke", variant="full_rate_x2", seed=seed) for seed in range(4)]
    world.train(PAPER, runs, world.task().place, say=None)
    found = entry(tune(world.task(), say=silent))
    assert found.tuned.outcome == "turned" and not found.tuning_sensitive
    assert "full_rate_x2 was begun by line" in found.tuned.post_hoc


def test_too_few_held_out_examples_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repro.planning.tuning.search.FEWEST_HELD_OUT", 1000)
    with pytest.raises(CannotTune, match=r"400 training examples would be held out .*; allowed: 1000 and more"):
        tune(world.task(), say=silent)
    assert not run_folder(world.results / "smoke" / "tuning", f"{SEARCH}/alexnet/full/1000").exists()
