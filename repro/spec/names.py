"""Names that must exist: the error for one that does not, with the nearest name that does."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UnknownName(ValueError):
    """A name, say of a paper, scale, variant, metric or protocol, that does not exist."""

    def __init__(self, kind: str, name: str, allowed: Iterable[str], *, where: str = "", hint: str = "") -> None:
        names = list(allowed)
        close = difflib.get_close_matches(name, names, n=1)
        guess = f"; did you mean {close[0]!r}?" if close else f"; allowed: {', '.join(names)}"
        super().__init__(f"unknown {kind} {name!r}{where}{guess}{f' ({hint})' if hint else ''}")
