"""Average the scores of finished runs: an ensemble is a run like others, with the same scores files.

Source: Krizhevsky et al. 2012, section 6, Table 2; Karpathy et al. 2014, Table 1, "CNN Average".
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.documents import MissingFileError, digest_of, fields_of
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.run_json import AveragedRuns, Costs, Member, MemberData, RunData, RunJson, ScoresFile, read_run
from repro.artifacts.scores import Scores, parse_scores
from repro.evaluate.ensemble import averaged, equal_weights, searched_weights
from repro.evaluate.metrics import top_k_error
from repro.spec.run import WEIGHTS, Ensemble, Run
from repro.system.memory import peak_mib
from repro.system.progress import Say
from repro.train.runs.context import Compute, RunContext
from repro.train.runs.job import in_turn
from repro.train.runs.record import Outcome, identity_of, restore, write_record, write_run_scores

STAGE = "average"
#: The protocols of validation scores, of images and of clips: members are weighed by the one they have.
VALIDATED_BY = ("center", "video")


@dataclass(frozen=True, kw_only=True)
class FinishedMember:
    """A run that is averaged: its record and its folder."""

    record: RunJson
    folder: Path

    @property
    def digest(self) -> str:
        """Of all that the run depends on and has left."""
        return digest_of(fields_of(self.record))

    @property
    def num_parameters(self) -> int:
        """Weights of the networks in it; a fitted model counts none."""
        made = self.record.network or self.record.ensemble
        return made.num_parameters if made else 0


def average_runs(runs: Sequence[Run], *, results: Path, compute: Compute, say: Say) -> None:
    """Average the members of each of `runs`, which must be finished.

    Raises:
        FileFormatError: a member is not finished or diverged, or a file of it is damaged.
        ValueError: the members cannot be averaged.
        RunsFailed: at least one of several runs failed.
    """

    def do(run: Run, context: RunContext) -> None:
        average_run(run, context=context, results=results)

    in_turn(runs, do, results=results, compute=compute, say=say)


def average_run(run: Run, *, context: RunContext, results: Path) -> None:
    """Average the members of one run and write its folder."""
    ensemble = run.experiment
    if not isinstance(ensemble, Ensemble):
        raise TypeError(f"run {run.id} is {type(ensemble).__name__}, not an ensemble")
    begun = time.perf_counter(), time.process_time()
    members = [_member(run, member, results=results) for member in member_ids(run, ensemble)]
    dataset = own_dataset(run, members)
    identity = identity_of(run, stage=STAGE, data=dataset.digest, device=context.device)
    identity |= {f"member {number}": member.digest for number, member in enumerate(members)}
    if restore(context, identity=identity):
        return
    context.folder.mkdir(parents=True, exist_ok=True)
    weight_M = weights_of(ensemble, members)
    entries: list[ScoresFile] = []
    for protocol in ensemble.evaluation.protocols:
        scores = [_scores(member, split="test", protocol=protocol) for member in members]
        mean_scores = averaged(scores, weight_M, run=run.id)
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
    made = _made(members, weight_M)
    costs = Costs(
        wall_s=time.perf_counter() - begun[0],
        cpu_s=time.process_time() - begun[1],
        train_s=sum(member.record.costs.train_s for member in members),
        peak_mib=peak_mib(),
    )
    outcome = Outcome(
        dataset=dataset,
        num_classes=members[0].record.num_classes,
        num_train_examples=max(member.record.num_train_examples for member in members),
        costs=costs,
        scores=entries,
        made=made,
    )
    write_record(run, context, outcome, identity=identity)


def member_ids(run: Run, ensemble: Ensemble) -> list[str]:
    """The runs that `run` averages."""
    head = f"{run.scale}/{run.paper}"
    return [f"{head}/{member.variant}/{seed}" for member in ensemble.members for seed in member.seeds(run.seed)]


def own_dataset(run: Run, members: Sequence[FinishedMember]) -> RunData:
    """The data of `run`, on which some of its members were trained; others may have had more images, or others.

    What must agree between members of different data, the test examples and their labels, is compared with their scores.

    Raises:
        ValueError: two members had different versions of the same data, or no member had those of the run.
    """
    found: dict[str, RunData] = {}
    for member in members:
        own = member.record.dataset
        if found.setdefault(own.name, own).digest != own.digest:
            raise ValueError(
                f"the members of run {run.id} were trained on different versions of the data {own.name}; train them again"
            )
    if run.dataset.name not in found:
        raise ValueError(
            f"run {run.id} is of the data {run.dataset.name}, and its members had {', '.join(found)}; average others"
        )
    return found[run.dataset.name]


def weights_of(ensemble: Ensemble, members: Sequence[FinishedMember]) -> NDArray[np.float64]:
    """The weight of each member.

    Raises:
        ValueError: the spec names no such weights, or they are to be searched and the data hold out no validation examples.
    """
    if ensemble.weights not in WEIGHTS:
        raise ValueError(f"unknown weights {ensemble.weights!r}; allowed: {', '.join(WEIGHTS)}")
    if ensemble.weights == "equal":
        return equal_weights(len(members))
    for member in members:
        if not member.record.scores_of("validation"):
            raise ValueError(
                f"weights are to be searched on validation examples, and run {member.record.id} has no scores of any; give the "
                "data set num_validation above 0, or average with equal weights"
            )
    held_out = {entry.protocol for entry in members[0].record.scores_of("validation")}
    protocol = next(name for name in VALIDATED_BY if name in held_out)
    return searched_weights([_scores(member, split="validation", protocol=protocol) for member in members])


def _made(members: Sequence[FinishedMember], weight_M: NDArray[np.float64]) -> AveragedRuns:
    """What run.json says of an ensemble: its members with their weights, and all their parameters."""
    averaged_runs = [
        Member(
            run=member.record.id,
            weight=float(weight),
            test_errors=_test_errors(member),
            dataset=MemberData(name=member.record.dataset.name, digest=member.record.dataset.digest),
        )
        for member, weight in zip(members, weight_M, strict=True)
    ]
    return AveragedRuns(members=tuple(averaged_runs), num_parameters=sum(member.num_parameters for member in members))


def _test_errors(member: FinishedMember) -> dict[str, float]:
    """The member's own top-1 error on the test examples by protocol."""
    protocols = [entry.protocol for entry in member.record.scores_of("test")]
    found = {protocol: _scores(member, split="test", protocol=protocol) for protocol in protocols}
    return {protocol: top_k_error(scores.scores_NK, scores.labels, k=1) for protocol, scores in found.items()}


def _member(run: Run, member: str, *, results: Path) -> FinishedMember:
    """A member of `run`.

    Raises:
        FileFormatError: it is not finished, or diverged.
    """
    folder = run_folder(results, member)
    scale, paper, variant, seed = member.split("/")
    try:
        record = read_run(results, member)
    except MissingFileError:
        raise FileFormatError(
            f"run {run.id} averages run {member}, which is not finished in {results}; train it first: "
            f"python -m repro train --scale {scale} --paper {paper} --variant {variant} --seeds {seed}"
        ) from None
    if record.diverged:
        raise FileFormatError(f"run {run.id} averages run {member}, which diverged and has no scores; it cannot be averaged")
    return FinishedMember(record=record, folder=folder)


def _scores(member: FinishedMember, *, split: str, protocol: str) -> Scores:
    """The scores of a member; raise FileFormatError if it has none of this split by this protocol, or the file changed."""
    run_id = member.record.id
    entry = next((item for item in member.record.scores_of(split) if item.protocol == protocol), None)
    if entry is None:
        raise FileFormatError(f"run {run_id} has no scores of {split} by {protocol}; train it again")
    content = entry.stored.read(member.folder, again=f"train run {run_id} again")
    return parse_scores(content, path=member.folder / entry.file)
