"""The commands that run a stage: prepare, train, collect, judge, render, report, speed, calibrate."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import pairwise

from repro.artifacts.failed_json import find_failure, note_failure
from repro.artifacts.files import data_folder, remove_parts, run_folder
from repro.artifacts.ledger.population_json import keep_population
from repro.artifacts.run_json import FAITHFUL, is_finished, read_run
from repro.catalogue.known import catalogue
from repro.cli.arguments import UsageError, chosen_device, limit_threads
from repro.cli.mending import mend_camera_motions, setting_damage_aside, writing
from repro.cli.options import RESULTS
from repro.cli.planning import read_left
from repro.data.files.prepared_from import remember_source
from repro.planning.collected import collected_runs, papers_of
from repro.planning.declare import declare, plan_of
from repro.planning.plan import planned_runs, stage_of
from repro.spec.experiment import Paper, make_run
from repro.spec.run import Run
from repro.spec.video_datasets import VideoDataset
from repro.system.locks import locked
from repro.system.progress import Say
from repro.system.startup import importing
from repro.train.runs.context import Compute

#: Carries out a command as it was typed.
Command = Callable[[argparse.Namespace, Say], None]
#: The stages that train networks.
TRAINING_STAGES = ("train_images", "train_clips")


def prepare_data(options: argparse.Namespace, say: Say) -> None:
    """Run the prepare stage for the data set of a paper at a scale."""
    num_threads = limit_threads(options.threads)
    datasets = {item.name: item for item in catalogue(options.catalogue).paper(options.paper).scale(options.scale).datasets}
    if options.dataset is not None and options.dataset not in datasets:
        raise UsageError(f"--dataset {options.dataset}; allowed at scale {options.scale}: {', '.join(datasets)}")
    dataset = datasets[options.dataset or next(iter(datasets))]
    if options.source is not None and not options.source.is_dir():
        raise UsageError(f"--source {options.source} is not a folder; give the folder that holds the original images")
    folder = data_folder(options.results, options.scale, dataset.name)
    with locked(folder, say=say):
        remove_parts(folder, below=True)
        with importing():
            from repro.data.prepare.prepare import prepare

        dataset = replace(dataset, title=options.title) if options.title else dataset
        device = "cpu" if isinstance(dataset, VideoDataset) else chosen_device(options.device)
        prepare(
            dataset,
            folder=folder,
            source=options.source,
            num_threads=num_threads,
            device=device,
            say=say,
            max_left_out=options.max_left_out,
        )
        remember_source(folder, options.source, max_left_out=options.max_left_out)


def train_variants(options: argparse.Namespace, say: Say) -> None:
    """Run the train stage for some variants with some seeds."""
    num_threads = limit_threads(options.threads)
    paper = catalogue(options.catalogue).paper(options.paper)
    names = [paper.variant(name).name for name in options.variant]
    runs = [make_run(paper, scale=options.scale, variant=name, seed=seed) for name in names for seed in options.seeds]
    stages = sorted({stage_of(run) for run in runs})
    if len(stages) > 1:
        raise UsageError(f"--variant {','.join(names)} are made by {', '.join(stages)}; allowed: variants of one stage at a time")
    is_trained = stages[0] in TRAINING_STAGES
    if not is_trained and (options.precision != FAITHFUL or options.towers_apart):
        raise UsageError(f"--precision and --towers-apart are for networks; {','.join(names)} are made by {stages[0]}")
    declare(plan_of([paper], runs), folder=options.results / options.scale)
    from repro.system.gpu_leases import leased_for

    with _noting_failures(runs, options), ExitStack() as stack:
        for run in sorted(runs, key=lambda run: (run.variant, run.seed)):
            stack.enter_context(locked(run_folder(options.results, run.id), say=say))
        # Before anything that asks CUDA what there is, as DALI may when it is imported.
        stack.enter_context(leased_for(options.device, num=options.gpus, say=say, environ=os.environ))
        with importing():
            from repro.train.methods.stages import maker_of

            make = maker_of(stages[0], mends=True)
        device = chosen_device(options.device)
        several = is_trained and device == "cuda" and not options.towers_apart
        compute = Compute(
            num_threads=num_threads,
            device=device,
            precision=options.precision,
            towers_apart=options.towers_apart,
            num_processes=max(1, options.gpus or 1) if several else 1,  # a process for each GPU
            log=options.log,
        )
        make(runs, results=options.results, compute=compute, say=say)
    for record in (read_run(options.results, run.id) for run in runs):
        if record.diverged:
            say(f"{record.id} diverged: {record.reason}; it has no error, and claims of {record.variant} are INVALID")


@contextmanager
def _noting_failures(runs: Sequence[Run], options: argparse.Namespace) -> Iterator[None]:
    """Write down that `runs` failed which a failure of their job keeps from being begun."""
    before = {run.id: find_failure(options.results, run.id) for run in runs}
    try:
        yield
    except Exception as error:
        for run in runs:
            folder = run_folder(options.results, run.id)
            if not is_finished(folder) and find_failure(options.results, run.id) == before[run.id]:
                note_failure(options.results, run.id, error, log=options.log)
        raise


def _refuse_no_results(options: argparse.Namespace) -> None:
    """Fail for a folder that is not there: it is mistyped, and pages of nothing would be made of it."""
    catalogue(options.catalogue).papers_at(options.scale, options.papers)  # a name that is mistyped is told first
    if not os.path.lexists(options.results):
        raise UsageError(f"--results {options.results} is not there; give results, or make some: snakemake --cores all reproduce")


def _papers(options: argparse.Namespace) -> list[Paper]:
    """The papers whose numbers are written."""
    return papers_of(catalogue(options.catalogue), scale=options.scale, results=options.results, names=options.papers)


def alone(stage: Command) -> Command:
    """`stage` as it is typed by itself, while no other process writes what it writes."""

    def run(options: argparse.Namespace, say: Say) -> None:
        _refuse_no_results(options)
        with writing(options, say):
            stage(options, say)

    return run


def collect_runs(options: argparse.Namespace, say: Say) -> None:
    """Run the collect stage for all runs that the tables need."""
    papers = _papers(options)
    where = {"scale": options.scale, "results": options.results}
    runs = [run for paper in papers for run in collected_runs(paper, num_seeds=options.num_seeds, **where)]
    with importing():
        from repro.analyse.collect.collect import collect

    mend_camera_motions(papers, **where, say=say)
    with setting_damage_aside(options.results, options.scale):
        collect(runs, papers=papers, results=options.results)
    keep_population(options.results / options.scale)
    there = sum(is_finished(run_folder(options.results, run.id)) for run in runs)
    say(f"wrote {options.results / options.scale / 'runs.csv'} from {there} of {len(runs)} runs, planned or there")


def judge_claims(options: argparse.Namespace, say: Say) -> None:
    """Run the judge stage on a table of runs that was written by others: its rows are compared with the runs first."""
    with importing():
        from repro.analyse.collect.again import refuse_other_rows

    papers = _papers(options)
    with setting_damage_aside(options.results, options.scale):
        refuse_other_rows(papers, scale=options.scale, results=options.results)
    _judge(options, say)


def _judge(options: argparse.Namespace, say: Say) -> None:
    papers = _papers(options)
    with importing():
        from repro.analyse.judge.judge import judge
        from repro.planning.noted import note_look

    counts = judge(papers, scale=options.scale, results=options.results)
    note_look(options.results / options.scale)
    say(f"wrote {options.results / options.scale / 'claims.json'}: {counts.words}")


def decide_claims(options: argparse.Namespace, say: Say) -> None:
    """Add seeds to the claims that are not decided, look by look."""
    papers = tuple(_papers(options))
    looks: tuple[int, ...] = options.looks
    if any(one >= other for one, other in pairwise(looks)) or looks[0] < 2:
        raise UsageError(f"--looks {','.join(map(str, looks))}; allowed: numbers of seeds that rise, from 2 on, such as 3,5,10")
    if options.hours is not None and options.hours < 0:
        raise UsageError(f"--hours {options.hours:g}; allowed: 0 and above, of processor time beyond the first look")
    first = [run for paper in papers for run in planned_runs(paper, scale=options.scale, num_seeds=looks[0])]
    folder = options.results / options.scale
    declare(plan_of(papers, first, looks=looks), folder=folder)
    with importing():
        from repro.planning.deciding.decide import Task, decide
        from repro.planning.deciding.train import Place

    device = ("--device", options.device)
    extra = [word for file in options.catalogue for word in ("--catalogue", file)]
    with writing(options, say):
        task = Task(
            papers=papers,
            scale=options.scale,
            looks=looks,
            budget_s=None if options.hours is None else 3600 * options.hours,
            place=Place(results=options.results, options=(*device, *extra), threads=options.threads),
        )
        judgement = decide(task, say=say)
    say(f"wrote {folder / 'claims.json'}: {judgement.counts.words}")


def render_reports(options: argparse.Namespace, say: Say) -> None:
    """Run the render stage; verdicts that `judge` would not write are refused."""
    with importing():
        from repro.analyse.judge.again import refuse_other_verdicts

    known = catalogue(options.catalogue).papers_at(options.scale)
    unjudged = refuse_other_verdicts(known, scale=options.scale, results=options.results)
    if unjudged:
        say(f"the verdicts of {options.results / options.scale} could not be judged again: {unjudged}; the pages say so")
    _draw_reports(options, say, unjudged=unjudged, num_processes=limit_threads(options.threads))


def _draw_reports(
    options: argparse.Namespace, say: Say, *, unjudged: str = "", left: Mapping[str, float] | None = None, num_processes: int = 1
) -> None:
    papers = catalogue(options.catalogue).papers_at(options.scale, options.papers)
    with importing():
        from repro.report.render import render

    render(
        papers,
        scale=options.scale,
        results=options.results,
        reports=options.reports,
        unjudged=unjudged,
        left=left or {},
        num_processes=num_processes,
    )
    say(f"wrote {options.reports / options.scale / 'index.html'}")


def render_speeds(options: argparse.Namespace, say: Say) -> None:
    """Write the page of speed."""
    with importing():
        from repro.report.speed.page import render_speed

    say(f"wrote {render_speed(options.files, options.reports)}")


def calibrate_verdicts(options: argparse.Namespace, say: Say) -> None:
    """Say how often intervals and verdicts are right: by the runs of a folder of results, or in invented tables."""
    if options.scale is None and options.results is not None:
        raise UsageError("--results goes with --scale; give --scale too (your own runs), or neither (invented tables)")
    options.results = options.results or RESULTS
    (calibrate_invented if options.scale is None else calibrate_own)(options, say)


def calibrate_own(options: argparse.Namespace, say: Say) -> None:
    """Write calibration.json of a folder of results."""
    limit_threads(1)
    papers = _papers(options)
    with importing():
        from repro.analyse.calibrate.own.calibration import FILE, calibrate_results

    written = calibrate_results(papers, scale=options.scale, results=options.results)
    say(f"{'wrote' if written else 'kept, as nothing has changed:'} {options.results / options.scale / FILE}")


def calibrate_invented(options: argparse.Namespace, say: Say) -> None:
    """Print how often intervals and verdicts are right in invented tables, of which everything is known."""
    if options.replications < 1:
        raise UsageError(f"--replications {options.replications}; allowed: 1 and above")
    limit_threads(1)
    with importing():
        from repro.analyse.calibrate.calibrate import calibrated, lines, write_calibration

    found = calibrated(num=options.replications, seed=options.seed)
    print("\n".join(lines(found)))
    if options.out is not None:
        write_calibration(options.out, found.outcomes)
        say(f"wrote {options.out}")


def report_runs(options: argparse.Namespace, say: Say) -> None:
    """Run the stages from collect to render, one process at a time: the claims of runs that are not there are incomplete."""
    left = read_left(options.left)
    _refuse_no_results(options)
    with writing(options, say):
        remove_parts(options.reports / options.scale, below=True)
        collect_runs(options, say)
        _judge(options, say)  # what this process has just collected need not be collected again
        calibrate_own(options, say)
        _draw_reports(options, say, left=left)  # what this process has just judged need not be judged again
