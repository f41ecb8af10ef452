"""Calibration by runs that are there: what nothing changes is found to change nothing, what is far off is marked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from repro.analyse.calibrate.own.alone import FALSE, judged, num_ways, ways
from repro.analyse.calibrate.own.calibration import calibrate_results
from repro.analyse.calibrate.own.chances import chances
from repro.analyse.calibrate.own.coverage import Invented
from repro.analyse.calibrate.own.measures import Measure, measures_of
from repro.analyse.calibrate.own.planted import agrees_with, found
from repro.analyse.calibrate.own.spreads import page_spreads
from repro.analyse.evidence.population import Population
from repro.artifacts.calibration_json import FILE, CalibrationJson
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.claims.planted import EITHER, SAME, WORSE, PlantedEffect
from repro.verify.calibration import calibration_checked
from repro.verify.check import FAILED, OK, UNCHECKED
from tests.analyse.judging import ABLATIONS, ALEXNET, judgement_in, truth
from tests.analyse.judging import judged as judged_runs
from tests.fabricate import fabricate
from tests.verify.made import stored_in

#: Tables invented for coverage in these tests, few of the thousands that a command takes.
TABLES = 600
VARIANTS = ("full", "no_lrn", "pool_2x2", "one_tower_half")


@pytest.fixture(scope="module", autouse=True)
def _few_tables() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("repro.analyse.calibrate.own.calibration.MOST_TABLES", TABLES)
        yield


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen seeds of `full`, three of three ablations of which one has twice the error; judged and calibrated."""
    results = tmp_path_factory.mktemp("results")
    shown = truth(errors={"no_lrn": 0.6}, num_examples=100, seed_noise=0.02)
    fabricate([ALEXNET], scale="small", results=results, truth=shown, variants=VARIANTS, seeds=range(3))
    fabricate([ALEXNET], scale="small", results=results, truth=shown, variants=["full"], seeds=range(15))
    judged_runs(results)
    assert calibrate_results([ALEXNET], scale="small", results=results)
    return results


@pytest.fixture(scope="module")
def calibration(results: Path) -> CalibrationJson:
    return read_document(results / "small" / FILE, CalibrationJson)


@pytest.fixture(scope="module")
def population(results: Path) -> Population:
    rows = read_runs_csv(results / "small" / "runs.csv").rows
    return Population(rows, paper=ALEXNET, scale="small", results=results)


@dataclass(frozen=True)
class Rule:
    """As much of a measure as decides between two sets of seeds."""

    log: bool
    metric: str = "top1_error"
    floor: float = 1e-4
    smallest: float = 0.001


@pytest.mark.parametrize("log", [False, True], ids=["points", "log ratio"])
def test_false_verdicts_of_200_tables_in_which_nothing_differs_are_within_the_binomial_bound_of_two_alpha(log: bool) -> None:
    """Eight arms of three seeds, as many as a page has; the bound leaves out one table of a thousand on each side."""
    rng, false = np.random.default_rng(2012), 0
    for _ in range(200):
        one, other, *others = ({seed: float(0.3 + 0.02 * rng.standard_normal()) for seed in range(3)} for _ in range(8))
        lenders = {f"lender {i}": arm for i, arm in enumerate(others)}
        false += judged(Rule(log), one, other, others=lenders) in FALSE  # type: ignore[arg-type]
    low, high = stats.binom.ppf([0.001, 0.999], 200, 0.10)
    assert low <= false <= high


def test_an_effect_that_is_there_is_no_false_one_and_is_found() -> None:
    rng = np.random.default_rng(1)
    one, other = ({seed: float(mean + 0.02 * rng.standard_normal()) for seed in range(3)} for mean in (0.3, 0.5))
    assert judged(Rule(False), one, other, others={}) == "DIRECTION"  # type: ignore[arg-type]


@pytest.mark.parametrize(("of", "num"), [(4, 2), (6, 3), (9, 3), (15, 3)])
def test_sets_are_disjoint_and_each_way_is_taken_once(of: int, num: int) -> None:
    pairs = list(ways(range(of), num, rng=np.random.default_rng(0)))
    assert len(pairs) == min(200, num_ways(of, num)) == len(set(pairs))
    assert all(len({*one, *other}) == 2 * num and one < other for one, other in pairs)


