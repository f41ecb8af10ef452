"""The commands `plan`, what a scale costs, `follow`, how far its runs are, and `tune`, claims with rates of arms' own."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from repro.artifacts.files import run_folder
from repro.artifacts.run_json import is_finished
from repro.catalogue.known import catalogue
from repro.cli.arguments import STANDARD_INPUT, UsageError, limit_threads
from repro.cli.mending import writing
from repro.planning.plan import planned_runs
from repro.spec.experiment import Paper
from repro.spec.run import Run
from repro.system.processors import num_usable
from repro.system.progress import Say
from repro.system.startup import importing
from repro.system.stopping import Stopped

if TYPE_CHECKING:
    from repro.planning.following.pages import PageMaker


def plan_runs(options: argparse.Namespace, say: Say) -> None:
    """Print the plan of a scale: on GPUs of a given speed, or on this machine after twenty steps of each family's networks."""
    if options.hours is not None and not 0 < options.hours < float("inf"):
        raise UsageError(f"--hours {options.hours}; allowed: a number above 0")
    if options.gpus < 1 or (options.gpu_tflops is not None and options.gpu_tflops <= 0):
        raise UsageError(f"--gpus {options.gpus} --gpu-tflops {options.gpu_tflops}; allowed: 1 and above, and above 0")
    if options.gpus > 1 and options.gpu_tflops is None:
        raise UsageError(f"--gpus {options.gpus} without --gpu-tflops; say what one of them attains, such as --gpu-tflops 15")
    limit_threads(1)
    papers = catalogue(options.catalogue).papers_at(options.scale, options.papers)
    with importing():
        from repro.planning.outlook import given_outlook, measured_outlook

    if options.gpu_tflops is None:
        outlook = measured_outlook(papers, scale=options.scale, results=options.results, say=say)
    else:
        flops_per_s = options.gpu_tflops * 1e12
        outlook = given_outlook(
            papers, scale=options.scale, results=options.results, num_gpus=options.gpus, flops_per_s=flops_per_s
        )
    print("\n".join(outlook.lines()))
    if options.hours is not None:
        print("\n".join(outlook.proposal_lines(hours=options.hours)))


def tune_claims(options: argparse.Namespace, say: Say) -> None:
    """Judge claims with rates of their arms' own; with --dry-run say what that would take."""
    if options.hours is not None and options.hours < 0:
        raise UsageError(f"--hours {options.hours:g}; allowed: 0 and above, of processor time for searches and tuned runs")
    papers = tuple(catalogue(options.catalogue).papers_at(options.scale, options.papers))
    if not (options.results / options.scale / "runs").is_dir():
        raise UsageError(
            f"--results {options.results} has no runs of scale {options.scale}, so that no claim came out yet; make some first "
            "(snakemake --cores all reproduce), or give other results"
        )
    with importing():
        from repro.planning.deciding.train import Place
        from repro.planning.tuning.tune import Task, dry_run, tune

    extra = [word for file in options.catalogue for word in ("--catalogue", str(file))]
    task = Task(
        papers=papers,
        scale=options.scale,
        names=None if options.claims is None else tuple(name for several in options.claims for name in several),
        budget_s=None if options.hours is None else 3600 * options.hours,
        place=Place(results=options.results, options=("--device", options.device, *extra), threads=options.threads),
    )
    if options.dry_run:
        print("\n".join(dry_run(task)))
        return
    with writing(options, say):
        judgement = tune(task, say=say)
    say(f"wrote {task.folder / 'claims.json'}: {judgement.counts.words}")


