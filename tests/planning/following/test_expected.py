"""How long runs will take: by operations at first, by runs of the kind that have ended later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from repro.papers import PAPERS
from repro.planning.following.expected import ASSUMED_FIT_S, ASSUMED_FLOPS_PER_S, Expected, expected
from repro.spec.experiment import make_run

ALEXNET = PAPERS["alexnet"]


def told(**seconds: float) -> Expected:
    return Expected(seconds=seconds, kinds={name: name[0] for name in seconds})


def test_a_kind_takes_the_ratio_of_its_own_runs_and_one_without_any_that_of_all() -> None:
    found = told(a1=10.0, a2=20.0, b1=10.0, c1=5.0).corrected({"a1": 30.0, "b1": 5.0})
    assert found.seconds == pytest.approx({"a1": 30.0, "a2": 60.0, "b1": 5.0, "c1": 5.0 * 35 / 20})


def test_how_wrong_a_guess_was_says_nothing_of_runs_whose_operations_are_counted() -> None:
    """A classical model may take a hundred times what is assumed of it; nets take no longer for that."""
    first = replace(told(a1=10.0, a2=10.0, b1=20.0, c1=5.0), guessed=frozenset({"a1", "a2"}))
    assert first.corrected({"a1": 1000.0}).seconds == {"a1": 1000.0, "a2": 1000.0, "b1": 20.0, "c1": 5.0}
    assert first.corrected({"a1": 1000.0, "b1": 30.0}).seconds["c1"] == 7.5


def test_nothing_measured_changes_nothing() -> None:
    assert told(a1=10.0, b1=1.0).corrected({}).seconds == {"a1": 10.0, "b1": 1.0}
    assert told(a1=10.0).corrected({"another": 5.0}).seconds == {"a1": 10.0}


def test_nets_are_told_by_their_operations_and_classical_models_as_assumed(tmp_path: Path) -> None:
    runs = [(ALEXNET, make_run(ALEXNET, scale="smoke", variant=name, seed=0)) for name in ("full", "sift_fisher")]
    found = expected(runs, scale="smoke", results=tmp_path)
    assert found.seconds["smoke/alexnet/sift_fisher/0"] == ASSUMED_FIT_S
    assert found.guessed == {"smoke/alexnet/sift_fisher/0"}
    assert 1e9 / ASSUMED_FLOPS_PER_S < found.seconds["smoke/alexnet/full/0"] < 60
    assert found.kinds["smoke/alexnet/full/0"] == "alexnet/alexnet"


def test_data_of_which_nobody_knows_how_many_they_are_have_an_answer_too(tmp_path: Path) -> None:
    run = make_run(ALEXNET, scale="folders", variant="full", seed=0)
    assert expected([(ALEXNET, run)], scale="folders", results=tmp_path).seconds == {run.id: ASSUMED_FIT_S}
