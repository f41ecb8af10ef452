"""Check every file of every run, and of the prepared data, against the digest that was recorded of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from repro.artifacts import calibration_json, claims_json, dataset_json, run_json
from repro.artifacts.arrays import npz_bytes, read_npz
from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.files import FileFormatError, sha256_file
from repro.artifacts.ledger import population_json
from repro.artifacts.ledger.chain import FILE as LEDGER_FILE
from repro.artifacts.ledger.chain import TIP_FILE
from repro.artifacts.provenance import spec_digest
from repro.artifacts.published import brought_json, published_json
from repro.artifacts.published.answers import EXAMPLES
from repro.artifacts.run_json import RunJson
from repro.data.prepare.settings import other_settings
from repro.planning.tuning.search import FOLDER as TUNING
from repro.report.text.formatting import counted
from repro.spec.video_datasets import CAMERA_FILE
from repro.system.locks import LOCK_FILE
from repro.system.some import some
from repro.verify.check import Check
from repro.verify.stored import Stored

#: The folder of challenges in a scale's, each with results of its own.
CHALLENGES = "challenges"
#: What may lie in a run's folder beside the files that its record names.
BESIDE = (run_json.FILE, run_json.FINISHED, LOCK_FILE)
#: What other checks of a scale's folder look into.
CHECKED = (
    "runs",
    "data",
    "runs.csv",
    claims_json.FILE,
    brought_json.FILE,
    calibration_json.FILE,
    CHALLENGES,
    TUNING,
    published_json.FILE,
    LEDGER_FILE,
    TIP_FILE,
    population_json.FILE,
    EXAMPLES,
    LOCK_FILE,
)
AGAIN = "type the command that made it again: it makes what is damaged anew"


def records_checked(stored: Stored) -> Check:
    """Check that every record is whole, of its folder, and says of itself what follows from it."""
    problems = [*stored.problems, *stored.broken.values()]
    for run_id, record in stored.records.items():
        problems += [f"run {run_id}: {text}" for text in _inconsistent(record)]
        finished, own = stored.place(run_id) / run_json.FINISHED, stored.place(run_id) / run_json.FILE
        if finished.is_file() and finished.read_bytes() != own.read_bytes():
            problems.append(f"run {run_id}: {run_json.FINISHED} and {run_json.FILE} differ; {AGAIN}")
    problems += _of_published(stored)
    unfinished = [run for run in stored.runs if run not in stored.records and run not in stored.broken]
    said = (f"{counted(len(unfinished), 'run')} not finished ({some(unfinished)})",) if unfinished else ()
    return Check(name="records", found=_found(len(stored.records), "run"), problems=tuple(problems), unchecked=said)


def _inconsistent(record: RunJson) -> Iterator[str]:
    """Say what in a record contradicts the rest of it."""
    for what, got, wanted in (
        ("spec_digest", record.spec_digest, spec_digest(record.spec)),
        ("identity.spec", record.identity.get("spec"), record.spec_digest),
        ("identity.code", record.identity.get("code"), record.code_digest),
        ("identity.data", record.identity.get("data"), record.dataset.digest),
        ("identity.run", record.identity.get("run"), record.id),
    ):
        if got != wanted:
            yield f"{run_json.FILE} has {what} {got}, from the rest of it follows {wanted}; it was edited"


def _of_published(stored: Stored) -> Iterator[str]:
    if stored.published is None:
        return
    for run_id, known in stored.published.runs.items():
        path = stored.place(run_id) / run_json.FILE
        if not path.is_file():
            yield f"run {run_id} was published, its {run_json.FILE} is gone; publish the results again"
        elif sha256_file(path) != known.record:
            yield f"run {run_id}: {path} is not the one that was published; publish the results again"
    for run_id in sorted(set(stored.records) - set(stored.published.runs)):
        yield f"run {run_id} is here and was not published; publish the results again"
    for name, sha256 in (("runs.csv", stored.published.runs_csv), ("claims.json", stored.published.claims_json)):
        path = stored.folder / name
        if not path.is_file() or sha256_file(path) != sha256:
            yield f"{path} is not the one that was published; publish the results again"


def files_checked(stored: Stored) -> Check:
    """Check every file that a record names; files that were not published are counted, and no others may be missing."""
    num, problems, left, unnamed = 0, [], 0, []
    for run_id, record in stored.records.items():
        place, left_out = stored.place(run_id), stored.left_out(run_id)
        named = list(record.files)
        known = stored.published_run(run_id)
        named += [known.answers] if known and known.answers else []
        for item in named:
            if item.file in left_out:
                left += 1
                continue
            try:
                item.verify(place, again=AGAIN)
                num += 1
            except FileFormatError as error:
                problems.append(f"run {run_id}: {error}")
        names = {item.file for item in named} | set(BESIDE)
        unnamed += [f"{run_id}/{path.name}" for path in sorted(place.iterdir()) if path.name not in names]
    unchecked = [f"{counted(left, 'file')} of runs not published"] if left else []
    unchecked += [f"{counted(len(unnamed), 'file')} that no record names ({some(unnamed)})"] if unnamed else []
    others = sorted(path.name for path in stored.folder.iterdir() if path.name not in CHECKED)
    unchecked += [f"{some(others)} beside the runs"] if others else []
    return Check(name="files", found=_found(num, "file"), problems=tuple(problems), unchecked=tuple(unchecked))


def data_checked(stored: Stored) -> Check:
    """Check every file of the prepared data, and that these are the scale's and those on which runs were trained."""
    num, problems, left, here = 0, [], 0, {}
    for folder in sorted(path for path in (stored.folder / "data").glob("*") if path.is_dir()):
        try:
            here[folder.name] = read_dataset(folder)
        except FileFormatError as error:
            problems.append(str(error))
            continue
        left_out = stored.data_left_out(folder.name)
        for item in here[folder.name].files():
            if item.file in left_out:
                left += 1
                continue
            try:
                item.verify(folder, again=AGAIN)
                num += 1
            except FileFormatError as error:
                problems.append(str(error))
        problems += _of_camera(folder, here[folder.name])
    problems += [*_other_settings(stored, here), *_other_data(stored, here)]
    absent = sorted({record.dataset.name for record in stored.records.values()} - set(here))
    unchecked = [f"{counted(left, 'file')} of data not published"] if left else []
    unchecked += [f"data {some(absent)} not here"] if absent else []
    told = stored.published.other_data if stored.published else {}
    unchecked += [f"whether runs had these data of {name} ({why})" for name, why in told.items()]
    moved = [name for name in here if (stored.folder / "data" / name / CAMERA_FILE).is_file()]
    unchecked += [f"motions of the camera of {some(moved)} are not measured again"] if moved else []
    found = f"{_found(num, 'file')} of {counted(len(here), 'data set')}" if num else ""
    return Check(name="data", found=found, problems=tuple(problems), unchecked=tuple(unchecked))


