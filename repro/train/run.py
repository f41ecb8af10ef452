"""The train stage: train each run, score it, and write its folder.

A run's folder ends with run.json, which names and hashes everything beside it. `finished.json` is the same file
under a name that no workflow knows: a workflow may delete run.json before it starts a job again, and a finished run is
then restored from there instead of trained again.
"""

from __future__ import annotations

import json
import platform
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from repro.data.color import noise_factors
from repro.data.images import training_plan, training_stream
from repro.data.shards import Shards
from repro.evaluate.metrics import top_k_error
from repro.evaluate.predict import load_mean_image, predict, stable_subset_N
from repro.evaluate.scores import Scores, scores_file, write_scores
from repro.files import FileFormatError, data_folder, read_json, run_folder, sha256_file, write_bytes, write_json, write_text
from repro.models.image import build_network
from repro.provenance import code_digest, command, environment, plain, spec_digest
from repro.spec.run import Run
from repro.train.checkpoint import load_checkpoint, remove_checkpoints, save_checkpoint, state_bytes
from repro.train.loop import Stopped, Training

Say = Callable[[str], None]


class RunsFailed(RuntimeError):
    """Some runs of a job failed; the others are finished and kept."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A prepared data set as training needs it. components_33: column i is principal component i of RGB times its factor."""

    folder: Path
    description: dict[str, Any]
    digest: str
    train: Shards
    validation: Shards | None
    test: Shards
    mean_image: np.ndarray[Any, np.dtype[np.float32]]

    def components_33(self, factor: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the principal components of the training pixels, each times its noise factor, in grey levels."""
        color = self.description["color"]
        return np.asarray(color["eigenvectors"]) * noise_factors(color["eigenvalues"], factor)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where and how a run is computed."""

    folder: Path
    device: str
    num_threads: int
    say: Say


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


def open_prepared(folder: Path) -> Prepared:
    """Open a prepared data set and verify the hash of every file in it.

    Raises:
        FileFormatError: a file is missing or damaged.
    """
    path = folder / "dataset.json"
    description = read_json(path, schema="dataset/1")
    splits = {split: Shards(folder, split) for split in description["splits"]}
    for shards in splits.values():
        shards.verify()
    mean_image = folder / description["mean_image"]["file"]
    if sha256_file(mean_image) != description["mean_image"]["sha256"]:
        raise FileFormatError(f"{mean_image} is not the file that {path.name} names; prepare the data again")
    return Prepared(
        folder=folder,
        description=description,
        digest=sha256_file(path),
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits["test"],
        mean_image=load_mean_image(folder),
    )


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
    if _restore(place.folder, identity):
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
    scores = [] if training.progress.diverged else _write_scores(run, training.net, data, place)
    _write_run(run, training, data, scores, place=place, identity=identity)
    remove_checkpoints(checkpoint)


def make_training(run: Run, data: Prepared, *, place: Place, should_stop: Callable[[], bool]) -> Training:
    """Build the network of `run` and connect it with its data."""
    network, recipe = run.experiment.network, run.experiment.recipe
    net = build_network(network, num_classes=data.train.num_classes, key=run.key_for("init")).to(place.device)
    key = run.key_for("data")
    noise = recipe.color_noise

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
            data.train,
            recipe,
            plan=plan,
            key=key,
            components_33=data.components_33(noise.factor) if noise else np.zeros((3, 3)),
            mean_image_SSC=data.mean_image,
            input_px=network.size.input_px,
            num_threads=place.num_threads,
            device=place.device,
        )

    def validate(net: nn.Module) -> float | None:
        if data.validation is None:
            return None
        index_N = np.arange(data.validation.num_examples)
        scores_NK = _predict(run, net, data.validation, index_N, ("center",), data, place)["center"]
        return top_k_error(scores_NK, data.validation.label_N, k=1)

    return Training(
        net=net,
        recipe=recipe,
        num_examples=data.train.num_examples,
        dropout_key=run.key_for("dropout"),
        device=torch.device(place.device),
        batches=batches,
        validate=validate,
        save=lambda state: None,
        should_stop=should_stop,
        say=place.say,
    )


def _predict(
    run: Run, net: nn.Module, shards: Shards, index_N: Any, protocols: Sequence[str], data: Prepared, place: Place
) -> dict[str, Any]:
    return predict(
        net,
        shards,
        index_N,
        protocols=protocols,
        mean_image=data.mean_image,
        input_px=run.experiment.network.size.input_px,
        num_threads=place.num_threads,
        device=place.device,
    )


