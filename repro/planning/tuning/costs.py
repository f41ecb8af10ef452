"""What searches and tuned runs take, by what the arms as printed took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from repro.analyse.collect.at_rates import runs_at_rates
from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.run_json import FILE, RunJson
from repro.planning.tuning.asked import Asked
from repro.planning.tuning.search import FOLDER
from repro.spec.experiment import Paper
from repro.spec.run import Run
from repro.spec.scales.names import at_rate
from repro.system.durations import duration


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Processor time in seconds: of a seed by variant as printed, and of all that searches and tuned runs have taken."""

    seed_s: Mapping[str, float]
    spent_s: float

    @classmethod
    def of(cls, paper: Paper, *, scale: str, results: Path) -> Costs:
        """What the runs that are there took."""
        by_variant: dict[str, list[float]] = {}
        for record in _records(results / scale / "runs" / paper.name):
            by_variant.setdefault(record.variant, []).append(record.costs.cpu_s)
        searches = [record.costs.cpu_s for record in _records(results / scale / FOLDER, below="*/runs/*/*/*")]
        tuned = [value for name in runs_at_rates(paper, scale=scale, results=results) for value in by_variant.get(name, [])]
        return cls(seed_s={name: fmean(values) for name, values in by_variant.items()}, spent_s=sum(searches) + sum(tuned))

    def of_runs(self, runs: Sequence[Run]) -> float:
        """What some runs take: what their variant at its printed rate took, else the mean of the others."""
        mean = fmean(self.seed_s.values()) if self.seed_s else 0.0
        return sum(self.seed_s.get(_base(run.variant), mean) for run in runs)

    def of_arm(self, variant: str, *, num: int) -> float:
        """What so many runs of an arm take."""
        return num * self.seed_s.get(variant, fmean(self.seed_s.values()) if self.seed_s else 0.0)


def _base(variant: str) -> str:
    said = at_rate(variant)
    return said.base if said else variant


def _records(folder: Path, *, below: str = "*/*") -> Iterator[RunJson]:
    for path in sorted(folder.glob(f"{below}/{FILE}")):
        try:
            yield read_document(path, RunJson)
        except FileFormatError:
            continue  # what is damaged is named by whoever uses it; its price is not known


def cost_lines(asked: Sequence[Asked], left: Mapping[str, str], costs: Mapping[str, Costs]) -> list[str]:
    """What would be searched and trained for some claims, and what it takes: an arm that several share is counted once."""
    lines: list[str] = []
    seen: set[tuple[str, str]] = set()
    least = most = 0.0
    for item in asked:
        lines.append(f"{item.claim.id}: {item.entry.verdict}, arms {', '.join(item.seeds)}")
        for name, grid in item.grids.items():
            if (item.paper.name, name) in seen:
                lines.append(f"  {name}: as above")
                continue
            seen.add((item.paper.name, name))
            of_paper, num_seeds = costs[item.paper.name], len(item.seeds[name])
            few, many = len(grid.factors) * grid.num_seeds, grid.most * grid.num_seeds
            low, high = of_paper.of_arm(name, num=few), of_paper.of_arm(name, num=many + num_seeds)
            least, most = least + low, most + high
            lines.append(
                f"  {name}: search {few} to {many} runs ({grid.words}), then {num_seeds} or none; {_time(low)} to {_time(high)}"
            )
    lines += [f"left alone: {name}, as {why}" for name, why in left.items()]
    lines.append(f"in all {_time(least)} to {_time(most)} of processor time, by what the arms as printed took")
    return lines


def _time(seconds: float) -> str:
    return duration(seconds) or "0 s"