def _of_camera(folder: Path, data: DatasetJson) -> Iterator[str]:
    """Say so if the motions of the camera are damaged, or those of other test clips."""
    path = folder / CAMERA_FILE
    if not path.is_file() or "test" not in data.splits:
        return
    try:
        arrays = read_npz(path)
        whole, index = npz_bytes(arrays) == path.read_bytes(), str(arrays["index_sha256"])
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        yield f"{path} cannot be read ({error}); {AGAIN}"
        return
    if not whole or index != data.splits["test"].index.sha256:
        yield f"{path} is {'of other test clips' if whole else 'not as it was written'}; {AGAIN}"


def _other_settings(stored: Stored, here: dict[str, DatasetJson]) -> Iterator[str]:
    """Say which data were prepared by other settings than their scale has now."""
    for paper in stored.papers:
        for dataset in paper.scale(stored.scale).datasets:
            other = other_settings(here[dataset.name].spec, dataset) if dataset.name in here else ""
            if other:
                yield (
                    f"data {dataset.name} were prepared with {other}; type python -m repro prepare --paper {paper.name} "
                    f"--scale {stored.scale} --dataset {dataset.name} --results {stored.results}, and train again"
                )


def _other_data(stored: Stored, here: dict[str, DatasetJson]) -> Iterator[str]:
    """Say which runs were trained on other data than those that lie here."""
    for run_id, record in stored.records.items():
        data = here.get(record.dataset.name)
        if data is not None and record.dataset.digest != data.digest and not _is_told(stored, record):
            yield (
                f"run {run_id} was trained on data of digest {record.dataset.digest[:12]}, {dataset_json.FILE} of "
                f"{data.name} has {data.digest[:12]}; train it again"
            )


def _is_told(stored: Stored, record: RunJson) -> bool:
    return stored.published is not None and record.dataset.name in stored.published.other_data


def _found(num: int, what: str) -> str:
    return f"{counted(num, what)} as recorded" if num else ""