def _write_scores(run: Run, net: nn.Module, data: Prepared, place: Place) -> list[dict[str, Any]]:
    """Score the test split by every protocol and a fixed subset of the training split; return the entries for run.json."""
    evaluation = run.experiment.evaluation
    subset_N = stable_subset_N(data.train.num_examples, wanted=evaluation.num_train_examples)
    jobs = (
        ("test", data.test, np.arange(data.test.num_examples), evaluation.protocols),
        ("train", data.train, subset_N, ("center",)),
    )
    entries = []
    for split, shards, index_N, protocols in jobs:
        place.say(f"scores {len(index_N)} {split} images by {', '.join(protocols)}")
        found = _predict(run, net, shards, index_N, protocols, data, place)
        for protocol, scores_NK in found.items():
            path = place.folder / scores_file(split, protocol)
            label_N, example_N = np.asarray(shards.label_N)[index_N], np.asarray(shards.key_N)[index_N]
            write_scores(
                path,
                Scores(scores_NK=scores_NK, label_N=label_N, example_N=example_N, run=run.id, split=split, protocol=protocol),
            )
            entry = {"split": split, "protocol": protocol, "file": path.name, "sha256": sha256_file(path)}
            entries.append(entry | {"num_examples": len(index_N)})
            if split == "test":
                place.say(f"test top-1 error {top_k_error(scores_NK, label_N, k=1):.4f} ({protocol}, {len(index_N)} images)")
    return entries


def _write_run(
    run: Run,
    training: Training,
    data: Prepared,
    scores: list[dict[str, Any]],
    *,
    place: Place,
    identity: dict[str, str],
) -> None:
    """Write log.jsonl, weights.pt and, last, run.json."""
    training.count_time()
    progress = training.progress
    log, weights = place.folder / "log.jsonl", place.folder / "weights.pt"
    write_text(log, "".join(json.dumps(entry, allow_nan=False) + "\n" for entry in progress.log))
    write_bytes(weights, state_bytes(training.net.state_dict()))
    train_s = sum(entry["wall_s"] for entry in progress.log)
    document = {
        "id": run.id,
        "scale": run.scale,
        "paper": run.paper,
        "variant": run.variant,
        "seed": run.seed,
        "evidence": run.evidence,
        "dataset": {
            "name": data.description["name"],
            "title": data.description["title"],
            "digest": data.digest,
            "classes": data.description["classes"],
        },
        "spec": plain(run.experiment),
        "spec_digest": identity["spec"],
        "code_digest": identity["code"],
        "identity": identity,
        "environment": environment(),
        "command": command(),
        "device": device_name(place.device),
        "num_threads": place.num_threads,
        "status": "diverged" if progress.diverged else "ok",
        "reason": progress.diverged,
        "num_epochs": progress.epoch,
        "num_steps": progress.num_steps,
        "num_parameters": sum(parameter.numel() for parameter in training.net.parameters()),
        "num_classes": data.train.num_classes,
        "wall_s": progress.wall_s,
        "cpu_s": progress.cpu_s,
        "train_s": train_s,
        "data_wait_s": sum(entry["data_wait_s"] for entry in progress.log),
        "images_per_s": data.train.num_examples * progress.epoch / train_s,
        "num_resumes": progress.num_resumes,
        "scores": scores,
        "log": {"file": log.name, "sha256": sha256_file(log)},
        "weights": {"file": weights.name, "sha256": sha256_file(weights)},
    }
    write_json(place.folder / "finished.json", document, schema="run/1")
    write_json(place.folder / "run.json", document, schema="run/1")


def _restore(folder: Path, identity: dict[str, str]) -> bool:
    """Restore run.json from finished.json if that belongs to `identity` and all its files are whole."""
    path = folder / "finished.json"
    if not path.exists():
        return False
    document = read_json(path, schema="run/1")
    if document["identity"] != identity:
        return False
    files = [document["log"], document["weights"], *document["scores"]]
    whole = all((folder / f["file"]).exists() and sha256_file(folder / f["file"]) == f["sha256"] for f in files)
    if whole:
        write_bytes(folder / "run.json", path.read_bytes())
    return whole


def device_name(device: str) -> str:
    """Return what a reader should know of the device: its kind and model."""
    if device == "cuda":
        return f"cuda: {torch.cuda.get_device_name()}"
    return f"cpu: {environment()['processor'] or platform.machine()}"


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