def follow_runs(options: argparse.Namespace, say: Say) -> None:
    """Follow the runs of a scale, which other processes make."""
    from repro.planning.following.block import Heading
    from repro.planning.following.follow import Following, follow
    from repro.planning.following.standing import Standings

    papers = catalogue(options.catalogue).papers_at(options.scale, options.papers)
    anew = None if options.runs is None else read_lines(options.runs)
    runs = list(_runs(papers, options, among=anew))
    standings = Standings(
        runs,
        scale=options.scale,
        results=options.results,
        num_at_a_time=options.jobs or num_usable(),
        made_anew=anew or (),
        others=_one_of_each_kind(papers, options, but=[run.id for _, run in runs]),
    )
    heading = Heading(
        what=f"repro  {options.scale}: {len(runs)} runs of {' and '.join(paper.name for paper in papers)}",
        pages=str(options.reports / options.scale / "index.html") if options.pages else "",
        logs=str(options.results / options.scale / "logs"),
    )
    pages = _page_maker(papers, runs, options) if options.pages else None
    followed = Following(standings=standings, heading=heading, pages=pages, maker=options.until_end_of)
    # Who makes the runs asks this process to end when they have ended.
    with nullcontext() if options.until_end_of is None else suppress(Stopped, KeyboardInterrupt):
        say(f"{options.scale}: {follow(followed).words}")


def _runs(papers: Sequence[Paper], options: argparse.Namespace, *, among: Sequence[str] | None) -> Iterator[tuple[Paper, Run]]:
    """The planned runs with their papers, of `among` alone if that is given.

    Raises:
        UsageError: a run of `among` is not planned.
    """
    planned = {
        run.id: (paper, run) for paper in papers for run in planned_runs(paper, scale=options.scale, num_seeds=options.num_seeds)
    }
    unknown = [name for name in among or () if name not in planned]
    if unknown:
        raise UsageError(f"--runs {options.runs}: {unknown[0]!r} is not planned; allowed: ids as scale/paper/variant/seed")
    return (planned[name] for name in (planned if among is None else among))


def _one_of_each_kind(papers: Sequence[Paper], options: argparse.Namespace, *, but: Collection[str]) -> list[tuple[Paper, Run]]:
    """A finished run of each kind, none of `but`: it says how long its kind takes here."""
    from repro.planning.following.expected import kind_of

    found: dict[str, tuple[Paper, Run]] = {}
    for paper in papers:
        for run in planned_runs(paper, scale=options.scale, num_seeds=options.num_seeds):
            kind = kind_of(paper, run)
            if kind not in found and run.id not in but and is_finished(run_folder(options.results, run.id)):
                found[kind] = (paper, run)
    return list(found.values())


def _page_maker(papers: Sequence[Paper], runs: Sequence[tuple[Paper, Run]], options: argparse.Namespace) -> PageMaker:
    from repro.planning.following.pages import PageMaker

    followed = {run.id for _, run in runs}
    tables = {}
    for paper in papers:
        for table in paper.tables:
            of_table = planned_runs(paper, scale=options.scale, table=table.name, num_seeds=options.num_seeds)
            wanted = frozenset(run.id for run in of_table)
            others = wanted - followed
            if wanted & followed and all(is_finished(run_folder(options.results, name)) for name in others):
                tables[f"{paper.name}: {table.title}"] = wanted & followed
    command = [sys.executable, "-m", "repro", "report", "--left", "-", "--scale", options.scale]
    command += ["--results", str(options.results), "--reports", str(options.reports)]
    command += ["--papers", *[paper.name for paper in papers]]
    command += [] if options.num_seeds is None else ["--num-seeds", str(options.num_seeds)]
    command += [word for file in options.catalogue for word in ("--catalogue", str(file))]
    command += ["--log", str(options.results / options.scale / "logs" / "pages.log")]
    gentle = [shutil.which("nice") or "", "-n", "10"]
    return PageMaker([*gentle, *command] if gentle[0] else command, tables=tables)


def read_lines(path: Path) -> list[str]:
    """The lines of a file, or of standard input; empty ones are left out.

    Raises:
        UsageError: it is no text.
    """
    try:
        text = sys.stdin.read() if path == STANDARD_INPUT else path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text in UTF-8: {error.reason} at byte {error.start}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_left(path: Path | None) -> dict[str, float]:
    """By the id of each run that is still to be made the seconds that it adds to the time until all are; of no file none.

    Raises:
        UsageError: it is no such file.
    """
    if path is None:
        return {}
    try:
        found = json.loads("\n".join(read_lines(path)))
        return {str(name): float(seconds) for name, seconds in found.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"--left {path}: got no JSON object of run ids and seconds ({error}); leave the option out") from error
