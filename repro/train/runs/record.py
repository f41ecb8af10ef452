"""What a run leaves in its folder, and how a finished run is found again.

A run's folder ends with run.json, which names and hashes everything beside it. `finished.json` is the same file
under a name that no workflow knows: a workflow may delete run.json before it starts a job again, and a finished run is
then restored from there instead of trained again.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.files import read_json, sha256_file, write_bytes, write_json
from repro.artifacts.provenance import code_digest, command, environment, library_versions, plain, spec_digest
from repro.artifacts.scores import Scores, scores_file, write_scores
from repro.evaluate.metrics import top_k_error
from repro.spec.run import Run
from repro.train.runs.task import FAITHFUL, Entry, RunContext


def named(path: Path) -> Entry:
    """Return the name and hash of a file of the run."""
    return {"file": path.name, "sha256": sha256_file(path)}


def write_run_scores(
    run: Run,
    context: RunContext,
    scores_NK: NDArray[np.float32],
    labels: NDArray[np.integer],
    example_N: NDArray[np.bytes_],
    *,
    split: str,
    protocol: str,
    unit_N: NDArray[np.bytes_] | None = None,
) -> Entry:
    """Write the scores of a split by a protocol, say the test error, and return the entry for run.json.

    Args:
        labels: (N,), or (N, L) where an example may have several. unit_N: as in repro.artifacts.scores.Scores.
    """
    label_NL = np.asarray(labels, np.int32).reshape(len(labels), -1)
    path = context.folder / scores_file(split, protocol)
    scores = Scores(
        scores_NK=scores_NK,
        label_N=label_NL[:, 0],
        example_N=example_N,
        run=run.id,
        split=split,
        protocol=protocol,
        label_NL=label_NL if label_NL.shape[1] > 1 else None,
        unit_N=unit_N,
    )
    write_scores(path, scores)
    if split == "test":
        context.say(f"test top-1 error {top_k_error(scores_NK, label_NL, k=1):.4f} ({protocol}, {len(label_NL)} examples)")
    return {"split": split, "protocol": protocol, **named(path), "num_examples": len(label_NL)}


def identity_of(run: Run, *, stage: str, data: str, device: str) -> dict[str, str]:
    """All on which the result of `run` depends: spec, code and libraries of `stage`, digest of the data, device."""
    return {
        "run": run.id,
        "spec": spec_digest(run.experiment),
        "code": code_digest(stage),
        "data": data,
        "device": device,
        **library_versions(stage),
    }


def dataset_of(data: DatasetJson) -> dict[str, Any]:
    """Return what run.json says of the data: digest, name, title, classes and, where classes are grouped, their groups."""
    told = {"digest": data.digest, "name": data.name, "title": data.title, "classes": list(data.classes)}
    return told | ({"groups": dict(data.groups)} if data.videos else {})


def write_record(
    run: Run,
    context: RunContext,
    *,
    identity: Mapping[str, str],
    dataset: Mapping[str, Any],
    scores: Sequence[Entry],
    measured: Mapping[str, Any],
) -> None:
    """Write run.json, the last file of a run's folder.

    measured: what the method that made the run says of it. All say `status` (ok, diverged), `reason`, `wall_s` (of all),
        `cpu_s`, `train_s` (of training or fitting alone), `peak_mib`, `num_train_examples` and `num_classes`; a network also
        what repro.train.networks.trained adds; a fit `num_descriptions_taken`, of those made before, by
        itself or by runs before it in the same process, whose time it did not spend.
    """
    document = {
        "id": run.id,
        "scale": run.scale,
        "paper": run.paper,
        "variant": run.variant,
        "seed": run.seed,
        "evidence": run.evidence,
        "method": run.experiment.method,
        "dataset": dict(dataset),
        "spec": plain(run.experiment),
        "spec_digest": identity["spec"],
        "code_digest": identity["code"],
        "identity": dict(identity),
        "environment": environment(),
        "command": command(),
        "device": device_name(context.device) + ("" if context.precision == FAITHFUL else f", {context.precision}"),
        "precision": context.precision,
        "num_threads": context.num_threads,
        "scores": list(scores),
        **measured,
    }
    write_json(context.folder / "finished.json", document, schema="run/1")
    write_json(context.folder / "run.json", document, schema="run/1")


def spent_cpu_s() -> float:
    """Return the processor time of this process so far, and of the processes that it has started and waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def restore(folder: Path, identity: Mapping[str, str]) -> bool:
    """Restore run.json from finished.json if that belongs to `identity` and all its files are whole."""
    path = folder / "finished.json"
    if not path.exists():
        return False
    document = read_json(path, schema="run/1")
    if document["identity"] != identity:
        return False
    others = [entry for entry in document.values() if isinstance(entry, dict) and {"file", "sha256"} <= set(entry)]
    files = [*others, *document["scores"]]
    whole = all((folder / f["file"]).exists() and sha256_file(folder / f["file"]) == f["sha256"] for f in files)
    if whole:
        write_bytes(folder / "run.json", path.read_bytes())
    return whole


def device_name(device: str) -> str:
    """Return what a reader should know of the device: its kind and model."""
    if device == "cuda":
        return f"cuda: {torch.cuda.get_device_name()}"
    return f"cpu: {environment()['processor'] or platform.machine()}"
