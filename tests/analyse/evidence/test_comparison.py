"""Two arms of a page compared: who lends its spread, when seeds are paired, and what stands beside the interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from repro.analyse.evidence.comparison import Comparison, Pair, compare, compare_within, measure_level
from repro.analyse.evidence.population import Population
from tests.analyse.judging import ALEXNET, claim, judged, made, truth
from tests.fabricate import fabricate

NETS = {
    "full": [0.30, 0.31, 0.32, 0.30, 0.33, 0.31],
    "no_lrn": [0.32, 0.33, 0.34, 0.32, 0.36, 0.33],
    "tanh": [0.41, 0.40, 0.44, 0.42, 0.40, 0.43],
}
CLASSICAL = {"sift_fisher": [0.50, 0.501, 0.502, 0.50, 0.501, 0.502]}
PAIR = Pair(
    arm="full",
    against="no_lrn",
    pool=(*NETS, *CLASSICAL),
    control="full",
    family=("full", "no_lrn", "tanh"),
    metric="top1_error",
    protocol="center",
)


class Runs:
    """The values of some arms, as a population gives them; the examples of no run are known."""

    def __init__(
        self, values: Mapping[str, Sequence[float]], *, num_examples: int = 99, other: Mapping[str, Any] | None = None
    ) -> None:
        """other: of variants whose runs were made otherwise, what is other about them."""
        self._other = dict(other or {})
        self.values = {name: dict(enumerate(of)) for name, of in values.items()}
        self._num = num_examples
        experiment = SimpleNamespace(evaluation=SimpleNamespace(protocols=("center",)))
        self.paper = SimpleNamespace(experiment=lambda name: experiment)

    def kept(self, key: object, make: Callable[[], Any]) -> Any:
        """What is found out of the folders of runs: of invented values nothing is wrong."""
        return ()

    def by_seed(self, variant: str, *, metric: str, protocol: str) -> dict[int, float]:
        return self.values.get(variant, {})

    def arms(self, variants: Sequence[str], *, metric: str, protocol: str) -> dict[str, list[float]]:
        return {name: list(self.values[name].values()) for name in variants if self.values.get(name)}

    def num_examples(self, variants: Sequence[str], *, metric: str, protocol: str) -> int:
        return self._num

    least_value = Population.least_value

    def runs(self, variant: str) -> list[Any]:
        network = None if variant in CLASSICAL else object()
        other = self._other.get(variant, {})
        made = {"network": network, "num_classes": 10, "code_digest": "c", "precision": "float32", "diverged": False, **other}
        data = SimpleNamespace(name="images", digest=made.pop("data", "d"))
        return [SimpleNamespace(seed=seed, dataset=data, **made) for seed in self.values.get(variant, {})]

    finished = runs

    def same_examples(self, variants: Sequence[str], *, split: str, protocol: str) -> bool:
        return False


def compared(values: Mapping[str, Sequence[float]], *, decided_on: str = "points", **pair: Any) -> Comparison:
    found = compare(Runs(values), replace(PAIR, **pair), decided_on=decided_on)  # type: ignore[arg-type]
    assert found is not None
    return found


class Timed(Runs):
    """One variant that was measured in two ways, each with its values by seed."""

    def by_seed(self, variant: str, *, metric: str, protocol: str) -> dict[int, float]:
        return self.values[protocol]


@pytest.mark.parametrize("scale", [1e-9, 1e-6, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("metric", ["train_s_per_clip", "test_s_per_clip"])
def test_a_ratio_of_times_is_the_same_however_short_they_are(scale: float, metric: str) -> None:
    """Half an example's share, which a share of 0 counts as, is no least time."""
    one, other = [0.64, 0.65, 0.66], [0.89, 0.90, 0.91]
    runs: Any = Timed({"one": [scale * t for t in one], "other": [scale * t for t in other]}, num_examples=480)
    found = compare_within(
        runs, arm="clip_speed", metric=metric, protocol="one", against_protocol="other", decided_on="log_ratio"
    )
    assert found is not None and found.log_ratio is not None
    expected = sum(math.log(b / a) for a, b in zip(one, other, strict=True)) / 3
    assert found.log_ratio.value == pytest.approx(expected, rel=1e-9)
    assert found.log_ratio.ci90 is not None


def test_a_share_of_0_counts_as_half_an_example() -> None:
    runs: Any = Timed({"one": [0.0, 0.01], "other": [0.10, 0.11]}, num_examples=49)
    found = compare_within(
        runs, arm="full", metric="top1_error", protocol="one", against_protocol="other", decided_on="log_ratio"
    )
    assert found is not None and found.log_ratio is not None
    assert found.log_ratio.value == pytest.approx((math.log(0.10 / 0.01) + math.log(0.11 / 0.01)) / 2)


