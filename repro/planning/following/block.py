"""Say how far a job is: a few lines in their place on a terminal, or one line a run in a file."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from repro.planning.following.job_logs import Failure
from repro.planning.following.standing import Standing
from repro.system.durations import roughly
from repro.system.some import some

#: How many of the jobs that go on are named, and seconds between two lines of a file that say how far it is.
MOST_NAMED, EVERY_S = 4, 60.0
#: Seconds between two looks on a terminal and elsewhere.
LIVELY_S, CALM_S = 0.5, 2.0
BAR_WIDTH = 30


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What does not change: what is made, and where to look."""

    what: str
    pages: str
    logs: str


class Teller:
    """Tells of standings on stderr: in place where that is a terminal, else line by line."""

    def __init__(self, heading: Heading, *, console: Console | None = None) -> None:
        self._heading = heading
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._last = ""
        self._pages = ""
        self._failed: list[Failure] = []
        self._said = time.monotonic()
        self._live = Live(console=self._console, auto_refresh=False, transient=True) if self._console.is_terminal else None
        if self._live is None:
            self._line(f"{heading.what}; logs: {heading.logs}")

    @property
    def pause_s(self) -> float:
        """How long to wait until the next look, in seconds."""
        return CALM_S if self._live is None else LIVELY_S

    def shown(self) -> AbstractContextManager[object]:
        """The context in which the terminal shows it."""
        return nullcontext() if self._live is None else self._live

    def ended(self, run: str, *, score: str, standing: Standing) -> None:
        """A run has ended."""
        _, paper, variant, seed = run.split("/")
        self._last = f"{paper}/{variant} seed {seed}" + f": {score}" * bool(score)
        if self._live is None:
            self._line(f"{self._last}; {standing.words}")

    def failed(self, failure: Failure) -> None:
        """A job has failed; that is told once."""
        if failure not in self._failed:
            self._failed.append(failure)
            self._line(failure.words)

    def table(self, title: str) -> None:
        """All runs of a table have ended."""
        self._line(f"all runs of “{title}” have ended")

    def made(self) -> None:
        """Pages were made."""
        self._pages = f" ({time.strftime('%H:%M')})"
        if self._live is None:
            self._line(f"pages of the runs so far: {self._heading.pages}")

    def at(self, standing: Standing) -> None:
        """How far it is: at once on a terminal, now and then in a file."""
        if self._live is not None:
            self._live.update(self._block(standing), refresh=True)
        elif time.monotonic() - self._said >= EVERY_S:
            self._line(f"{standing.words}; now: {now_words(standing)}")

    def _line(self, text: str) -> None:
        self._said = time.monotonic()
        self._console.print(Text(f"{time.strftime('%H:%M')}  {text}"))

    def _block(self, standing: Standing) -> Group:
        bar = Table.grid(padding=(0, 2))
        bar.add_row(
            Text(f"{100 * standing.share:3.0f} %", style="bold"),
            ProgressBar(total=1.0, completed=standing.share, width=BAR_WIDTH),
            Text(f"{standing.num_done} of {standing.num_runs} runs"),
            Text(f"about {roughly(standing.left_s)} left" if standing.left else "all runs have ended"),
        )
        pages = f"{self._heading.pages}{self._pages}" if self._pages else "in a moment"
        below = (
            f"now:   {now_words(standing)}",
            f"last:  {self._last or 'none yet'}",
            *[f"pages: {pages}"] * bool(self._heading.pages),
            f"logs:  {self._heading.logs}",
        )
        return Group(Text(self._heading.what), bar, *[Text(line, overflow="ellipsis", no_wrap=True) for line in below])


def now_words(standing: Standing) -> str:
    """What is going on: the first jobs, and how many more."""
    idle = "jobs are starting" if standing.left else "numbers and pages are made of all runs"
    return some([item.words for item in standing.going_on], most=MOST_NAMED, joint=" · ") or idle
