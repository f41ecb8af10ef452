"""Write what a scale will cost, and which claims a number of hours would decide, as text."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.planning.budget import ASSUMED_SD, Need, Proposal, needs_of, propose, spreads_in
from repro.planning.cost import Cost, Rate, cost_of, rate_from, representatives, sizes_at
from repro.planning.plan import planned_runs, runs_of_sizes
from repro.spec.experiment import Paper
from repro.spec.geometry.clips import geometry_of
from repro.system.progress import Say

COLUMNS = ("table", "runs", "examples", "FLOPs", "disk", "memory", "hours")
S_PER_HOUR = 3600
GIB, MIB_PER_GIB = 2**30, 2**10
PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z")


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a scale costs. devices: how many jobs go on at a time, and on what, in words; source: where the rates are from."""

    scale: str
    papers: Sequence[Paper]
    rates: Mapping[str, Mapping[str, Rate]]
    num_devices: int
    devices: str
    source: str
    results: Path | None

    def costs(self, paper: Paper) -> dict[str, Cost]:
        """The cost by table, and under `all` that of every run, each counted once."""
        sizes = sizes_at(paper, scale=self.scale, results=self.results)
        rates = self.rates[paper.name]
        found = {
            table.name: cost_of(
                paper, scale=self.scale, runs=planned_runs(paper, scale=self.scale, table=table.name), rates=rates, sizes=sizes
            )
            for table in paper.tables
        }
        runs = planned_runs(paper, scale=self.scale)
        found["sizes"] = cost_of(paper, scale=self.scale, runs=runs_of_sizes(paper, runs), rates=rates, sizes=sizes)
        every = cost_of(paper, scale=self.scale, runs=runs, rates=rates, sizes=sizes)
        return {name: cost for name, cost in found.items() if cost.num_runs or cost.not_counted} | {"all": every}

    def lines(self) -> list[str]:
        """The plan: a line for each table and for all, what is not counted, and when everything would be done."""
        lines = [f"scale {self.scale}, {self.devices}; {self.source}"]
        for paper in self.papers:
            costs, sizes = self.costs(paper), sizes_at(paper, scale=self.scale, results=self.results)
            rows = [(f"{paper.name}: {name}" if name == "all" else name, *_cells(cost)) for name, cost in costs.items()]
            lines += ["", *_aligned([COLUMNS, *rows])]
            for name, size in sizes.items():
                if size is not None:
                    counted = "counted" if size.measured else "estimated"
                    lines.append(
                        f"data {name}: {_short(size.num_train + size.num_test)} examples, {_bytes(size.num_bytes)} ({counted})"
                    )
            every = costs["all"]
            lines += [f"not counted: {name} ({reason})" for name, reason in every.not_counted.items()]
            lines.append(
                f"{paper.name} is done in {_hours(every.elapsed_s(self.num_devices))} h, {self.devices}; "
                f"{_bytes(every.working_bytes)} of disk more for each run that is going on"
            )
        return lines

    def proposal(self, paper: Paper, *, hours: float) -> tuple[Proposal, dict[str, str]]:
        """Which claims of `paper` to decide in `hours` on all devices, and why others are out of the question."""
        runs_csv = (self.results or Path()) / self.scale / "runs.csv"
        needs, without = needs_of(paper, scale=self.scale, spreads=spreads_in(runs_csv))
        seconds = self._seconds(paper, needs)
        return propose(needs, seconds_by_run=seconds, budget_s=hours * S_PER_HOUR * self.num_devices), without

    def _seconds(self, paper: Paper, needs: Sequence[Need]) -> dict[str, float]:
        """The seconds of every run that a claim may need, which may be of more seeds than are planned."""
        most = max((need.num_seeds for need in needs), default=0)
        runs = planned_runs(paper, scale=self.scale, num_seeds=most)
        sizes = sizes_at(paper, scale=self.scale, results=self.results)
        return cost_of(paper, scale=self.scale, runs=runs, rates=self.rates[paper.name], sizes=sizes).seconds_by_run

    def proposal_lines(self, *, hours: float) -> list[str]:
        """The proposals for all papers, the hours shared among them in the order of the papers."""
        lines = [
            "",
            f"in {hours:g} h, {self.devices}: seeds that find the paper's effect with 80 % power, at the spread of the runs that "
            f"are there, else {100 * ASSUMED_SD:g} points",
        ]
        left = hours
        for paper in self.papers:
            proposal, without = self.proposal(paper, hours=left)
            left -= proposal.seconds / S_PER_HOUR / self.num_devices
            rows = [
                (need.claim, str(need.num_seeds), " ".join(need.variants), _hours(seconds)) for need, seconds in proposal.chosen
            ]
            lines += ["", f"{paper.name}: {len(rows)} of {len(paper.claims)} claims in {_hours(proposal.seconds)} device hours"]
            lines += _aligned([("claim", "seeds", "variants", "hours more"), *rows])
            seeds = [f"{name} {num}" for name, num in proposal.num_seeds.items() if num]
            lines += [f"seeds by variant: {', '.join(seeds)}"] if seeds else []
            lines += [f"no hours left for: {_claims(proposal.left)}"] if proposal.left else []
            lines += [f"left alone, with runs that are not counted: {_claims(proposal.unpriced)}"] if proposal.unpriced else []
            for reason in dict.fromkeys(without.values()):
                lines.append(f"left alone, {reason}: {', '.join(name for name, why in without.items() if why == reason)}")
        return lines


