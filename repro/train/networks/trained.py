"""What a trained network leaves in its run's folder beside its scores: the log of its epochs, its weights, what it cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from repro.artifacts.files import write_bytes, write_text
from repro.spec.run import Run
from repro.system.memory import peak_mib
from repro.train.networks.checkpoint import state_bytes
from repro.train.networks.loop import Training
from repro.train.runs.record import named, write_record
from repro.train.runs.task import RunContext, ScoredFiles, Task


def write_trained(
    run: Run,
    training: Training,
    task: Task,
    written: ScoredFiles,
    *,
    dataset: Mapping[str, Any],
    context: RunContext,
    identity: Mapping[str, str],
) -> None:
    """Write log.jsonl, weights.pt, what is shown of the weights and, last, run.json of a network."""
    training.count_time()
    progress = training.progress
    log, weights = context.folder / "log.jsonl", context.folder / "weights.pt"
    write_text(log, "".join(json.dumps(entry, allow_nan=False) + "\n" for entry in progress.log))
    write_bytes(weights, state_bytes(training.net.state_dict()))
    train_s = sum(entry["wall_s"] for entry in progress.log)
    measured = {
        "status": "diverged" if progress.diverged else "ok",
        "reason": progress.diverged,
        "num_epochs": progress.epoch,
        "num_steps": progress.num_steps,
        "num_train_examples": task.num_examples,
        "num_parameters": sum(parameter.numel() for parameter in training.net.parameters()),
        "num_classes": task.num_classes,
        "wall_s": progress.wall_s,
        "cpu_s": progress.cpu_s,
        "train_s": train_s,
        "peak_mib": peak_mib(),
        "data_wait_s": sum(entry["data_wait_s"] for entry in progress.log),
        "images_per_s": task.num_examples * progress.epoch / train_s,
        "num_resumes": progress.num_resumes,
        "log": named(log),
        "weights": named(weights),
        "saturation_at_start": progress.saturation_at_start,
        **written.others,
        **task.write_weights_view(training.whole(training.net)),
    }
    write_record(run, context, identity=identity, dataset=dataset, scores=written.scores, measured=measured)
