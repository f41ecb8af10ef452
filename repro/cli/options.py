"""What commands have in common: how one is added to the parser, and the options that mean the same in all."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from repro.cli.arguments import DEVICES, Papers, parse_device, parse_num_seeds, parse_papers, parse_place
from repro.cli.examples import examples_of
from repro.papers import PAPERS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

#: Where results and reports are, unless something else is said.
RESULTS, REPORTS = Path("results"), Path("reports")
#: The built-in scales, for the help and for completion.
SCALES = tuple(dict.fromkeys(scale.name for paper in PAPERS.values() for scale in paper.scales))
SCALE_HELP = (
    f"one of {', '.join(SCALES)}, of a --catalogue, or one of these at a size: cifar10_images_1of4 (python -m repro list)"
)


def add_command(
    commands: Commands, name: str, run: Callable[..., int | None], text: str, *, own_options: bool = True
) -> argparse.ArgumentParser:
    """Add a command that `run` carries out, with its examples; without options of its own all that is typed is a word."""
    one = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=examples_of(name),
        prefix_chars="-" if own_options else "\0",
        add_help=own_options,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.set_defaults(command=run)
    return one


def add_knowing(commands: Commands, name: str, run: Callable[..., int | None], text: str) -> argparse.ArgumentParser:
    """Add a command that knows papers, those that files describe among them."""
    one = add_command(commands, name, run, text)
    one.add_argument(
        "--catalogue",
        action="append",
        type=parse_place,
        default=[],
        metavar="FILE",
        help="that describes papers or scales; may be given again",
    )
    return one


def add_stage(commands: Commands, name: str, run: Callable[..., int | None], text: str) -> argparse.ArgumentParser:
    """Add a command that carries out a step at one scale."""
    one = add_knowing(commands, name, run, text)
    add_scale(one)
    add_results(one)
    add_log(one)
    return one


def add_scale(one: argparse.ArgumentParser) -> None:
    """Add --scale, without which nothing is said about how large everything is."""
    one.add_argument("--scale", required=True, help=SCALE_HELP)


def add_results(one: argparse.ArgumentParser, *, text: str = "of the results") -> None:
    """Add --results, by default the folder that the workflow takes too."""
    one.add_argument("--results", default=RESULTS, type=parse_place, metavar="DIR", help=f"{text} (default: {RESULTS})")


def add_reports(one: argparse.ArgumentParser) -> None:
    """Add --reports, by default the folder that the workflow takes too."""
    one.add_argument("--reports", default=REPORTS, type=parse_place, metavar="DIR", help=f"of the pages (default: {REPORTS})")


def add_log(one: argparse.ArgumentParser) -> None:
    """Add --log."""
    one.add_argument("--log", type=parse_place, metavar="FILE", help="write every line here too")


def add_device(one: argparse.ArgumentParser, *, text: str = "on which to compute") -> None:
    """Add --device."""
    allowed = f"{{{','.join(DEVICES)}}}"
    words = f"{text}; auto takes a GPU if torch sees one (default: auto)"
    one.add_argument("--device", type=parse_device, metavar=allowed, default="auto", help=words)


def add_compute(one: argparse.ArgumentParser) -> None:
    """Add --threads and --device."""
    add_threads(one)
    add_device(one)


def add_threads(one: argparse.ArgumentParser) -> None:
    """Add --threads."""
    words = "processor threads, from 1; no more are used than there are processors (default: 1)"
    one.add_argument("--threads", type=int, default=1, metavar="N", help=words)


def add_paper(one: argparse.ArgumentParser) -> None:
    """Add --papers of a command that takes one paper, also in its older spelling."""
    words = f"one of {', '.join(PAPERS)}, or of a --catalogue (python -m repro list)"
    one.add_argument("--papers", "--paper", dest="paper", required=True, metavar="PAPER", help=words)


def add_papers(one: argparse.ArgumentParser) -> None:
    """Add --papers of a command that takes several."""
    one.add_argument(
        "--papers",
        "--paper",
        nargs="+",
        type=parse_papers,
        action=Papers,
        metavar="PAPER",
        help=f"of {', '.join(PAPERS)} or a --catalogue (default: all that have this scale)",
    )


def add_num_seeds(one: argparse.ArgumentParser) -> None:
    """Add --num-seeds."""
    words = "seeds of each variant, 0 upwards, from 1 (default: as many as the scale plans)"
    one.add_argument("--num-seeds", type=parse_num_seeds, metavar="N", help=words)
