"""A grid of rates is what it says, or is refused in a line; it grows at an end and nowhere else."""

import pytest

from repro.spec.scales.grid import DEFAULT_GRID, RateGrid


def test_a_grid_says_all_that_decides_in_a_line() -> None:
    assert RateGrid(factors=(1 / 3, 1.0, 3.0), num_seeds=2, num_steps=1, held_out=0.2).words == (
        "1/3, 1, 3 times the printed rate, 2 seeds each, up to 1 steps more at an end, 0.2 of the training examples held out"
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"factors": (1.0,)}, "two and more factors above 0"),
        ({"factors": (0.5, 2.0)}, r"the printed rate \(1\) among them"),
        ({"factors": (2.0, 1.0)}, "which rise"),
        ({"factors": (0.0, 1.0)}, "above 0"),
        ({"factors": (1.0, 1.23456)}, "factor 1.23456; allowed: whole numbers and fractions"),
        ({"num_seeds": 0}, "seeds from 1"),
        ({"num_steps": -1}, "steps from 0"),
        ({"held_out": 0.0}, "a share above 0"),
        ({"held_out": 0.6}, "up to 0.5"),
    ],
)
def test_what_is_no_grid_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RateGrid(**wrong)


def test_a_grid_grows_where_its_best_is_at_an_end_and_only_so_often() -> None:
    grid = RateGrid(factors=(0.5, 1.0, 2.0), num_steps=2)
    assert grid.beyond((0.5, 1.0, 2.0), best=1.0) is None
    assert grid.beyond((0.5, 1.0, 2.0), best=2.0) == 4.0
    assert grid.beyond((0.5, 1.0, 2.0), best=0.5) == 0.25
    assert grid.beyond((0.5, 1.0, 2.0, 4.0), best=4.0) == 8.0
    assert grid.beyond((0.5, 1.0, 2.0, 4.0), best=0.5) == 0.25
    assert grid.beyond((0.5, 1.0, 2.0, 4.0, 8.0), best=8.0) is None
    assert RateGrid(factors=(1 / 3, 1.0), num_steps=1).beyond((1 / 3, 1.0), best=1 / 3) == 1 / 9
    assert DEFAULT_GRID.most == 5
