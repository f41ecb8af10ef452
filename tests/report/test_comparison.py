"""What the page of two folders says of a difference of two means."""

import math

import pytest

from repro.analyse.compare.compare import UNDECIDED, ArmCell
from repro.report.comparison import _arm
from repro.report.text.formatting import MINUS


@pytest.mark.parametrize(
    ("on_logs", "difference", "text", "unit", "ends"),
    [
        (True, math.log(1.2), "+20", "%", (f"{MINUS}10", "+50")),
        (True, math.log(1.034), "+3.4", "%", (f"{MINUS}10", "+50")),
        (False, 0.25, "+0.2500", "", (f"{MINUS}0.1054", "+0.4055")),
    ],
)
def test_a_relative_difference_is_told_in_percent(on_logs, difference, text, unit, ends):
    cell = ArmCell(
        paper="alexnet",
        variant="full",
        metric="top1_error",
        protocol="center",
        state=UNDECIDED,
        n=3,
        mean=0.2,
        other_mean=0.24,
        difference=difference,
        ci90=(math.log(0.9), math.log(1.5)),
        margin=None,
        on_logs=on_logs,
        provenance=(),
    )
    cells = _arm(cell).cells
    assert (cells["difference"].text, cells["difference"].unit) == (text, unit)
    assert (cells["ci90"].ends, cells["ci90"].unit) == (ends, unit)
