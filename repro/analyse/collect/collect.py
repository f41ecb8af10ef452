"""Turn the scores of finished runs into one tidy table, `runs.csv`, after checking every file that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from repro.analyse.collect import average_precisions as precisions
from repro.analyse.collect import measures
from repro.analyse.collect.measures import Measured
from repro.artifacts.files import FileFormatError, read_json, run_folder, sha256_bytes
from repro.artifacts.run_json import method_of, trained
from repro.artifacts.runs_csv import Measurement, write_runs_csv
from repro.artifacts.scores import Scores, parse_scores
from repro.evaluate.metrics import top_k_error
from repro.spec.experiment import Paper
from repro.spec.run import Experiment, Run
from repro.spec.terms.methods import TIMINGS, run_method
from repro.spec.terms.metrics import GAP, TOP1, TOP_K, TRAIN_S, TRAIN_TOP1
from repro.spec.terms.protocols import plain_protocol

Parsed = TypeVar("Parsed")

#: Characters of a code digest that the table shows.
CODE_LENGTH = 12
#: What a run's record must hold for collecting and judging, and the types allowed.
RECORD = {
    "id": str,
    "scale": str,
    "paper": str,
    "variant": str,
    "seed": int,
    "evidence": str,
    "dataset": dict,
    "spec": dict,
    "code_digest": str,
    "device": str,
    "status": str,
    "reason": str,
    "num_classes": int,
    "wall_s": int | float,
    "train_s": int | float,
    "num_train_examples": int,
    "scores": list,
}
#: What that of a network that was trained must hold besides.
NETWORK_RECORD = {"num_epochs": int, "images_per_s": int | float, "log": dict}
STATUSES = ("ok", "diverged")


class DamagedRunError(FileFormatError):
    """A file of a run is missing, changed or does not belong to it."""

    def __init__(self, run: str, path: Path, problem: str) -> None:
        super().__init__(f"run {run}: {path} {problem}; delete the run's folder and train it again")


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
    thresholds = measures.thresholds_by_variant(papers)
    rows = [row for run in runs for row in _rows(run, results, thresholds.get((run.paper, run.variant), ()))]
    write_runs_csv(Path(results) / scales[0] / "runs.csv", rows)


def read_record(run_id: str, *, results: Path) -> dict[str, Any] | None:
    """Return the checked `run.json` of a run, or None if the run is not there.

    Raises:
        DamagedRunError: the file is damaged or belongs to another run.
    """
    path = run_folder(results, run_id) / "run.json"
    if not path.is_file():
        return None
    try:
        record = read_json(path, schema="run/1")
    except FileFormatError as error:
        raise DamagedRunError(run_id, path, f"cannot be read ({error})") from None
    wanted = RECORD | (NETWORK_RECORD if trained(record) else {})
    for key, kind in wanted.items():
        if not isinstance(record.get(key), kind):
            raise DamagedRunError(run_id, path, f"has {key!r} = {record.get(key)!r}, allowed: {kind}")
    if record["id"] != run_id:
        raise DamagedRunError(run_id, path, f"belongs to run {record['id']!r}")
    if record["status"] not in STATUSES:
        raise DamagedRunError(run_id, path, f"has status {record['status']!r}, allowed: {', '.join(STATUSES)}")
    return record


def read_hashed(run_id: str, folder: Path, entry: dict[str, Any]) -> bytes:
    """Return the bytes of the file that `entry` of a run's record names.

    Raises:
        DamagedRunError: the file is not there, or its SHA-256 is not the recorded one.
    """
    name, expected = entry.get("file"), entry.get("sha256")
    if not isinstance(name, str) or Path(name).name != name:
        raise DamagedRunError(run_id, folder / "run.json", f"names the file {name!r}, allowed: a file in the run's folder")
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise DamagedRunError(run_id, folder / name, f"cannot be read ({error.strerror})") from None
    if sha256_bytes(content) != expected:
        raise DamagedRunError(run_id, folder / name, f"has SHA-256 {sha256_bytes(content)}, its run recorded {expected}")
    return content


def read_run_scores(record: dict[str, Any], *, split: str, protocol: str, results: Path) -> Scores:
    """Return the checked scores of a finished run on `split` by `protocol`.

    Raises:
        DamagedRunError: the run has no such scores, or their file is damaged or belongs elsewhere.
    """
    run_id = record["id"]
    folder = run_folder(results, run_id)
    for entry in record["scores"]:
        if (entry.get("split"), entry.get("protocol")) != (split, protocol):
            continue
        path = folder / str(entry.get("file"))
        try:
            scores = parse_scores(read_hashed(run_id, folder, entry), path=path)
        except DamagedRunError:
            raise
        except FileFormatError as error:
            raise DamagedRunError(run_id, path, f"cannot be read ({error})") from None
        stored = (scores.run, scores.split, scores.protocol, len(scores.label_N), scores.scores_NK.shape[1])
        wanted = (run_id, split, protocol, entry.get("num_examples"), record["num_classes"])
        if stored != wanted:
            raise DamagedRunError(
                run_id, path, f"holds (run, split, protocol, examples, classes) {stored}, its run recorded {wanted}"
            )
        return scores
    raise DamagedRunError(run_id, folder / "run.json", f"lists no scores of {split} by {protocol}")


def _rows(run: Run, results: Path, thresholds: Sequence[float]) -> list[Measurement]:
    record = read_record(run.id, results=results)
    if record is None:
        return []
    if trained(record):
        read_hashed(run.id, run_folder(results, run.id), record["log"])
    if record["status"] != "ok":
        return []
    measured = [*_of_scores(record, run, results), *_of_training(record, run, results, thresholds)]
    return [
        Measurement(
            scale=run.scale,
            paper=run.paper,
            variant=run.variant,
            seed=run.seed,
            dataset=record["dataset"].get("name", ""),
            evidence=record["evidence"],
            metric=metric,
            protocol=protocol,
            value=value,
            n_examples=num,
            wall_s=float(record["wall_s"]),
            device=record["device"],
            code=record["code_digest"][:CODE_LENGTH],
            run=run.id,
        )
        for metric, protocol, value, num in measured
    ]


def _of_scores(record: dict[str, Any], run: Run, results: Path) -> list[Measured]:
    """Return what the scores of a finished run give; the gap counts its test images."""
    measured: list[Measured] = []
    for protocol in run.experiment.evaluation.protocols:
        scores = read_run_scores(record, split="test", protocol=protocol, results=results)
        num, num_classes = scores.scores_NK.shape
        for metric, k in TOP_K.items():
            if k == 1 or num_classes >= k:
                measured.append((metric, protocol, top_k_error(scores.scores_NK, scores.labels, k=k), num))
        if protocol == precisions.PROTOCOL:
            data = record["dataset"]
            measured += precisions.of_precisions(scores, classes=data["classes"], groups=data.get("groups", {}))
    plain = plain_protocol(run.experiment.evaluation.protocols)
    if isinstance(run.experiment, Experiment) and run.experiment.evaluation.num_train_examples and plain:
        train = read_run_scores(record, split="train", protocol=plain, results=results)
        error = top_k_error(train.scores_NK, train.labels, k=1)
        test_error, num = next((row[2], row[3]) for row in measured if row[:2] == (TOP1, plain))
        measured.append((TRAIN_TOP1, plain, error, len(train.label_N)))
        measured.append((GAP, plain, test_error - error, num))
    return measured


def _of_training(record: dict[str, Any], run: Run, results: Path, thresholds: Sequence[float]) -> list[Measured]:
    """Return what log, first kernels and clock of a finished run give; counted are its training images, or kernels."""
    num_images = record["num_train_examples"]
    train_s: Measured = (TRAIN_S, "", float(record["train_s"]), num_images)
    if TIMINGS in run_method(method_of(record)).holds:
        return measures.of_timings(_parsed(record, "timings", measures.parse_timings, results), num_examples=num_images)
    if not trained(record):
        return [train_s]
    log = _parsed(record, "log", measures.parse_log, results)
    planned = run.trained.recipe.schedule.num_epochs
    measured = measures.of_log(log, num_epochs=planned, thresholds=thresholds, num_images=num_images)
    # Runs recorded before kernels were kept have none: a claim about them then says so.
    if record.get("kernels"):
        kernel_KHWC, num_towers = _parsed(record, "kernels", measures.parse_kernels, results)
        measured += measures.of_kernels(kernel_KHWC, num_towers=num_towers)
    return [*measured, train_s]


def _parsed(record: dict[str, Any], key: str, parse: Callable[[bytes], Parsed], results: Path) -> Parsed:
    """Return the parsed file that a run's record names under `key`."""
    folder = run_folder(results, record["id"])
    content = read_hashed(record["id"], folder, record[key])
    try:
        return parse(content)
    except ValueError as error:
        raise DamagedRunError(record["id"], folder / str(record[key]["file"]), f"cannot be read ({error})") from None
