"""Make a folder of published results: everything but what is large, with bits of right answers in place of scores."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from repro.analyse.collect.average_precisions import PROTOCOL
from repro.analyse.collect.run_files import answers_of, read_run_scores
from repro.artifacts import claims_json, dataset_json, run_json
from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import sha256_bytes, sha256_file, write_bytes
from repro.artifacts.judged import sizes_json
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import FILE as LEDGER_FILE
from repro.artifacts.ledger.chain import TIP_FILE, read_ledger
from repro.artifacts.ledger.events import Restate
from repro.artifacts.published import answers as bits
from repro.artifacts.published import publications
from repro.artifacts.published.answers import Answers, answers_bytes, distinct, examples_bytes, examples_file
from repro.artifacts.published.brought_json import published_run
from repro.artifacts.published.commands import without_folders
from repro.artifacts.published.published_json import Published, PublishedRun, read_published, write_published
from repro.artifacts.run_json import RunJson, is_finished, read_run, record_path
from repro.artifacts.runs_csv import read_runs_csv
from repro.artifacts.stored_files import StoredFile
from repro.spec.video_datasets import CAMERA_FILE

#: Files of a run that are published as they are; averages of precisions and choices need all scores of videos.
KEPT = ("log.jsonl", "kernels.npz", "stream_kernels.npz", "timings.json")
KEPT_PROTOCOL = PROTOCOL
#: Why records that are published are not to the byte those with which their runs ended.
WITHOUT_FOLDERS = "folders of the machine are left out of the commands"
#: Files of prepared data that are published.
KEPT_DATA = ("refused.csv", "missing.csv")


class CannotPublish(ValueError):
    """Results that are not complete enough to be published, or a folder that is not empty."""


def publish(folder: Path, *, out: Path, name: str = "") -> Published:
    """Write what lies in a scale's folder of results, without what is large, to `out/<scale>`, or `out/<name>/<scale>`.

    The ledger of `out` (repro.artifacts.published.publications) gets a line.

    Raises:
        CannotPublish: `out` holds this scale already, or the results have no run or were not judged.
        FileFormatError: a file of a run is missing or damaged, or numbers or verdicts are.
    """
    target = Path(out) / name / folder.name
    if target.exists():
        raise CannotPublish(f"{target} exists; allowed: a folder without this scale; name another by --out")
    lacking = [name for name in ("runs.csv", claims_json.FILE) if not (folder / name).is_file()]
    if lacking:
        raise CannotPublish(f"{folder} has no {' and no '.join(lacking)}; type python -m repro collect and judge first")
    read_document(folder / claims_json.FILE, claims_json.Judgement), read_runs_csv(folder / "runs.csv")  # whole, or no further
    records = [record_path(place) for place in sorted((folder / "runs").glob("*/*/*")) if is_finished(place)]
    if not records:
        raise CannotPublish(f"{folder} has no finished run; train some first (python -m repro train), or give other results")
    try:
        published = _published(folder, records, target=target)
        publications.add(Path(out), target)
        return published
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)  # which was not there before
        raise


def _published(folder: Path, records: Sequence[Path], *, target: Path) -> Published:
    runs: dict[str, PublishedRun] = {}
    for path in records:
        record = read_run(folder.parent, "/".join((folder.name, *path.parts[-4:-1])))
        runs[record.id] = _publish_run(record, path.parent, target=target)
    restated = _restated(runs, folder, target=target)
    sizes = [path.name for path in sizes_json.files_in(folder)]
    for name in ("runs.csv", claims_json.FILE, LEDGER_FILE, TIP_FILE, *sizes):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)
    if restated and read_ledger(target).lines:
        append(target, Restate(records=restated, why=WITHOUT_FOLDERS))
    published = Published(
        scale=folder.name,
        runs=runs,
        runs_csv=sha256_file(target / "runs.csv"),
        claims_json=sha256_file(target / claims_json.FILE),
        tip=read_ledger(target).tip,
        data_left_out={path.parent.name: _publish_data(path.parent, target=target) for path in _data_of(folder)},
    )
    write_published(target, published)
    return published


def _publish_run(record: RunJson, place: Path, *, target: Path) -> PublishedRun:
    own = target / "runs" / Path(*place.parts[-3:])
    own.mkdir(parents=True)
    command = without_folders(record.command)
    if command == record.command:
        shutil.copyfile(record_path(place), own / run_json.FILE)
    else:
        write_document(own / run_json.FILE, replace(record, command=command))
    results = place.parents[4]
    known = published_run(results, record.id)
    if known is not None:
        return _publish_again(record, known, place, target=target)
    left_out = []
    whole = {entry.file for entry in record.scores if entry.protocol == KEPT_PROTOCOL}
    for item in record.files:
        if item.file in KEPT or item.file in whole:
            write_bytes(own / item.file, item.read(place, again="train the run again"))
        else:
            left_out.append(item.file)
    answers = {
        (entry.split, entry.protocol): answers_of(
            read_run_scores(record, split=entry.split, protocol=entry.protocol, results=results)
        )
        for entry in record.scores
    }
    stored = _write_answers(record.id, answers, own, target=target) if answers else None
    return PublishedRun(record=sha256_file(own / run_json.FILE), answers=stored, left_out=tuple(left_out))


def _restated(runs: Mapping[str, PublishedRun], folder: Path, *, target: Path) -> dict[str, tuple[str, str]]:
    """The records that say less than those they were made from: SHA-256 of both, by run."""
    before = {run: sha256_file(record_path(folder / "runs" / Path(*run.split("/")[1:]))) for run in runs}
    return {run: (before[run], known.record) for run, known in runs.items() if known.record != before[run]}


def _publish_again(record: RunJson, known: PublishedRun, place: Path, *, target: Path) -> PublishedRun:
    """Publish a run that came from published results: what it came with."""
    own = target / "runs" / Path(*place.parts[-3:])
    stored = [item for item in record.files if item.file not in known.left_out]
    for item in (*stored, *([known.answers] if known.answers else [])):
        write_bytes(own / item.file, item.read(place, again="bring the published results again"))
    for path in sorted((place.parents[3] / bits.EXAMPLES).glob("*")):
        (target / bits.EXAMPLES).mkdir(exist_ok=True)
        shutil.copyfile(path, target / bits.EXAMPLES / path.name)
    return replace(known, record=sha256_file(own / run_json.FILE))


def _write_answers(run: str, answers: dict[tuple[str, str], Answers], own: Path, *, target: Path) -> StoredFile:
    content = answers_bytes(run, answers)
    write_bytes(own / bits.FILE, content)
    for digest, examples in distinct(answers.values()).items():
        path = target / bits.EXAMPLES / examples_file(digest)
        if not path.exists():
            write_bytes(path, examples_bytes(examples))
    return StoredFile(file=bits.FILE, sha256=sha256_bytes(content))


def _data_of(folder: Path) -> list[Path]:
    return sorted((folder / "data").glob(f"*/{dataset_json.FILE}"))


def _publish_data(place: Path, *, target: Path) -> tuple[str, ...]:
    """Write what describes a prepared data set; the names of its files that are left out.

    Where its source lies on this machine is left out too: it decides nothing.
    """
    own = target / "data" / place.name
    own.mkdir(parents=True)
    data = read_dataset(place)
    write_dataset(own, replace(data, source=Path(data.source).name if data.source.startswith("/") else data.source))
    if (place / CAMERA_FILE).is_file():
        shutil.copyfile(place / CAMERA_FILE, own / CAMERA_FILE)
    for item in data.files():
        if item.file in KEPT_DATA:
            write_bytes(own / item.file, item.read(place, again="run python -m repro prepare again"))
    return left_out_of(own, [item.file for item in data.files()])


def left_out_of(folder: Path, names: Collection[str]) -> tuple[str, ...]:
    """Those of `names` that are not in `folder`."""
    return tuple(name for name in names if not (folder / name).is_file())


def restate(folder: Path, *, why: str) -> None:
    """State the hashes that records and tables have now: of published files that were carried over to a new form.

    The ledger of the tree in which they lie gets a line that says why.

    Raises:
        CannotPublish: nothing was published there.
    """
    before = read_published(folder)
    if before is None:
        raise CannotPublish(f"{folder} holds no published results; allowed: a folder that publish has written")
    runs = {
        run: replace(known, record=sha256_file(folder / "runs" / Path(*run.split("/")[1:]) / run_json.FILE))
        for run, known in before.runs.items()
    }
    table, claims = sha256_file(folder / "runs.csv"), sha256_file(folder / claims_json.FILE)
    write_published(folder, replace(before, runs=runs, runs_csv=table, claims_json=claims))
    tree = publications.tree_of(folder)
    if tree is not None:
        publications.add(tree, folder, why=why)
