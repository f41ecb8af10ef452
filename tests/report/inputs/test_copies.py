"""A folder of pages that was sent holds all that its pages refer to, and nothing that is of no page."""

import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from repro.artifacts.files import FileFormatError
from repro.report.inputs.copies import copied
from repro.report.inputs.results import read_results
from tests.report.conftest import Rendered, rerendered
from tests.report.reading import all_pages


def test_every_link_of_a_folder_that_was_sent_leads_to_a_file_inside_it(full_report: Rendered, tmp_path: Path) -> None:
    sent = tmp_path / "elsewhere" / "sent"
    shutil.copytree(full_report.folder, sent)
    num, dead = 0, []
    for path, page in all_pages(sent).items():
        for reference in page.references:
            file, _, _ = unquote(reference).partition("#")
            if not file or reference.startswith(("https://", "data:")):
                continue
            num += 1
            target = (path.parent / file).resolve()
            if not target.is_relative_to(sent.resolve()) or not target.is_file():
                dead.append((path.relative_to(sent).as_posix(), reference))
    assert dead == []
    assert num > 500


def test_record_log_table_and_verdicts_of_every_run_are_linked_and_there(full_report: Rendered) -> None:
    inside = full_report.folder / "results" / "smoke"
    for name in ("runs.csv", "claims.json"):
        assert (inside / name).read_bytes() == (full_report.results / "smoke" / name).read_bytes()
    record = next((full_report.results / "smoke" / "runs").rglob("run.json"))
    kept = inside / record.relative_to(full_report.results / "smoke")
    assert kept.read_bytes() == record.read_bytes()
    assert kept.with_name("log.jsonl").is_file()
    assert not list(inside.rglob("weights*")) and not list(inside.rglob("scores*"))


def test_what_is_not_of_the_results_any_more_is_deleted_and_what_is_there_stays_as_it_is(small_judged: Rendered) -> None:
    made = rerendered(small_judged)
    inside = made.folder / "results" / "smoke"
    before = (inside / "runs.csv").stat().st_mtime_ns
    stray = inside / "runs" / "alexnet" / "gone" / "0" / "run.json"
    stray.parent.mkdir(parents=True)
    stray.write_text("{}")
    written = inside / ".runs.csv.x.part"
    written.write_text("what another process writes")
    rerendered(made)
    assert not stray.exists()
    assert written.exists()
    assert (inside / "runs.csv").stat().st_mtime_ns == before


@pytest.mark.parametrize("above", [False, True])
def test_results_in_the_place_of_their_copies_lose_nothing(above: bool, small_judged: Rendered) -> None:
    read = read_results(small_judged.papers, scale="smoke", results=small_judged.results)
    there = sorted(path for path in read.folder.rglob("*") if path.is_file())
    place = read.folder.parent if above else read.folder
    with pytest.raises(FileFormatError, match="give another folder for the pages: --reports DIR"):
        copied(read, folder=place)
    assert sorted(path for path in read.folder.rglob("*") if path.is_file()) == there


def test_the_log_of_a_job_is_found_by_the_lines_of_its_runs(small_judged: Rendered) -> None:
    log = small_judged.results / "smoke" / "logs" / "train" / "alexnet" / "job_1.log"
    log.parent.mkdir(parents=True)
    log.write_text("alexnet/full seed 0: epoch 1/2\nalexnet/no_lrn seed 1: epoch 1/2\nseed of nothing: x\n")
    results = read_results(small_judged.papers, scale="smoke", results=small_judged.results)
    name = "logs/train/alexnet/job_1.log"
    assert results.job_logs == {"smoke/alexnet/full/0": (name,), "smoke/alexnet/no_lrn/1": (name,)}
    moved, kept = copied(results, folder=small_judged.reports / "smoke" / "results" / "smoke")
    assert name in kept.logs and (moved.folder / name).is_file()
    page = all_pages(rerendered(small_judged).folder)[small_judged.folder / "runs/alexnet/full-0.html"]
    assert "../../results/smoke/logs/train/alexnet/job_1.log" in page.references
