"""The level of several looks is that of one, in equal parts."""

from __future__ import annotations

import pytest

from repro.analyse.evidence.looks.levels import look_level, one_sided


def test_a_single_look_keeps_the_whole_level() -> None:
    assert look_level((3,)) == look_level((10,)) == 0.90
    assert one_sided(0.90) == pytest.approx(0.05)


def test_several_looks_leave_out_together_what_one_does() -> None:
    assert 3 * (1 - look_level((3, 5, 10))) == pytest.approx(0.10)
    assert look_level((3, 5)) == pytest.approx(0.95)


@pytest.mark.parametrize("looks", [(), (0, 3), (3, 3), (5, 3)])
def test_looks_that_do_not_rise_are_refused(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="numbers that rise"):
        look_level(looks)
