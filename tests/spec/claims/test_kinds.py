"""A claim of each kind has what its kind needs, and nothing that makes no sense is built."""

from dataclasses import fields, replace
from typing import Any

import pytest

from repro.papers import PAPERS
from repro.spec.claims import (
    CLAIM_KINDS,
    Claim,
    Count,
    Direction,
    Effect,
    Every,
    Exact,
    Level,
    NoWorse,
    Ranking,
    Ratio,
    Signs,
    Slope,
    Spread,
    Within,
    train_errors_of,
)
from repro.spec.claims.sizes import Sized
from repro.spec.datasets import Printed

STATED: dict[str, Any] = {"id": "X.S3", "where": "section 3", "statement": "It helps.", "metric": "top1_error", "arm": "full"}
EFFECT = Effect(**STATED, protocol="ten_crop", against="without", paper_delta=0.014, paper_arm=0.407, paper_against=0.421)
DIRECTION = Direction(**STATED, protocol="ten_crop", against="without", smallest_effect=0.005)
NO_WORSE = NoWorse(**STATED, protocol="ten_crop", against="without", margin=0.01)
LEVEL = Level(**STATED, protocol="ten_crop", paper_value=0.407)
RATIO = Ratio(
    **{key: value for key, value in STATED.items() if key != "metric"},
    against="without",
    paper_ratio=6.0,
    thresholds=(0.25, 0.5),
    arm_grid=("full", "full_fast"),
)
WITHIN = Within(**STATED, protocol="ten_crop", against_protocol="center", paper_delta=0.015, paper_arm=0.375, paper_against=0.39)
SPEED = replace(
    WITHIN, metric="train_s_per_clip", protocol="fast", paper_ratio=3.5, paper_delta=None, paper_arm=None, paper_against=None
)
RANKING = Ranking(**STATED, protocol="ten_crop", tiers=(("full",), ("b", "c"), ("d",)), smallest_effect=0.004)
SPREAD = Spread(**STATED, protocol="ten_crop", among=("full", "b", "c"), paper_delta=0.032, paper_arm=0.391, paper_against=0.423)
LINE = (("a", 0.25), ("b", 0.5), ("full", 1.0))
SLOPE = Slope(**STATED, protocol="ten_crop", along="training images", points=LINE, smallest_effect=0.05)
COUNT = Count(**(STATED | {"metric": "tower_color_split_p"}), protocol="weights", at_most=0.05, chance=0.05)
SIGNS = Signs(**STATED, parts=("X.S3.a", "X.S3.b"))
EVERY = Every(**STATED, parts=("X.S3.a", "X.S3.b"))
EXACT = Exact(**(STATED | {"metric": "num_parameters"}), paper_value=60e6, tolerance=0.02)
ONE_EACH = (EFFECT, DIRECTION, NO_WORSE, LEVEL, RATIO, WITHIN, RANKING, SPREAD, SLOPE, COUNT, SIGNS, EVERY, EXACT)


def test_there_is_one_type_for_each_kind_and_files_call_it_by_a_word() -> None:
    assert tuple(claim.kind for claim in ONE_EACH) == CLAIM_KINDS
    assert len(set(CLAIM_KINDS)) == len(CLAIM_KINDS) == 13
    assert {claim.kind for paper in PAPERS.values() for claim in paper.claims} == set(CLAIM_KINDS)


def test_a_kind_has_the_fields_that_it_needs_and_no_others() -> None:
    shared = {field.name for field in fields(EVERY)} - {"parts", "paper_delta"}
    own = {type(claim): {field.name for field in fields(claim)} - shared for claim in ONE_EACH}
    size = {field.name for field in fields(Sized)} - shared
    assert own == {
        Effect: {"against", *size},
        Direction: {"against", "smallest_effect"},
        NoWorse: {"against", "margin"},
        Level: {"paper_value", "threshold"},
        Ratio: {"against", "thresholds", "arm_grid", "against_grid", *size},
        Within: {"against_protocol", *size},
        Ranking: {"tiers", "smallest_effect"},
        Spread: {"among", *size},
        Slope: {"along", "points", "less", "smallest_effect", "paper_value"},
        Count: {"at_most", "at_least", "chance"},
        Signs: {"parts"},
        Every: {"parts", "paper_delta"},
        Exact: {"paper_value", "tolerance", "bound"},
    }


