"""Folders that are not complete give pages that say what is missing, or an error that names the stage to run."""

import re
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.artifacts import files
from repro.artifacts.dataset_json import ListedFiles, read_dataset, write_dataset
from repro.artifacts.failed_json import note_failure
from repro.artifacts.files import FileFormatError
from repro.planning.plan import planned_runs
from repro.report.render import render
from tests.described import NO_DIGEST
from tests.fabricate import Truth
from tests.report.conftest import Rendered, csv_rows, judged, rerendered, smaller
from tests.report.reading import read


def test_a_run_that_is_missing_is_named_with_a_reason(tmp_path: Path) -> None:
    made = rerendered(judged([smaller()], tmp_path, truth=Truth(num_examples=100), seeds=[0]))
    words = read(made.folder / "index.html").words
    assert "run smoke/alexnet/no_lrn/1" in words
    assert "It has no results here: not trained, or its training failed." in words
    assert "INCOMPLETE" in words


def test_while_runs_are_made_the_pages_say_which_and_how_long(tmp_path: Path) -> None:
    made = judged([smaller()], tmp_path, truth=Truth(num_examples=100), seeds=[0])
    left = {"smoke/alexnet/no_lrn/1": 130.0, "smoke/alexnet/full/1": 50.0, "smoke/another/full/1": 1.0}
    render(made.papers, scale="smoke", results=made.results, reports=tmp_path / "reports", left=left)
    index = read(tmp_path / "reports/smoke/index.html")
    assert "Going on. 3 runs still to run, about 3 min." in index.words
    assert index.tables["table-alexnet_overview"][1]["still"] == "2 runs still to run, about 3 min"
    table = read(tmp_path / "reports/smoke/alexnet/alexnet_ablations.html")
    assert "Going on. 2 runs still to run, about 3 min." in table.words
    render(made.papers, scale="smoke", results=made.results, reports=tmp_path / "reports")
    assert "still to run" not in read(tmp_path / "reports/smoke/index.html").words


def test_a_diverged_run_has_a_page_that_says_why(tmp_path: Path) -> None:
    made = rerendered(judged([smaller()], tmp_path, truth=Truth(num_examples=100, diverged=("no_lrn/1",))))
    page = read(made.folder / "runs/alexnet/no_lrn-1.html")
    assert "This run diverged: the training loss is NaN in epoch 1. It has no scores." in page.words
    index = read(made.folder / "index.html")
    assert "it diverged: the training loss is NaN in epoch 1" in index.words
    assert "INVALID" in {row["verdict"] for row in index.tables["table-alexnet_ablations_claims"][1:]}


def test_a_single_seed_is_shown_without_interval(tmp_path: Path) -> None:
    paper = smaller()
    single = replace(paper, scales=tuple(replace(scale, num_seeds=1) for scale in paper.scales))
    made = rerendered(judged([single], tmp_path, truth=Truth(num_examples=100)))
    row = next(line for line in csv_rows(made) if line["claim"] == "A.S3.3.lrn.top1")
    assert row["estimate"]
    assert row["estimate_ci90_low"] == row["estimate_ci95_high"] == row["arm_sd"] == ""
    assert row["verdict"] == "INCONCLUSIVE"


def test_no_claims_at_all_still_give_a_page(tmp_path: Path) -> None:
    paper = smaller()
    bare = replace(paper, claims=(), tables=(replace(paper.tables[0], claims=()),))
    made = rerendered(judged([bare], tmp_path, truth=Truth(num_examples=100)))
    page = read(made.folder / "index.html")
    assert "No claim has been judged yet" in page.words
    assert "Nothing yet." in page.words
    assert [row["verdict"] for row in csv_rows(made)] == ["no claim"]


def test_a_second_paper_gets_its_own_pages(tmp_path: Path) -> None:
    papers = [smaller(), replace(smaller(name="second"), title="Another title")]
    made = rerendered(judged(papers, tmp_path, truth=Truth(num_examples=100)))
    page = read(made.folder / "index.html")
    assert {"table-alexnet_overview", "table-second_overview"} <= set(page.tables)
    assert (made.folder / "second/alexnet_ablations.html").is_file()
    assert (made.folder / "runs/second/full-0.html").is_file()


def test_a_paper_without_this_scale_is_named_as_not_run(small_judged: Rendered) -> None:
    other = replace(smaller(name="second"), scales=smaller().scales[1:2])
    render([*small_judged.papers, other], scale="smoke", results=small_judged.results, reports=small_judged.reports)
    assert "it has no scale smoke, but small" in read(small_judged.folder / "index.html").words


def test_a_scale_that_no_paper_has_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no paper has the scale 'huge'; allowed: cifar10"):
        render([smaller()], scale="huge", results=tmp_path, reports=tmp_path)


