"""What a run leaves in its folder, and how a finished run is found again.

A run's folder ends with run.json, which names and hashes everything beside it. `finished.json` is the same file
under a name that no workflow knows: a workflow may delete run.json before it starts a job again, and a finished run is
then restored from there instead of trained again.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from repro.data.shards import write_npz
from repro.evaluate.gallery import Gallery
from repro.evaluate.metrics import top_k_error
from repro.evaluate.predict import predict, stable_subset_N
from repro.evaluate.scores import Scores, scores_file, write_scores
from repro.files import read_json, sha256_file, write_bytes, write_json, write_text
from repro.models.probe import first_kernels_KHWC
from repro.provenance import command, environment, plain
from repro.spec.network import Network
from repro.spec.run import Run
from repro.train.checkpoint import state_bytes
from repro.train.loop import Training
from repro.train.prepared import Prepared

#: A file of a run's folder as run.json has it: its name, its SHA-256 and, for scores, what they are.
Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where and how a run is computed."""

    folder: Path
    device: str
    num_threads: int
    say: Callable[[str], None]


def named(path: Path) -> Entry:
    """Return the name and hash of a file of the run."""
    return {"file": path.name, "sha256": sha256_file(path)}


def write_results(run: Run, net: nn.Module, data: Prepared, place: Place) -> tuple[list[Entry], Entry | None]:
    """Score the test split by every protocol and a fixed subset of the training split, and write the gallery.

    Returns the entries of the scores and that of the gallery for run.json.
    """
    network, evaluation = run.experiment.network, run.experiment.evaluation
    images = data.pixels(num_threads=place.num_threads, device=place.device)
    cropping = images.cropping(mean_at=run.experiment.recipe.mean_at, input_px=network.size.input_px)
    gallery = Gallery(data.test, data.train, num=evaluation.num_gallery) if evaluation.num_gallery else None
    subset_N = stable_subset_N(data.train.num_examples, wanted=evaluation.num_train_examples)
    jobs = (
        ("test", images.test, np.arange(data.test.num_examples), evaluation.protocols, gallery.take_test if gallery else None),
        ("train", images.train, subset_N, ("center",), gallery.take_train if gallery else None),
    )
    entries: list[Entry] = []
    test_scores_NK = np.zeros((0, 0), np.float32)
    for split, squares, index_N, protocols, take_features in jobs:
        place.say(f"scores {len(index_N)} {split} images by {', '.join(protocols)}")
        found = predict(
            net,
            squares,
            index_N,
            protocols=protocols,
            cropping=cropping,
            output=network.output.name,
            take_features=take_features,
        )
        entries += _write_scores(run, data, place, split=split, index_N=index_N, found=found)
        if split == "test":
            test_scores_NK = found["ten_crop" if "ten_crop" in found else protocols[0]]
    if gallery is None:
        return entries, None
    path = place.folder / "gallery.npz"
    gallery.write(path, test_scores_NK)
    return entries, named(path)


def _write_scores(run: Run, data: Prepared, place: Place, *, split: str, index_N: Any, found: dict[str, Any]) -> list[Entry]:
    """Write one file for each protocol and return their entries."""
    shards = data.test if split == "test" else data.train
    label_N, example_N = np.asarray(shards.label_N)[index_N], np.asarray(shards.key_N)[index_N]
    entries = []
    for protocol, scores_NK in found.items():
        path = place.folder / scores_file(split, protocol)
        write_scores(
            path, Scores(scores_NK=scores_NK, label_N=label_N, example_N=example_N, run=run.id, split=split, protocol=protocol)
        )
        entries.append({"split": split, "protocol": protocol, **named(path), "num_examples": len(index_N)})
        if split == "test":
            place.say(f"test top-1 error {top_k_error(scores_NK, label_N, k=1):.4f} ({protocol}, {len(index_N)} images)")
    return entries


def write_kernels(path: Path, net: nn.Module, network: Network) -> Entry:
    """Write the first layer's kernels, tower by tower."""
    kernel_KHWC = first_kernels_KHWC(net, network)
    write_npz(path, {"kernel_KHWC": kernel_KHWC, "num_towers": np.array(network.towers.num, np.int32)})
    return named(path)


def write_run(
    run: Run,
    training: Training,
    data: Prepared,
    scores: list[Entry],
    gallery: Entry | None,
    *,
    place: Place,
    identity: dict[str, str],
) -> None:
    """Write log.jsonl, weights.pt, kernels.npz and, last, run.json."""
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
        "num_train_examples": data.train.num_examples,
        "num_parameters": sum(parameter.numel() for parameter in training.net.parameters()),
        "num_classes": data.train.num_classes,
        "wall_s": progress.wall_s,
        "cpu_s": progress.cpu_s,
        "train_s": train_s,
        "data_wait_s": sum(entry["data_wait_s"] for entry in progress.log),
        "images_per_s": data.train.num_examples * progress.epoch / train_s,
        "num_resumes": progress.num_resumes,
        "scores": scores,
        "log": named(log),
        "weights": named(weights),
        "saturation_at_start": progress.saturation_at_start,
        "kernels": write_kernels(place.folder / "kernels.npz", training.net, run.experiment.network),
        "gallery": gallery,
    }
    write_json(place.folder / "finished.json", document, schema="run/1")
    write_json(place.folder / "run.json", document, schema="run/1")


def restore(folder: Path, identity: dict[str, str]) -> bool:
    """Restore run.json from finished.json if that belongs to `identity` and all its files are whole."""
    path = folder / "finished.json"
    if not path.exists():
        return False
    document = read_json(path, schema="run/1")
    if document["identity"] != identity:
        return False
    gallery = [document["gallery"]] if document["gallery"] else []
    files = [document["log"], document["weights"], document["kernels"], *gallery, *document["scores"]]
    whole = all((folder / f["file"]).exists() and sha256_file(folder / f["file"]) == f["sha256"] for f in files)
    if whole:
        write_bytes(folder / "run.json", path.read_bytes())
    return whole


def device_name(device: str) -> str:
    """Return what a reader should know of the device: its kind and model."""
    if device == "cuda":
        return f"cuda: {torch.cuda.get_device_name()}"
    return f"cpu: {environment()['processor'] or platform.machine()}"
