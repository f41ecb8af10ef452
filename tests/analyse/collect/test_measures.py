"""What the log and the first kernels of a run give, by hand."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest

from repro.analyse.collect.measures import (
    color_selectivity,
    epochs_to,
    of_kernels,
    of_log,
    parse_kernels,
    thresholds_by_variant,
    tower_split,
)
from repro.papers import PAPERS
from tests.artifacts.made import log_entry

ALEXNET = PAPERS["alexnet"]
GREY, RED_GREEN = np.array([1.0, 1.0, 1.0]), np.array([1.0, -1.0, 0.0])


def kernels(*colours: np.ndarray) -> np.ndarray:
    """Return kernels of 2 x 2 px, each of one colour everywhere."""
    return np.stack([np.broadcast_to(colour, (2, 2, 3)) for colour in colours]).astype(np.float32)


def log_of(*errors: float) -> list[dict[str, float]]:
    return [log_entry(epoch, error) for epoch, error in enumerate(errors, start=1)]


def test_epochs_are_whole_and_counted_to_the_first_error_at_or_below() -> None:
    errors = [0.6, 0.4, 0.25, 0.3, 0.2]
    assert [epochs_to(errors, threshold=value) for value in (0.6, 0.39, 0.25, 0.24)] == [1, 3, 3, 5]


def test_an_error_that_is_never_reached_takes_for_ever() -> None:
    assert epochs_to([0.6, 0.4], threshold=0.39) == math.inf


@pytest.mark.parametrize(("num_epochs", "early"), [(4, 0.9), (5, 0.9), (9, 0.9), (10, 0.8), (15, 0.7)])
def test_the_first_fifth_is_of_the_planned_epochs_and_at_least_one(num_epochs: int, early: float) -> None:
    log = log_of(*[0.9 - 0.2 * epoch for epoch in range(4)])
    found = of_log(log, num_epochs=num_epochs, thresholds=(), num_images=448, chance_floor=0.45)
    # The errors are .9, .7, .5 and .3: in the fourth epoch chance is left.
    assert found == [
        ("early_train_error", "training", pytest.approx(early), 448),
        ("epochs_to_leave_chance", "training", 4.0, 448),
    ]


def test_a_metric_for_each_threshold_is_named_by_it() -> None:
    found = of_log(log_of(0.5, 0.2), num_epochs=2, thresholds=(0.5, 0.25, 0.1), num_images=448, chance_floor=0.1)
    assert [row[:3] for row in found[1:]] == [
        ("epochs_to_leave_chance", "training", math.inf),
        ("epochs_to_train_error.0.5", "training", 1.0),
        ("epochs_to_train_error.0.25", "training", 2.0),
        ("epochs_to_train_error.0.1", "training", math.inf),
    ]


def test_thresholds_are_those_of_all_claims_whose_arms_or_grids_hold_the_variant() -> None:
    found = thresholds_by_variant([ALEXNET])
    figure1 = (0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1)
    names = [f"figure1_{unit}{rate}" for unit in ("relu", "tanh") for rate in ("", "_slow", "_fast")]
    assert {found["alexnet", name] for name in names} == {figure1}
    assert found["alexnet", "full"] == found["alexnet", "no_dropout"] == (0.5, 0.4, 0.35, 0.3, 0.25, 0.2)
    assert ("alexnet", "no_lrn") not in found


def test_colour_selectivity_by_hand() -> None:
    # (1, 0, 0): a third of its energy is grey. (2, 1, 0): the grey part is (1, 1, 1), 3 of 5.
    found = color_selectivity(kernels(GREY, RED_GREEN, np.array([1.0, 0, 0]), np.array([2.0, 1, 0]), np.zeros(3)))
    assert found[:4] == pytest.approx([0, 1, 2 / 3, 2 / 5])
    assert np.isnan(found[4])


def test_selectivity_does_not_depend_on_the_size_of_the_weights() -> None:
    w_KHWC = np.random.default_rng(0).standard_normal((5, 3, 3, 3)).astype(np.float32)
    assert color_selectivity(1e-3 * w_KHWC) == pytest.approx(color_selectivity(w_KHWC), rel=1e-5)


def test_towers_apart_are_a_split_less_what_random_halves_give() -> None:
    # Halves of (0, 0, 1, 1): two of six are apart by 1, the others by 0: 1/3 by chance.
    found = tower_split(np.array([0.0, 0.0, 1.0, 1.0]), np.array([False, False, True, True]))
    assert found is not None
    split, p = found
    assert split == pytest.approx(1 - 1 / 3, abs=0.05)  # 1,000 draws: a standard error of .015
    # A third of all halves are as far apart as the towers.
    assert p == pytest.approx(1 / 3, abs=0.05)


def test_the_p_value_of_towers_without_a_split_is_uniform() -> None:
    rng = np.random.default_rng(2012)
    found = [tower_split(rng.random(16), np.arange(16) >= 8) for _ in range(400)]
    p_values = np.array([one[1] for one in found if one is not None])
    # 400 towers: standard errors of .011 and .025.
    assert np.mean(p_values <= 0.05) == pytest.approx(0.05, abs=0.035)
    assert np.mean(p_values <= 0.5) == pytest.approx(0.5, abs=0.08)


def test_towers_that_share_their_colours_have_no_split() -> None:
    found = [tower_split(np.random.default_rng(seed).random(48), np.arange(48) >= 24) for seed in range(200)]
    # On average over nets without a split the measure is 0: the chance part is what such nets have.
    splits = [one[0] for one in found if one is not None]
    assert abs(np.mean(splits)) < 3 * np.std(splits) / math.sqrt(200)


def test_kernels_without_energy_are_left_out_and_one_tower_has_no_split() -> None:
    w_KHWC = kernels(GREY, np.zeros(3), RED_GREEN, RED_GREEN)
    [(metric, protocol, value, num), (other, _, p, _)] = of_kernels(w_KHWC, num_towers=2)
    assert (metric, protocol, num) == ("tower_color_split", "weights", 3)
    assert (other, p) == ("tower_color_split_p", pytest.approx(1 / 3, abs=0.05))
    # Of (0 | 1, 1) a single kernel apart from two: 1 if it is the grey one, else 1/2.
    assert value == pytest.approx(1 - 2 / 3, abs=0.05)
    assert of_kernels(w_KHWC, num_towers=1) == []
    assert of_kernels(kernels(np.zeros(3), RED_GREEN), num_towers=2) == []


def test_files_that_do_not_hold_what_they_should_are_refused() -> None:
    for arrays in ({"kernel_KHWC": kernels(GREY)}, {"kernel_KHWC": kernels(GREY), "num_towers": np.array(2)}):
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        with pytest.raises(ValueError, match=r"num_towers|towers whole"):
            parse_kernels(stream.getvalue())
