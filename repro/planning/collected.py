"""Which papers and runs are collected: those that are planned, and whatever else was run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repro.analyse.collect.at_rates import runs_at_rates
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import FILE
from repro.catalogue.known import Catalogue
from repro.planning.plan import planned_runs
from repro.spec.experiment import Paper, make_run
from repro.spec.run import Run


class UnknownPapers(ValueError):
    """Results hold runs of papers that nobody has described."""


def papers_of(known: Catalogue, *, scale: str, results: Path, names: Sequence[str] | None) -> list[Paper]:
    """The papers called `names`, or (None) all that have the scale, if these are all of which runs are in `results`.

    Raises:
        UnknownPapers: runs of another one are there, which would drop out of the numbers and verdicts without a word.
        UnknownName: a paper or the scale is not known.
    """
    papers = known.papers_at(scale, names)
    there = {path.parts[-4] for path in (Path(results) / scale / "runs").glob(f"*/*/*/{FILE}")} if names is None else set()
    unknown = sorted(there - {paper.name for paper in papers})
    if unknown:
        raise UnknownPapers(
            f"{Path(results) / scale} has runs of {', '.join(unknown)}, not known here; allowed: runs of "
            f"{', '.join(paper.name for paper in papers)}; add --catalogue FILE, or say which to take: --papers {papers[0].name}"
        )
    return papers


def collected_runs(paper: Paper, *, scale: str, results: Path, num_seeds: int | None = None) -> list[Run]:
    """The planned runs and all others that have a record in `results`, variant by variant: whatever was run counts."""
    runs = {run.id: run for run in planned_runs(paper, scale=scale, num_seeds=num_seeds)}
    names = dict.fromkeys([run.variant for run in runs.values()])
    names |= {variant.name: None for variant in paper.variants if paper.scale(scale).has(paper.family(variant.name))}
    names |= dict.fromkeys(runs_at_rates(paper, scale=scale, results=results))
    for name in names:
        folder = run_folder(results, f"{scale}/{paper.name}/{name}/0").parent
        for seed in sorted(int(path.parent.name) for path in folder.glob("*/run.json") if path.parent.name.isdigit()):
            run = make_run(paper, scale=scale, variant=name, seed=seed)
            runs.setdefault(run.id, run)
    place = {name: number for number, name in enumerate(names)}
    return sorted(runs.values(), key=lambda run: (place[run.variant], run.seed))
