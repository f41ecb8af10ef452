"""The command line: `python -m repro {list,show,diff,plan,prepare,train,collect,judge,render,report,speed}`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.provenance import flatten, plain, spec_difference, spec_digest
from repro.papers import PAPERS
from repro.planning.plan import chosen_paper, papers_at, planned_runs, stage_of
from repro.spec.experiment import Paper, Variant, make_run
from repro.spec.geometry.summary import geometry_summary
from repro.spec.run import Experiment, Run
from repro.spec.video import VideoDataset
from repro.system.locks import locked
from repro.system.startup import importing

Say = Callable[[str], None]

#: Environment variables by which numeric libraries learn how many threads they may start.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
DEVICES = ("auto", "cpu", "cuda")
#: Number formats of training, and the stages that train networks.
PRECISIONS, TRAINING_STAGES = ("float32", "tf32", "bfloat16"), ("train_images", "train_clips")


class UsageError(ValueError):
    """A command line that cannot be carried out as typed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 where the user can put it right, or 1 after any other exception."""
    options = parser().parse_args(arguments)
    with _speaking(getattr(options, "log", None)) as say:
        try:
            options.command(options, say)
        except Exception as error:
            if isinstance(error, ValueError) and type(error).__module__.split(".")[0] == "repro":
                say(f"repro: error: {error}")
                return 2
            say(traceback.format_exc().rstrip())
            return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="python -m repro", description="Reproduce two papers' tables and judge their claims.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    one = _command(commands, "list", list_papers, "list papers, scales, variants and tables")
    one.add_argument("paper", nargs="?", metavar="PAPER")
    one = _command(commands, "show", show_run, "print a run's full specification and what follows from it")
    one.add_argument("run", metavar="RUN_ID", help="scale/paper/variant/seed")
    one = _command(commands, "diff", diff_runs, "print in what two runs differ")
    one.add_argument("base", metavar="RUN_ID")
    one.add_argument("other", metavar="RUN_ID")
    _add_plan(commands)
    one = _command(commands, "speed", render_speeds, "write the page of speed from files of the benchmark suite")
    one.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="made by pytest tests/bench -m bench --benchmark-json=FILE"
    )
    one.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR")
    _add_stages(commands)
    return top


def _add_plan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(commands, "plan", plan_runs, "print what a scale will cost, and which claims some hours would decide")
    one.add_argument("--scale", required=True)
    _add_papers(one)
    one.add_argument("--gpus", type=int, default=1, metavar="N", help="with --gpu-tflops: GPUs, each with a job at a time")
    one.add_argument("--gpu-tflops", type=float, metavar="X", help="TFLOP/s that a GPU attains (default: this machine's CPU)")
    one.add_argument("--hours", type=float, metavar="H", help="propose claims and seeds for so many hours")
    one.add_argument("--results", type=Path, metavar="DIR", help="where prepared data are counted and runs show their spread")


def _add_stages(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _stage(commands, "prepare", prepare_data, "fetch or generate a scale's images, verify and store them")
    one.add_argument("--paper", required=True)
    one.add_argument("--dataset", metavar="NAME", help="which of the scale's data (default: the first; python -m repro list)")
    one.add_argument("--source", type=Path, metavar="DIR", help="folder of the original images, where the scale needs one")
    _add_compute(one)
    one = _stage(commands, "train", train_variants, "train and score one variant or several, with some seeds each")
    one.add_argument("--paper", required=True)
    one.add_argument("--variant", required=True, type=parse_variants, help="a name, or several joined by commas")
    one.add_argument("--seeds", required=True, type=parse_seeds, help="such as 0-2 or 0,1,5")
    _add_compute(one)
    one.add_argument(
        "--gpus", type=int, metavar="N", help="GPUs that the job has alone, with a process each (default: 1 with cuda)"
    )
    one.add_argument("--precision", choices=PRECISIONS, default="float32", help="of training; any but float32 is another run")
    one.add_argument("--towers-apart", action="store_true", help="each tower of a network on a device of its own, as printed")
    one = _stage(commands, "collect", collect_runs, "verify the runs and write runs.csv")
    _add_papers(one)
    one.add_argument("--num-seeds", type=int, metavar="N", help="seeds of each variant (default: as the scale plans)")
    one = _stage(commands, "judge", judge_claims, "decide every claim and write claims.json")
    _add_papers(one)
    one = _stage(commands, "render", render_reports, "write the pages and tables")
    _add_papers(one)
    one.add_argument("--reports", required=True, type=Path, metavar="DIR")
    one = _stage(commands, "report", report_runs, "collect, judge and render the runs that are there")
    _add_papers(one)
    one.add_argument("--num-seeds", type=int, metavar="N", help="seeds of each variant (default: as the scale plans)")
    one.add_argument("--reports", required=True, type=Path, metavar="DIR")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Callable[..., None], text: str
) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    one.set_defaults(command=run)
    return one


def _stage(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Callable[..., None], text: str
) -> argparse.ArgumentParser:
    one = _command(commands, name, run, text)
    one.add_argument("--scale", required=True)
    one.add_argument("--results", required=True, type=Path, metavar="DIR")
    one.add_argument("--log", type=Path, metavar="FILE", help="write every line here too")
    return one


def _add_compute(one: argparse.ArgumentParser) -> None:
    one.add_argument("--threads", type=int, default=1, metavar="N")
    one.add_argument("--device", choices=DEVICES, default="auto")


def _add_papers(one: argparse.ArgumentParser) -> None:
    one.add_argument("--papers", nargs="+", metavar="PAPER", help="default: all that have this scale")


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that `0-2`, `0,1,5` or a mixture of both names, each once and in that order."""
    seeds: list[int] = []
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            seeds += range(int(first), int(last or first) + 1)
    except ValueError:
        seeds = []
    if not seeds or len(set(seeds)) != len(seeds):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a range such as 0-2, or a list such as 0,1,5, each seed once")
    return tuple(seeds)


