"""The parser of the command line: which commands there are, and their options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import repro
from repro.cli.arguments import LineParser, parse_folder_name, parse_num_seeds, parse_place, parse_variants
from repro.cli.catalogue import diff_runs, list_papers, show_run
from repro.cli.examples import EXAMPLES
from repro.cli.installed.completion import SHELLS, print_completion
from repro.cli.installed.doctor import examine
from repro.cli.installed.workflow import run_workflow
from repro.cli.ledger import show_ledger
from repro.cli.options import (
    REPORTS,
    RESULTS,
    SCALE_HELP,
    add_command,
    add_device,
    add_knowing,
    add_log,
    add_papers,
    add_reports,
    add_results,
    add_scale,
    add_stage,
)
from repro.cli.planning import plan_runs
from repro.cli.site import fit_sizes, write_pages
from repro.cli.stage_options import add_stages
from repro.cli.stages import calibrate_verdicts, render_speeds
from repro.cli.trust import bring_runs, challenge_claim, export_named, publish_results, verify_results
from repro.papers import PAPERS

if TYPE_CHECKING:
    from repro.cli.options import Commands

#: What to type first.
FIRST = ("doctor", "list", "plan", "report")


def command_parser() -> argparse.ArgumentParser:
    """Build the parser of all commands with their options."""
    top: argparse.ArgumentParser = LineParser(
        prog="python -m repro",
        description="Reproduce the tables of papers and judge their claims.",
        epilog="\n".join(["to begin with:", *(f"  python -m repro {EXAMPLES[name][0]}" for name in FIRST)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"repro {repro.__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add_catalogue(commands)
    _add_plan(commands)
    command = add_command(commands, "speed", render_speeds, "write the page of speed from files of the benchmark suite")
    command.add_argument(
        "files", nargs="+", type=parse_place, metavar="FILE", help="made by pytest tests/bench -m bench --benchmark-json=FILE"
    )
    add_reports(command)
    command = add_knowing(commands, "site", write_pages, "write one site over folders of results: does what the papers say hold")
    words = "folders of results, such as results/small, or above several, such as results/published"
    command.add_argument("folders", nargs="+", type=parse_place, metavar="RESULTS", help=words)
    command.add_argument("--out", type=parse_place, default=REPORTS, metavar="DIR", help=f"of the site (default: {REPORTS})")
    _add_sizes(commands)
    command = add_command(commands, "ledger", show_ledger, "print what was started and what came of it, or begin anew")
    add_scale(command)
    add_results(command)
    command.add_argument("--begin-anew", metavar="WHY", help="what was started before is history, and the pages say so")
    _add_calibrate(commands)
    add_stages(commands)
    _add_trust(commands)
    _add_bring(commands)
    _add_installed(commands, top)
    return top


def _add_catalogue(commands: Commands) -> None:
    command = add_knowing(commands, "list", list_papers, "list papers, scales, variants and tables")
    command.add_argument("paper", nargs="?", metavar="PAPER", help=f"of {', '.join(PAPERS)} or a --catalogue (default: all)")
    command.add_argument("--claims", action="store_true", help="the claims instead, by id, with what each says")
    command = add_knowing(commands, "show", show_run, "print a run's full specification and what follows from it")
    command.add_argument("run", metavar="RUN_ID", help="scale/paper/variant/seed")
    command = add_knowing(commands, "diff", diff_runs, "print in what two runs, or two folders of results, differ")
    command.add_argument("base", metavar="RUN_ID|RESULTS", help="scale/paper/variant/seed, or a folder of results")
    command.add_argument("other", metavar="RUN_ID|RESULTS", help="another one")
    command.add_argument("--json", action="store_true", help="of two folders, print all cells as JSON")
    command.add_argument("--page", type=parse_place, metavar="FILE", help="of two folders, write a page here")
    words = "within which errors are equivalent, between 0 and 1 (default: .01, a point)"
    command.add_argument("--margin", type=float, default=0.01, metavar="X", help=words)


def _add_calibrate(commands: Commands) -> None:
    text = "say how often intervals and verdicts are right: in invented tables, or with --scale by your own runs"
    command = add_knowing(commands, "calibrate", calibrate_verdicts, text)
    words = f"with --scale: of these results write calibration.json, for the report (default: {RESULTS})"
    command.add_argument("--results", type=parse_place, metavar="DIR", help=words)
    command.add_argument("--scale", help=f"of your own runs: {SCALE_HELP}")
    add_papers(command)
    add_log(command)
    words = "invented tables a setting, from 1 (default: 2000)"
    command.add_argument("--replications", type=int, default=2000, metavar="N", help=words)
    words = "the same seed gives the same numbers (default: 2012)"
    command.add_argument("--seed", type=int, default=2012, metavar="N", help=words)
    command.add_argument("--out", type=parse_place, metavar="FILE", help="write a line for each setting here too, as CSV")


def _add_sizes(commands: Commands) -> None:
    text = "fit lines of effects against size, over results at several sizes of one scale"
    command = add_knowing(commands, "sizes", fit_sizes, text)
    words = "of one size, with others beside it such as results/cifar10_images_1of4; or each that is to be taken"
    command.add_argument("folders", nargs="+", type=parse_place, metavar="FOLDER", help=words)
    command.add_argument("--json", action="store_true", help="print what is written")


def _add_trust(commands: Commands) -> None:
    one = add_knowing(commands, "verify", verify_results, "check results against what they were made from")
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
    one.add_argument("--data", action="store_true", help="generate the prepared data again and compare every byte")
    one.add_argument("--pages", type=parse_place, metavar="DIR", help="render the pages there again and compare every byte")
    one.add_argument("--seed", type=int, metavar="N", help="of the choice of runs (default: drawn, and printed)")
    add_device(one, text="on which runs are made again")
    one = add_knowing(commands, "publish", publish_results, "write results without what is large, to be given away")
    one.add_argument("results", type=parse_place, nargs="?", metavar="RESULTS", help="of one scale or several")
    one.add_argument("--out", type=parse_place, required=True, metavar="DIR", help="a new folder, or one that was written so")
    words = "of a folder within DIR, for what has the same scale on other data"
    one.add_argument("--name", type=parse_folder_name, metavar="NAME", help=words)
    one.add_argument("--take-out", metavar="PLACE", help="take results out of DIR again, such as gestures/folders")
    one.add_argument("--why", metavar="TEXT", help="with --take-out: the reason, which stands in the ledger of DIR")
    text = "write a finished run's weights (safetensors) with a model card, a card of prepared data, or a table's figure"
    one = add_command(commands, "export", export_named, text)
    one.add_argument("name", metavar="NAME", help="scale/paper/variant/seed, scale/data/NAME or scale/table/NAME")
    one.add_argument("--to", type=parse_place, required=True, metavar="DIR", help="a folder, which is made")
    add_results(one)
    one = add_stage(commands, "challenge", challenge_claim, "judge a claim alone, by seeds that follow from a text")
    one.add_argument("claim", metavar="CLAIM", help="its id, as the report shows it (python -m repro list --claims)")
    one.add_argument("--beacon", required=True, metavar="TEXT", help="that nobody knew before, such as a public random number")
    words = "how many, from 1"
    one.add_argument("--num-seeds", "--seeds", dest="seeds", required=True, type=parse_num_seeds, metavar="N", help=words)
    add_device(one)


def _add_bring(commands: Commands) -> None:
    text = "take in runs from other results, made where no folder is shared, and say so in the ledger"
    one = add_command(commands, "bring", bring_runs, text)
    one.add_argument(
        "elsewhere",
        type=parse_place,
        metavar="RESULTS",
        help="the other results, a copy of them, or published ones to go on from",
    )
    add_scale(one)
    add_results(one, text="into which they are taken")
    words = "paper/variant/seed, or several joined by commas (default: all that are finished there)"
    one.add_argument("--runs", nargs="+", type=parse_variants, metavar="RUN", help=words)
    words = "the ledger of there (default: that in RESULTS)"
    one.add_argument("--ledger", type=parse_place, metavar="FILE", help=words)
    add_log(one)


def _add_plan(commands: Commands) -> None:
    one = add_knowing(commands, "plan", plan_runs, "print what a scale will cost, and which claims some hours would decide")
    add_scale(one)
    add_papers(one)
    words = "with --gpu-tflops: GPUs, each with a job at a time, from 1 (default: 1)"
    one.add_argument("--gpus", type=int, default=1, metavar="N", help=words)
    one.add_argument("--gpu-tflops", type=float, metavar="X", help="TFLOP/s that a GPU attains (default: this machine's CPU)")
    one.add_argument("--hours", type=float, metavar="H", help="propose claims and seeds for so many hours")
    add_results(one, text="where prepared data are counted and runs show their spread")


def _add_installed(commands: Commands, top: argparse.ArgumentParser) -> None:
    one = add_command(commands, "doctor", examine, "examine this machine and installation, and say what to do about each lack")
    add_results(one, text="whose disk and file system are examined")
    one.add_argument("--json", action="store_true", help="print what was found as JSON, for a report of a bug")
    text = "run the workflow, in any folder: what follows is given to Snakemake; --folder prints where it lies"
    one = add_command(commands, "workflow", run_workflow, text, own_options=False)
    one.add_argument("words", nargs="*", metavar="OPTION|TARGET", help="as after `snakemake`, such as --cores all reproduce")
    one.set_defaults(parser=one)
    one = add_command(commands, "completion", print_completion, "print a script by which a shell completes what is typed")
    one.add_argument("shell", choices=SHELLS, help="for which shell")
    one.set_defaults(parser=top)
