"""Read what jobs write into their logs, line by line as it comes: what runs now, how far it is, what a run measured."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from repro.spec.evaluation import RELIT

#: A line about a run; epochs and steps in what is said of it; what was measured by a protocol.
OF_RUN = re.compile(r"(?P<paper>[^\s/]+)/(?P<variant>[^\s/]+) seed (?P<seed>\d+): (?P<said>.+)")
EPOCH = re.compile(r"epoch (?P<epoch>\d+)/(?P<of>\d+)(?: step (?P<step>\d+)/(?P<steps>\d+))?")
SCORE = re.compile(r"test top-1 error (?P<error>\d\.\d+) \((?P<protocol>\w+)")
#: The last line of a job that makes no run.
ENDED = re.compile(r"^(wrote|kept|prepare .*: (done|complete)|repro: error:)")
#: What a user can put right, in one line; the beginning of what a defect leaves, and its end, which names the error.
MENDABLE, TRACEBACK, RAISED = "repro: error: ", "Traceback (most recent call last):", re.compile(r"[A-Za-z_][\w.]*(: .*)?$")
#: Of a job whose log says nothing of a failure.
KILLED = "it was ended from outside, as for want of memory, and could say nothing"
#: A log that has not grown for so long is no longer of a job that runs. Seconds.
QUIET_S = 900.0


@dataclass(frozen=True, kw_only=True)
class GoingOn:
    """A run, or another job, that is under way: what is said of it, and the share of it that is done, in [0, 1].

    run: its id; "" for what is no run, such as the preparation of data.
    """

    run: str
    words: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A job that failed: why, in one line, and its log, of which that is the end so far."""

    why: str
    log: Path

    @property
    def words(self) -> str:
        """Which job, why, and where to look."""
        return f"{self.log.parent.name} {self.log.stem} failed: {self.why.rstrip('.')}; its log: {self.log}"


def failures_since(begin: float, folder: Path, *, scale: str, ended: Collection[Path] = ()) -> tuple[Failure, ...]:
    """The jobs with logs below `folder` that have failed since `begin`, in seconds since 1970.

    ended: logs of jobs that are known to have failed. Of which the log says nothing: they were killed.
    """
    logs = JobLogs(folder, scale=scale, begin=begin)
    logs.read()
    told = logs.failures()
    killed = [path for path in dict.fromkeys(ended) if path.resolve() not in {failure.log.resolve() for failure in told}]
    return told + tuple(Failure(why=KILLED, log=path) for path in killed)


class JobLogs:
    """The logs of a scale's jobs, below `folder`, that have grown since `begin` (seconds since 1970)."""

    def __init__(self, folder: Path, *, scale: str, begin: float) -> None:
        self._folder, self._scale, self._begin = folder, scale, begin
        self._read: dict[Path, int] = {}
        self._last: dict[Path, tuple[float, GoingOn]] = {}
        self._scores: dict[str, str] = {}
        self._traced: set[Path] = set()
        self._failed: dict[Path, Failure] = {}

    def read(self) -> None:
        """Take in what was written since."""
        for path in self._folder.rglob("*.log"):
            try:
                found = path.stat()
            except OSError:  # gone
                continue
            before = self._read.get(path, 0)
            if found.st_mtime < self._begin or found.st_size == before:
                continue
            for line in self._lines(path, begin=before if found.st_size > before else 0):
                self._take(line, path=path, when=found.st_mtime)

    def going_on(self, *, now: float, done: Collection[str]) -> tuple[GoingOn, ...]:
        """What is under way: the last line of each log that still grows, unless its run is among `done`."""
        current = [item for when, item in self._last.values() if now - when < QUIET_S and item.run not in done]
        return tuple(sorted(current, key=lambda item: (not item.run, item.words)))

    def failures(self) -> tuple[Failure, ...]:
        """The jobs that have failed and were not begun again, in the order in which that was read."""
        return tuple(self._failed.values())

    def score(self, run: str) -> str:
        """What a run measured, in words: by the last protocol its log tells of, on images as they are; "" before."""
        return self._scores.get(run, "")

    def _lines(self, path: Path, *, begin: int) -> list[str]:
        """Whole lines from a place on; what is not ended by a newline is read the next time."""
        try:
            with open(path, "rb") as stream:
                stream.seek(begin)
                content = stream.read()
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1]
        self._read[path] = begin + len(whole)
        return whole.decode(errors="backslashreplace").splitlines()

    def _take(self, line: str, *, path: Path, when: float) -> None:
        self._take_failure(line, path=path)
        found = OF_RUN.match(line)
        if found is None:
            self._last.pop(path, None)
            if not ENDED.match(line):
                self._last[path] = (when, GoingOn(run="", words=line.partition(",")[0], share=0.0))
            return
        run = f"{self._scale}/{found['paper']}/{found['variant']}/{found['seed']}"
        score = SCORE.search(found["said"])
        if score and score["protocol"] != RELIT:
            self._scores[run] = f"top-1 error {100 * float(score['error']):.1f} % ({score['protocol'].replace('_', ' ')})"
        before = self._last.get(path)
        share = max(_share(found["said"]), before[1].share if before and before[1].run == run else 0.0)
        words = f"{found['paper']}/{found['variant']} seed {found['seed']}: {found['said'].split(',')[0]}"
        self._last[path] = (when, GoingOn(run=run, words=words, share=share))

    def _take_failure(self, line: str, *, path: Path) -> None:
        """Note that a job has failed, by the last line that it writes then; any other line is of one that goes on."""
        if line.startswith(MENDABLE):
            self._failed[path] = Failure(why=line.removeprefix(MENDABLE), log=path)
        elif line == TRACEBACK:
            self._traced.add(path)
        elif path in self._traced:
            if RAISED.match(line):
                self._traced.discard(path)
                self._failed[path] = Failure(why=line, log=path)
        elif OF_RUN.match(line):
            self._failed.pop(path, None)


def _share(said: str) -> float:
    """The share of a run that is done after what its line says; 0 where it says nothing of epochs."""
    found = EPOCH.match(said)
    if found is None:
        return 0.0
    part = int(found["step"]) / int(found["steps"]) if found["step"] else 1.0
    return min((int(found["epoch"]) - 1 + part) / int(found["of"]), 1.0)