def three(values: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    return {name: of[:3] for name, of in values.items()}


def test_only_networks_lend_their_spread_and_are_named() -> None:
    found = compared(three({**NETS, **CLASSICAL}))
    assert found.points.pool == ("full", "no_lrn", "tanh")
    assert found.points.test == "pooled t"
    classical = compared(three({**NETS, **CLASSICAL}), against="sift_fisher", family=("full", "sift_fisher"))
    assert classical.points.alone == ("sift_fisher",)
    assert "sift_fisher" not in classical.points.pool


def test_a_net_at_chance_lends_nothing_and_stands_alone() -> None:
    found = compared({**three(NETS), "tanh": [0.90, 0.90, 0.90]})
    assert "tanh" not in found.points.pool
    assert "tanh" in compared({**three(NETS), "tanh": [0.90, 0.90, 0.90]}, against="tanh").points.alone


@pytest.mark.parametrize("other", [{"code_digest": "x"}, {"precision": "bfloat16"}, {"data": "x"}, {"diverged": True}])
def test_runs_that_were_made_otherwise_lend_nothing(other: dict[str, Any]) -> None:
    runs: Any = Runs(three(NETS), other={"tanh": other})
    found = compare(runs, PAIR, decided_on="points")
    assert found is not None
    assert found.points.pool == ("full", "no_lrn")


def test_welch_stands_beside_on_the_deciding_scale() -> None:
    for decided_on in ("points", "log_ratio"):
        found = compared(three(NETS), decided_on=decided_on)
        assert found.welch is not None and found.deciding is not None
        assert found.welch.value == found.deciding.value
        assert found.welch.test == "Welch t"
        assert found.welch.se != found.deciding.se


def test_six_seeds_that_go_together_are_paired_and_three_are_not() -> None:
    few, many = compared(three(NETS)), compared(NETS)
    assert (few.common.paired, few.points.test) == (False, "pooled t")
    assert (many.common.paired, many.points.test, many.points.df) == (True, "paired t", 5)
    assert many.common.correlation is not None and many.common.correlation > 0.9
    assert many.log_ratio is not None and many.log_ratio.test == "paired t"
    assert many.points.se < few.points.se / 2


@pytest.mark.parametrize("values", [NETS, three(NETS)])
@pytest.mark.parametrize("decided_on", ["points", "log_ratio"])
def test_the_adjusted_p_is_of_the_intervals_own_spread(values: Mapping[str, Sequence[float]], decided_on: str) -> None:
    found = compared(values, decided_on=decided_on)
    assert found.deciding is not None and found.deciding.p is not None and found.p_adjusted is not None
    assert found.deciding.p < found.p_adjusted < 2.2 * found.deciding.p


def test_an_error_of_zero_has_a_log_ratio() -> None:
    found = compared({**three(NETS), "full": [0.0, 0.0, 0.0]}, decided_on="log_ratio")
    assert found.log_ratio is not None
    assert found.log_ratio.value == pytest.approx(math.log(0.33 / 0.005))


def test_a_level_has_the_spread_of_the_networks() -> None:
    runs: Any = Runs(three({**NETS, **CLASSICAL}))
    found = measure_level(runs, arm="full", pool=PAIR.pool, metric="top1_error", protocol="center")
    assert found is not None
    assert (found.estimate.pool, found.estimate.test) == (("full", "no_lrn", "tanh"), "pooled t")


def test_what_is_compared_stands_in_claims_json(tmp_path: Path) -> None:
    found = made(tmp_path, variants=("full", "no_lrn", "tanh", "no_dropout"))
    assert set(found.pool) | set(found.alone) >= {"full", "no_lrn"}
    assert found.welch is not None and found.welch.estimate == pytest.approx(found.estimate)
    assert found.welch_verdict
    assert found.num_common == 3
    assert found.correlation is not None


def test_a_verdict_that_a_gate_decides_depends_on_no_spread(tmp_path: Path) -> None:
    found = made(tmp_path, variants=("full", "no_lrn"), diverged=["no_lrn/1"])
    assert found.verdict == "INVALID"
    assert (found.welch_verdict, found.depends_on_spread) == ("", False)


def test_without_a_run_there_is_nothing_to_compare(tmp_path: Path) -> None:
    fabricate([ALEXNET], scale="small", results=tmp_path, truth=truth(), variants=["full"])
    assert claim(judged(tmp_path)).welch is None
