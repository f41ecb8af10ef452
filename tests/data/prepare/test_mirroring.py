"""Which classes are mirror images of each other, by their names."""

from __future__ import annotations

import pytest

from repro.data.prepare.mirroring import mirrored_pairs, why_not_mirrored


@pytest.mark.parametrize(
    ("classes", "pairs"),
    [
        (("Down", "Left", "Right", "Up"), [("Left", "Right")]),
        (("SwipeLeft", "SwipeRight", "WaveLeft"), [("SwipeLeft", "SwipeRight")]),
        (("turn_left_hand", "turn_right_hand"), [("turn_left_hand", "turn_right_hand")]),
        (("TURN RIGHT", "TURN LEFT"), [("TURN LEFT", "TURN RIGHT")]),
        (("Clockwise", "AntiClockwise"), [("Clockwise", "AntiClockwise")]),
        (("turn_counter_clockwise", "turn_clockwise"), [("turn_clockwise", "turn_counter_clockwise")]),
        (("left1", "right1", "right2"), [("left1", "right1")]),
        (("Left", "Up"), []),
        (("Cleft", "Cright", "upright", "upleft"), []),
        (("rise", "fall", "Playing Guitar"), []),
    ],
)
def test_pairs_are_found_by_whole_words(classes: tuple[str, ...], pairs: list[tuple[str, str]]) -> None:
    assert mirrored_pairs(classes) == pairs


def test_the_reason_names_the_classes_and_is_empty_without_pairs() -> None:
    assert why_not_mirrored(("rise", "fall")) == ""
    assert why_not_mirrored(("Left", "Right")).endswith("mirroring would confuse the classes Left and Right")
    many = [f"{kind}{side}" for kind in ("Swipe", "Wave", "Push", "Pull") for side in ("Left", "Right")]
    assert why_not_mirrored(many).endswith("PushLeft and PushRight and 1 more")
