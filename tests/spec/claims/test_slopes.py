"""A line is of three variants and more, and its weights give the least-squares slope."""

import math

import numpy as np
import pytest

from repro.spec.claims.slopes import Slope, weights
from repro.spec.datasets import Printed

LINE = (("quarter", 0.25), ("half", 0.5), ("full", 1.0), ("thrice", 3.0))


def slope(**changes):
    values = {
        "id": "A.S7.images",
        "where": "section 7",
        "statement": "More images lower the error.",
        "metric": "top1_error",
        "protocol": "ten_crop",
        "arm": "full",
        "along": "training images",
        "points": LINE,
        "smallest_effect": 0.05,
        "dataset": Printed(of="ilsvrc2010"),
    }
    return Slope(**values | changes)


def test_the_weights_give_the_fall_of_a_least_squares_line():
    errors = {"quarter": 0.61, "half": 0.5, "full": 0.44, "thrice": 0.29}
    fall = sum(weight * math.log(errors[name]) for name, weight in weights(LINE).items())
    expected = -np.polyfit([math.log(place) for _, place in LINE], [math.log(errors[name]) for name, _ in LINE], 1)[0]
    assert fall == pytest.approx(expected)


def test_an_error_that_halves_when_images_double_falls_with_the_power_one():
    fall = sum(weight * math.log(0.3 / dict(LINE)[name]) for name, weight in weights(LINE).items())
    assert fall == pytest.approx(1.0)


def test_the_arms_are_all_variants_of_both_lines_each_once():
    two = slope(less=(("quarter", 0.25), ("other", 0.5), ("another", 1.0)))
    assert two.arms == ("quarter", "half", "full", "thrice", "other", "another")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": LINE[1:3]}, "three and more variants"),
        ({"points": (("full", 1.0), ("a", 2.0), ("b", 2.0))}, "three and more variants"),
        ({"points": (("full", 1.0), ("a", 2.0), ("b", 0.0))}, "three and more variants"),
        ({"arm": "half"}, "an arm among the points, at 1"),
        ({"metric": "top1_gap", "protocol": "center"}, "an error, whose ratio means something"),
        ({"smallest_effect": 0.0}, "above 0"),
        ({"less": LINE[:2]}, "three and more variants"),
    ],
)
def test_what_is_no_line_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        slope(**changes)
