"""An order and a spread of the video paper's four nets, from scores to verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.evidence.several import page_trend_p, range_quantile
from repro.analyse.judge.judge import judge
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, fabricate

KARPATHY = PAPERS["karpathy"]
NETS = ("slow_fusion", "single_frame", "late_fusion", "early_fusion")
IN_ORDER = {"slow_fusion": 0.2, "single_frame": 0.3, "late_fusion": 0.32, "early_fusion": 0.45}


def judged(results: Path, *, variants: Sequence[str] = NETS, **changes: Any) -> dict[str, Any]:
    """Fabricate runs of the four nets at scale small, judge them, and return the entries by id."""
    truth = Truth(**{"num_examples": 400, "seed_noise": 0.01, **changes})
    fabricate([KARPATHY], scale="small", results=results, truth=truth, variants=variants)
    runs = [make_run(KARPATHY, scale="small", variant=name, seed=seed) for name in variants for seed in range(3)]
    collect(runs, papers=[KARPATHY], results=results)
    judge([KARPATHY], scale="small", results=results)
    return {item.id: item for item in judgement_in(results, scale="small").claims}


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return judged(tmp_path_factory.mktemp("ordered"), errors=IN_ORDER)


def test_an_order_is_found_pair_by_pair_and_as_a_whole(ordered: dict[str, Any]) -> None:
    found = ordered["B.S4.1.order.vid1"]
    assert (found.verdict, found.decided_on, found.num_blocks) == ("REPRODUCED", "points", 3)
    assert [(pair.arm, pair.against) for pair in found.pairs] == [
        ("slow_fusion", "single_frame"),
        ("slow_fusion", "late_fusion"),
        ("slow_fusion", "early_fusion"),
        ("single_frame", "early_fusion"),
        ("late_fusion", "early_fusion"),
    ]
    assert {pair.verdict for pair in found.pairs} == {"DIRECTION"}
    assert all(pair.p <= pair.p_holm for pair in found.pairs)
    # All three seeds rank the nets alike, the two in the middle either way.
    value_BA = np.tile([0.0, 1.0, 1.5, 2.0], (3, 1))
    assert found.p_trend == pytest.approx(page_trend_p(value_BA, (0, 1, 1, 2)))
    assert "the order here is slow_fusion" in found.reason
    assert "5 of 5 pairs are as in the paper; Page's test of the whole order over 3 seeds: p below .001" in found.reason
    assert len(found.runs) == 4 * 3


def test_a_spread_is_the_largest_less_the_smallest_with_an_interval_for_all_pairs(ordered: dict[str, Any]) -> None:
    found = ordered["B.S4.1.spread.vid1"]
    assert (found.verdict, found.decided_on) == ("NOT-REPRODUCED", "log_ratio")
    assert (found.smallest, found.largest) == ("slow_fusion", "early_fusion")
    assert found.points.estimate == pytest.approx(found.means["early_fusion"] - found.means["slow_fusion"])
    assert found.d0 == pytest.approx(np.log(0.423 / 0.391))
    assert found.ci90[0] < found.estimate < found.ci90[1]
    assert "They differ by more than the paper's 8.2%." in found.reason
    assert range_quantile(0.90, 4, 9) < range_quantile(0.90, 4, 8.7) < range_quantile(0.90, 4, 8)


def test_equal_nets_spread_by_little_and_their_order_is_open_or_absent(tmp_path: Path) -> None:
    found = judged(tmp_path, seed_noise=0.001, errors=dict.fromkeys(NETS, 0.4), num_examples=1000)
    spread, order = found["B.S4.1.spread.vid1"], found["B.S4.1.order.vid1"]
    assert spread.verdict == "REPRODUCED"
    assert "They differ by no more than the paper's 8.2%" in spread.reason
    assert order.verdict in ("ABSENT", "INCONCLUSIVE", "NOT-REPRODUCED")


def test_the_opposite_order_is_reversed_and_the_pairs_are_named(tmp_path: Path) -> None:
    found = judged(tmp_path, errors=dict(zip(NETS, (0.45, 0.32, 0.3, 0.2), strict=True)))["B.S4.1.order.vid1"]
    assert found.verdict == "REVERSED"
    assert "at a level shared by all pairs" in found.reason or "shared among all pairs (Holm)" in found.reason
    assert "slow_fusion and early_fusion" in found.reason


def test_a_net_at_chance_is_no_part_of_an_order_or_a_spread(tmp_path: Path) -> None:
    classes = Truth().num_classes
    found = judged(tmp_path, errors={**IN_ORDER, "early_fusion": 1 - 1 / classes})
    for name in ("B.S4.1.order.vid1", "B.S4.1.spread.vid1"):
        assert found[name].verdict == "DID-NOT-TRAIN"
        assert "early_fusion did not train here" in found[name].reason


def test_an_order_with_a_net_that_has_no_runs_is_incomplete(tmp_path: Path) -> None:
    found = judged(tmp_path, variants=NETS[:3], errors=IN_ORDER)
    assert {found[name].verdict for name in ("B.S4.1.order.vid1", "B.S4.1.spread.vid1")} == {"INCOMPLETE"}
