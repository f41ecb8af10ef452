"""How far the runs of a scale are, counted by the time that they take and not by their number."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from repro.artifacts.files import FileFormatError, data_folder, run_folder
from repro.artifacts.run_json import FILE, read_run
from repro.planning.following.expected import Expected, expected
from repro.planning.following.job_logs import GoingOn, JobLogs
from repro.spec.experiment import Paper
from repro.spec.run import Run
from repro.system.durations import roughly

#: How long what is assumed of the number of jobs at a time outweighs what is seen, in seconds.
ASSUMED_S = 60.0
#: Seconds since 1970, as files are dated.
Clock = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far it is. new: ids of runs that have ended since the last time, in their order.

    left: by the id of each run that has not ended, the seconds that it adds to the time until all have.
    done_s, all_s: time of the runs that were made, parts of runs among it, and of all that were to be made. left_s: how long
    the rest will take.
    """

    num_runs: int
    num_done: int
    new: tuple[str, ...]
    going_on: tuple[GoingOn, ...]
    left: Mapping[str, float]
    done_s: float
    all_s: float
    left_s: float

    @property
    def share(self) -> float:
        """The share that is done, by time, in [0, 1]."""
        return self.done_s / self.all_s if self.all_s else 1.0

    @property
    def words(self) -> str:
        """How far it is, in one line."""
        left = f"about {roughly(self.left_s)} left" if self.left else "done"
        return f"{self.num_done} of {self.num_runs} runs, {100 * self.share:.0f} %, {left}"


class Standings:
    """Looks at the runs that are to be made, again and again.

    runs: with their papers; those whose id is in `made_anew` count as done once their record is younger than the first look,
    whatever lies there before. num_at_a_time: how many jobs are assumed to go on at once, until it is seen. others: runs that
    are finished; those of a kind say how long this kind takes here until one of `runs` has ended.
    """

    def __init__(
        self,
        runs: Sequence[tuple[Paper, Run]],
        *,
        scale: str,
        results: Path,
        num_at_a_time: int,
        made_anew: Collection[str] = (),
        others: Sequence[tuple[Paper, Run]] = (),
        clock: Clock = time.time,
    ) -> None:
        self._runs, self._scale, self._results = list(runs), scale, results
        self._num_at_a_time, self._made_anew, self._clock = num_at_a_time, frozenset(made_anew), clock
        self._others = list(others)
        self._others_s = dict(_times_of(self._others, results))
        self._begin = clock()
        self._first: float | None = None  # when runs were first made, which waits for data
        self._measured: dict[str, float] = {}
        self._data: tuple[bool, ...] = ()
        self._expected = Expected(seconds={}, kinds={})
        self.logs = JobLogs(results / scale / "logs", scale=scale, begin=self._begin)
        self._before = frozenset(self._look())

    def now(self) -> Standing:
        """How far it is now."""
        self.logs.read()
        new = self._look()
        done = self._measured
        told = self._corrected()
        going_on = self.logs.going_on(now=self._clock(), done=done)
        self._note_first(new, [item.run for item in going_on if item.run])
        shares = {item.run: item.share for item in going_on}
        left = {name: s * (1 - shares.get(name, 0.0)) for name, s in told.seconds.items() if name not in done}
        made = {name: s for name, s in told.seconds.items() if name not in self._before}
        all_s = sum(made.values())
        done_s = all_s - sum(left.values())
        speed = self._speed(done_s)
        return Standing(
            num_runs=len(self._runs),
            num_done=len(done),
            new=tuple(new),
            going_on=going_on,
            left={name: seconds / speed for name, seconds in left.items()},
            done_s=done_s,
            all_s=all_s,
            left_s=sum(left.values()) / speed,
        )

    def _look(self) -> list[str]:
        """The runs that have ended since the last look; what each took is read once."""
        new = []
        for _, run in self._runs:
            if run.id in self._measured:
                continue
            path = run_folder(self._results, run.id) / FILE
            try:
                if path.stat().st_mtime < self._begin and run.id in self._made_anew:
                    continue
                self._measured[run.id] = read_run(self._results, run.id).costs.wall_s
            except (FileFormatError, OSError):
                continue
            new.append(run.id)
        return new

    def _corrected(self) -> Expected:
        """What runs take, by those of their kind that have ended: now, or else before."""
        told = self._told()
        kinds = {told.kinds[name] for name in self._measured}
        before = {name: seconds for name, seconds in self._others_s.items() if told.kinds[name] not in kinds}
        whole = told.corrected({**before, **self._measured})
        return replace(whole, seconds={run.id: whole.seconds[run.id] for _, run in self._runs})

    def _told(self) -> Expected:
        """What runs are expected to take; made again when the number of examples of more data is known."""
        runs = [*self._runs, *self._others]
        names = dict.fromkeys(run.dataset.name for _, run in runs)
        data = tuple((data_folder(self._results, self._scale, name) / "dataset.json").is_file() for name in names)
        if data != self._data or not self._expected.seconds:
            self._data, self._expected = data, expected(runs, scale=self._scale, results=self._results)
        return self._expected

    def _note_first(self, new: Sequence[str], going_on: Sequence[str]) -> None:
        """Note when the first run began, once one goes on or has ended."""
        if self._first is None and (new or going_on):
            took = max((self._measured[name] for name in new), default=0.0)
            self._first = max(self._begin, self._clock() - took)

    def _speed(self, done_s: float) -> float:
        """Seconds of runs that are done in a second: as assumed at first, as seen later."""
        elapsed = 0.0 if self._first is None else self._clock() - self._first
        return (ASSUMED_S * self._num_at_a_time + done_s) / (ASSUMED_S + elapsed)


def _times_of(runs: Sequence[tuple[Paper, Run]], results: Path) -> Iterator[tuple[str, float]]:
    """What runs took, in seconds, by their ids; nothing of one whose record is gone or damaged."""
    for _, run in runs:
        with suppress(FileFormatError, OSError):
            yield run.id, read_run(results, run.id).costs.wall_s