def parse_variants(text: str) -> tuple[str, ...]:
    """Return the variants that `text`, a name or several joined by commas, lists."""
    names = tuple(text.split(","))
    if not all(names) or len(set(names)) != len(names):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a name, or several joined by commas, each once")
    return names


def parse_run(run_id: str) -> Run:
    """Return the run that `scale/paper/variant/seed` names.

    Raises:
        UsageError: the text has another form.
        UnknownName: no such paper, scale or variant.
    """
    parts = run_id.split("/")
    if len(parts) != 4 or not parts[3].isdecimal():
        raise UsageError(
            f"got run {run_id!r}; allowed: scale/paper/variant/seed, such as small/alexnet/full/0 (python -m repro list)"
        )
    scale, paper, variant, seed = parts
    return make_run(chosen_paper(paper), scale=scale, variant=variant, seed=int(seed))


def list_papers(options: argparse.Namespace, say: Say) -> None:
    """Print the papers, or only the one that is named, with scales, variants and tables."""
    papers = [chosen_paper(options.paper)] if options.paper else PAPERS.values()
    for paper in papers:
        print(f"{paper.name}: {paper.title} ({paper.authors}, {paper.year})")
        names = [scale.name for scale in paper.scales] + [variant.name for variant in paper.variants]
        width = 2 + max(map(len, names + [table.name for table in paper.tables]))
        print("  scales")
        for scale in paper.scales:
            seeds = f"{scale.num_seeds} seed{'s' if scale.num_seeds > 1 else ''}"
            print(f"    {scale.name:{width}}{scale.title}; {scale.evidence}; {seeds}")
        print("  variants")
        for variant in paper.variants:
            print(f"    {variant.name:{width}}{variant.title}{_change(paper, variant)}")
        print("  tables (each is a target of the workflow)")
        for table in paper.tables:
            print(f"    {table.name:{width}}{table.title}; {len(table.variants)} variants, {len(table.claims)} claims")


