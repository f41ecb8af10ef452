"""The parser of the command line: which commands there are, and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from repro.cli.arguments import (
    PRECISIONS,
    LineParser,
    Papers,
    parse_device,
    parse_papers,
    parse_place,
    parse_seeds,
    parse_share,
    parse_variants,
)
from repro.cli.catalogue import diff_runs, list_papers, show_run
from repro.cli.ledger import show_ledger
from repro.cli.stages import (
    alone,
    calibrate_verdicts,
    collect_runs,
    decide_claims,
    judge_claims,
    plan_runs,
    prepare_data,
    render_reports,
    render_speeds,
    report_runs,
    train_variants,
)
from repro.cli.trust import challenge_claim, publish_results, verify_results
from repro.spec.datasets import MAX_LEFT_OUT


def command_parser() -> argparse.ArgumentParser:
    """Build the parser of all commands with their options."""
    top: argparse.ArgumentParser = LineParser(
        prog="python -m repro", description="Reproduce the tables of papers and judge their claims."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    command = _knowing(commands, "list", list_papers, "list papers, scales, variants and tables")
    command.add_argument("paper", nargs="?", metavar="PAPER")
    command = _knowing(commands, "show", show_run, "print a run's full specification and what follows from it")
    command.add_argument("run", metavar="RUN_ID", help="scale/paper/variant/seed")
    command = _knowing(commands, "diff", diff_runs, "print in what two runs, or two folders of results, differ")
    command.add_argument("base", metavar="RUN_ID|RESULTS")
    command.add_argument("other", metavar="RUN_ID|RESULTS")
    command.add_argument("--json", action="store_true", help="of two folders, print all cells as JSON")
    command.add_argument("--page", type=parse_place, metavar="FILE", help="of two folders, write a page here")
    command.add_argument(
        "--margin", type=float, default=0.01, metavar="X", help="within which errors are equivalent (.01: a point)"
    )
    _add_plan(commands)
    command = _command(commands, "speed", render_speeds, "write the page of speed from files of the benchmark suite")
    command.add_argument(
        "files", nargs="+", type=parse_place, metavar="FILE", help="made by pytest tests/bench -m bench --benchmark-json=FILE"
    )
    command.add_argument("--reports", type=parse_place, default=Path("reports"), metavar="DIR")
    command = _command(commands, "ledger", show_ledger, "print what was started and what came of it, or begin anew")
    command.add_argument("--scale", required=True)
    command.add_argument("--results", required=True, type=parse_place, metavar="DIR")
    command.add_argument("--begin-anew", metavar="WHY", help="what was started before is history, and the pages say so")
    _add_calibrate(commands)
    _add_stages(commands)
    _add_trust(commands)
    return top


def _add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "say how often intervals and verdicts are right: in invented tables, or with --results by your own runs"
    command = _knowing(commands, "calibrate", calibrate_verdicts, text)
    command.add_argument(
        "--results", type=parse_place, metavar="DIR", help="of these results write calibration.json, for the report"
    )
    command.add_argument("--scale", help="with --results: which scale")
    _add_papers(command)
    command.add_argument("--log", type=parse_place, metavar="FILE", help="write every line here too")
    command.add_argument("--replications", type=int, default=2000, metavar="N", help="tables a setting (default: 2000)")
    command.add_argument("--seed", type=int, default=2012, metavar="N", help="the same seed gives the same numbers")
    command.add_argument("--out", type=parse_place, metavar="FILE", help="write a line for each setting here too, as CSV")


def _add_trust(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _knowing(commands, "verify", verify_results, "check results against what they were made from")
    one.add_argument(
        "results",
        nargs="?",
        type=parse_place,
        default=Path("results"),
        metavar="RESULTS",
        help="of any scales (default: results)",
    )
    one.add_argument("--json", action="store_true", help="print all checks as JSON")
    one.add_argument("--rerun", type=int, default=0, metavar="K", help="make K random runs again and compare them to the bit")
    one.add_argument(
        "--carry",
        type=int,
        default=0,
        metavar="K",
        help="make K runs of each stage of other code again, to keep the rest",
    )
    one.add_argument("--seed", type=int, metavar="N", help="of the choice of runs (default: drawn, and printed)")
    one.add_argument(
        "--device", type=parse_device, metavar="{auto,cpu,cuda}", default="auto", help="on which runs are made again"
    )
    one = _knowing(commands, "publish", publish_results, "write results without what is large, to be given away")
    one.add_argument("results", type=parse_place, metavar="RESULTS", help="of one scale or several")
    one.add_argument("--out", type=parse_place, required=True, metavar="DIR")
    one = _stage(commands, "challenge", challenge_claim, "judge a claim alone, by seeds that follow from a text")
    one.add_argument("claim", metavar="CLAIM", help="its id, as the report shows it")
    one.add_argument("--beacon", required=True, metavar="TEXT", help="that nobody knew before, such as a public random number")
    one.add_argument("--seeds", required=True, type=int, metavar="N", help="how many")
    one.add_argument("--device", type=parse_device, metavar="{auto,cpu,cuda}", default="auto")


def _add_plan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _knowing(commands, "plan", plan_runs, "print what a scale will cost, and which claims some hours would decide")
    one.add_argument("--scale", required=True)
    _add_papers(one)
    one.add_argument("--gpus", type=int, default=1, metavar="N", help="with --gpu-tflops: GPUs, each with a job at a time")
    one.add_argument("--gpu-tflops", type=float, metavar="X", help="TFLOP/s that a GPU attains (default: this machine's CPU)")
    one.add_argument("--hours", type=float, metavar="H", help="propose claims and seeds for so many hours")
    one.add_argument(
        "--results", type=parse_place, metavar="DIR", help="where prepared data are counted and runs show their spread"
    )


def _add_stages(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    stage = _stage(commands, "prepare", prepare_data, "fetch or generate a scale's images, verify and store them")
    stage.add_argument("--paper", required=True)
    stage.add_argument("--dataset", metavar="NAME", help="which of the scale's data (default: the first; python -m repro list)")
    stage.add_argument(
        "--source", type=parse_place, metavar="DIR", help="folder of the original images, where the scale needs one"
    )
    stage.add_argument(
        "--max-left-out",
        type=parse_share,
        default=MAX_LEFT_OUT,
        metavar="SHARE",
        help=f"of the files in --source, the largest share that may be left out (default: {MAX_LEFT_OUT})",
    )
    _add_compute(stage)
    stage = _stage(commands, "train", train_variants, "train and score one variant or several, with some seeds each")
    stage.add_argument("--paper", required=True)
    stage.add_argument("--variant", required=True, type=parse_variants, help="a name, or several joined by commas")
    stage.add_argument("--seeds", required=True, type=parse_seeds, help="such as 0-2 or 0,1,5")
    _add_compute(stage)
    stage.add_argument(
        "--gpus", type=int, metavar="N", help="GPUs that the job has alone, with a process each (default: 1 with cuda)"
    )
    stage.add_argument("--precision", choices=PRECISIONS, default="float32", help="of training; any but float32 is another run")
    stage.add_argument("--towers-apart", action="store_true", help="each tower of a network on a device of its own, as printed")
    stage = _stage(commands, "collect", alone(collect_runs), "verify the runs and write runs.csv")
    _add_papers(stage)
    stage.add_argument("--num-seeds", type=int, metavar="N", help="seeds of each variant (default: as the scale plans)")
    stage = _stage(commands, "judge", alone(judge_claims), "decide every claim and write claims.json")
    _add_papers(stage)
    stage = _stage(commands, "decide", decide_claims, "add seeds to the claims that are not decided, look by look")
    _add_papers(stage)
    stage.add_argument(
        "--looks", type=parse_seeds, default=(3, 5, 10), metavar="N,N", help="seeds of each look (default: 3,5,10)"
    )
    stage.add_argument("--hours", type=float, metavar="H", help="of processor time beyond the first look (default: no limit)")
    _add_compute(stage)
    stage = _stage(commands, "render", render_reports, "write the pages and tables")
    _add_papers(stage)
    stage.add_argument("--reports", required=True, type=parse_place, metavar="DIR")
    stage = _stage(commands, "report", report_runs, "collect, judge and render the runs that are there")
    _add_papers(stage)
    stage.add_argument("--num-seeds", type=int, metavar="N", help="seeds of each variant (default: as the scale plans)")
    stage.add_argument("--reports", required=True, type=parse_place, metavar="DIR")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Callable[..., int | None], text: str
) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    one.set_defaults(command=run)
    return one


def _knowing(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Callable[..., int | None], text: str
) -> argparse.ArgumentParser:
    """Add a command that knows papers, those that files describe among them."""
    one = _command(commands, name, run, text)
    one.add_argument(
        "--catalogue",
        action="append",
        type=parse_place,
        default=[],
        metavar="FILE",
        help="that describes papers or scales; may be given again",
    )
    return one


def _stage(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Callable[..., int | None], text: str
) -> argparse.ArgumentParser:
    one = _knowing(commands, name, run, text)
    one.add_argument("--scale", required=True)
    one.add_argument("--results", required=True, type=parse_place, metavar="DIR")
    one.add_argument("--log", type=parse_place, metavar="FILE", help="write every line here too")
    return one


def _add_compute(one: argparse.ArgumentParser) -> None:
    one.add_argument("--threads", type=int, default=1, metavar="N")
    one.add_argument("--device", type=parse_device, metavar="{auto,cpu,cuda}", default="auto")


def _add_papers(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--papers", nargs="+", type=parse_papers, action=Papers, metavar="PAPER", help="default: all that have this scale"
    )
