"""Epochs to a training error: choices, censored runs, intervals and verdicts, by hand and by simulation."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.evidence.epochs import log_ratio_of_epochs, logrank_p
from repro.analyse.evidence.paces import Pace, compare_paces
from repro.analyse.evidence.sizes import about_ratio
from repro.analyse.evidence.verdict import decide_bound
from repro.analyse.judge.judge import judge
from repro.artifacts.files import run_folder, write_text
from repro.artifacts.judged import Epochs
from repro.artifacts.log_jsonl import log_text, read_log
from repro.artifacts.run_json import read_run
from repro.artifacts.stored_files import stored_file
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from tests.analyse.judging import judgement_in
from tests.fabricate import Truth, change_run, fabricate, run_at

ALEXNET = PAPERS["alexnet"]
NEVER = math.inf
FIGURE1 = ALEXNET.table("alexnet_figure1").variants
SPEEDUP = "A.F1.relu_tanh.speedup"


def pace(*epochs: float, lasted: float = 20) -> Pace:
    return Pace(variant="net", epochs=epochs, lasted=(lasted,) * len(epochs))


def test_equal_seeds_have_an_interval_from_rounding_alone() -> None:
    found = log_ratio_of_epochs([5, 5, 5], [20, 20, 20])
    assert found.value == pytest.approx(math.log(4))
    # All runs are rounded alike: 1/12 epoch^2 however many they are, on the log 1 / (12 * 25) and 1 / (12 * 400).
    assert found.se == pytest.approx(math.sqrt(1 / 300 + 1 / 4800))
    assert found.df == 4
    # t(4 degrees of freedom, .95) = 2.131847, from printed tables.
    assert found.ci90 == pytest.approx((math.log(4) - 2.131847 * found.se, math.log(4) + 2.131847 * found.se), rel=1e-6)


def test_rounding_adds_to_the_seeds_own_spread() -> None:
    found = log_ratio_of_epochs([4, 6, 5], [9, 10, 12])
    own = (np.var(np.log([4, 6, 5]), ddof=1) + np.var(np.log([9, 10, 12]), ddof=1)) / 2
    rounding = np.mean([1 / 16, 1 / 36, 1 / 25]) / 12 + np.mean([1 / 81, 1 / 100, 1 / 144]) / 12
    assert found.se == pytest.approx(math.sqrt((2 * own + rounding) / 3))
    assert found.df == 4


def test_counts_of_whole_epochs_are_half_an_epoch_too_long() -> None:
    assert pace(5, NEVER, 20).times == (4.5, 20, 19.5)
    found = compare_paces(pace(5, 5, 5), pace(20, 20, 20), threshold=0.25).exact
    assert found is not None
    assert found.value == pytest.approx(math.log(19.5 / 4.5))


def test_one_seed_an_arm_has_a_ratio_and_no_interval() -> None:
    found = log_ratio_of_epochs([5], [20])
    assert (math.exp(found.value), found.ci90) == (pytest.approx(4), None)


@pytest.mark.parametrize(("medians", "spread", "num_seeds"), [((6, 36), 0.1, 3), ((5, 12), 0.2, 3), ((20, 40), 0.15, 5)])
def test_intervals_of_ratios_cover_the_truth(medians: tuple[int, int], spread: float, num_seeds: int) -> None:
    rng = np.random.default_rng(2012)
    covered = []
    for _ in range(1500):
        arm, against = (np.ceil(np.exp(rng.normal(math.log(m), spread, num_seeds))).tolist() for m in medians)
        interval = log_ratio_of_epochs(pace(*arm, lasted=999).times, pace(*against, lasted=999).times).ci95
        assert interval is not None
        covered.append(interval[0] <= math.log(medians[1] / medians[0]) <= interval[1])
    assert np.mean(covered) >= 0.93  # rounding that all seeds share makes them wider than they need be


def test_censored_runs_of_the_slower_arm_give_a_lower_bound() -> None:
    found = compare_paces(pace(5, 5, 5), pace(NEVER, 15, NEVER), threshold=0.25)
    entry = found.judged
    # 20, 14.5 and 20 epochs against 4.5: the runs that never got there count with their length.
    assert entry.at_least == pytest.approx((20 * 14.5 * 20) ** (1 / 3) / 4.5)
    assert (entry.ratio, entry.ci90) == (None, None)
    assert entry.against == Epochs(variant="net", epochs=(None, 15, None), censored_at=(20, None, 20))
    assert entry.arm == Epochs(variant="net", epochs=(5, 5, 5), censored_at=(None, None, None))
    assert entry.p_logrank is not None and 0 < entry.p_logrank < 0.1


def test_a_censored_run_of_the_faster_arm_leaves_no_bound() -> None:
    entry = compare_paces(pace(5, NEVER), pace(15, 16), threshold=0.25).judged
    assert (entry.ratio, entry.at_least, entry.ci90) == (None, None, None)


def test_the_lower_bound_is_below_what_longer_training_shows() -> None:
    bound = compare_paces(pace(5, 6, 5), pace(NEVER, 18, NEVER), threshold=0.25).bound
    exact = compare_paces(pace(5, 6, 5), pace(31, 18, 44, lasted=50), threshold=0.25).exact
    assert bound is not None and exact is not None
    assert bound.value < exact.value


def test_logrank_by_hand() -> None:
    # Times 1, 2 | 3, 4. Expected in the first group: 2/4 + 1/3; variance 1/4 + 2/9; then the first group is gone.
    z = (2 - 5 / 6) / math.sqrt(1 / 4 + 2 / 9)
    p = math.erfc(z / math.sqrt(2))
    assert logrank_p([1, 2], [3, 4], arm_ended=[9, 9], against_ended=[9, 9]) == pytest.approx(p)
    assert logrank_p([NEVER], [NEVER], arm_ended=[9], against_ended=[9]) is None
    assert logrank_p([], [3], arm_ended=[], against_ended=[9]) is None


@pytest.mark.parametrize(
    ("low", "expected"), [(2.0, ("DIRECTION", "stronger")), (0.5, ("DIRECTION", "open")), (-0.1, ("INCONCLUSIVE", ""))]
)
def test_a_bound_shows_the_direction_and_never_the_size(low: float, expected: tuple[str, str]) -> None:
    assert decide_bound(low, about_ratio(6.0)) == expected


def judged(
    results: Path,
    epochs: Mapping[str, Sequence[float]],
    *,
    scale: str = "small",
    diverged: Sequence[str] = (),
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """Fabricate Figure 1's nets with these epochs to 25 % by seed (others: never), and return the claim about them.

    without: runs `variant/seed` that are not there.
    """
    fabricate(
        [ALEXNET], scale=scale, results=results, truth=Truth(num_examples=40, error=0.8, diverged=diverged), variants=FIGURE1
    )
    for variant, by_seed in epochs.items():
        for seed, wanted in enumerate(by_seed):
            _write_epochs(results, f"{scale}/alexnet/{variant}/{seed}", wanted)
    for name in without:
        shutil.rmtree(run_folder(results, f"{scale}/alexnet/{name}"))
    runs = [make_run(ALEXNET, scale=scale, variant=name, seed=seed) for name in run_at(ALEXNET, scale) for seed in range(3)]
    collect(runs, papers=[ALEXNET], results=results)
    judge([ALEXNET], scale=scale, results=results)
    claims = judgement_in(results, scale=scale).claims
    return next(item for item in claims if item.id == SPEEDUP)


def _write_epochs(results: Path, run_id: str, wanted: float) -> None:
    folder, network = run_folder(results, run_id), read_run(results, run_id).network
    entries = read_log(folder, network.log, again="")
    entries = [replace(entry, train_top1_error=0.24 if entry.epoch >= wanted else 0.8) for entry in entries]
    write_text(folder / network.log.file, log_text(entries))
    change_run(results, run_id, network=replace(network, log=stored_file(folder / network.log.file)))


def test_the_fastest_rate_of_each_unit_stands_for_it(tmp_path: Path) -> None:
    epochs = {"figure1_relu": [4, 4, 5], "figure1_relu_fast": [2, 2, 2], "figure1_tanh": [9, 9, 9], "figure1_tanh_slow": [12] * 3}
    found = judged(tmp_path, epochs)
    assert found.chosen == ("figure1_relu_fast", "figure1_tanh")
    assert found.arms == ("figure1_relu", "figure1_tanh")
    assert found.thresholds[0].ratio == pytest.approx(8.5 / 1.5)
    assert found.estimate == pytest.approx(math.log(8.5 / 1.5))
    assert (found.d0, found.paper_log_ratio) == (pytest.approx(math.log(6)), pytest.approx(math.log(6)))
    assert found.decided_on == "log_ratio"
    assert found.verdict == "REPRODUCED"
    assert "chosen by training error alone" in found.reason
    assert "9, 9, 9 against 2, 2, 2" in found.reason
    assert found.n == {"figure1_relu_fast": 3, "figure1_tanh": 3}
    assert found.means == {"figure1_relu_fast": 2, "figure1_tanh": 9}
    # Nothing reaches 20 % here: without any arrival there is neither a ratio nor a bound.
    last = found.thresholds[-1]
    assert (last.threshold, last.ratio, last.at_least, last.p_logrank) == (0.1, None, None, None)


def test_a_faster_mean_with_one_run_that_never_gets_there_is_not_chosen(tmp_path: Path) -> None:
    found = judged(tmp_path, {"figure1_relu": [6, 6, 6], "figure1_relu_fast": [1, 1, NEVER], "figure1_tanh": [9, 9, 9]})
    assert found.chosen[0] == "figure1_relu"


def test_a_rate_that_diverges_is_not_chosen_and_spoils_nothing(tmp_path: Path) -> None:
    epochs = {"figure1_relu": [3, 3, 3], "figure1_tanh": [9, 9, 9]}
    found = judged(tmp_path, epochs, diverged=[f"figure1_relu_fast/{seed}" for seed in range(3)])
    assert found.chosen[0] == "figure1_relu"
    assert found.verdict not in ("INVALID", "INCOMPLETE")


def test_rates_that_are_not_chosen_need_one_seed(tmp_path: Path) -> None:
    """They are compared on the seeds that all of them have; what stands for a unit needs every planned seed."""
    epochs = {"figure1_relu": [4, 4, 5], "figure1_relu_fast": [5, 1, 1], "figure1_tanh": [9, 9, 9]}
    one_seed = [f"{name}/{seed}" for name in ("figure1_relu_fast", "figure1_tanh_slow") for seed in (1, 2)]
    found = judged(tmp_path, epochs, without=one_seed)
    assert found.chosen[0] == "figure1_relu"
    assert (found.verdict, found.size) == ("DIRECTION", "weaker")
    assert "1 seed each" in found.reason


@pytest.mark.parametrize("missing", [["figure1_relu/2"], [f"figure1_tanh_fast/{seed}" for seed in range(3)]])
def test_a_seed_of_what_stands_for_a_unit_or_a_whole_rate_may_not_be_missing(tmp_path: Path, missing: list[str]) -> None:
    found = judged(tmp_path, {"figure1_relu": [4, 4, 5], "figure1_tanh": [9, 9, 9]}, without=missing)
    assert found.verdict == "INCOMPLETE"
    assert all(name in found.reason for name in missing)


def test_a_slower_arm_that_never_gets_there_shows_the_direction_only(tmp_path: Path) -> None:
    found = judged(tmp_path, {"figure1_relu": [2, 2, 2]})
    assert (found.verdict, found.size) == ("DIRECTION", "open")
    assert found.thresholds[0].at_least == pytest.approx(12 / 1.5)
    assert (found.ci90, found.ci95, found.p_raw) == (None, None, None)
    assert "at least 8.00 times" in found.reason
    assert "3 of 3 runs of the slower arm never got there" in found.reason
    assert "more than 12, more than 12, more than 12 against 2, 2, 2" in found.reason


def test_networks_that_never_learn_are_censored_not_invalid(tmp_path: Path) -> None:
    found = judged(tmp_path, {})
    assert found.verdict == "INCONCLUSIVE"
    assert "Neither arm ever got there" in found.reason


def test_a_faster_arm_with_a_run_that_never_gets_there_decides_nothing(tmp_path: Path) -> None:
    found = judged(tmp_path, {"figure1_relu": [2, 2, NEVER], "figure1_tanh": [9, 9, 9]})
    assert (found.verdict, found.estimate) == ("INCONCLUSIVE", None)
    assert "1 of 3 runs of the faster arm never got there" in found.reason
