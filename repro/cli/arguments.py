"""What is typed on a command line, as values: run ids, lists of seeds and variants, a device."""

from __future__ import annotations

import argparse

from repro.catalogue.known import Catalogue
from repro.spec.experiment import make_run
from repro.spec.run import Run

DEVICES = ("auto", "cpu", "cuda")
#: Number formats of training.
PRECISIONS = ("float32", "tf32", "bfloat16")


class UsageError(ValueError):
    """A command line that cannot be carried out as typed."""


def parse_seeds(text: str) -> tuple[int, ...]:
    """The seeds that `0-2`, `0,1,5` or a mixture of both names, each once and in that order."""
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


def parse_share(text: str) -> float:
    """The share in [0, 1] that `text` writes."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a share from 0 to 1, such as 0.05")
    return share


def parse_variants(text: str) -> tuple[str, ...]:
    """The variants that `text`, a name or several joined by commas, lists."""
    names = tuple(text.split(","))
    if not all(names) or len(set(names)) != len(names):
        raise argparse.ArgumentTypeError(f"got {text!r}; allowed: a name, or several joined by commas, each once")
    return names


def parse_run(run_id: str, known: Catalogue) -> Run:
    """The run that `scale/paper/variant/seed` names.

    Raises:
        UsageError: the text has another form.
        UnknownName: no such paper, scale or variant.
    """
    parts = run_id.split("/")
    if len(parts) != 4 or not parts[3].isdecimal():
        first = known.papers[0]
        example = f"{first.scales[0].name}/{first.name}/{first.variants[0].name}/0"
        raise UsageError(f"got run {run_id!r}; allowed: scale/paper/variant/seed, such as {example} (python -m repro list)")
    scale, paper, variant, seed = parts
    return make_run(known.paper(paper), scale=scale, variant=variant, seed=int(seed))


def chosen_device(name: str) -> str:
    """`cpu` or `cuda`; `auto` is `cuda` where torch sees a GPU.

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
