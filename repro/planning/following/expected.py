"""How long runs will take: by their operations at an assumed rate, put right by those of their kind that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.planning.cost import RUN_S, run_cost, sizes_at
from repro.spec.experiment import Paper
from repro.spec.run import Run

#: Before anything is measured: what a core attains on the nets of scale small (30 to 80 GFLOP/s), and what a classical model
#: takes there (7 to 18 s). What is measured here replaces both as soon as a run of the kind has ended.
ASSUMED_FLOPS_PER_S, ASSUMED_FIT_S = 40e9, 10.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How long each run takes, in seconds, by its id, and of which kind it is: the paper and its family of networks.

    guessed: the runs whose operations cannot be counted; how wrong the guess was says nothing about others.
    """

    seconds: Mapping[str, float]
    kinds: Mapping[str, str]
    guessed: frozenset[str] = frozenset()

    def corrected(self, measured: Mapping[str, float]) -> Expected:
        """The same after `measured`, seconds of runs that have ended: what these took, the rest by the ratio of their kind.

        A kind of which no run has ended takes the ratio of all that have and whose operations are counted.
        """
        known = {name: seconds for name, seconds in measured.items() if self.seconds.get(name)}
        overall = self._ratio(known, known.keys() - self.guessed)
        ratios = {
            kind: self._ratio(known, [name for name in known if self.kinds[name] == kind])
            for kind in {self.kinds[name] for name in known}
        }
        seconds = {
            name: known.get(name, planned * ratios.get(self.kinds[name], overall)) for name, planned in self.seconds.items()
        }
        return replace(self, seconds=seconds)

    def _ratio(self, measured: Mapping[str, float], names: Iterable[str]) -> float:
        """How many times as long as expected the runs of `names` took together; 1 without any."""
        chosen = list(names)
        expected = sum(self.seconds[name] for name in chosen)
        return sum(measured[name] for name in chosen) / expected if expected else 1.0


def expected(runs: Sequence[tuple[Paper, Run]], *, scale: str, results: Path) -> Expected:
    """What `runs` take at the assumed rates, on data as they are prepared or, before, as they are known to be."""
    sizes = {paper.name: sizes_at(paper, scale=scale, results=results) for paper, _ in runs}
    seconds, guessed = {}, set()
    for paper, run in runs:
        of_data = sizes[paper.name][run.dataset.name]
        work = None if of_data is None else run_cost(run, of_data, paper)
        flops = 0.0 if work is None else work.train_flops + work.score_flops
        seconds[run.id] = ASSUMED_FIT_S if work is None else flops / ASSUMED_FLOPS_PER_S + RUN_S
        if work is None:
            guessed.add(run.id)
    return Expected(seconds=seconds, kinds={run.id: kind_of(paper, run) for paper, run in runs}, guessed=frozenset(guessed))


def kind_of(paper: Paper, run: Run) -> str:
    """The kind of a run: those of one kind are as fast as each other."""
    return f"{paper.name}/{paper.family(run.variant)}"
