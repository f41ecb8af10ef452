"""Cycles of kills: draw points, kill, type the same again until it ends well, compare with what nothing disturbed."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from repro.artifacts.files import run_folder
from repro.system.stopping import STATUS
from tests.conftest import ROOT, copy_checkout
from tests.soak.killing import Point, kill, outlived, start, wait
from tests.soak.kinds import CHECKOUT, DATASETS, KINDS, MEMBERS, SCALE, Kind, prepare
from tests.soak.outcomes import left_behind, outcome

#: How many kills a cycle tries, one after the other, before the run may end.
KILLS_A_CYCLE = (1, 2, 3, 5)
#: What a process may say when SIGTERM ends it before the command line is there to hear it.
UNHEARD = -15


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """What a kind of run comes to if nothing disturbs it, in which processor time, with how many changes of names."""

    outcome: list[dict[str, Any]]
    cpu_s: float
    num_names: int


@dataclass(kw_only=True)
class Soak:
    """A soak in a folder: what it needs is made there once, and each cycle that has held leaves a line in `cycles.jsonl`.

    With the same folder and the same seed a soak goes on behind its last line.
    """

    folder: Path
    seed: int
    num_kills: int
    _known: dict[str, Undisturbed] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        """Results that hold the data, and the runs that others need."""
        return self.folder / "base"

    def prepare(self) -> None:
        """Make the data, and the runs that others need."""
        if (self.folder / "made").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.folder / CHECKOUT, ignore_errors=True)
        copy_checkout(ROOT, self.folder / CHECKOUT)
        for dataset in DATASETS:
            self._end_well(partial(prepare, self.base, dataset), watched=self.base)
        for member in MEMBERS:
            self._end_well(partial(member.do, self.base), watched=self.base)
        (self.folder / "made").touch()

    def cycles(self) -> Iterator[tuple[Kind, int, int]]:
        """The cycles that are left to do, kind by kind in turn: kind, number of the cycle, kills wanted."""
        done = [json.loads(line) for line in self._lines()]
        kills = Counter({kind.name: 0 for kind in KINDS})
        cycles: Counter[str] = Counter()
        for line in done:
            kills[line["kind"]] += len(line["kills"])
            cycles[line["kind"]] += 1
        total = sum(kind.share for kind in KINDS)
        wanted = {kind.name: max(1, round(self.num_kills * kind.share / total)) for kind in KINDS}
        while any(kills[name] < wanted[name] for name in wanted):
            for kind in KINDS:
                left = wanted[kind.name] - kills[kind.name]
                if left > 0:
                    yield kind, cycles[kind.name], left
                    kills[kind.name] += len(json.loads(self._lines()[-1])["kills"])
                    cycles[kind.name] += 1

    def do(self, kind: Kind, number: int, *, most: int) -> None:
        """Do a cycle: every fault that it meets is an assertion that names kind, cycle and seed."""
        rng = random.Random(f"{self.seed}/{kind.name}/{number}")
        known = self._undisturbed(kind)
        where = f"kind {kind.name!r}, cycle {number}, seed {self.seed}"
        results, mark = self._fresh(kind), f"{self.seed}-{kind.name}-{number}"
        kills = []
        for _ in range(min(rng.choice(KILLS_A_CYCLE), most)):
            point = Point.drawn(rng, kind.signals)
            process = start(partial(kind.do, results), folder=self.folder, watched=run_folder(results, kind.runs[0]), mark=mark)
            if not kill(process, point, cpu_s=known.cpu_s, num_names=known.num_names):
                assert process.status == 0, f"{where}: ended with {process.status}\n{process.output()}"
                continue
            kills.append({"signal": point.number.name, "group": point.group, "status": process.status})
            self._ended_as_asked(process.status, process.output(), killed=point.number.name, where=where)
            assert not outlived(mark), f"{where}: helpers live on after {point}"
        self._end_well(partial(kind.do, results), watched=run_folder(results, kind.runs[0]), mark=mark)
        found = [outcome(results, run) for run in kind.runs]
        assert found == known.outcome, f"{where}: {_differing(found, known.outcome)} after {kills}"
        left = left_behind(results, self.folder / "scratch", mark=mark)
        assert not left, f"{where}: left behind after {kills}: {left}"
        self._note({"kind": kind.name, "cycle": number, "seed": self.seed, "kills": kills})

    def _ended_as_asked(self, status: int | None, output: str, *, killed: str, where: str) -> None:
        assert "Traceback" not in output, f"{where}: {killed} gave a traceback\n{output}"
        if killed == "SIGKILL":
            assert status == -9, f"{where}: SIGKILL gave status {status}"
            return
        # It may have been about to end anyway.
        assert status in (STATUS, 0, UNHEARD), f"{where}: SIGTERM gave status {status}\n{output}"
        assert "failed" not in output, f"{where}: SIGTERM is taken for a failure\n{output}"

    def _undisturbed(self, kind: Kind) -> Undisturbed:
        if kind.name not in self._known:
            results = self._fresh(kind)
            process = self._end_well(partial(kind.do, results), watched=run_folder(results, kind.runs[0]))
            found = [outcome(results, run) for run in kind.runs]
            left = left_behind(results, self.folder / "scratch", mark="none")
            assert not left, f"kind {kind.name!r} leaves behind what nothing disturbed: {left}"
            self._known[kind.name] = Undisturbed(outcome=found, cpu_s=process[0], num_names=process[1])
        return self._known[kind.name]

    def _end_well(self, do: Any, *, watched: Path, mark: str = "none") -> tuple[float, int]:
        """Do it undisturbed; the processor time and the changes of names that it takes."""
        process = start(do, folder=self.folder, watched=watched, mark=mark)
        status = wait(process)
        assert status == 0, f"ended with {status}\n{process.output()}"
        outlived(mark)  # what Python itself starts for processes of a pool ends a moment later
        return process.last_cpu_s, process.num_names

    def _fresh(self, kind: Kind) -> Path:
        """Results that hold the data and what the kind needs, and no run of it."""
        results = self.folder / "results"
        shutil.rmtree(results, ignore_errors=True)
        (results / SCALE).mkdir(parents=True)
        if kind.prepares:
            shutil.rmtree(self.folder / CHECKOUT / ".snakemake", ignore_errors=True)
            shutil.rmtree(self.folder / "reports", ignore_errors=True)
        else:
            (results / SCALE / "data").symlink_to(self.base / SCALE / "data")
        for member in MEMBERS:
            if member.name in kind.needed:
                for run in member.runs:
                    shutil.copytree(run_folder(self.base, run), run_folder(results, run))
        return results

    def _lines(self) -> list[str]:
        path = self.folder / "cycles.jsonl"
        return path.read_text().splitlines() if path.exists() else []

    def _note(self, line: dict[str, Any]) -> None:
        with (self.folder / "cycles.jsonl").open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    def table(self) -> list[str]:
        """Kills by kind and signal, of the cycles that have held, as Markdown."""
        kills: Counter[tuple[str, str]] = Counter()
        cycles: Counter[str] = Counter()
        for line in map(json.loads, self._lines()):
            cycles[line["kind"]] += 1
            for one in line["kills"]:
                kills[line["kind"], one["signal"]] += 1
        rows = [f"| {name} | {cycles[name]} | {kills[name, 'SIGKILL']} | {kills[name, 'SIGTERM']} | 0 |" for name in cycles]
        return ["| kind of run | cycles | SIGKILL | SIGTERM | lost |", "|---|--:|--:|--:|--:|", *rows]


def _differing(found: list[dict[str, Any]], known: list[dict[str, Any]]) -> list[str]:
    return [key for one, other in zip(found, known, strict=True) for key in one if one[key] != other[key]]