def _cells(cost: Cost) -> tuple[str, ...]:
    return (
        str(cost.num_runs),
        _short(cost.num_examples),
        _short(cost.flops),
        _bytes(cost.kept_bytes),
        f"{cost.mem_mib / MIB_PER_GIB:.1f} GiB",
        _hours(cost.seconds),
    )


def _claims(needs: Sequence[Need]) -> str:
    return ", ".join(need.claim for need in needs)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _short(number: float) -> str:
    """A number with three digits and a prefix: 1.28M."""
    power = 0
    while number >= 999.5 and power < len(PREFIXES) - 1:
        number, power = number / 1000, power + 1
    return f"{number:.3g}{PREFIXES[power]}"


def _bytes(number: float) -> str:
    return f"{number / GIB:.3g} GiB" if number >= GIB / 100 else f"{number / 2**20:.3g} MiB"


def _hours(seconds: float) -> str:
    hours = seconds / S_PER_HOUR
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.2g}" if hours < 1 else f"{hours:.1f}"


def given_outlook(papers: Sequence[Paper], *, scale: str, results: Path | None, num_gpus: int, flops_per_s: float) -> Outlook:
    """The outlook on `num_gpus` GPUs of which each attains `flops_per_s`."""
    rate = Rate(train_flops_per_s=flops_per_s, score_flops_per_s=flops_per_s)
    return Outlook(
        scale=scale,
        papers=papers,
        rates={paper.name: dict.fromkeys(representatives(paper, scale=scale), rate) for paper in papers},
        num_devices=num_gpus,
        devices=f"on {num_gpus} GPU{'s' * (num_gpus > 1)}",
        source=f"hours at {flops_per_s / 1e12:g} TFLOP/s each, as given",
        results=results,
    )


def measured_outlook(papers: Sequence[Paper], *, scale: str, results: Path | None, say: Say) -> Outlook:
    """The outlook on this machine: one job a core at a time, at rates measured now for each family of networks."""
    from repro.train.methods.rate import NUM_STEPS, measured_rate  # imports torch

    rates: dict[str, dict[str, Rate]] = {}
    for paper in papers:
        sizes, rates[paper.name] = sizes_at(paper, scale=scale, results=results), {}
        for family, run in representatives(paper, scale=scale).items():
            say(f"measures {run.id}: {NUM_STEPS} steps")
            size = sizes[run.dataset.name]
            num_classes = size.num_classes if size else geometry_of(run.trained.network).dense[-1].num_units
            measured = measured_rate(run, num_classes=num_classes, device="cpu")
            rate = rate_from(run, num_classes=num_classes, train_s=measured.train_s, score_s=measured.score_s)
            say(f"  {rate.train_flops_per_s / 1e9:.1f} GFLOP/s in training, {rate.score_flops_per_s / 1e9:.1f} in scoring")
            rates[paper.name][family] = rate
    num_cores = len(os.sched_getaffinity(0))
    return Outlook(
        scale=scale,
        papers=papers,
        rates=rates,
        num_devices=num_cores,
        devices=f"on {num_cores} CPU cores",
        source=f"hours of one core, at what {NUM_STEPS} steps of each family of networks took it now",
        results=results,
    )
