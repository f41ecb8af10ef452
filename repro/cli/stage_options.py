"""The commands that the workflow's rules call, with their options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from repro.cli.arguments import PRECISIONS, parse_input, parse_num_gpus, parse_place, parse_seeds, parse_share, parse_variants
from repro.cli.options import (
    add_compute,
    add_knowing,
    add_num_seeds,
    add_paper,
    add_papers,
    add_reports,
    add_results,
    add_scale,
    add_stage,
    add_threads,
)
from repro.cli.planning import follow_runs, tune_claims
from repro.cli.stages import (
    alone,
    collect_runs,
    decide_claims,
    judge_claims,
    prepare_data,
    render_reports,
    report_runs,
    train_variants,
)
from repro.spec.datasets import MAX_LEFT_OUT

if TYPE_CHECKING:
    from repro.cli.options import Commands

#: Keys of the workflow's configuration that name a folder of originals: `prepare` takes any of them for --source.
SOURCE_KEYS = ("images", "videos", "data", "pretraining", "unsplit", "transfer")


def add_stages(commands: Commands) -> None:
    """Add the commands from `prepare` to `report`."""
    _add_prepare(commands)
    _add_train(commands)
    stage = add_stage(commands, "collect", alone(collect_runs), "verify the runs and write runs.csv")
    add_papers(stage)
    add_num_seeds(stage)
    stage = add_stage(commands, "judge", alone(judge_claims), "decide every claim and write claims.json")
    add_papers(stage)
    stage = add_stage(commands, "decide", decide_claims, "add seeds to the claims that are not decided, look by look")
    add_papers(stage)
    stage.add_argument(
        "--looks",
        type=parse_seeds,
        default=(3, 5, 10),
        metavar="N,N",
        help="seeds of each look, which rise from 2 on (default: 3,5,10)",
    )
    stage.add_argument("--hours", type=float, metavar="H", help="of processor time beyond the first look (default: no limit)")
    add_compute(stage)
    _add_tune(commands)
    stage = add_stage(commands, "render", render_reports, "write the pages and tables")
    add_threads(stage)
    add_papers(stage)
    add_reports(stage)
    stage = add_stage(commands, "report", report_runs, "collect, judge and render the runs that are there")
    add_papers(stage)
    add_num_seeds(stage)
    add_reports(stage)
    words = "runs are being made: a JSON object of the ids of those that are left and the seconds that each adds; - is stdin"
    stage.add_argument("--left", type=parse_input, metavar="FILE", help=words)
    _add_follow(commands)


def _add_tune(commands: Commands) -> None:
    text = "judge claims that came out against their paper once more, each arm with a learning rate of its own"
    stage = add_stage(commands, "tune", tune_claims, text)
    add_papers(stage)
    words = "their ids (default: those that came out REVERSED, ABSENT or NOT-REPRODUCED)"
    stage.add_argument("--claims", nargs="+", type=parse_variants, metavar="CLAIM", help=words)
    words = "of processor time for searches and tuned runs (default: no limit)"
    stage.add_argument("--hours", type=float, metavar="H", help=words)
    stage.add_argument("--dry-run", action="store_true", help="say what would be searched and trained, and what it takes")
    add_compute(stage)


def _add_follow(commands: Commands) -> None:
    text = "say how far runs are that other processes make, and how long the rest takes"
    one = add_knowing(commands, "follow", follow_runs, text)
    add_scale(one)
    add_results(one)
    add_papers(one)
    add_num_seeds(one)
    add_reports(one)
    one.add_argument("--pages", action="store_true", help="make the pages meanwhile, now and then")
    words = "follow these alone, made anew even where they are there: ids, one a line; - is stdin (default: all planned)"
    one.add_argument("--runs", type=parse_input, metavar="FILE", help=words)
    words = "that are made at a time, until it is seen (default: as many as there are processors)"
    one.add_argument("--jobs", type=int, metavar="N", help=words)
    words = "follow until this process ends (default: until all runs have ended)"
    one.add_argument("--until-end-of", type=int, metavar="PID", help=words)


def _add_prepare(commands: Commands) -> None:
    stage = add_stage(commands, "prepare", prepare_data, "fetch or generate a scale's images or videos, verify and store them")
    add_paper(stage)
    stage.add_argument("--dataset", metavar="NAME", help="which of the scale's data (default: the first; python -m repro list)")
    stage.add_argument(
        "--source",
        type=parse_place,
        metavar="DIR",
        help=f"folder of the originals, where the scale needs one; --{' --'.join(SOURCE_KEYS)}, the workflow's keys, mean it too",
    )
    for key in SOURCE_KEYS:
        stage.add_argument(f"--{key}", dest="source", type=parse_place, metavar="DIR", help=argparse.SUPPRESS)
    stage.add_argument("--title", metavar="TEXT", help="what pages call these data (default: as --source is called)")
    stage.add_argument(
        "--max-left-out",
        type=parse_share,
        default=MAX_LEFT_OUT,
        metavar="SHARE",
        help=f"of the files in --source, the largest share that may be left out, 0 to 1 (default: {MAX_LEFT_OUT})",
    )
    add_compute(stage)


def _add_train(commands: Commands) -> None:
    stage = add_stage(commands, "train", train_variants, "train and score one variant or several, with some seeds each")
    add_paper(stage)
    stage.add_argument(
        "--variant",
        "--variants",
        dest="variant",
        required=True,
        type=parse_variants,
        metavar="NAME[,NAME]",
        help="a name, or several joined by commas (python -m repro list PAPER)",
    )
    stage.add_argument("--seeds", required=True, type=parse_seeds, metavar="N-N|N,N", help="which: such as 0-2 or 0,1,5")
    add_compute(stage)
    words = "GPUs that the job has alone, with a process each; 0 shares what is visible (default: 1 with cuda)"
    stage.add_argument("--gpus", type=parse_num_gpus, metavar="N", help=words)
    stage.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="float32",
        help="of training; any but float32 is another run (default: float32)",
    )
    stage.add_argument("--towers-apart", action="store_true", help="each tower of a network on a device of its own, as printed")
