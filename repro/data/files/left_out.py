"""Count what lies in the user's folders and is not used, by place and reason: nothing is left out in silence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from repro.artifacts.dataset_json import LeftOutFiles

#: A place may have files of very many endings: so many lines are shown for a place, the rest in one.
MOST_REASONS = 12

HIDDEN = "left out: hidden files and folders"
SYSTEM = "left out: thumbnails and other files of the system"
OUTSIDE = "left out: outside of class folders"
NOT_REGULAR = "left out: pipes, devices and sockets: only regular files are read"
LINKED = "left out: links to folders that are read already, or hold this one"
NO_TRAINING = "left out: class folders without a file for training"
NOT_LISTED = "left out: in no list"
ABSENT = "missing: in a list, and not there"
SAME_ID = "left out: another file of the same name is read"


def no_format(ending: str, unit: str) -> str:
    """Why a file is left out that is of no kind we know."""
    return f"left out: {ending or 'without an ending'}: no {unit} by the name"


def not_decoded(ending: str) -> str:
    """Why a picture or a film is left out."""
    return f"left out: {ending}: a format that is not decoded"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Where files are left out and why; `counts`: they would be examples otherwise, and count towards the limit."""

    place: str
    text: str
    counts: bool


class LeftOut:
    """Counts, each with the first file that was met."""

    def __init__(self) -> None:
        self._found: dict[Reason, LeftOutFiles] = {}

    def add(self, place: str, text: str, *, example: str, counts: bool = False, num: int = 1) -> None:
        """Count `num` files; example: the name of one of them."""
        reason = Reason(place=place, text=text, counts=counts)
        before = self._found.get(reason)
        if before is None:
            self._found[reason] = LeftOutFiles(place=place, reason=text, num=num, example=example, counts=counts)
        elif num:
            self._found[reason] = replace(before, num=before.num + num)

    @property
    def rows(self) -> tuple[LeftOutFiles, ...]:
        """All that was counted, by place, the most first; where there are very many reasons, the last in one."""
        rows: list[LeftOutFiles] = []
        for place in dict.fromkeys(reason.place for reason in self._found):
            own = sorted((row for row in self._found.values() if row.place == place), key=lambda row: (-row.num, row.reason))
            rows += [row for row in own if row.counts] + _shortened([row for row in own if not row.counts])
        return tuple(rows)


def _shortened(rows: list[LeftOutFiles]) -> list[LeftOutFiles]:
    first, rest = rows[:MOST_REASONS], rows[MOST_REASONS:]
    if not rest:
        return first
    return [*first, replace(rest[0], reason=f"left out: {len(rest)} further reasons", num=sum(row.num for row in rest))]