def test_arms_and_variants_are_all_on_whose_runs_a_claim_rests() -> None:
    assert EFFECT.arms == EFFECT.variants == ("full", "without")
    assert LEVEL.arms == LEVEL.variants == ("full",)
    assert RATIO.arms == ("full", "without")
    assert RATIO.variants == ("full", "full_fast", "without")
    assert replace(LEVEL, arm="", untestable="Secret labels.").arms == ()
    assert RANKING.arms == ("full", "b", "c", "d")
    assert RANKING.pairs == (("full", "b"), ("full", "c"), ("full", "d"), ("b", "d"), ("c", "d"))
    assert SPREAD.arms == ("full", "b", "c")


def test_a_run_counts_by_a_number_that_its_metric_is_at_most_or_at_least() -> None:
    assert [COUNT.shows(p) for p in (0.01, 0.05, 0.051)] == [True, True, False]
    assert [replace(COUNT, at_most=None, at_least=0.5).shows(value) for value in (0.49, 0.5)] == [False, True]


def test_epochs_are_counted_to_the_training_errors_of_ratios_and_of_levels_of_epochs() -> None:
    assert train_errors_of(RATIO) == (0.25, 0.5)
    epochs = replace(LEVEL, metric="epochs_to_train_error", protocol="training", paper_value=6.0, threshold=0.25)
    assert train_errors_of(epochs) == (0.25,)
    assert {train_errors_of(claim) for claim in ONE_EACH if claim is not RATIO} == {()}


