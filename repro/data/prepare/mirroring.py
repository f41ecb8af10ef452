"""Know whether a clip may be mirrored: not where a class is the mirror image of another.

Karpathy et al. 2014 mirror half of their clips (section 4.1); a set of gestures that has Left and Right cannot be learned so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from repro.system.some import some

#: Words that mirroring turns into each other.
OPPOSITES = (("left", "right"), ("clockwise", "counterclockwise"), ("clockwise", "anticlockwise"))
#: A word in a name: `SwipeLeft`, `swipe_left` and `swipe left2` have the words swipe and left.
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
AGAINST_THE_CLOCK = re.compile(r"(anti|counter)[-_ ]?clockwise", re.IGNORECASE)


def mirrored_pairs(classes: Sequence[str]) -> list[tuple[str, str]]:
    """The classes whose names say that one is the mirror image of the other, each pair once, in the order of `classes`."""
    by_words = {words_of(name): name for name in classes}
    pairs = []
    for words, name in by_words.items():
        for one, other in OPPOSITES:
            partner = tuple(other if word == one else word for word in words)
            if partner != words and partner in by_words:
                pairs.append((name, by_words[partner]))
    return pairs


def words_of(name: str) -> tuple[str, ...]:
    """What a class name consists of: its words in lower case, and whatever stands between them."""
    name = AGAINST_THE_CLOCK.sub(lambda found: f"{found[1].lower()}clockwise", name)
    return tuple(part.lower() for part in re.split(f"({WORD.pattern})", name) if part.strip("_- "))


def why_not_mirrored(classes: Sequence[str]) -> str:
    """Why clips of these classes must not be mirrored; empty where they may be."""
    pairs = mirrored_pairs(classes)
    if not pairs:
        return ""
    named = some([f"{one} and {other}" for one, other in pairs], most=3)
    return f"clips are not mirrored, in training and in scoring: mirroring would confuse the classes {named}"
