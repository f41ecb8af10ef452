"""How long runs will take: by their operations at an assumed rate, put right by those of their kind that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.planning.cost import RUN_S, run_cost, sizes_at
from repro.spec.experiment import Paper
from repro.spec.run import Run

#: Before anything is measured: what a core attains on the nets of scale small (30 to 80 GFLOP/s), and what a classical model
#: takes there (7 to 18 s). What is measured here replaces both as soon as a run of the kind has ended.
ASSUMED_FLOPS_PER_S, ASSUMED_FIT_S = 40e9, 10.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How long each run takes, in seconds, by its id, and of which kind it is: the paper and its family of networks."""

    seconds: Mapping[str, float]
    kinds: Mapping[str, str]

    def corrected(self, measured: Mapping[str, float]) -> Expected:
        """The same after `measured`, seconds of runs that have ended: what these took, the rest by the ratio of their kind.

        A kind of which no run has ended takes the ratio of all that have.
        """
        known = {name: seconds for name, seconds in measured.items() if self.seconds.get(name)}
        overall = self._ratio(known, known)
        ratios = {
            kind: self._ratio(known, [name for name in known if self.kinds[name] == kind])
            for kind in {self.kinds[name] for name in known}
        }
        seconds = {
            name: known.get(name, planned * ratios.get(self.kinds[name], overall)) for name, planned in self.seconds.items()
        }
        return Expected(seconds=seconds, kinds=self.kinds)

    def _ratio(self, measured: Mapping[str, float], names: Iterable[str]) -> float:
        """How many times as long as expected the runs of `names` took together; 1 without any."""
        chosen = list(names)
        expected = sum(self.seconds[name] for name in chosen)
        return sum(measured[name] for name in chosen) / expected if expected else 1.0


def expected(runs: Sequence[tuple[Paper, Run]], *, scale: str, results: Path) -> Expected:
    """What `runs` take at the assumed rates, on data as they are prepared or, before, as they are known to be."""
    sizes = {paper.name: sizes_at(paper, scale=scale, results=results) for paper, _ in runs}
    seconds = {}
    for paper, run in runs:
        of_data = sizes[paper.name][run.dataset.name]
        work = None if of_data is None else run_cost(run, of_data, paper)
        flops = 0.0 if work is None else work.train_flops + work.score_flops
        seconds[run.id] = ASSUMED_FIT_S if work is None else flops / ASSUMED_FLOPS_PER_S + RUN_S
    return Expected(seconds=seconds, kinds={run.id: f"{paper.name}/{paper.family(run.variant)}" for paper, run in runs})
