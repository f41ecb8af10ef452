"""Start a command in a process of its own, kill it at a chosen point, and say how it ended.

A process is forked from this one, which has imported everything: no kill is spent on imports, and what is killed is a process
like any other. Points are counted in its processor time, or in changes of the names in its folder, so that a busy machine
moves none of them.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from repro.system.stopping import STATUS, Stopped, ending_when_asked
from tests.soak.outcomes import MARK, living

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
#: Seconds between two looks: at processor time, and at names, which change quickly.
LOOK_S, LOOK_AT_NAMES_S = 0.004, 0.002
#: How long helpers may outlive a job that was killed.
MOST_OUTLIVED_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """When a process is killed, and how: at a share of the time, or of the changes of names, that it takes undisturbed."""

    share: float
    by_names: bool
    number: signal.Signals
    group: bool

    @classmethod
    def drawn(cls, rng: random.Random, signals: Sequence[signal.Signals]) -> Point:
        """A random point; half meet the helpers too."""
        number = rng.choice(signals)
        return cls(share=rng.random(), by_names=rng.random() < 0.5, number=number, group=rng.random() < 0.5)


@dataclass(kw_only=True)
class Started:
    """A process and where its output goes. num_names: changes of names seen so far. status: once it has ended.

    last_cpu_s: its processor time, as last seen.
    """

    pid: int
    log: Path
    watched: Path
    num_names: int = 0
    last_cpu_s: float = 0.0
    status: int | None = None
    _names: frozenset[str] = frozenset()

    def ended(self) -> bool:
        """Say whether it has ended, and keep its status: below 0, the signal that killed it."""
        if self.status is None:
            self.last_cpu_s = self.cpu_s()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def cpu_s(self) -> float:
        """Its processor time so far, without that of helpers."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def look(self) -> None:
        """Count a change of the names in the folder that is watched."""
        names = frozenset(os.listdir(self.watched)) if self.watched.is_dir() else frozenset()
        self.num_names += names != self._names
        self._names = names

    def output(self) -> str:
        return self.log.read_text(errors="replace")


def start(do: Callable[[], int], *, folder: Path, watched: Path, mark: str) -> Started:
    """Do it in a process of its own, with a folder of its own for temporary files."""
    scratch, log = folder / "scratch", folder / "output.log"
    scratch.mkdir(exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _be(do, log=log, scratch=scratch, mark=mark)
    return Started(pid=pid, log=log, watched=watched)


def _be(do: Callable[[], int], *, log: Path, scratch: Path, mark: str) -> None:
    """Be the process; ends it. A run of its own: its session, its output, its environment, signals as at a start."""
    status = 1
    try:
        os.setsid()
        # Helpers that it starts begin with this environment, by which they are found; itself is known by its number.
        os.environ.update({MARK: mark, "TMPDIR": str(scratch)})
        tempfile.tempdir = str(scratch)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with ending_when_asked():
            status = do()
    except Stopped:
        status = STATUS
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def wait(process: Started) -> int:
    """Wait until it ends by itself; its status."""
    while not process.ended():
        process.look()
        time.sleep(LOOK_AT_NAMES_S)
    assert process.status is not None
    return process.status


def kill(process: Started, point: Point, *, cpu_s: float, num_names: int) -> bool:
    """Kill it at `point` of the `cpu_s` and `num_names` that it takes undisturbed; False if it ended before."""
    at_s, at_names = 0.9 * point.share * cpu_s, max(1, round(point.share * num_names))
    while not process.ended():
        if point.by_names:
            process.look()
            due = process.num_names >= at_names
        else:
            due = process.cpu_s() >= at_s
        if due:
            _send(process.pid, point)
            break
        time.sleep(LOOK_AT_NAMES_S if point.by_names else LOOK_S)
    else:
        return False
    while not process.ended():
        time.sleep(LOOK_S)
    return process.status != 0  # 0: it had ended when the signal came


def _send(pid: int, point: Point) -> None:
    """Send the signal of a point; a process that has not yet begun its own session is no group."""
    if point.group:
        with suppress(ProcessLookupError):
            os.killpg(pid, point.number)
            return
    os.kill(pid, point.number)


def outlived(mark: str) -> list[int]:
    """The helpers of a job that still live so long after its end."""
    last = time.monotonic() + MOST_OUTLIVED_S
    while living(mark) and time.monotonic() < last:
        time.sleep(0.2)
    return living(mark)
