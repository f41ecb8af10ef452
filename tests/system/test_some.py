"""A list that is cut says how much is missing, in one wording."""

from __future__ import annotations

import re

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.system.some import and_more, some

#: How a list is cut by hand: a number of what is left, before the word.
BY_HAND = re.compile(r"\} more\b|and more'|\{counted\(\w+, 'more")


@pytest.mark.parametrize(
    ("names", "most", "expected"),
    [
        ([], 3, ""),
        (["a"], 3, "a"),
        (["a", "b", "c"], 3, "a, b, c"),
        (["a", "b", "c", "d"], 3, "a, b, c and 1 more"),
        ([str(number) for number in range(2345)], 2, "0, 1 and 2,343 more"),
    ],
)
def test_names_are_counted_from_the_first_that_is_left_out(names: list[str], most: int, expected: str) -> None:
    assert some(names, most=most) == expected


def test_what_is_left_out_can_be_called_by_its_name() -> None:
    assert and_more("ab", most=1, noun="change") == "and 1 more change"
    assert and_more("abc", most=1, noun="change") == "and 2 more changes"
    assert and_more("abc", most=3) == ""
    assert some(["a 1", "b 2", "c 3"], most=2, joint="; ") == "a 1; b 2 and 1 more"


def test_nobody_counts_by_hand() -> None:
    places = [path for path in PACKAGE.rglob("*.py") if "papers" not in path.parts and path.name != "some.py"]
    found = [path.name for path in places if BY_HAND.search(path.read_text())]
    assert found == ["run.py"], "the excerpt of a log tells of lines in its middle"
