"""What a trained network leaves in its run's folder beside its scores: the log of its epochs, its weights, what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from repro.artifacts.files import write_bytes, write_text
from repro.artifacts.log_jsonl import FILE, log_text
from repro.artifacts.run_json import Costs, RunData, TrainedNetwork
from repro.artifacts.stored_files import stored_file
from repro.spec.run import Run
from repro.system.memory import peak_mib
from repro.train.networks.checkpoint import torch_bytes
from repro.train.networks.loop import Training
from repro.train.networks.task import Task
from repro.train.runs.context import RunContext, ScoredFiles
from repro.train.runs.record import Outcome, write_record

WEIGHTS = "weights.pt"


def write_trained(
    run: Run,
    training: Training,
    task: Task,
    written: ScoredFiles,
    *,
    dataset: RunData,
    context: RunContext,
    identity: Mapping[str, str],
) -> None:
    """Write log.jsonl, weights.pt, the first layer's kernels and, last, run.json of a network."""
    training.count_time()
    progress = training.progress
    log, weights = context.folder / FILE, context.folder / WEIGHTS
    write_text(log, log_text(progress.log))
    write_bytes(weights, torch_bytes(training.net.state_dict()))
    train_s = sum(entry.wall_s for entry in progress.log)
    kernels = task.write_kernels(training.whole(training.net))
    network = TrainedNetwork(
        num_epochs=progress.epoch,
        num_steps=progress.num_steps,
        num_parameters=sum(parameter.numel() for parameter in training.net.parameters()),
        num_resumes=progress.num_resumes,
        images_per_s=task.num_examples * progress.epoch / train_s,
        data_wait_s=sum(entry.data_wait_s for entry in progress.log),
        log=stored_file(log),
        weights=stored_file(weights),
        pictures=replace(written.pictures, kernels=kernels.kernels, stream_kernels=kernels.stream_kernels),
        saturation_at_start=progress.saturation_at_start,
    )
    outcome = Outcome(
        dataset=dataset,
        num_classes=task.num_classes,
        num_train_examples=task.num_examples,
        costs=Costs(wall_s=progress.wall_s, cpu_s=progress.cpu_s, train_s=train_s, peak_mib=peak_mib()),
        scores=written.scores,
        made=network,
        reason=progress.diverged,
    )
    write_record(run, context, outcome, identity=identity)
