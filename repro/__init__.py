"""A reproducibility benchmark and ablation suite: papers' networks, their claims, and verdicts on them.

`load_results` and `load_run` read what it left into programs of your own, `build_net` builds a paper's net without training it,
`load_exported` reads what `python -m repro export` wrote.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from repro.readers.frames import ResultFrames

__version__ = "0.2.0"


def load_results(folder: str | PathLike[str]) -> ResultFrames:
    """The runs and claims of one scale as two pandas frames: `runs, claims = repro.load_results("results/small")`.

    folder: `results/<scale>`, or a copy of it such as `results/published/cifar10-cpu-2026-11-25/cifar10`.

    runs: a row for each run, metric and protocol. scale, paper, variant, seed, dataset, evidence; metric, protocol, value (in
        the metric's own unit; errors are fractions), n_examples (what it rests on), wall_s, device, code, run (its id).
    claims: a row for each claim. What the paper states: id, paper, where, statement, kind, metric, protocol, dataset, row,
        column, confidence (how it was read), arm and against (the variants compared), paper_value, paper_delta, paper_ratio.
        What was measured: decided_on (the scale of estimate and intervals: points, log_ratio or value), estimate, ci90_low,
        ci90_high, ci95_low, ci95_high (over seeds), smallest_effect, p_raw, and of each arm n_, mean_ and sd_. The verdict:
        evidence, verdict, size, reason, runs (ids of all it rests on). What a kind of claim does not have is missing.

    Raises:
        FileFormatError (a ValueError): a file is not there, damaged, or made from another version of the other.
    """
    from pathlib import Path

    from repro.readers.frames import read_frames

    return read_frames(Path(folder))


def load_run(run: str, *, results: str | PathLike[str] = "results") -> nn.Module:
    """The net of a finished run with its weights: `net = repro.load_run("small/alexnet/full/0")`.

    run: scale/paper/variant/seed. It is built as the run's own record describes it, on the CPU and in evaluation mode.
    A net of images takes (examples, 3, height, width): pixels from 0 to 255 less the mean image, cropped to its input. A net
    of clips takes (examples, 3, frames, height, width): pixels less the mean level of its recipe. Both give logits by class.

    Raises:
        NoNetError (a ValueError): the run is not finished, has no net of its own (an average, a classical model) or diverged.
        FileFormatError (a ValueError): a file of the run is missing or is not the one that the run recorded.
    """
    from pathlib import Path

    from repro.readers.net import read_net

    return read_net(run, results=Path(results))


def build_net(run: str, *, num_classes: int = 1000) -> nn.Module:
    """A paper's net before training: `net = repro.build_net("paper/alexnet/full/0")` is AlexNet as printed.

    run: scale/paper/variant/seed; the seed decides the initial weights. Input and output are as those of `load_run`. In
    training, the masks of dropout are drawn from a seed that you give: `repro.models.layers.seed_dropout`.

    Raises:
        NoNetError (a ValueError): the name is none, or is that of no network, or `num_classes` is no number of classes.
        UnknownName (a ValueError): no such paper, scale or variant.
    """
    from repro.readers.net import build_net as build

    return build(run, num_classes=num_classes)


def load_exported(folder: str | PathLike[str]) -> nn.Module:
    """The net in a folder that `python -m repro export` wrote, in evaluation mode; input and output as those of `load_run`.

    Raises:
        ExportError (a ValueError): the folder holds no exported net, or the library safetensors is not installed.
        NoNetError (a ValueError): another version of this package wrote it.
    """
    from pathlib import Path

    from repro.readers.export import load_net

    return load_net(Path(folder))
