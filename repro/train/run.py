"""The train stage: train each run of a job in turn, score it, and write its folder (repro.train.record)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from repro.data.images import training_plan, training_stream
from repro.evaluate.crops import center_window
from repro.evaluate.metrics import top_k_error
from repro.evaluate.predict import IMAGES_PER_BATCH, predict, stable_subset_N
from repro.files import data_folder, run_folder
from repro.models.image import build_network
from repro.models.probe import saturation
from repro.provenance import code_digest, spec_digest
from repro.spec.run import Run
from repro.train.checkpoint import load_checkpoint, remove_checkpoints, save_checkpoint
from repro.train.loop import Saturation, Stopped, Training
from repro.train.memory import keep_freed_memory
from repro.train.prepared import Prepared, open_prepared
from repro.train.record import Place, restore, write_results, write_run

Say = Callable[[str], None]


class RunsFailed(RuntimeError):
    """Some runs of a job failed; the others are finished and kept."""


def train_runs(runs: Sequence[Run], *, results: Path, num_threads: int, device: str, say: Say) -> None:
    """Train and score `runs` in turn, each in its own folder; finished ones are kept when a later one fails.

    Args:
        device: `cpu` or `cuda`.
        say: prints a line of progress.

    Raises:
        FileFormatError: the data set is not prepared or damaged.
        Stopped: the process was asked to end; the current run's checkpoint is written.
        RunsFailed: at least one run failed; names them with their errors.
    """
    torch.set_num_threads(num_threads)
    keep_freed_memory()
    if device == "cuda":
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
    failed: list[str] = []
    opened: dict[Path, Prepared] = {}
    with _stop_requested() as should_stop:
        for run in runs:
            folder = run_folder(results, run.id)
            place = Place(folder=folder, device=device, num_threads=num_threads, say=_prefixed(say, run))
            prepared = data_folder(results, run.scale, run.dataset.name)
            opened[prepared] = opened.get(prepared) or open_prepared(prepared)
            try:
                train_run(run, opened[prepared], place=place, should_stop=should_stop)
            except (Stopped, KeyboardInterrupt):
                raise
            except Exception as error:
                place.say(f"failed: {type(error).__name__}: {error}")
                failed.append(f"{run.id} ({type(error).__name__}: {error})")
                if len(runs) == 1:
                    raise
    if failed:
        raise RunsFailed(f"{len(failed)} of {len(runs)} runs failed: {'; '.join(failed)}. Finished runs are kept.")


def train_run(run: Run, data: Prepared, *, place: Place, should_stop: Callable[[], bool]) -> None:
    """Train and score one run, from its checkpoint if there is one, and write its folder."""
    identity = {
        "run": run.id,
        "spec": spec_digest(run.experiment),
        "code": code_digest("train"),
        "data": data.digest,
        "device": place.device,
        "torch": torch.__version__,
    }
    if restore(place.folder, identity):
        place.say("finished before; kept")
        return
    place.folder.mkdir(parents=True, exist_ok=True)
    checkpoint = place.folder / "checkpoint.pt"
    training = make_training(run, data, place=place, should_stop=should_stop)
    training.save = lambda state: save_checkpoint(checkpoint, state, identity=identity)
    state = load_checkpoint(checkpoint, identity=identity, say=place.say)
    if state is not None:
        training.load(state)
        place.say(f"goes on in epoch {training.progress.epoch + 1}, step {training.progress.step}")
    training.run()
    training.save(training.state())
    scores, gallery = ([], None) if training.progress.diverged else write_results(run, training.net, data, place)
    write_run(run, training, data, scores, gallery, place=place, identity=identity)
    remove_checkpoints(checkpoint)


def make_training(run: Run, data: Prepared, *, place: Place, should_stop: Callable[[], bool]) -> Training:
    """Build the network of `run` and connect it with its data."""
    network, recipe = run.experiment.network, run.experiment.recipe
    net = build_network(network, num_classes=data.train.num_classes, key=run.key_for("init")).to(place.device)
    key = run.key_for("data")
    noise, images = recipe.color_noise, data.pixels(num_threads=place.num_threads, device=place.device)

    def batches(epoch: int, step: int) -> Any:
        plan = training_plan(
            data.train.num_examples,
            key=key,
            batch_size=recipe.batch_size,
            num_epochs=recipe.schedule.num_epochs,
            epoch=epoch,
            step=step,
        )
        return training_stream(
            images.to_train_on,
            recipe,
            plan=plan,
            key=key,
            components_33=data.components_33(noise.factor) if noise else np.zeros((3, 3)),
            mean_image_SSC=data.mean_image,
            input_px=network.size.input_px,
            num_threads=place.num_threads,
            device=place.device,
        )

    return Training(
        net=net,
        recipe=recipe,
        num_examples=data.train.num_examples,
        dropout_key=run.key_for("dropout"),
        device=torch.device(place.device),
        batches=batches,
        validate=validator(run, data, place=place),
        probe=saturation_probe(run, data, place=place),
        save=lambda state: None,
        should_stop=should_stop,
        say=place.say,
    )


def validator(run: Run, data: Prepared, *, place: Place) -> Callable[[nn.Module], float | None]:
    """Return what measures the error on the validation images; without any it gives None."""
    network, recipe = run.experiment.network, run.experiment.recipe
    images = data.pixels(num_threads=place.num_threads, device=place.device)
    cropping = images.cropping(mean_at=recipe.mean_at, input_px=network.size.input_px)

    def validate(net: nn.Module) -> float | None:
        if images.validation is None or data.validation is None:
            return None
        index_N = np.arange(data.validation.num_examples)
        scores_NK = predict(net, images.validation, index_N, protocols=("center",), cropping=cropping)["center"]
        return top_k_error(scores_NK, data.validation.label_N, k=1)

    return validate


def saturation_probe(run: Run, data: Prepared, *, place: Place) -> Callable[[nn.Module], Saturation | None]:
    """Return what measures how saturated a network is on some training images; None where the run asks for none."""
    network, num_probe = run.experiment.network, run.experiment.evaluation.num_probe
    images = data.pixels(num_threads=place.num_threads, device=place.device)
    cropping = images.cropping(mean_at=run.experiment.recipe.mean_at, input_px=network.size.input_px)
    window = center_window(stored_px=cropping.stored_px, input_px=cropping.input_px)
    index_N = stable_subset_N(data.train.num_examples, wanted=num_probe)

    def probe(net: nn.Module) -> Saturation | None:
        if num_probe == 0:
            return None
        batches = images.train.batches(index_N, batch_size=IMAGES_PER_BATCH)
        return saturation(net, network, (cropping.cut(image_BCSS, window) for image_BCSS in batches))

    return probe


def _prefixed(say: Say, run: Run) -> Say:
    return lambda text: say(f"{run.paper}/{run.variant} seed {run.seed}: {text}")


@contextmanager
def _stop_requested() -> Iterator[Callable[[], bool]]:
    """Turn SIGTERM into a request to stop after the current step, while the context lasts."""
    requested = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield requested.is_set
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: requested.set())
    try:
        yield requested.is_set
    finally:
        signal.signal(signal.SIGTERM, before)
