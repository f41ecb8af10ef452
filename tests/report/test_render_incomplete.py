"""Folders that are not complete give pages that say what is missing, or an error that names the stage to run."""

from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts import files
from repro.artifacts.dataset_json import ListedFiles, read_dataset, write_dataset
from repro.artifacts.files import FileFormatError
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
    assert "scores.test.center.npz (not kept in this results folder)" in " ".join(page.words.split())
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
