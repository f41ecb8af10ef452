"""Turn the scores of finished runs into one tidy table, `runs.csv`, after checking every file that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect import average_precisions as precisions
from repro.analyse.collect import measures
from repro.analyse.collect.camera import of_camera, parse_motion
from repro.analyse.collect.choices import choices_of, of_choices
from repro.analyse.collect.measures import Measured
from repro.analyse.collect.run_files import AGAIN, DamagedRunError, find_run, read_run_answers, read_run_file, read_run_scores
from repro.analyse.collect.saturation import of_saturation
from repro.analyse.collect.stream_kernels import of_stream_kernels, parse_stream_kernels
from repro.artifacts.documents import document_from
from repro.artifacts.files import FileFormatError, data_folder, run_folder
from repro.artifacts.log_jsonl import LogEntry, parse_log
from repro.artifacts.run_json import RunJson
from repro.artifacts.runs_csv import Measurement, short_code, write_runs_csv
from repro.artifacts.stored_files import StoredFile
from repro.artifacts.timings_json import TimingsJson
from repro.spec.evaluation import RELIT
from repro.spec.experiment import Paper
from repro.spec.run import Experiment, Run
from repro.spec.terms.metrics import GAP, RELIGHTING, TOP1, TOP_K, TRAIN_S, TRAIN_TOP1, chance_floor
from repro.spec.terms.protocols import PLAIN_CROP, plain_protocol
from repro.spec.video_datasets import CAMERA_FILE

Parsed = TypeVar("Parsed")


def collect(runs: Sequence[Run], *, papers: Sequence[Paper], results: Path) -> None:
    """Write `results/<scale>/runs.csv`: one row per finished run of `runs`, metric and protocol, in the order of `runs`.

    The claims of `papers` name the training errors to which epochs are counted.
    A run that is not there has no rows (`judge` lists it as missing), and neither has one that diverged.

    Raises:
        DamagedRunError: a file of a run is damaged; names run and file. Nothing is written then.
        ValueError: `runs` is empty or spans several scales.
    """
    scales = sorted({run.scale for run in runs})
    if len(scales) != 1:
        raise ValueError(f"runs to collect are of the scales {scales}; allowed: one scale (python -m repro list)")
    write_runs_csv(Path(results) / scales[0] / "runs.csv", collected(runs, papers=papers, results=results))


def collected(runs: Sequence[Run], *, papers: Sequence[Paper], results: Path) -> list[Measurement]:
    """The rows that `collect` writes of `runs`; nothing is written."""
    asked = asked_of(papers)
    return [row for run in runs for part in collected_parts(run, asked=asked(run), results=results) for row in part()]


#: A part of the rows of a run, made when it is called.
Part = Callable[[], list[Measurement]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What claims ask of a run: the training errors to which epochs are counted, the classes to choose between."""

    thresholds: Sequence[float]
    choices: Sequence[tuple[str, str]]


def asked_of(papers: Sequence[Paper]) -> Callable[[Run], Asked]:
    """What the claims of `papers` ask of a run."""
    thresholds, choices = measures.thresholds_by_variant(papers), choices_of(papers)
    return lambda run: Asked(thresholds=thresholds.get((run.paper, run.variant), ()), choices=choices)


def collected_parts(run: Run, *, asked: Asked, results: Path) -> list[Part]:
    """The rows of one run in parts that do not need one another: what its scores give, what its other files give.

    Raises:
        DamagedRunError: its record or its log is damaged; a part, where it is called, for any other of its files.
    """
    record = find_run(results, run.id)
    if record is None:
        return []
    if record.network is not None:
        read_run_file(record, record.network.log, results=results)
    if record.diverged:
        return []
    return [
        lambda: _measurements(run, record, _of_scores(record, run, results, asked)),
        lambda: _measurements(run, record, _of_training(record, run, results, asked.thresholds)),
    ]


def _measurements(run: Run, record: RunJson, measured: Sequence[Measured]) -> list[Measurement]:
    return [
        Measurement(
            scale=run.scale,
            paper=run.paper,
            variant=run.variant,
            seed=run.seed,
            dataset=record.dataset.name,
            evidence=record.evidence,
            metric=metric,
            protocol=protocol,
            value=value,
            n_examples=num,
            wall_s=record.costs.wall_s,
            device=record.device,
            code=short_code(record.code_digest),
            run=run.id,
        )
        for metric, protocol, value, num in measured
    ]


