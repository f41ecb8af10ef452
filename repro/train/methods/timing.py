"""Time networks beside each other: a run whose result is how long each takes, not what it predicts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.documents import write_document
from repro.artifacts.files import data_folder
from repro.artifacts.run_json import Costs, TimedNetworks
from repro.artifacts.stored_files import stored_file
from repro.artifacts.timings_json import FILE, TimingsJson
from repro.spec.run import Run, Timing
from repro.system.memory import peak_mib
from repro.system.progress import Say
from repro.train.methods.clip_speed import measure_clip_speed
from repro.train.runs.context import Compute, RunContext
from repro.train.runs.job import in_turn
from repro.train.runs.record import Outcome, data_of, identity_of, restore, write_record

STAGE = "time"


def time_runs(runs: Sequence[Run], *, results: Path, compute: Compute, say: Say) -> None:
    """Time the networks of each of `runs`.

    Raises:
        FileFormatError: the data set, from which the number of classes is read, is not prepared or damaged.
        RunsFailed: at least one of several runs failed.
    """

    def do(run: Run, context: RunContext) -> None:
        time_run(run, context=context, results=results)

    in_turn(runs, do, results=results, compute=compute, say=say)


def time_run(run: Run, *, context: RunContext, results: Path) -> None:
    """Time the networks of one run and write its folder: timings.json has the seconds an example takes, round by round."""
    timing = run.experiment
    if not isinstance(timing, Timing):
        raise TypeError(f"run {run.id} is {type(timing).__name__}, not a timing")
    data = read_dataset(data_folder(results, run.scale, run.dataset.name))
    identity = identity_of(run, stage=STAGE, data=data.digest, device=context.device)
    if restore(context, identity=identity):
        return
    context.folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter(), time.process_time()
    context.say(f"times {', '.join(timing.variants)} in {timing.num_rounds} rounds")
    speeds = measure_clip_speed(
        {item.name: item.experiment for item in timing.networks},
        num_classes=len(data.classes),
        batch_size=timing.batch_size,
        num_rounds=timing.num_rounds,
        device=context.device,
        key=run.key_for("timing"),
    )
    timings = context.folder / FILE
    write_document(timings, TimingsJson(networks=speeds))
    costs = Costs(
        wall_s=time.perf_counter() - begun[0],
        cpu_s=time.process_time() - begun[1],
        train_s=sum(sum(speed.train_s) for speed in speeds.values()) * timing.batch_size,
        peak_mib=peak_mib(),
    )
    outcome = Outcome(
        dataset=data_of(data),
        num_classes=len(data.classes),
        num_train_examples=timing.num_rounds * timing.batch_size,
        costs=costs,
        scores=(),
        made=TimedNetworks(timings=stored_file(timings)),
    )
    write_record(run, context, outcome, identity=identity)
