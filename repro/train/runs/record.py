"""What a run leaves in its folder, and how a finished run is found again.

A run's folder ends with run.json, which names and hashes everything beside it. `finished.json` is the same file
under a name that no workflow knows: a workflow may delete run.json before it starts a job again, and a finished run is
then restored from there instead of trained again.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from repro.artifacts.dataset_json import DatasetJson
from repro.artifacts.documents import MissingFileError, read_document, write_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.receipts import bridges_in, way_words
from repro.artifacts.provenance import code_digest, command, environment, library_versions, plain, processor, spec_digest
from repro.artifacts.run_json import (
    FAITHFUL,
    FILE,
    FINISHED,
    AveragedRuns,
    Costs,
    FittedModel,
    Made,
    RunData,
    RunJson,
    ScoresFile,
    TimedNetworks,
    TrainedNetwork,
)
from repro.artifacts.scores import Scores, scores_file, write_scores
from repro.artifacts.stored_files import stored_file
from repro.evaluate.metrics import top_k_error
from repro.spec.run import Run
from repro.train.runs.context import RunContext


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a run. made: what its method adds. reason: why it diverged, empty where it did not."""

    dataset: RunData
    num_classes: int
    num_train_examples: int
    costs: Costs
    scores: Sequence[ScoresFile]
    made: Made
    reason: str = ""


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
) -> ScoresFile:
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
    stored = stored_file(path)
    return ScoresFile(split=split, protocol=protocol, file=stored.file, sha256=stored.sha256, num_examples=len(label_NL))


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


def data_of(dataset: DatasetJson) -> RunData:
    """What run.json says of a prepared data set."""
    return RunData(
        name=dataset.name, title=dataset.title, digest=dataset.digest, classes=dataset.classes, groups=dict(dataset.groups)
    )


def write_record(run: Run, context: RunContext, outcome: Outcome, *, identity: Mapping[str, str]) -> None:
    """Write run.json, the last file of a run's folder, and into the ledger that the run has ended.

    Whoever is killed in between leaves finished.json, from which both are made again (`restore`).
    """
    made = outcome.made
    record = RunJson(
        id=run.id,
        scale=run.scale,
        paper=run.paper,
        variant=run.variant,
        seed=run.seed,
        evidence=run.evidence,
        status="diverged" if outcome.reason else "ok",
        reason=outcome.reason,
        dataset=outcome.dataset,
        num_classes=outcome.num_classes,
        num_train_examples=outcome.num_train_examples,
        costs=outcome.costs,
        scores=tuple(outcome.scores),
        network=made if isinstance(made, TrainedNetwork) else None,
        fitted=made if isinstance(made, FittedModel) else None,
        ensemble=made if isinstance(made, AveragedRuns) else None,
        timing=made if isinstance(made, TimedNetworks) else None,
        spec=plain(run.experiment),
        spec_digest=identity["spec"],
        code_digest=identity["code"],
        identity=dict(identity),
        environment=environment() | context.witness.environment,
        command=command(),
        device=_named_device(context),
        precision=context.precision,
        num_threads=context.num_threads,
    )
    write_document(context.folder / FINISHED, record)
    context.witness.recorded(record)
    write_document(context.folder / FILE, record)


def spent_cpu_s() -> float:
    """The processor time of this process so far, and of the processes that it has started and waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def restore(context: RunContext, *, identity: Mapping[str, str]) -> bool:
    """Restore run.json from finished.json if that belongs to `identity` and all its files are whole; say so.

    If not, the run starts here, and the ledger says so before anything is computed.
    """
    record = _finished(context, identity=identity)
    if record is None:
        context.witness.start(identity, threads=context.num_threads, device=_named_device(context))
        return False
    context.witness.kept(record, threads=context.num_threads, device=_named_device(context))
    write_document(context.folder / FILE, record)
    by = receipts_for(record, context, identity=identity)
    context.say(f"finished before; kept{f' by {by}' if by else ''}")
    return True


def _finished(context: RunContext, *, identity: Mapping[str, str]) -> RunJson | None:
    """The record of the finished run of this identity, if its files are whole."""
    try:
        record = read_document(context.folder / FINISHED, RunJson)
        if record.identity != identity and not receipts_for(record, context, identity=identity):
            return None
        for stored in record.files:
            stored.verify(context.folder, again="train the run again")
    except MissingFileError:
        return None
    except FileFormatError as error:
        context.say(f"is made again: {error}")
        return None
    return record


def receipts_for(record: RunJson, context: RunContext, *, identity: Mapping[str, str]) -> str:
    """By which receipts a finished run of other code counts as one of `identity`; "" if by none, or if it needs none.

    Runs that were made again by the code that is here, and were equal to the bit, show that it gives the same numbers.
    Whatever else is in an identity is the same, or the run is another.
    """
    if record.identity == identity or {**record.identity, "code": ""} != {**identity, "code": ""}:
        return ""
    if context.witness.folder is None:
        return ""
    return way_words(bridges_in(context.witness.folder).way(record.identity.get("code", ""), identity["code"]))


def _named_device(context: RunContext) -> str:
    """What a reader should know of the device, and of the number format if it is no faithful one."""
    return device_name(context.device) + ("" if context.precision == FAITHFUL else f", {context.precision}")


def device_name(device: str) -> str:
    """What a reader should know of the device: its kind and model."""
    if device == "cuda":
        return f"cuda: {torch.cuda.get_device_name()}"
    return f"cpu: {processor() or platform.machine()}"
