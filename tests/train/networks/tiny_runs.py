"""Runs of two short epochs, trained in this process, and what they come to."""

import dataclasses
import json

import repro.train.networks.images as images
from repro.artifacts.documents import read_document
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.provenance import plain
from repro.artifacts.run_json import RunJson
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.recipe import Schedule
from repro.train.networks.run import train_runs
from tests.tiny import ONE_THREAD, write_prepared

ALEXNET = PAPERS["alexnet"]
#: What may differ between two runs that computed the same.
CLOCKS = {"images_per_s", "wall_s", "data_wait_s"}


def tiny_run(variant="full", seed=0, *, num_epochs=2, batch_size=16, learning_rate=0.01):
    run = make_run(ALEXNET, scale="smoke", variant=variant, seed=seed)
    recipe = dataclasses.replace(
        run.experiment.recipe,
        batch_size=batch_size,
        schedule=Schedule(rule="epochs", num_epochs=num_epochs, drops=(num_epochs - 0.5,)),
        optimizer=dataclasses.replace(run.experiment.recipe.optimizer, learning_rate=learning_rate),
    )
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, recipe=recipe))


def with_recipe(run, **changes):
    recipe = dataclasses.replace(run.experiment.recipe, **changes)
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, recipe=recipe))


def results_with_data(folder):
    write_prepared(data_folder(folder, "smoke", "procedural"))
    return folder


def train(results, *runs, said=None):
    say = (said if said is not None else []).append
    train_runs(runs or [tiny_run()], open_data=images.open_images, results=results, compute=ONE_THREAD, say=say)


def outcome(results, run=None):
    """Return everything that a run computed, without clock times."""
    folder = run_folder(results, (run or tiny_run()).id)
    document = read_document(folder / "run.json", RunJson)
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {
        "weights": document.network.weights.sha256,
        "scores": {(entry.split, entry.protocol): entry.sha256 for entry in document.scores},
        "log": [{key: value for key, value in entry.items() if key not in CLOCKS} for entry in log],
        "num_steps": document.network.num_steps,
        "saturation_at_start": plain(document.network.saturation_at_start),
        "kernels": document.network.pictures.kernels.sha256,
        "gallery": document.network.pictures.gallery.sha256,
    }
