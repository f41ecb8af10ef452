"""The kinds of runs that are killed: how each is made by one command, what it starts from, and what it leaves.

All are of a scale of their own (tiny_scale.py beside this), at which a run takes about a second. A checkpoint is
written every CHECKPOINT_EVERY_S, so that kills meet some.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import repro.train.networks.loop as loop
from repro.catalogue.known import catalogue
from repro.cli import main
from repro.spec.experiment import make_run
from repro.train.networks.images import open_images
from repro.train.networks.run import train_runs
from repro.train.runs.context import Compute

CHECKPOINT_EVERY_S = 0.05
#: Of the workflow: the folder of its checkout beside the results, and the page that is asked for.
CHECKOUT, PAGE = "checkout", "alexnet_soak"
SCALE, CATALOGUE = "soak", Path(__file__).parent / "tiny_scale.py"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of run. do: makes `runs` in a folder of results and returns the exit status, as the command line does.

    needed: kinds whose runs must be finished. share: of all kills, how many of a hundred. signals: that it is killed by.
    prepares: makes its data itself.
    """

    name: str
    runs: tuple[str, ...]
    do: Callable[[Path], int]
    share: int
    needed: tuple[str, ...] = field(default=())
    signals: tuple[signal.Signals, ...] = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
    prepares: bool = False


def command(results: Path, *, paper: str, variant: str, seeds: str, threads: int) -> int:
    """Type `python -m repro train`."""
    loop.CHECKPOINT_EVERY_S = CHECKPOINT_EVERY_S
    options = {"--paper": paper, "--scale": SCALE, "--variant": variant, "--seeds": seeds, "--threads": str(threads)}
    named = [word for option in options.items() for word in option]
    return main(["train", *named, "--results", str(results), "--device", "cpu", "--catalogue", str(CATALOGUE)])


def data_parallel(results: Path) -> int:
    """Train a network by two processes, which no option does on a CPU; an error gives 1."""
    loop.CHECKPOINT_EVERY_S = CHECKPOINT_EVERY_S
    run = make_run(catalogue((str(CATALOGUE),)).paper("alexnet"), scale=SCALE, variant="no_lrn", seed=0)
    compute = Compute(num_threads=1, device="cpu", num_processes=2)
    train_runs([run], open_data=open_images, results=results, compute=compute, say=partial(print, flush=True))
    return 0


def workflow(results: Path) -> int:
    """Type the workflow's own command for one page, in a copy of the checkout; this process becomes Snakemake."""
    checkout = results.parent / CHECKOUT
    os.chdir(checkout)
    os.environ["PYTHONPATH"] = str(checkout)
    config = (f"scale={SCALE}", "papers=alexnet", "seeds=1", f"catalogue={CATALOGUE}", f"results={results}")
    settings = ("--config", *config, f"reports={results.parent / 'reports'}")
    os.execv(sys.executable, [sys.executable, "-m", "snakemake", "--cores", "1", PAGE, *settings])


def _kind(
    name: str, share: int, *, paper: str, variant: str, seed: int = 0, threads: int = 1, needed: tuple[str, ...] = ()
) -> Kind:
    do = partial(command, paper=paper, variant=variant, seeds=str(seed), threads=threads)
    return Kind(name=name, runs=(f"{SCALE}/{paper}/{variant}/{seed}",), do=do, share=share, needed=needed)


def prepare(results: Path, dataset: tuple[str, str]) -> int:
    """Type `python -m repro prepare` for a data set of a paper."""
    (paper, name), known = dataset, ("--catalogue", str(CATALOGUE))
    return main(["prepare", "--paper", paper, "--scale", SCALE, "--dataset", name, "--results", str(results), *known])


#: Papers' data at this scale that the kinds need.
DATASETS = (("alexnet", "procedural"), ("karpathy", "procedural_videos"), ("karpathy", "procedural_videos_transfer"))

#: What the average needs, made before anything is killed.
MEMBERS = tuple(
    _kind(f"member {variant}", 0, paper="karpathy", variant=variant, seed=seed)
    for seed, variant in enumerate(("single_frame", "early_fusion", "late_fusion", "slow_fusion"))
)

KINDS = (
    _kind("network of images", 22, paper="alexnet", variant="full"),
    _kind("network from another's weights", 6, paper="karpathy", variant="transfer_top", seed=3, needed=("member slow_fusion",)),
    _kind("network of clips", 14, paper="karpathy", variant="single_frame"),
    Kind(name="two processes (gloo)", runs=(f"{SCALE}/alexnet/no_lrn/0",), do=data_parallel, share=10),
    _kind("fit of images, Fisher vectors", 10, paper="alexnet", variant="sift_fisher"),
    _kind("fit of images, two processes", 6, paper="alexnet", variant="sparse_coding", threads=2),
    _kind("fit of videos", 8, paper="karpathy", variant="feature_histograms"),
    _kind("average", 8, paper="karpathy", variant="cnn_average", needed=tuple(kind.name for kind in MEMBERS)),
    Kind(
        name="snakemake, alone or with its jobs",
        runs=(f"{SCALE}/alexnet/full/0", f"{SCALE}/alexnet/no_lrn/0", f"{SCALE}/alexnet/sift_fisher/0"),
        do=workflow,
        share=8,
        signals=(signal.SIGKILL,),
        prepares=True,
    ),
    _kind("timing", 8, paper="karpathy", variant="clip_speed"),
)