@pytest.mark.parametrize(
    ("claim", "changes", "says"),
    [
        (
            EFFECT,
            {"paper_arm": None, "paper_against": None},
            "has paper_delta 0.014 of top1_error alone; allowed: paper_arm",
        ),
        (EFFECT, {"paper_arm": None}, "has one of paper_arm and paper_against; allowed: both or neither"),
        (EFFECT, {"paper_arm": 0.43}, "allowed: more against than the arm, which is the paper's direction; exchange the arms"),
        (EFFECT, {"paper_delta": -0.014}, "has paper_delta -0.014; allowed: above 0"),
        (EFFECT, {"paper_delta": 1.4}, "has paper_delta 1.4; allowed: a fraction between 0 and 1"),
        (EFFECT, {"unpaired": "The text says 1.4 points alone."}, "is unpaired and has both values; allowed: one of the two"),
        (EFFECT, {"against": "full"}, "compares 'full' with 'full'; allowed: two variants"),
        (EFFECT, {"arm": ""}, "names no arm; allowed: a variant, or a reason why no run speaks to it"),
        (EFFECT, {"untestable": "a", "not_run": "b"}, "is both untestable and not_run; allowed: one of the two reasons"),
        (EFFECT, {"metric": "top1_eror"}, "unknown metric 'top1_eror'; did you mean 'top1_error'"),
        (DIRECTION, {"smallest_effect": None}, "has no smallest_effect; allowed: the least difference that counts as one"),
        (DIRECTION, {"smallest_effect": 0.0}, "has smallest_effect 0.0; allowed: above 0"),
        (NO_WORSE, {"margin": 0.0}, "has margin 0.0; allowed: above 0"),
        (LEVEL, {"paper_value": 40.7}, "has paper_value 40.7; allowed: a fraction between 0 and 1, as 0.375 for 37.5 %"),
        (LEVEL, {"threshold": 0.25}, "has threshold 0.25; allowed: a training error for epochs_to_train_error, else none"),
        (LEVEL, {"metric": "epochs_to_train_error", "paper_value": 6.0}, "has threshold None; allowed: a training error"),
        (EFFECT, {"bound": "at_most"}, "has bound 'at_most'; allowed: about or at_least"),
        (EFFECT, {"paper_most": 0.01}, "has a size from 0.014 to 0.01; allowed: a paper_most above the printed size"),
        (EFFECT, {"paper_most": 0.02, "bound": "at_least"}, "has bound 'at_least' and paper_most 0.02; allowed: one of the two"),
        (RATIO, {"paper_ratio": 0.5}, "has paper_ratio 0.5; allowed: above 1"),
        (RATIO, {"smallest_ratio": 0.9}, "has smallest_ratio 0.9; allowed: above 1"),
        (RATIO, {"paper_delta": 0.1, "paper_ratio": None}, "has a difference; allowed: a paper_ratio and a smallest_ratio"),
        (RATIO, {"paper_ratio": None, "bound": "at_least"}, "has bound 'at_least' and no size; allowed: a paper_delta or"),
        (RATIO, {"thresholds": ()}, r"has the thresholds \(\); allowed: for epochs_to_train_error training errors, each once"),
        (RATIO, {"metric": "epochs_to_leave_chance"}, r"has the thresholds \(0.25, 0.5\); allowed: .*; else none"),
        (RATIO, {"arm_grid": ("full_fast",)}, "allowed: a grid that holds the arm itself"),
        (RATIO, {"metric": "top1_error"}, "has a paper_ratio of top1_error; allowed: a ratio of times or epochs"),
        (WITHIN, {"paper_arm": None, "paper_against": None}, "has paper_delta 0.015 of top1_error alone"),
        (WITHIN, {"paper_delta": None, "paper_arm": None, "paper_against": None}, "has no size; allowed: paper_delta, "),
        (WITHIN, {"paper_ratio": 1.1}, "has a paper_delta and a paper_ratio; allowed: one of them"),
        (SPEED, {"metric": "top1_error"}, "has a paper_ratio of top1_error; allowed: a ratio of times or epochs"),
        (RANKING, {"tiers": (("full", "b"),)}, "allowed: two and more, each with variants, each variant once"),
        (RANKING, {"tiers": (("full",), ("b", "full"))}, "allowed: two and more, each with variants, each variant once"),
        (RANKING, {"tiers": (("b",), ("full",))}, "allowed: an arm that is the first of the first tier"),
        (RANKING, {"tiers": (("full",), tuple("abcdefgh"))}, "orders 9 variants; allowed: up to 8"),
        (DIRECTION, {"metric": "epochs_to_leave_chance"}, "allowed: a metric with differences; of times and epochs a ratio"),
        (RANKING, {"smallest_effect": 0.0}, "has smallest_effect 0.0; allowed: above 0"),
        (SPREAD, {"among": ("full",)}, "allowed: two and more variants, each once, the arm first"),
        (SPREAD, {"paper_most": 0.05}, "has a ratio or another bound; allowed: a paper_delta alone"),
        (COUNT, {"at_least": 0.05}, "has at_most 0.05 and at_least 0.05; allowed: one of the two"),
        (COUNT, {"chance": 0.5}, "has chance 0.5; allowed: above 0 and below a half"),
        (SIGNS, {"parts": ("X.S3.a", "X.S3.a")}, "allowed: two and more ids of claims, each once"),
        (EVERY, {"parts": ("X.S3.a",)}, "allowed: two and more ids of claims, each once"),
        (EXACT, {"metric": "top1_error"}, "is of top1_error; allowed: a metric that is counted in the printed layers"),
        (EXACT, {"bound": "at_least"}, "has bound 'at_least'; allowed: equal or at_most"),
        (EXACT, {"dataset": Printed(of="flowers")}, "names a protocol or data; allowed: neither"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused_with_its_id(claim: Claim, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        replace(claim, **changes)
    assert str(caught.value).startswith(f"claim X.S3 ({claim.kind})")


def test_an_effect_on_errors_may_say_that_the_two_values_are_not_printed() -> None:
    alone = replace(EFFECT, paper_arm=None, paper_against=None, unpaired="The text says 1.4 points and neither error.")
    assert (alone.paper_delta, alone.paper_arm) == (0.014, None)
    # Of average precision no ratio is compared, so that the difference alone is enough.
    precision = replace(EFFECT, metric="average_precision.cricket", protocol="video", paper_arm=None, paper_against=None)
    assert precision.paper_delta == 0.014


def test_a_direction_that_no_run_can_speak_to_needs_no_size() -> None:
    assert replace(DIRECTION, smallest_effect=None, untestable="It takes two devices.").smallest_effect is None
