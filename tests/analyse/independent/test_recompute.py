"""The judge and a program that shares nothing with it come to the same numbers and verdicts; where one is wrong, it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from tests.analyse.declaring import LOOKS, judged, plan, run
from tests.analyse.independent import dunnett, intervals, several, spreads
from tests.analyse.independent.folder import Folder
from tests.analyse.independent.recompute import GATES, Line, compared, effects, main
from tests.fabricate import Truth, fabricate
from tests.once import made_once

SCALE = "small"
NETS = {
    "full": 0.40,
    "no_lrn": 0.43,
    "pool_2x2": 0.404,
    "tanh": 0.45,
    "no_dropout": 0.44,
    "no_pca_color": 0.95,
    "zero_bias_init": 0.52,
    "minus_conv3": 0.42,
    "minus_conv4": 0.36,
    "minus_conv5": 0.43,
    "no_weight_decay": 0.48,
    "sift_fisher": 0.45,
    "sparse_coding": 0.39,
}
UNITS = {f"figure1_{unit}{rate}": 0.3 for unit in ("relu", "tanh", "sigmoid") for rate in ("", "_slow", "_fast")}
VIDEOS = {
    "single_frame": 0.40,
    "early_fusion": 0.42,
    "late_fusion": 0.40,
    "slow_fusion": 0.38,
    "single_frame_multires": 0.39,
    "slow_fusion_multires": 0.38,
    "fovea_only": 0.50,
    "context_only": 0.44,
    "conv3d": 0.41,
}
PACES = dict(zip(UNITS, (4, 6, 3, 9, 14, 30, 20, 30, 30), strict=True))


def make(results: Path) -> None:
    """Nets of both papers at one scale, among them one that learned nothing; judged."""
    truth = Truth(errors=NETS | VIDEOS, paces=PACES, seed_noise=0.012, num_examples=300, gaps={"no_dropout": 0.2})
    alexnet, karpathy = PAPERS["alexnet"], PAPERS["karpathy"]
    fabricate([alexnet], scale=SCALE, results=results, truth=truth, variants=[*NETS, *UNITS], seeds=range(3))
    fabricate([alexnet], scale=SCALE, results=results, truth=truth, variants=["full"], seeds=range(3, 15))
    fabricate([karpathy], scale=SCALE, results=results, truth=truth, variants=[*VIDEOS], seeds=range(4))
    chosen = [(alexnet, name, seed) for name in (*NETS, *UNITS) for seed in range(15 if name == "full" else 3)]
    chosen += [(karpathy, name, seed) for name in VIDEOS for seed in range(4)]
    collect(
        [make_run(paper, scale=SCALE, variant=name, seed=seed) for paper, name, seed in chosen],
        papers=[alexnet, karpathy],
        results=results,
    )
    judge([alexnet, karpathy], scale=SCALE, results=results)


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "judged_twice", make) / SCALE


@pytest.fixture(scope="session")
def lines(results: Path) -> list[Line]:
    folder = Folder(results)
    return [*compared(folder), *effects(folder)]


def test_all_numbers_and_verdicts_are_found_again(lines: list[Line]) -> None:
    assert [(line.claim["id"], line.faults) for line in lines if line.faults] == []


def test_claims_of_every_kind_and_most_verdicts_are_among_them(lines: list[Line]) -> None:
    judged = [line for line in lines if line.verdict and line.verdict not in GATES]
    assert {line.claim["kind"] for line in judged} >= {"effect", "direction", "no_worse", "ratio", "ranking", "spread", "every"}
    assert {line.verdict for line in lines} >= {"REVERSED", "DIRECTION", "INCONCLUSIVE", "DID-NOT-TRAIN", "NOT-COMPARABLE"}
    assert {line.claim.get("test") for line in judged} >= {"pooled t", "partly pooled t", "Welch t"}
    assert len(judged) > 30 and len(lines) > 250


def test_a_classical_model_is_compared_by_its_own_view(lines: list[Line]) -> None:
    """Its one view has another name than the ten crops of the nets, and its errors are no smaller for that."""
    (line,) = (line for line in lines if line.claim["id"] == "A.T1.cnn_siftfv.top1")
    assert line.claim["estimate"] == pytest.approx(np.log(0.45 / 0.40), abs=0.1)
    assert line.verdict == line.claim["verdict"] == "REPRODUCED"


def changed(results: Path, folder: Path, claim: str, **fields: Any) -> list[str]:
    """What is said of a claim after someone has changed what claims.json says of it."""
    folder.mkdir()
    for name in ("runs", "runs.csv"):
        (folder / name).symlink_to(results / name)
    judged = json.loads((results / "claims.json").read_text())
    (entry,) = [item for item in judged["claims"] if item["id"] == claim]
    entry.update(fields)
    (folder / "claims.json").write_text(json.dumps(judged))
    return [fault for line in compared(Folder(folder), only=claim) for fault in line.faults]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"verdict": "REPRODUCED"}, "verdict"),
        ({"estimate": 0.0725}, "estimate differs"),
        ({"ci90": [0.001, 0.002]}, "ci90 differs"),
        ({"total_ci90": [0.001, 0.002]}, "total_ci90 differs"),
        ({"pool": ["full"]}, "pool"),
        ({"p_adjusted": 0.5}, "p_adjusted differs"),
        ({"df": 3.0}, "df differs"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_changed_number_or_verdict_is_noticed(results: Path, tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    found = changed(results, tmp_path / "changed", "A.S7.depth.top1.conv4", **fields)
    assert any(said in fault for fault in found), found


def test_by_hand_it_prints_every_claim_and_ends_with_0_if_all_is_equal(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(results)]) == 0
    text = capsys.readouterr().out
    assert "A.S3.3.lrn.top1" in text and "largest difference" in text.splitlines()[-1]


# The second opinion itself, against scipy.

ONE, TWO = np.array([0.31, 0.33, 0.30, 0.32, 0.335]), np.array([0.36, 0.35, 0.39, 0.37, 0.36])


def test_welch_and_paired_intervals_are_those_of_scipy() -> None:
    found = stats.ttest_ind(TWO, ONE, equal_var=False).confidence_interval(0.90)
    assert intervals.welch(ONE, TWO, log=False).interval() == pytest.approx((found.low, found.high), abs=1e-12)
    found = stats.ttest_rel(TWO, ONE).confidence_interval(0.90)
    assert intervals.paired(ONE, TWO, log=False).interval() == pytest.approx((found.low, found.high), abs=1e-12)


def test_equal_spreads_are_pooled_as_in_students_test() -> None:
    arms = {"one": dict(enumerate(ONE)), "two": dict(enumerate(TWO, start=len(ONE)))}  # no seed in common
    found = spreads.compare(arms, "one", "two", lenders=["one", "two"], log=False)
    expected = stats.ttest_ind(TWO, ONE).confidence_interval(0.90)
    assert found.test == "pooled t"
    assert found.found.interval() == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_dunnett_of_two_arms_is_the_t_test_and_of_four_that_of_scipy() -> None:
    assert dunnett.dunnett_p(2.5, 7, weights={"c": 5, "a": 4}, control="c") == pytest.approx(2 * stats.t.sf(2.5, 7), abs=1e-10)
    rng = np.random.default_rng(0)
    arms = [rng.normal(mean, 1, 5) for mean in (0, 1, 0.5, 2)]
    expected = stats.dunnett(*arms[1:], control=arms[0], rng=rng)
    weights = dict.fromkeys("cdef", 5.0)
    for statistic, p in zip(expected.statistic, expected.pvalue, strict=True):
        assert dunnett.dunnett_p(abs(statistic), 16, weights=weights, control="c") == pytest.approx(p, abs=5e-4)


def test_the_trend_test_is_that_of_scipy_where_there_are_no_ties() -> None:
    table = np.array([[1.0, 2.0, 3.5], [2.0, 1.0, 3.0], [0.5, 0.7, 0.6]])
    assert several.page_p(table, [0, 1, 2]) == pytest.approx(stats.page_trend_test(table, method="exact").pvalue, abs=1e-12)


def test_holm_by_hand() -> None:
    assert intervals.holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_claims_at_their_looks_are_judged_alike_a_second_time(tmp_path: Path) -> None:
    """Two variants have five seeds and one three, so that claims stand at different looks; one seed was not declared."""
    names = ["full", "no_lrn", "tanh", "pool_2x2"]
    plan(tmp_path, looks=LOOKS)
    run(tmp_path, range(3), variants=names)
    run(tmp_path, [3, 4], variants=["full", "no_lrn"])
    run(tmp_path, [15], variants=["pool_2x2"])
    judged(tmp_path, variants=names)
    found = list(compared(Folder(tmp_path / SCALE)))
    assert not [(line.claim["id"], line.faults) for line in found if line.faults]
    assert any(line.claim["post_hoc"] for line in found)
    assert len([line for line in found if line.verdict and line.claim.get("look_ci")]) >= 3
