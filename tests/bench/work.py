"""Contests of whole jobs against the amount of work: how long a job of the train stage takes by seeds, variants and passes.

    python -m tests.bench.work RESULTS NUM_EPOCHS

trains one run of scale smoke for so many epochs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.run import Experiment, Run
from repro.train.networks.images import open_images
from repro.train.networks.run import train_runs
from tests.bench.turns import Contest
from tests.tiny import ONE_THREAD

SCALE, PAPER, DATA = "smoke", "alexnet", "procedural"
#: Variants whose nets cost the same.
ALIKE = ("full", "no_pca_color", "no_weight_decay", "zero_bias_init")
AMOUNTS = (1, 2, 4)
#: Epochs of a run that has as many passes over the images as one amount stands for.
EPOCHS_AT_ONCE = 10
ROOT = Path(__file__).parents[2]
WHAT = {
    "seeds": "runs of one job with as many seeds",
    "variants": "runs of one job with as many variants",
    "examples": f"times {EPOCHS_AT_ONCE} passes over the images in one run",
}


def work_contest(kind: str, folder: Path, *, num_rounds: int = 2) -> Contest:
    """Return jobs with one, two and four times the work, each a process of its own, by wall time.

    kind: what there is more of, `seeds`, `variants` or `examples`.
    """
    results = folder / "results"
    repro(["prepare", "--scale", SCALE, "--paper", PAPER, "--dataset", DATA, "--results", str(results)])
    data = results / SCALE / "data"

    def job(amount: int) -> Callable[[], None]:
        def work() -> None:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                (Path(own) / SCALE).mkdir()
                (Path(own) / SCALE / "data").symlink_to(data)
                start(kind, amount, own)

        return work

    return Contest(
        title=f"A job of the train stage at scale {SCALE}, by {kind}",
        contenders={str(amount): job(amount) for amount in AMOUNTS},
        settings={str(amount): f"{amount} {WHAT[kind]}" for amount in AMOUNTS},
        num_rounds=num_rounds,
        num_warm_up=0,
        clock="wall time",
        amounts={str(amount): amount for amount in AMOUNTS},
    )


def start(kind: str, amount: int, results: str) -> None:
    """Do a job in a process of its own."""
    if kind == "examples":
        run_process([sys.executable, "-m", "tests.bench.work", results, str(amount * EPOCHS_AT_ONCE)])
        return
    variants = ALIKE[:amount] if kind == "variants" else ALIKE[:1]
    seeds = f"0-{amount - 1}" if kind == "seeds" and amount > 1 else "0"
    options = ["--scale", SCALE, "--paper", PAPER, "--results", results, "--device", "cpu", "--threads", "1"]
    repro(["train", *options, "--variant", ",".join(variants), "--seeds", seeds])


def repro(arguments: list[str]) -> None:
    """Run the command line."""
    run_process([sys.executable, "-m", "repro", *arguments])


def run_process(command: list[str]) -> None:
    """Run a process from the root of the checkout; raise CalledProcessError with what it said if it fails."""
    subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True, capture_output=True, text=True)


def longer(run: Run, *, num_epochs: int) -> Run:
    """Return a run with as many epochs, at one rate."""
    experiment = run.experiment
    assert isinstance(experiment, Experiment)
    schedule = replace(experiment.recipe.schedule, num_epochs=num_epochs, drops=())
    return replace(run, experiment=replace(experiment, recipe=replace(experiment.recipe, schedule=schedule)))


def main() -> None:
    """Train one run for as many epochs as the command line says."""
    results, num_epochs = Path(sys.argv[1]), int(sys.argv[2])
    run = longer(make_run(PAPERS[PAPER], scale=SCALE, variant=ALIKE[0], seed=0), num_epochs=num_epochs)
    train_runs([run], open_data=open_images, results=results, compute=ONE_THREAD, say=lambda line: None)


if __name__ == "__main__":
    main()