def test_a_variant_with_seeds_enough_is_compared_with_itself_on_every_page_that_has_it(calibration: CalibrationJson) -> None:
    assert {one.variant for one in calibration.alone} == {"full"}
    assert {(one.num_seeds, one.of_seeds, one.every) for one in calibration.alone} == {(3, 15, False)}
    assert "alexnet_ablations" in {one.table for one in calibration.alone}
    num, of = sum(one.false.num for one in calibration.alone), sum(one.false.of for one in calibration.alone)
    assert of == 200 * len(calibration.alone)
    assert num / of < 0.25  # of sets that share fifteen seeds: no binomial bound


def test_the_same_results_give_the_same_bytes_and_are_kept(results: Path) -> None:
    path = results / "small" / FILE
    before = path.read_bytes()
    assert not calibrate_results([ALEXNET], scale="small", results=results)
    path.unlink()
    assert calibrate_results([ALEXNET], scale="small", results=results)
    assert path.read_bytes() == before
    path.write_bytes(before[:-20])
    assert calibrate_results([ALEXNET], scale="small", results=results), "a damaged file is made again"
    assert path.read_bytes() == before


def test_coverage_at_the_spreads_that_are_here(calibration: CalibrationJson) -> None:
    assert {one.kind for one in calibration.covered} >= {
        "log ratio",
        "difference in points",
        "mean of an arm",
        "seeds and images",
    }
    for one in calibration.covered:
        assert one.covered.ci95[1] > 0.86, one


def test_coverage_falls_where_the_truth_is_another(population: Population, results: Path) -> None:
    """The proof that it can: the same tables, and intervals that are asked to hold another effect."""
    measure = next(one for one in _measures(population, results) if one.log and one.table is ABLATIONS)
    page = Invented.of(measure)
    intervals = [page.effect(np.random.default_rng(i), log=True) for i in range(60)]
    far = 4 * page.sd["full"] / page.mean["full"]
    held = [[low <= truth <= high for low, high in filter(None, intervals)] for truth in (0.0, far)]
    assert sum(held[0]) / 60 > 0.75
    assert sum(held[1]) / 60 < 0.5


@pytest.mark.parametrize("log", [False, True], ids=["points", "log ratio"])
@pytest.mark.parametrize(
    "none_wrong", [("full",), ("no_lrn", "pool_2x2", "one_tower_half"), VARIANTS], ids=["arm", "against", "both"]
)
def test_an_arm_without_any_error_has_a_page_that_is_calibrated(
    population: Population, results: Path, none_wrong: tuple[str, ...], log: bool
) -> None:
    """An error of 0 has no logarithm: the truth counts it as the judge does, by half an example."""
    measure = next(one for one in _measures(population, results) if one.log is log and one.table is ABLATIONS)
    page = Invented.of(measure)
    page = replace(page, mean=page.mean | dict.fromkeys(none_wrong, 0.0), sd=page.sd | dict.fromkeys(none_wrong, 0.0))
    assert all(page.mean[name] == 0 for name in none_wrong)
    made = [page.effect(np.random.default_rng(i), log=log) for i in range(20)]
    assert all(math.isfinite(end) for interval in filter(None, made) for end in interval)


def _measures(population: Population, results: Path) -> list[Measure]:
    return measures_of(population, judgement_in(results, scale="small").claims)


def test_if_the_paper_is_right_a_small_spread_says_so_and_a_large_one_cannot(results: Path) -> None:
    claims = [claim for claim in judgement_in(results, scale="small").claims if claim.id == "A.S3.3.lrn.top1"]
    (claim,) = claims
    middle = claim.d0  # type: ignore[union-attr]
    small, large = (
        replace(claim, verdict="DIRECTION", ci90=(middle - half, middle + half))  # type: ignore[arg-type]
        for half in (middle / 50, 20 * middle)
    )
    (of_small,), (of_large,) = (chances([one], seed=1, draws=400) for one in (small, large))
    assert of_small.shares == {"REPRODUCED": 1.0}
    assert of_large.shares["INCONCLUSIVE"] > 0.8
    assert of_large.shares.get("DIRECTION", 0.0) < 0.1