@pytest.mark.parametrize("file", ["runs.csv", "claims.json"])
def test_a_missing_file_is_named(small_judged: Rendered, file: str) -> None:
    (small_judged.results / "smoke" / file).unlink()
    with pytest.raises(FileFormatError, match=f"{file} does not exist; "):
        rerendered(small_judged)
    assert not small_judged.reports.exists()


def test_claims_of_another_runs_csv_are_refused(small_judged: Rendered) -> None:
    path = small_judged.results / "smoke/runs.csv"
    path.write_text(path.read_text().replace("0.3", "0.4"))
    with pytest.raises(FileFormatError, match=r"judged from another runs\.csv"):
        rerendered(small_judged)


def test_a_published_folder_without_scores_and_data_renders(small_judged: Rendered) -> None:
    for path in (small_judged.results / "smoke").rglob("*.npz"):
        path.unlink()
    (small_judged.results / "smoke/data/procedural/dataset.json").unlink()
    page = read(rerendered(small_judged).folder / "runs/alexnet/full-0.html")
    assert "scores.test.center.npz (kept with the results, not with these pages)" in " ".join(page.words.split())
    assert "not in this results folder" in read(small_judged.folder / "index.html").words


def test_refused_files_and_warnings_are_listed(small_judged: Rendered) -> None:
    folder = small_judged.results / "smoke/data/procedural"
    refused = ListedFiles(file="refused.csv", sha256=NO_DIGEST, num=1, share=0.01)
    write_dataset(folder, replace(read_dataset(folder), warnings=("class ring has 1 image",), refused=refused))
    files.write_text(folder / "refused.csv", "split,file,reason\ntrain,a/b.jpg,no JPEG\n")
    page = read(rerendered(small_judged).folder / "index.html")
    assert "class ring has 1 image" in page.words
    assert page.tables["table-procedural_refused"][1] == {"split": "train", "file": "a/b.jpg", "reason": "no JPEG"}
    assert "1 (1.00 %)" in page.words


def collect_again(made: Rendered) -> None:
    """Collect and judge what is there now of all planned runs."""
    runs = [run for paper in made.papers for run in planned_runs(paper, scale="smoke")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        collect(runs, papers=made.papers, results=made.results)
        judge(made.papers, scale="smoke", results=made.results)


def test_a_run_that_failed_says_so_in_its_cells_with_the_reason_and_the_log_and_the_others_stay(tmp_path: Path) -> None:
    """What a workflow leaves of a failed job: the records of its finished runs are there by their other name."""
    made = judged([smaller()], tmp_path, truth=Truth(num_examples=100))
    runs = made.results / "smoke/runs/alexnet"
    for record in runs.rglob("run.json"):
        record.rename(record.with_name("finished.json"))
    shutil.rmtree(runs / "no_lrn/1")
    log = made.results / "smoke/logs/train/alexnet/no_lrn.log"
    log.parent.mkdir(parents=True)
    log.write_text("what happened")
    error = OSError("no <disk>\nat all")
    note_failure(made.results, "smoke/alexnet/no_lrn/1", error, log=log)
    collect_again(made)
    again = rerendered(made)
    index, page = (read(again.folder / name) for name in ("index.html", "alexnet/alexnet_ablations.html"))
    assert "failed: OSError: no <disk> at all" in index.words
    assert "Runs that failed 1 run" in index.words and "Runs that are missing" not in index.words
    assert "failed with seed 1: OSError: no <disk> at all" in page.words
    for text in ((again.folder / name).read_text() for name in ("index.html", "alexnet/alexnet_ablations.html")):
        assert "<disk>" not in text
    links = [(again.folder / "index.html").read_text(), (again.folder / "alexnet/alexnet_ablations.html").read_text()]
    for text, place in zip(links, ("", "alexnet"), strict=True):
        (href,) = set(re.findall(r'href="([^"]*no_lrn\.log)"', text))
        assert (again.folder / place / href).read_text() == log.read_text()
        assert (again.folder / place / href).resolve().is_relative_to(again.folder.resolve())
    assert (again.folder / "runs/alexnet/no_lrn-0.html").is_file()
    row = next(line for line in csv_rows(again) if line["claim"] == "A.S3.3.lrn.top1")
    assert row["reason"].startswith("failed with seed 1: OSError: no <disk> at all.")


def test_a_variant_of_which_every_run_failed_has_the_verdict_failed(tmp_path: Path) -> None:
    made = judged([smaller()], tmp_path, truth=Truth(num_examples=100))
    for seed in (0, 1):
        shutil.rmtree(made.results / f"smoke/runs/alexnet/no_lrn/{seed}")
        note_failure(made.results, f"smoke/alexnet/no_lrn/{seed}", ValueError("by hand"), log=None)
    collect_again(made)
    page = (rerendered(made).folder / "alexnet/alexnet_ablations.html").read_text()
    assert "failed with seed 0, 1: ValueError: by hand" in page
