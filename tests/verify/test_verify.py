"""Whatever is forged in results is named; what could not be compared is never called ok."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from repro import cli
from repro.analyse.publish import CannotPublish, publish
from repro.artifacts.arrays import write_npz
from repro.artifacts.claims_json import Judgement, write_claims_json
from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.documents import read_document, text_of, write_document
from repro.artifacts.files import FileFormatError, sha256_bytes, sha256_file
from repro.artifacts.ledger.chain import TIP_FILE
from repro.artifacts.log_jsonl import log_text, parse_log
from repro.artifacts.published.answers import FILE as ANSWERS
from repro.artifacts.published.answers import answers_bytes, parse_answers
from repro.artifacts.published.published_json import Published, read_published, write_published
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.runs_csv import read_runs_csv, write_runs_csv
from repro.artifacts.scores import read_scores, write_scores
from repro.artifacts.stored_files import stored_file
from repro.catalogue.known import catalogue
from repro.system.locks import try_lock
from repro.verify.chain import chain_checked
from repro.verify.check import FAILED, OK, PARTLY, UNCHECKED, Check
from repro.verify.files import data_checked, files_checked, records_checked
from repro.verify.metrics import metrics_checked
from repro.verify.stored import Stored
from repro.verify.verdicts import claims_checked
from repro.verify.verify import verified
from tests.fabricate import change_run, record_scores_again
from tests.verify.made import stored_in

RUN = "smoke/alexnet/no_lrn/1"


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / whole.name))


@pytest.fixture
def published(given: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(given, tmp_path / given.name))


def states(folder: Path) -> dict[str, str]:
    return {check.name: check.state for check in verified(folder, catalogue(())).checks}


def record_of(folder: Path, run: str = RUN) -> RunJson:
    return read_run(folder.parent, run)


def judged_otherwise(folder: Path) -> Judgement:
    """The verdicts, of which one says REPRODUCED."""
    judgement = read_document(folder / "claims.json", Judgement)
    first, *rest = judgement.claims
    forged = replace(judgement, claims=(replace(first, verdict="REPRODUCED"), *rest))
    write_claims_json(folder / "claims.json", forged)
    return forged


def edited_row(folder: Path, metric: str) -> None:
    """A number that is a little better, and verdicts that name the table with it."""
    table = read_runs_csv(folder / "runs.csv")
    place = next(i for i, row in enumerate(table.rows) if row.metric == metric and row.variant == "no_lrn")
    rows = list(table.rows)
    rows[place] = replace(rows[place], value=rows[place].value + 0.02)
    write_runs_csv(folder / "runs.csv", rows)
    judgement = read_document(folder / "claims.json", Judgement)
    write_claims_json(folder / "claims.json", replace(judgement, runs_sha256=sha256_file(folder / "runs.csv")))


def better_scores(folder: Path) -> None:
    """Scores in which more is right, with the hash that the record states."""
    path = folder / "runs/alexnet/no_lrn/1/scores.test.ten_crop.npz"
    scores = read_scores(path)
    write_scores(path, replace(scores, scores_NK=np.eye(scores.scores_NK.shape[1], dtype=np.float32)[scores.label_N]))
    record_scores_again(folder.parent, RUN, path.name)


def another_log(folder: Path) -> None:
    record, path = record_of(folder), folder / "runs/alexnet/no_lrn/1/log.jsonl"
    entries = parse_log(path.read_bytes(), path=path, again="")
    path.write_text(log_text([replace(entry, train_top1_error=0.01) for entry in entries]))
    assert record.network is not None
    change_run(folder.parent, RUN, network=replace(record.network, log=stored_file(path)))


def other_weights(folder: Path) -> None:
    (folder / "runs/alexnet/no_lrn/1/weights.pt").write_text("others")


def other_kernels(folder: Path) -> None:
    record, path = record_of(folder), folder / "runs/alexnet/no_lrn/1/kernels.npz"
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    write_npz(path, {**arrays, "kernel_KHWC": arrays["kernel_KHWC"][::-1].copy()})
    assert record.network is not None
    pictures = replace(record.network.pictures, kernels=stored_file(path))
    change_run(folder.parent, RUN, network=replace(record.network, pictures=pictures))


def shorter_time(folder: Path) -> None:
    change_run(folder.parent, RUN, costs=replace(record_of(folder).costs, train_s=1.0))


def other_code(folder: Path) -> None:
    change_run(folder.parent, RUN, code_digest="1" * 64)


def gone(folder: Path) -> None:
    shutil.rmtree(folder / "runs/alexnet/no_lrn/1")


def another_run(folder: Path) -> None:
    shutil.copytree(folder / "runs/alexnet/no_lrn/1", folder / "runs/alexnet/no_lrn/2")


def other_shard(folder: Path) -> None:
    (folder / "data/procedural/train-00000.tar").write_text("others")


def other_settings(folder: Path) -> None:
    path = folder / "data/procedural"
    found = read_dataset(path)
    write_dataset(path, replace(found, spec={**found.spec, "stored_px": 30}))


def other_motions(folder: Path) -> None:
    path = folder / "data/procedural_videos/test.camera.npz"
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    write_npz(path, {**arrays, "motion_V": arrays["motion_V"][::-1].copy()})


def cut_ledger(folder: Path) -> None:
    lines = (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))


def cut_ledger_and_tip(folder: Path) -> None:
    cut_ledger(folder)
    last = (folder / "ledger.jsonl").read_bytes().splitlines()
    (folder / TIP_FILE).write_text(f"{len(last)} {sha256_bytes(last[-1])}\n")


def no_ledger(folder: Path) -> None:
    (folder / "ledger.jsonl").unlink()


#: What is forged: the check that says so, how it is done, and a word of what is said.
FORGED: dict[str, tuple[Callable[[Stored], Check], Callable[[Path], object], str]] = {
    "a better verdict": (claims_checked, judged_otherwise, "REPRODUCED of claim"),
    "a gap in runs.csv": (metrics_checked, lambda folder: edited_row(folder, "top1_gap"), "in top1_gap (center)"),
    "early errors in runs.csv": (
        metrics_checked,
        lambda folder: edited_row(folder, "early_train_error"),
        "in early_train_error (training)",
    ),
    "scores and their hash": (chain_checked, better_scores, "not the one with which the ledger says that it ended"),
    "a log and its hash": (chain_checked, another_log, "not the one with which the ledger says that it ended"),
    "weights": (files_checked, other_weights, "weights.pt was changed"),
    "kernels and their hash": (chain_checked, other_kernels, "not the one with which the ledger says that it ended"),
    "a shorter time": (chain_checked, shorter_time, "not the one with which the ledger says that it ended"),
    "a code digest": (records_checked, other_code, "has identity.code"),
    "a run that is gone": (chain_checked, gone, f"run {RUN} has ended by the ledger, and its record is gone"),
    "a copied run": (records_checked, another_run, "is of run smoke/alexnet/no_lrn/1, not of smoke/alexnet/no_lrn/2"),
    "a shard": (data_checked, other_shard, "train-00000.tar was changed"),
    "data of another size": (data_checked, other_settings, "data procedural were prepared with stored_px 30, now 28; type"),
    "motions of the camera": (metrics_checked, other_motions, "camera_error_trend"),
    "a ledger without its end": (chain_checked, cut_ledger, "lost"),
    "a ledger and its tip without the end": (chain_checked, cut_ledger_and_tip, "the ledger knows no start of it"),
    "no ledger": (chain_checked, no_ledger, "is gone"),
}


def test_results_as_they_were_made_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = ("chain", "records", "files", "metrics", "claims", "challenges", "rates")
    assert states(folder) == dict.fromkeys(whole, OK) | {"data": PARTLY, "calibration": UNCHECKED}
    assert cli.main(["verify", str(folder.parent), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["holds"] and [item["state"] for item in said["folders"][0]["checks"]].count(OK) == len(whole)


def test_who_writes_the_results_meanwhile_is_said_before_what_is_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    descriptor = try_lock(folder)
    assert descriptor is not None
    assert cli.main(["verify", str(folder.parent)]) == 0
    assert f"process {os.getpid()} is writing {folder}: " in capsys.readouterr().err
    os.close(descriptor)
    assert cli.main(["verify", str(folder.parent)]) == 0
    assert "is writing" not in capsys.readouterr().err


@pytest.mark.parametrize("name", FORGED)
def test_what_is_forged_is_named(name: str, folder: Path) -> None:
    check, forge, said = FORGED[name]
    forge(folder)
    found = check(stored_in(folder))
    assert found.state == FAILED and said in "\n".join(found.problems)
    assert all(";" in text for text in found.problems)  # what is to be done stands behind it


def test_a_forgery_ends_with_1_and_a_folder_without_results_with_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged_otherwise(folder)
    assert cli.main(["verify", str(folder)]) == 1
    assert "FAILED       claims" in capsys.readouterr().out
    assert cli.main(["verify", str(folder / "runs")]) == 2


def test_without_a_ledger_that_is_said_and_never_called_ok(folder: Path) -> None:
    no_ledger(folder)
    (folder / TIP_FILE).unlink()
    assert states(folder)["chain"] == UNCHECKED


def test_published_results_give_every_metric_and_verdict_again(published: Path) -> None:
    found = states(published)
    assert (found["metrics"], found["claims"], found["chain"], found["records"]) == (OK, OK, OK, OK)
    assert (found["files"], found["data"]) == (PARTLY, PARTLY)  # weights and shards are not there
    assert not list(published.rglob("weights.pt")) and not list(published.rglob("*.tar"))
    assert [path.name for path in published.rglob("scores*.npz")] == ["scores.test.video.npz"] * 4


def restated(folder: Path) -> None:
    """Let published.json state the hashes that the files have now."""
    published = read_published(folder)
    assert published is not None
    tables = {"runs_csv": sha256_file(folder / "runs.csv"), "claims_json": sha256_file(folder / "claims.json")}
    runs = {
        run: replace(
            known,
            record=sha256_file(folder / "runs" / Path(*run.split("/")[1:]) / "run.json"),
            answers=known.answers and stored_file(folder / "runs" / Path(*run.split("/")[1:]) / ANSWERS),
        )
        for run, known in published.runs.items()
    }
    write_published(folder, replace(published, runs=runs, **tables))


def better_answers(folder: Path) -> None:
    path = folder / "runs/alexnet/no_lrn/1" / ANSWERS
    found = parse_answers(path.read_bytes(), run=RUN, folder=folder, path=path)
    key = ("test", "ten_crop")
    right = {k: np.ones_like(correct_N) for k, correct_N in found[key].correct_N.items()}
    path.write_bytes(answers_bytes(RUN, {**found, key: replace(found[key], correct_N=right)}))


@pytest.mark.parametrize(
    ("check", "forge", "said"),
    [
        (metrics_checked, lambda folder: edited_row(folder, "top1_error"), "in top1_error"),
        (claims_checked, judged_otherwise, "REPRODUCED of claim"),
        (metrics_checked, better_answers, "top1_error (ten_crop)"),
        (chain_checked, another_log, "not the one with which the ledger says that it ended"),
        (records_checked, gone, "its run.json is gone"),
        (chain_checked, no_ledger, "is gone"),
    ],
)
def test_forged_published_results_are_named_though_all_hashes_are_made_again(
    check: Callable[[Stored], Check], forge: Callable[[Path], object], said: str, published: Path
) -> None:
    forge(published)
    if forge is not gone:
        restated(published)
    assert said in "\n".join(check(stored_in(published)).problems)


def test_published_without_right_answers_says_what_was_not_compared(published: Path) -> None:
    known = read_published(published)
    assert known is not None
    for path in published.rglob(ANSWERS):
        path.unlink()
    write_published(published, replace(known, runs={run: replace(one, answers=None) for run, one in known.runs.items()}))
    stored = stored_in(published)
    metrics, claims = metrics_checked(stored), claims_checked(stored)
    assert metrics.state == PARTLY and "scores were not published: " in metrics.unchecked[0]
    assert claims.state == PARTLY and "not judged again" in claims.unchecked[0]
    edited_row(published, "top1_gap")
    restated_tables(published)
    assert metrics_checked(stored_in(published)).problems == ()  # nothing here can say so, and nothing says ok
    edited_row(published, "early_train_error")
    restated_tables(published)
    assert "early_train_error" in metrics_checked(stored_in(published)).problems[0]


def restated_tables(folder: Path) -> None:
    known = read_document(folder / "published.json", Published)
    tables = {"runs_csv": sha256_file(folder / "runs.csv"), "claims_json": sha256_file(folder / "claims.json")}
    write_document(folder / "published.json", replace(known, **tables))


def test_what_cannot_be_published_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    """Else the next try would be refused, since its folder exists."""
    out = tmp_path / "out"
    record = sorted((folder / "runs").glob("*/*/*/run.json"))[-1]
    record.write_text(record.read_text()[:100])
    with pytest.raises(FileFormatError):
        publish(folder, out=out)
    assert not (out / folder.name).exists()
    for name in ("claims.json", "runs.csv"):
        text = (folder / name).read_text()
        (folder / name).write_text(text[: len(text) // 2])
        with pytest.raises(FileFormatError, match=f"{name}.*again"):
            publish(folder, out=out)
        (folder / name).write_text(text)
    assert not out.exists() or not list(out.glob("*/*"))
    shutil.rmtree(folder / "runs")
    with pytest.raises(CannotPublish, match="has no finished run; train some first"):
        publish(folder, out=out)
    assert not (out / folder.name).exists()


def test_results_of_a_paper_that_is_not_known_are_not_published(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "runs" / "glorot" / "tanh" / "0").mkdir(parents=True)
    assert cli.main(["publish", str(folder), "--out", str(tmp_path / "out")]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1 and "paper glorot has runs or verdicts here and is not known; add --catalogue FILE" in text
    assert not (tmp_path / "out").exists()


def test_what_was_published_is_not_published_over(published: Path, whole: Path) -> None:
    with pytest.raises(CannotPublish, match="exists"):
        publish(whole, out=published.parent)


def test_pages_are_refused_where_a_verdict_is_not_what_is_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = judged_otherwise(folder)
    reports = folder.parent / "reports"
    command = ["render", "--scale", "smoke", "--results", str(folder.parent), "--reports", str(reports)]
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert f"REPRODUCED of claim {forged.claims[0].id}, the runs give" in said and "; type python -m repro judge " in said
    assert not reports.exists()
    assert text_of(forged) == (folder / "claims.json").read_text()
