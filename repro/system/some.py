"""The first few of many, and how many more there are, in the same words wherever a user reads them."""

from __future__ import annotations

from collections.abc import Sequence


def some(names: Sequence[str], *, most: int = 5, joint: str = ", ") -> str:
    """`a, b and 3 more`: the first `most` names, and how many more there are."""
    more = and_more(names, most=most)
    return f"{joint.join(names[:most])} {more}" if more else joint.join(names)


def and_more(items: Sequence[object], *, most: int, noun: str = "") -> str:
    """`and 3 more changes`: how many of them there are beyond the first `most`; "" if there are none."""
    num = len(items) - most
    counted = f" {noun}{'s' if num > 1 else ''}" if noun else ""
    return f"and {num:,} more{counted}" if num > 0 else ""