def test_a_seed_far_off_is_marked_and_one_in_its_place_is_not(population: Population, results: Path) -> None:
    measure = next(one for one in _measures(population, results) if one.table is ABLATIONS)
    assert not [out for page in page_spreads([measure]) for arm in page.arms for out in arm.outliers]
    measure.by_seed["full"][7] += 0.25
    (page,) = page_spreads([measure])
    marked = {(arm.variant, out.seed) for arm in page.arms for out in arm.outliers}
    measure.by_seed["full"][7] -= 0.25
    assert marked == {("full", 7)}


@pytest.mark.parametrize(
    ("variant", "against", "expected", "said", "agrees"),
    [
        ("no_lrn", "full", WORSE, "worse", True),
        ("full", "no_lrn", WORSE, "better", False),
        ("full", "no_lrn", EITHER, "better", False),
        ("full", "full", SAME, "same", True),
        ("no_lrn", "full", SAME, "worse", False),
        ("pool_2x2", "full", WORSE, "open", False),
        ("pool_2x2", "full", EITHER, "open", None),
        ("no_dropout", "full", WORSE, "not run", None),
    ],
)
def test_what_is_planted_is_found_or_missed(
    population: Population, variant: str, against: str, expected: str, said: str, agrees: bool | None
) -> None:
    effect = PlantedEffect(variant=variant, against=against, what="known", expected=expected)
    one = found(effect, ABLATIONS, population)
    assert (one.found, one.agrees) == (said, agrees)


@pytest.mark.parametrize(
    ("expected", "said", "agrees"),
    [(WORSE, "open", None), (WORSE, "better", False), (WORSE, "worse", True), (SAME, "same", True), (SAME, "open", False)],
)
def test_of_nets_that_have_not_learned_nothing_is_missed_but_sameness(expected: str, said: str, agrees: bool | None) -> None:
    assert agrees_with(expected, said, learned=False) is agrees


def test_an_unknown_expectation_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed: worse, either, same"):
        PlantedEffect(variant="a", against="b", what="", expected="better")


def test_the_file_names_the_runs_and_claims_that_it_speaks_of(results: Path, calibration: CalibrationJson) -> None:
    claims = json.loads((results / "small" / "claims.json").read_text())
    assert (calibration.claims_sha256, calibration.runs_sha256) == (claims["sha256"], claims["runs_sha256"])


FORGED = {
    "alone": lambda found: (replace(found.alone[0], of_seeds=99), *found.alone[1:]),
    "covered": lambda found: found.covered[1:],
    "chances": lambda found: (replace(found.chances[0], found="REPRODUCED"), *found.chances[1:]),
    "spreads": lambda found: (replace(found.spreads[0], sd_pooled=0.001), *found.spreads[1:]),
    "seed": lambda found: 7,
}


def test_verify_calibrates_again_and_names_what_was_forged(results: Path, calibration: CalibrationJson) -> None:
    path = results / "small" / FILE
    whole, stored = path.read_bytes(), stored_in(path.parent)
    assert calibration_checked(stored).state == OK
    try:
        write_document(path, replace(calibration, **{name: value(calibration) for name, value in FORGED.items()}))
        problems = calibration_checked(stored).problems
        assert len(problems) == len(FORGED)
        assert all(any(f"has other {name} than its runs give" in text for text in problems) for name in FORGED)
        write_document(path, replace(calibration, code="0" * 64))
        assert calibration_checked(stored).state == UNCHECKED
        write_document(path, replace(calibration, runs_sha256="0" * 64))
        assert "speaks of other runs" in calibration_checked(stored).problems[0]
        path.write_bytes(whole[:-10])
        assert calibration_checked(stored).state == FAILED
    finally:
        path.write_bytes(whole)