def _change(paper: Paper, variant: Variant) -> str:
    if variant.base is None:
        return ""
    return f"; {variant.base} with {variant.key} = {json.dumps(plain(variant.value))}"


def show_run(options: argparse.Namespace, say: Say) -> None:
    """Print the specification of a run and its network's geometry as JSON."""
    run = parse_run(options.run)
    known = run.dataset.procedural.num_classes if run.dataset.procedural else None
    value = {"id": run.id, "spec_digest": spec_digest(run.experiment), "run": plain(run)}
    print(
        json.dumps(
            value
            | (
                {"geometry": geometry_summary(run.trained.network, num_classes=known)}
                if isinstance(run.experiment, Experiment)
                else {}
            ),
            indent=1,
        )
    )


def diff_runs(options: argparse.Namespace, say: Say) -> None:
    """Print each leaf in which two runs differ, names and seed apart."""
    base, other = parse_run(options.base), parse_run(options.other)
    left, right = flatten(_compared(base)), flatten(_compared(other))
    changes = spec_difference(_compared(base), _compared(other))
    for key in [item["key"] for item in changes]:
        print(f"{key}: {left.get(key, 'absent')} -> {right.get(key, 'absent')}")
    if not changes:
        print("no difference but the name")


def _compared(run: Run) -> dict[str, Any]:
    return {**plain(run.experiment), "dataset": plain(run.dataset)}


def plan_runs(options: argparse.Namespace, say: Say) -> None:
    """Print the plan of a scale: on GPUs of a given speed, or on this machine after twenty steps of each family's networks."""
    if options.gpus < 1 or (options.gpu_tflops is not None and options.gpu_tflops <= 0):
        raise UsageError(f"--gpus {options.gpus} --gpu-tflops {options.gpu_tflops}; allowed: 1 and above, and above 0")
    _limit_threads(1)
    papers = papers_at(options.scale, options.papers)
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


def prepare_data(options: argparse.Namespace, say: Say) -> None:
    """Run the prepare stage for the data set of a paper at a scale."""
    _limit_threads(options.threads)
    datasets = {item.name: item for item in chosen_paper(options.paper).scale(options.scale).datasets}
    if options.dataset is not None and options.dataset not in datasets:
        raise UsageError(f"--dataset {options.dataset}; allowed at scale {options.scale}: {', '.join(datasets)}")
    dataset = datasets[options.dataset or next(iter(datasets))]
    if options.source is not None and not options.source.is_dir():
        raise UsageError(f"--source {options.source} is not a folder; give the folder that holds the original images")
    folder = data_folder(options.results, options.scale, dataset.name)
    with locked(folder, say=say):
        if isinstance(dataset, VideoDataset):
            with importing():
                from repro.data.prepare.videos import prepare_videos

            prepare_videos(dataset, folder=folder, source=options.source, num_threads=options.threads, say=say)
        else:
            with importing():
                from repro.data.prepare.images import prepare

            device = chosen_device(options.device)
            prepare(dataset, folder=folder, source=options.source, num_threads=options.threads, device=device, say=say)


