"""Claims inside runs, claims of parts, exact counts, what was not run, and that no claim of the paper is left without a word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from repro.analyse.collect.collect import collect
from repro.analyse.evidence.comparison import measure_level
from repro.analyse.evidence.looks.declared import Declared
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.sizes import Size
from repro.analyse.evidence.statistics import Estimate, mean_of, paired
from repro.analyse.evidence.verdict import EVERY_ORDER, POST_HOC, VERDICTS, decide_every
from repro.analyse.judge.case import case_of
from repro.analyse.judge.differences import verdict_by_own_spreads
from repro.analyse.judge.effects import changed, table_effects
from repro.analyse.judge.exact import exact_count, judged_exact
from repro.analyse.judge.judge import judge
from repro.analyse.judge.looks import judged_claims
from repro.artifacts.files import run_folder
from repro.artifacts.judged import Estimated, JudgedEffect, JudgedExact, JudgedParts
from repro.artifacts.run_json import read_run
from repro.artifacts.runs_csv import read_runs_csv
from repro.artifacts.scores import read_scores, write_scores
from repro.papers import PAPERS
from repro.spec.experiment import Paper, make_run
from tests.analyse.judging import judgement_in
from tests.artifacts.made import entry
from tests.fabricate import Truth, change_run, fabricate, record_scores_again, run_at
from tests.facts import stated_claims

ALEXNET = PAPERS["alexnet"]
CLAIMS = {claim.id: claim for claim in ALEXNET.claims}
DEPTH = {"minus_conv3": 0.315, "minus_conv4": 0.315, "minus_conv5": 0.315}


def truth(**changes: Any) -> Truth:
    return Truth(**{"num_examples": 400, "seed_noise": 0.003, **changes})


def judged(results: Path, *, scale: str = "smoke", paper: Paper = ALEXNET, seeds: range | None = None) -> dict[str, Any]:
    """Collect and judge what lies in `results`, and return the claims by id."""
    there = {name: seeds or _seeds_there(results / scale / "runs" / paper.name / name) for name in run_at(paper, scale)}
    runs = [make_run(paper, scale=scale, variant=name, seed=seed) for name, of in there.items() for seed in of]
    collect(runs, papers=[paper], results=results)
    judge([paper], scale=scale, results=results)
    return {item.id: item for item in judgement_in(results, scale=scale).claims}


def _seeds_there(folder: Path) -> list[int]:
    return sorted(int(path.name) for path in folder.glob("*") if path.name.isdigit())


def made(results: Path, variants: Sequence[str], *, scale: str = "small", **changes: Any) -> dict[str, Any]:
    fabricate([ALEXNET], scale=scale, results=results, truth=truth(**changes), variants=variants)
    return judged(results, scale=scale)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("smoke")
    fabricate([ALEXNET], scale="smoke", results=results, truth=truth(errors=DEPTH))
    judged(results)
    return results


@pytest.fixture
def claims(everything: Path) -> dict[str, Any]:
    found = judgement_in(everything, scale="smoke").claims
    return {item.id: item for item in found}


def test_at_scale_smoke_every_claim_of_the_paper_has_a_verdict_and_a_reason(claims: dict[str, Any]) -> None:
    assert list(claims) == list(CLAIMS)
    for item in claims.values():
        assert item.verdict in VERDICTS
        assert item.reason.endswith(".")
        # With all runs there, what is not decided is not run yet or cannot be tested, and says so.
        assert item.verdict != "INVALID"
        assert (item.verdict == "INCOMPLETE") == bool(CLAIMS[item.id].not_run)
        assert len(item.chosen) == len(item.arms)


def test_every_numbered_claim_of_the_facts_ends_in_a_verdict(claims: dict[str, Any]) -> None:
    numbered = list(stated_claims("A"))
    assert len(numbered) == 47
    assert [name for name in numbered if name not in claims or not claims[name].verdict] == []


def test_what_was_not_run_or_cannot_be_tested_says_so_in_the_claims_own_words(claims: dict[str, Any]) -> None:
    for name, claim in CLAIMS.items():
        if claim.not_run:
            assert (claims[name].verdict, claims[name].reason) == ("INCOMPLETE", f"Not run yet: {claim.not_run}")
        if claim.untestable:
            assert claims[name].verdict == "UNTESTABLE-HERE"
            assert claims[name].reason.startswith(claim.untestable)
    # What was measured all the same is shown beside the reason.
    assert "The top-1 error of cifar_13pct is" in claims["A.S3.3.lrn.cifar.off"].reason
    assert "figure1_tanh gets to 25% training error after" in claims["A.F1.tanh.epochs"].reason


def test_one_crop_against_ten_is_paired_inside_the_runs(claims: dict[str, Any], everything: Path) -> None:
    found = claims["A.S6.crops.top1"]
    errors = {protocol: _errors(everything, protocol) for protocol in ("center", "ten_crop")}
    points = np.array(errors["center"]) - np.array(errors["ten_crop"])
    assert found.arms == ("full",)
    assert found.points.estimate == pytest.approx(points.mean())
    num = len(points)
    assert (found.n, found.df, found.test) == ({"full": num}, num - 1, "paired t")
    logs = np.log(errors["center"]) - np.log(errors["ten_crop"])
    interval = stats.t.interval(0.90, num - 1, loc=logs.mean(), scale=logs.std(ddof=1) / math.sqrt(num))
    assert found.ci90 == pytest.approx(list(interval))
    assert found.p_raw == pytest.approx(float(stats.ttest_1samp(logs, 0).pvalue))
    assert found.decided_on == "log_ratio"
    assert "by centre crop is" in found.reason and "by ten crops" in found.reason
    assert found.total_ci90 is not None


def _errors(results: Path, protocol: str) -> list[float]:
    found = []
    for seed in _seeds_there(run_folder(results, "smoke/alexnet/full/0").parent):
        scores = read_scores(run_folder(results, f"smoke/alexnet/full/{seed}") / f"scores.test.{protocol}.npz")
        found.append(float(np.mean(scores.scores_NK.argmax(axis=1) != scores.label_N)))
    return found


def test_the_runs_in_which_the_towers_split_are_counted(tmp_path: Path) -> None:
    found = made(tmp_path, ["full"])["A.F3.color.split"]
    # Three of three runs: the exact interval of the share begins at the cube root of .05.
    assert (found.verdict, found.decided_on, found.num_runs, found.estimate) == ("DIRECTION", "value", 3, 1.0)
    assert found.shown == tuple(f"small/alexnet/full/{seed}" for seed in range(3))
    assert found.ci90 == (pytest.approx(0.05 ** (1 / 3)), 1.0)
    assert found.p_raw == pytest.approx(0.05**3)
    assert "is at most 0.05 in 3 of 3 runs (90 % interval of the share 37% to 100%" in found.reason
    assert "that it does in most needs 5 runs" in found.reason
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full"], seeds=[3, 4])
    found = judged(tmp_path, scale="small", seeds=range(5))["A.F3.color.split"]
    assert (found.verdict, found.num_runs) == ("REPRODUCED", 5)


def test_towers_without_a_split_are_not_said_to_have_one(tmp_path: Path) -> None:
    found = made(tmp_path, ["full"], color_split=0.0)["A.F3.color.split"]
    assert found.verdict == "INCONCLUSIVE"
    assert (found.estimate, found.shown) == (0.0, ())


def test_paired_intervals_cover_the_truth() -> None:
    rng = np.random.default_rng(2012)
    for num_seeds in (2, 3, 5):
        found = [paired((0.02 + 0.004 * rng.standard_normal(num_seeds)).tolist()).ci95 for _ in range(4000)]
        covered = [interval[0] <= 0.02 <= interval[1] for interval in found if interval]
        assert len(covered) == 4000
        assert 0.94 <= np.mean(covered) <= 0.96  # a standard error of .0034


def test_paired_by_hand() -> None:
    found = paired([0.01, 0.02, 0.03])
    assert (found.value, found.df) == (pytest.approx(0.02), 2)
    assert found.se == pytest.approx(0.01 / math.sqrt(3))
    assert paired([0.02]).ci90 is None


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (("REPRODUCED", "REPRODUCED"), "REPRODUCED"),
        (("REPRODUCED", "DIRECTION"), "DIRECTION"),
        (("REPRODUCED", "NOT-REPRODUCED", "DIRECTION"), "NOT-REPRODUCED"),
        (("ABSENT", "REVERSED", "REPRODUCED"), "REVERSED"),
        (("INCONCLUSIVE", "ABSENT"), "ABSENT"),
        (("INCONCLUSIVE", "DIRECTION"), "INCONCLUSIVE"),
        (("REVERSED", "INCOMPLETE"), "INCOMPLETE"),
        (("INVALID", "INCOMPLETE", "UNTESTABLE-HERE"), "INVALID"),
    ],
)
def test_a_claim_of_parts_holds_if_all_hold(verdicts: tuple[str, ...], expected: str) -> None:
    assert decide_every(verdicts) == decide_every(verdicts[::-1]) == expected
    assert set(EVERY_ORDER) == set(VERDICTS) - {POST_HOC}  # of the whole claim, after its parts


def test_depth_is_judged_by_its_three_parts(tmp_path: Path) -> None:
    claims = made(tmp_path, ["full", *DEPTH], errors={**DEPTH, "minus_conv4": 0.27})
    found = claims["A.S7.depth.top1"]
    assert [part.id for part in found.parts] == [f"A.S7.depth.top1.conv{i}" for i in (3, 4, 5)]
    assert [part.verdict for part in found.parts] == [claims[part.id].verdict for part in found.parts]
    assert claims["A.S7.depth.top1.conv4"].verdict == found.verdict == "REVERSED"
    assert "one is REVERSED at a level shared by all (Holm): A.S7.depth.top1.conv3" in found.reason
    assert len(found.runs) == 4 * 3
    assert [name for name, item in claims.items() if isinstance(item, JudgedParts)] == [found.id]


def exact(name: str, **changes: Any) -> JudgedExact:
    claim = replace(CLAIMS[name], **changes)
    return judged_exact(claim, ALEXNET, entry(JudgedExact, id=name, paper_value=claim.paper_value, bound=claim.bound))


@pytest.mark.parametrize(
    ("name", "verdict", "value", "says"),
    [
        (
            "A.abs.params",
            "EXACT-PASS",
            60_965_224,
            "The number of parameters of full as printed is 60,965,224; the paper says 60,000,000: 1.6% off, within the 2%",
        ),
        (
            "A.F2.neurons.conv1",
            "EXACT-FAIL",
            290_400,
            "The number of neurons in conv1 of full as printed is 290,400 (55 x 55 px of 96 kernels); the paper says 253,440",
        ),
        ("A.F2.neurons.input", "EXACT-PASS", 150_528, "the paper says 150,528: the same"),
        ("A.S4.1.x2048", "EXACT-FAIL", 2178, "256 px hold 33 x 33 places of 224 px"),
        ("A.S1.convshare", "EXACT-FAIL", 884_736 / 60_965_224, "conv3 holds 1.45%, conv4 holds 1.09%"),
    ],
)
def test_the_papers_slips_fail_and_its_roundings_pass(name: str, verdict: str, value: float, says: str) -> None:
    found = exact(name)
    assert found.verdict == verdict
    assert found.estimate == pytest.approx(value, rel=2e-3 if name == "A.S1.convshare" else 0)
    assert says in found.reason
    assert found.evidence == "architecture"


def test_a_bound_allows_less_and_equality_does_not() -> None:
    assert exact("A.S1.convshare", paper_value=0.02).verdict == "EXACT-PASS"
    assert "within that" in exact("A.S1.convshare", paper_value=0.02).reason
    assert exact("A.S1.convshare", paper_value=0.02, bound="equal").verdict == "EXACT-FAIL"


@pytest.mark.parametrize("changes", [{"metric": "num_wheels"}, {"metric": "num_neurons.fc9"}, {"bound": "about"}])
def test_a_count_that_nobody_can_make_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"A\.abs\.neurons"):
        exact("A.abs.neurons", **changes)


def test_crops_are_counted_at_the_papers_own_data_whatever_the_scale() -> None:
    assert exact_count(CLAIMS["A.S4.1.x2048"], ALEXNET).value == 2 * 33**2


def test_a_scale_without_the_family_of_an_arm_cannot_test_its_claim(tmp_path: Path) -> None:
    claims = made(tmp_path, ["full"], scale="paper", num_examples=50)
    for name in ("A.F1.relu_tanh.speedup", "A.S3.3.lrn.cifar.norm", "A.S3.3.lrn.cifar.18"):
        assert claims[name].verdict == "UNTESTABLE-HERE"
        assert "scale paper runs no networks of the family" in claims[name].reason
    effects = judgement_in(tmp_path, scale="paper").effects
    assert {item.table for item in effects} & {"alexnet_cifar", "alexnet_figure1"} == set()


def test_shipped_pairs_may_differ_in_all_that_they_declare_and_in_nothing_else(tmp_path: Path) -> None:
    pair = ["cifar_11pct", "cifar_13pct"]
    assert made(tmp_path, pair, errors={"cifar_13pct": 0.4})["A.S3.3.lrn.cifar.shipped"].verdict == "REPRODUCED"
    for seed in range(3):
        spec = read_run(tmp_path, f"small/alexnet/cifar_13pct/{seed}").spec
        spec["recipe"]["optimizer"]["momentum"] = 0.5
        change_run(tmp_path, f"small/alexnet/cifar_13pct/{seed}", spec=spec)
    found = judged(tmp_path, scale="small")["A.S3.3.lrn.cifar.shipped"]
    assert found.verdict == "INVALID"
    assert "another specification than its name has now: recipe.optimizer.momentum; train it again." in found.reason


def test_only_metrics_that_rest_on_scores_need_the_same_images(tmp_path: Path) -> None:
    variants = ["full", "no_weight_decay", "zero_bias_init"]
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=variants)
    for variant in variants[1:]:
        path = run_folder(tmp_path, f"small/alexnet/{variant}/0") / "scores.train.center.npz"
        scores = read_scores(path)
        write_scores(path, replace(scores, example_N=np.array([b"x" + key for key in scores.example_N])))
        record_scores_again(tmp_path, f"small/alexnet/{variant}/0", path.name)
    claims = judged(tmp_path, scale="small")
    assert claims["A.S5.wd"].verdict == "INVALID"
    assert "different train images" in claims["A.S5.wd"].reason
    assert claims["A.S5.biasinit"].verdict not in ("INVALID", "INCOMPLETE")


def test_directions_of_training_are_decided_in_points(tmp_path: Path) -> None:
    claims = made(
        tmp_path, ["full", "no_weight_decay", "zero_bias_init"], errors={"no_weight_decay": 0.36, "zero_bias_init": 0.6}
    )
    decay, biases = claims["A.S5.wd"], claims["A.S5.biasinit"]
    assert (decay.verdict, decay.decided_on, decay.smallest_effect) == ("DIRECTION", "points", 0.005)
    assert decay.estimate == pytest.approx(0.06, abs=0.02)
    assert decay.total_ci90 is not None
    assert (biases.verdict, biases.decided_on, biases.total_ci90) == ("DIRECTION", "log_ratio", None)
    assert "To leave chance zero_bias_init needs" in biases.reason


def test_pages_compare_a_variant_with_its_own_control_by_a_protocol_that_both_have(everything: Path) -> None:
    effects = judgement_in(everything, scale="smoke").effects
    for table in ALEXNET.tables:
        found = [item for item in effects if item.table == table.name and item.metric == "top1_error"]
        there = set(run_at(ALEXNET, "smoke"))
        compared = [name for name in table.variants if table.control_of(name) != name and name in there and not table.planted]
        assert [(item.variant, item.control) for item in found] == [(name, table.control_of(name)) for name in compared]
        for item in found:
            shared = [ALEXNET.experiment(name).evaluation.protocols for name in (item.variant, item.control)]
            assert all(item.protocol in protocols for protocols in shared)
            assert (item.gate, item.reason) == ("", "")
            assert item.points is not None
    speeds = [item for item in effects if item.metric == "early_train_error"]
    assert {item.table for item in speeds} == {"alexnet_figure1"}
    assert all(item.points is not None for item in speeds)


def test_a_change_of_several_places_shows_what_stood_there() -> None:
    base_value, difference = changed(ALEXNET, "zero_bias_init")
    assert base_value == 1.0
    assert [item.key for item in difference] == sorted(ALEXNET.variant("zero_bias_init").places)
    both, _ = changed(ALEXNET, "as_released_no_norm")
    assert [set(item) for item in both] == [
        {"size", "alpha", "beta", "k", "alpha_over_size"},
        {"size", "alpha", "beta", "k"},
    ]
    assert changed(ALEXNET, "as_released") == (None, ())


def test_a_claim_whose_parts_are_not_judged_is_refused(everything: Path) -> None:
    every = replace(CLAIMS["A.S7.depth.top1"], parts=("A.S7.depth.top1.conv8", "A.S7.depth.top1.conv9"))
    table = read_runs_csv(everything / "smoke" / "runs.csv").rows
    population = Population(table, paper=replace(ALEXNET, claims=(every,), tables=()), scale="smoke", results=everything)
    with pytest.raises(ValueError, match=r"unknown: \['A.S7.depth.top1.conv8', 'A.S7.depth.top1.conv9'\]"):
        judged_claims(population, Declared())


def test_an_effect_of_which_the_two_errors_are_not_known_says_so_on_other_data(everything: Path) -> None:
    lrn = CLAIMS["A.S3.3.lrn.top1"]
    why = "The text prints 1.4 points and neither error."
    alone = replace(lrn, paper_arm=None, paper_against=None, unpaired=why)
    table = read_runs_csv(everything / "smoke" / "runs.csv").rows
    population = Population(table, paper=replace(ALEXNET, claims=(alone,), tables=()), scale="smoke", results=everything)
    (entry,) = judged_claims(population, Declared())
    assert (entry.verdict, entry.decided_on) == ("UNTESTABLE-HERE", "log_ratio")
    assert entry.reason.startswith(f"{why} On other data errors are compared by their ratio")


def test_how_fast_variants_learn_is_measured_where_a_page_asks_whatever_it_draws(everything: Path) -> None:
    rows = read_runs_csv(everything / "smoke" / "runs.csv").rows
    population = Population(rows, paper=ALEXNET, scale="smoke", results=everything)
    page = ALEXNET.table("alexnet_figure1")
    found = {effect.metric for effect in table_effects(replace(page, figures=()), population)}
    assert found == {"top1_error", "early_train_error"}
    assert {effect.metric for effect in table_effects(replace(page, measures=()), population)} == {"top1_error"}


def test_a_net_and_a_classical_model_that_has_no_crops_are_compared_by_the_ratio_of_their_errors(claims: dict[str, Any]) -> None:
    for name in ("A.T1.cnn_sparse.top1", "A.T1.cnn_siftfv.top1"):
        item = claims[name]
        assert item.log_ratio.estimate == pytest.approx(math.log(item.means[item.arms[1]] / item.means[item.arms[0]]), abs=1e-12)
        assert item.log_ratio.estimate != 0


def test_a_level_knows_that_its_page_s_nets_share_draws(tmp_path: Path) -> None:
    nets = ("full", "no_lrn", "no_crop", "pool_2x2", "no_flip")
    made(tmp_path, nets, seed_noise=0.02)
    table = read_runs_csv(tmp_path / "small" / "runs.csv")
    population = Population(table.rows, paper=ALEXNET, scale="small", results=tmp_path)
    for place, name in enumerate(nets):  # what a seed adds, it adds to every net
        population.values[name, "top1_gap", "center"] = {0: 0.3 + place / 10, 1: 0.32 + place / 10, 2: 0.35 + place / 10}
    level = measure_level(population, arm="full", pool=nets, metric="top1_gap", protocol="center")
    assert level is not None
    assert set(level.estimate.pool) == set(nets)
    assert level.estimate.df == pytest.approx(2)
    assert mean_of(level.arms, arm="full", lenders=nets).df == 10


def test_the_control_of_two_averages_is_the_one_that_the_page_compares_with(everything: Path) -> None:
    table = read_runs_csv(everything / "smoke" / "runs.csv")
    population = Population(table.rows, paper=ALEXNET, scale="smoke", results=everything)
    assert case_of(CLAIMS["A.T2.7cnnpre.gain.top5"], population).control == "five_cnns"
    assert case_of(CLAIMS["A.S3.3.lrn.top1"], population).control == "full"


def test_a_run_without_any_error_is_no_reason_to_leave_what_crops_gain_untested(tmp_path: Path) -> None:
    item = made(tmp_path, ["full"], errors={"full": 0.0}, center_extra=0.02, seed_noise=0.0)["A.S6.crops.top1"]
    assert item.verdict != "UNTESTABLE-HERE"
    assert item.log_ratio.estimate == pytest.approx(math.log(0.02 / (0.5 / 401)))


def test_the_verdict_by_own_spreads_reads_the_sign_in_points_as_the_verdict_does() -> None:
    apart = Estimate(value=0.1, se=0.02, df=4, sd=None, test="Welch t", p=None)
    touching = replace(apart, value=0.01)
    points = Estimated(estimate=0.1, ci90=apart.ci90, ci95=apart.ci95)
    judged_as = entry(JudgedEffect, metric="top1_error", decided_on="log_ratio", points=points, verdict="DIRECTION")
    size = Size(least=0.2, most=0.2, band=(0.19, 0.21), smallest=0.005)
    assert touching.ci90 and apart.ci90 and touching.ci90[0] < 0 < apart.ci90[0]
    assert verdict_by_own_spreads(judged_as, size, welch=touching, welch_points=apart) == "DIRECTION"
    assert verdict_by_own_spreads(judged_as, size, welch=apart, welch_points=touching) == "NOT-REPRODUCED"
