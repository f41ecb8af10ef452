"""Average the scores of finished runs: an ensemble is a run like others, with the same scores files.

Source: Krizhevsky et al. 2012, section 6, Table 2; Karpathy et al. 2014, Table 1, "CNN Average".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import FileFormatError, read_json, run_folder, sha256_file
from repro.artifacts.scores import Scores, read_scores
from repro.evaluate.ensemble import averaged, equal_weights, searched_weights
from repro.evaluate.metrics import top_k_error
from repro.spec.run import WEIGHTS, Ensemble, Run
from repro.system.memory import peak_mib
from repro.system.progress import Say
from repro.train.runs.job import in_turn
from repro.train.runs.record import identity_of, restore, write_record, write_run_scores
from repro.train.runs.task import Entry, RunContext

STAGE = "average"
#: The protocols of validation scores, of images and of clips: members are weighed by the one they have.
VALIDATED_BY = ("center", "video")


def average_runs(runs: Sequence[Run], *, results: Path, num_threads: int, device: str, say: Say) -> None:
    """Average the members of each of `runs`, which must be finished.

    Raises:
        FileFormatError: a member is not finished or diverged, or a file of it is damaged.
        ValueError: the members cannot be averaged.
        RunsFailed: at least one of several runs failed.
    """

    def do(run: Run, context: RunContext) -> None:
        average_run(run, context=context, results=results)

    in_turn(runs, do, results=results, num_threads=num_threads, device=device, say=say)


def average_run(run: Run, *, context: RunContext, results: Path) -> None:
    """Average the members of one run and write its folder."""
    ensemble = run.experiment
    if not isinstance(ensemble, Ensemble):
        raise TypeError(f"run {run.id} is {type(ensemble).__name__}, not an ensemble")
    begun = time.perf_counter(), time.process_time()
    records = [_record(run, member, results=results) for member in member_ids(run, ensemble)]
    dataset = own_dataset(run, records)
    identity = identity_of(run, stage=STAGE, data=dataset["digest"], device=context.device)
    identity |= {f"member {number}": record["identity_digest"] for number, record in enumerate(records)}
    if restore(context.folder, identity):
        context.say("finished before; kept")
        return
    context.folder.mkdir(parents=True, exist_ok=True)
    weight_M = weights_of(ensemble, records)
    entries: list[Entry] = []
    for protocol in ensemble.evaluation.protocols:
        members = [_scores(record, split="test", protocol=protocol) for record in records]
        mean_scores = averaged(members, weight_M, run=run.id)
        entries.append(
            write_run_scores(
                run,
                context,
                mean_scores.scores_NK,
                mean_scores.labels,
                mean_scores.example_N,
                split="test",
                protocol=protocol,
                unit_N=mean_scores.unit_N,
            )
        )
    measured = _measured(records, weight_M) | {
        "wall_s": time.perf_counter() - begun[0],
        "cpu_s": time.process_time() - begun[1],
    }
    write_record(run, context, identity=identity, dataset=dataset, scores=entries, measured=measured)


def member_ids(run: Run, ensemble: Ensemble) -> list[str]:
    """Return the runs that `run` averages."""
    head = f"{run.scale}/{run.paper}"
    return [f"{head}/{member.variant}/{seed}" for member in ensemble.members for seed in member.seeds(run.seed)]


def own_dataset(run: Run, records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the data of `run`, on which some of its members were trained; others may have had more images, or others.

    What must agree between members of different data, the test examples and their labels, is compared with their scores.

    Raises:
        ValueError: two members had different versions of the same data, or no member had those of the run.
    """
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        own = record["dataset"]
        if found.setdefault(own["name"], own)["digest"] != own["digest"]:
            raise ValueError(
                f"the members of run {run.id} were trained on different versions of the data {own['name']}; train them again"
            )
    if run.dataset.name not in found:
        raise ValueError(
            f"run {run.id} is of the data {run.dataset.name}, and its members had {', '.join(found)}; average others"
        )
    return found[run.dataset.name]


def weights_of(ensemble: Ensemble, records: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    """Return the weight of each member.

    Raises:
        ValueError: the spec names no such weights, or they are to be searched and the data hold out no validation examples.
    """
    if ensemble.weights not in WEIGHTS:
        raise ValueError(f"unknown weights {ensemble.weights!r}; allowed: {', '.join(WEIGHTS)}")
    if ensemble.weights == "equal":
        return equal_weights(len(records))
    for record in records:
        if not _of_split(record, "validation"):
            raise ValueError(
                f"weights are to be searched on validation examples, and run {record['id']} has no scores of any; give the data "
                "set num_validation above 0, or average with equal weights"
            )
    held_out = {item["protocol"] for item in _of_split(records[0], "validation")}
    protocol = next(name for name in VALIDATED_BY if name in held_out)
    return searched_weights([_scores(record, split="validation", protocol=protocol) for record in records])


def _measured(records: Sequence[dict[str, Any]], weight_M: NDArray[np.float64]) -> dict[str, Any]:
    """Return what run.json says of an ensemble: its members with their weights, and what they took together."""
    return {
        "status": "ok",
        "reason": "",
        "members": [
            {
                "run": record["id"],
                "weight": float(weight),
                "test_errors": _errors(record),
                "dataset": {key: record["dataset"][key] for key in ("name", "digest")},
            }
            for record, weight in zip(records, weight_M, strict=True)
        ],
        "num_train_examples": max(record["num_train_examples"] for record in records),
        "num_classes": records[0]["num_classes"],
        "num_parameters": sum(record.get("num_parameters", 0) for record in records),
        "train_s": sum(record["train_s"] for record in records),
        "peak_mib": peak_mib(),
    }


def _errors(record: dict[str, Any]) -> dict[str, float]:
    """Return the member's own top-1 error on the test examples by protocol."""
    found = {item["protocol"]: _scores(record, split="test", protocol=item["protocol"]) for item in _of_split(record, "test")}
    return {protocol: top_k_error(scores.scores_NK, scores.labels, k=1) for protocol, scores in found.items()}


def _of_split(record: dict[str, Any], split: str) -> list[Entry]:
    return [item for item in record["scores"] if item["split"] == split]


def _record(run: Run, member: str, *, results: Path) -> dict[str, Any]:
    """Return run.json of a member, with its folder and the digest of all that it depends on and has left.

    Raises:
        FileFormatError: the member is not finished, or diverged.
    """
    folder = run_folder(results, member)
    scale, paper, variant, seed = member.split("/")
    if not (folder / "run.json").is_file():
        raise FileFormatError(
            f"run {run.id} averages run {member}, which is not finished in {results}; train it first: "
            f"python -m repro train --scale {scale} --paper {paper} --variant {variant} --seeds {seed}"
        )
    record = read_json(folder / "run.json", schema="run/1")
    if record["status"] != "ok":
        raise FileFormatError(f"run {run.id} averages run {member}, which diverged and has no scores; it cannot be averaged")
    return {**record, "folder": folder, "identity_digest": sha256_file(folder / "run.json")}


def _scores(record: dict[str, Any], *, split: str, protocol: str) -> Scores:
    """Return the scores of a member; raise FileFormatError if it has none of this split by this protocol, or the file changed."""
    entry = next((item for item in _of_split(record, split) if item["protocol"] == protocol), None)
    if entry is None:
        raise FileFormatError(f"run {record['id']} has no scores of {split} by {protocol}; train it again")
    path = record["folder"] / entry["file"]
    if not path.is_file() or sha256_file(path) != entry["sha256"]:
        raise FileFormatError(f"{path} is missing or not the file that its run recorded; train run {record['id']} again")
    return read_scores(path)