def train_variants(options: argparse.Namespace, say: Say) -> None:
    """Run the train stage for some variants with some seeds."""
    _limit_threads(options.threads)
    paper = chosen_paper(options.paper)
    names = [paper.variant(name).name for name in options.variant]
    runs = [make_run(paper, scale=options.scale, variant=name, seed=seed) for name in names for seed in options.seeds]
    stages = sorted({stage_of(run) for run in runs})
    if len(stages) > 1:
        raise UsageError(f"--variant {','.join(names)} are made by {', '.join(stages)}; allowed: variants of one stage at a time")
    is_trained = stages[0] in TRAINING_STAGES
    means: dict[str, Any] = {"precision": options.precision, "towers_apart": options.towers_apart} if is_trained else {}
    if not is_trained and (options.precision != "float32" or options.towers_apart):
        raise UsageError(f"--precision and --towers-apart are for networks; {','.join(names)} are made by {stages[0]}")
    from repro.system.gpu_leases import leased_for

    with ExitStack() as stack:
        for run in sorted(runs, key=lambda run: (run.variant, run.seed)):
            stack.enter_context(locked(run_folder(options.results, run.id), say=say))
        # Before anything that asks CUDA what there is, as DALI may when it is imported.
        stack.enter_context(leased_for(options.device, num=options.gpus, say=say, environ=os.environ))
        with importing():
            from repro.train.methods.stages import maker_of

            make = maker_of(stages[0])
        device = chosen_device(options.device)
        if is_trained and device == "cuda" and not options.towers_apart:
            means["num_processes"] = max(1, options.gpus or 1)  # a process for each GPU
        make(runs, results=options.results, num_threads=options.threads, device=device, say=say, **means)


def collect_runs(options: argparse.Namespace, say: Say) -> None:
    """Run the collect stage for all runs that the tables need."""
    papers = papers_at(options.scale, options.papers)
    runs = [run for paper in papers for run in planned_runs(paper, scale=options.scale, num_seeds=options.num_seeds)]
    with importing():
        from repro.analyse.collect.collect import collect

    collect(runs, papers=papers, results=options.results)
    say(f"wrote {options.results / options.scale / 'runs.csv'} from those of {len(runs)} planned runs that are there")


def judge_claims(options: argparse.Namespace, say: Say) -> None:
    """Run the judge stage."""
    papers = papers_at(options.scale, options.papers)
    with importing():
        from repro.analyse.judge.judge import judge

    judge(papers, scale=options.scale, results=options.results)
    say(f"wrote {options.results / options.scale / 'claims.json'}")


def render_reports(options: argparse.Namespace, say: Say) -> None:
    """Run the render stage."""
    papers = papers_at(options.scale, options.papers)
    with importing():
        from repro.report.render import render

    render(papers, scale=options.scale, results=options.results, reports=options.reports)
    say(f"wrote {options.reports / options.scale / 'index.html'}")


def render_speeds(options: argparse.Namespace, say: Say) -> None:
    """Write the page of speed."""
    with importing():
        from repro.report.speed.page import render_speed

    say(f"wrote {render_speed(options.files, options.reports)}")


def report_runs(options: argparse.Namespace, say: Say) -> None:
    """Run the stages from collect to render, one process at a time: the claims of runs that are not there are incomplete."""
    with locked(options.results / options.scale / "report", say=say):
        for stage in (collect_runs, judge_claims, render_reports):
            stage(options, say)


def chosen_device(name: str) -> str:
    """Return `cpu` or `cuda`; `auto` is `cuda` where torch sees a GPU.

    Raises:
        UsageError: cuda is asked for and torch sees no GPU.
    """
    if name == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if name == "cuda":
        raise UsageError(
            f"--device cuda, but torch {torch.__version__} sees no GPU; use --device cpu, or install a CUDA build of torch"
        )
    return "cpu"


def _limit_threads(num_threads: int) -> None:
    """Tell numeric libraries, before they are imported, how many threads they may start."""
    if num_threads < 1:
        raise UsageError(f"--threads {num_threads}; allowed: 1 and above")
    for name in THREAD_VARIABLES:
        os.environ[name] = str(num_threads)


@contextmanager
def _speaking(log: Path | None) -> Iterator[Say]:
    """Give a function that prints a line to stderr, and to the file `log` if there is one, at once."""
    with ExitStack() as stack:
        streams = [sys.stderr]
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            streams.append(stack.enter_context(open(log, "w", encoding="utf-8")))

        def say(line: str) -> None:
            for stream in streams:
                print(line, file=stream, flush=True)

        yield say
