"""Follow runs until all have ended, or whoever makes them has."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from repro.planning.following.block import Heading, Teller
from repro.planning.following.pages import PageMaker
from repro.planning.following.standing import Standing, Standings


@dataclass(frozen=True, kw_only=True)
class Following:
    """What is followed. maker: the process that makes the runs, whose end is the end; None: until all runs have ended."""

    standings: Standings
    heading: Heading
    pages: PageMaker | None
    maker: int | None


def follow(what: Following, *, pause: Callable[[float], None] = time.sleep) -> Standing:
    """Tell how far it is, and make pages, until the end; the last standing."""
    teller = Teller(what.heading)
    told = 0
    try:
        with teller.shown():
            while True:
                standing = what.standings.now()
                for failure in what.standings.logs.failures():
                    teller.failed(failure)
                for run in standing.new:
                    teller.ended(run, score=what.standings.logs.score(run), standing=standing)
                if what.pages is not None:
                    for title in what.pages.step(new=standing.new, left=standing.left):
                        teller.table(title)
                    if what.pages.made > told:
                        told = what.pages.made
                        teller.made()
                teller.at(standing)
                if ended(what, standing):
                    return standing
                pause(teller.pause_s)
    finally:
        if what.pages is not None:
            what.pages.end()


def ended(what: Following, standing: Standing) -> bool:
    """Whether there is nothing left to follow."""
    return not standing.left if what.maker is None else not is_alive(what.maker)


def is_alive(process: int) -> bool:
    """Whether a process of this machine is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