def _of_scores(record: RunJson, run: Run, results: Path, asked: Asked) -> list[Measured]:
    """What the scores of a finished run give; the gap counts its test images."""
    measured: list[Measured] = []
    for protocol in run.experiment.evaluation.protocols:
        answers = read_run_answers(record, split="test", protocol=protocol, results=results)
        for metric, k in TOP_K.items():
            if k in answers.correct_N:
                measured.append((metric, protocol, answers.error(k), answers.num))
        if protocol == precisions.PROTOCOL:
            data, scores = record.dataset, read_run_scores(record, split="test", protocol=protocol, results=results)
            measured += precisions.of_precisions(scores, classes=data.classes, groups=data.groups)
            measured += of_choices(scores, classes=data.classes, pairs=asked.choices)
            measured += of_camera(scores, _motion(record, run, results))
    measured += _of_relighting(measured)
    plain = plain_protocol(run.experiment.evaluation.protocols)
    if isinstance(run.experiment, Experiment) and run.experiment.evaluation.num_train_examples and plain:
        train = read_run_answers(record, split="train", protocol=plain, results=results)
        error = train.error(1)
        test_error, num = next((row[2], row[3]) for row in measured if row[:2] == (TOP1, plain))
        measured.append((TRAIN_TOP1, plain, error, train.num))
        measured.append((GAP, plain, test_error - error, num))
    return measured


def _of_training(record: RunJson, run: Run, results: Path, thresholds: Sequence[float]) -> list[Measured]:
    """What log, first kernels and clock of a finished run give; counted are its training images, or kernels."""
    num_images = record.num_train_examples
    if record.timing is not None:
        timings = _parsed(record, record.timing.timings, _timings, results)
        return measures.of_timings(timings.networks, num_examples=num_images)
    train_s: Measured = (TRAIN_S, "", record.costs.train_s, num_images)
    if record.network is None:
        return [train_s]
    log = _parsed(record, record.network.log, _log, results)
    planned = run.trained.recipe.schedule.num_epochs
    floor = chance_floor(record.num_classes)
    measured = measures.of_log(log, num_epochs=planned, thresholds=thresholds, num_images=num_images, chance_floor=floor)
    measured += of_saturation(log, num_images=num_images)
    # Networks of clips leave other kernels: a claim about towers then says that none are there.
    if record.network.pictures.kernels is not None:
        kernel_KHWC, num_towers = _parsed(record, record.network.pictures.kernels, _kernels, results)
        measured += measures.of_kernels(kernel_KHWC, num_towers=num_towers)
    if record.network.pictures.stream_kernels is not None:
        measured += of_stream_kernels(_parsed(record, record.network.pictures.stream_kernels, _stream_kernels, results))
    return [*measured, train_s]


def _of_relighting(measured: Sequence[Measured]) -> list[Measured]:
    """What another light adds to the error on centre crops, of a run that was scored by both."""
    error = {protocol: (value, num) for metric, protocol, value, num in measured if metric == TOP1}
    if RELIT not in error or PLAIN_CROP not in error:
        return []
    value, num = error[RELIT]
    return [(RELIGHTING, RELIT, value - error[PLAIN_CROP][0], num)]


def _motion(record: RunJson, run: Run, results: Path) -> dict[bytes, float]:
    """How much the camera moves in each test video; nothing where it was not measured."""
    path = data_folder(results, run.scale, record.dataset.name) / CAMERA_FILE
    if not path.is_file():
        return {}
    try:
        return parse_motion(path.read_bytes())
    except ValueError as error:
        raise FileFormatError(f"{path} cannot be read ({error}); run the stage prepare again") from None


def _log(content: bytes, path: Path) -> tuple[LogEntry, ...]:
    return parse_log(content, path=path, again=AGAIN)


def _timings(content: bytes, path: Path) -> TimingsJson:
    return document_from(content, TimingsJson, name=str(path))


def _kernels(content: bytes, path: Path) -> tuple[NDArray[np.float32], int]:
    try:
        return measures.parse_kernels(content)
    except ValueError as error:
        raise FileFormatError(f"{path} cannot be read ({error}); {AGAIN}") from None


def _stream_kernels(content: bytes, path: Path) -> dict[str, NDArray[np.float32]]:
    try:
        return parse_stream_kernels(content)
    except ValueError as error:
        raise FileFormatError(f"{path} cannot be read ({error}); {AGAIN}") from None


def _parsed(record: RunJson, stored: StoredFile, parse: Callable[[bytes, Path], Parsed], results: Path) -> Parsed:
    """What a file that a run's record names holds."""
    content = read_run_file(record, stored, results=results)
    try:
        return parse(content, run_folder(results, record.id) / stored.file)
    except FileFormatError as error:
        raise DamagedRunError(record.id, error) from None
