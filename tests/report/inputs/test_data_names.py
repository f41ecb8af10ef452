"""Folders of a user's own files are called by what the user calls them, on every page."""

from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.report.inputs.data_names import heading, named, named_in
from repro.report.inputs.results import read_results
from tests.report.conftest import Rendered, rerendered
from tests.report.reading import all_pages, read


def unnamed(made: Rendered, *, source: str = "class folders in Imagenette 160") -> Path:
    folder = made.results / "smoke" / "data" / "procedural"
    write_dataset(folder, replace(read_dataset(folder), title="a folder of class folders", source=source))
    return folder


def test_a_folder_without_a_title_is_called_as_it_is(small_judged: Rendered) -> None:
    record = read_dataset(unnamed(small_judged))
    assert named(record, results=small_judged.results / "smoke").title == "Imagenette 160"
    assert named(replace(record, source="nowhere"), results=small_judged.results / "smoke").title == "nowhere"
    assert named(replace(record, title="Imagenette"), results=small_judged.results / "smoke").title == "Imagenette"


@pytest.mark.parametrize(
    ("readme", "title"),
    [("# Pointing gestures, one CPU core a run\n\nMore.", "Pointing gestures"), ("# All", "All"), ("no heading", ""), ("", "")],
)
def test_published_results_are_called_by_the_heading_of_their_readme(tmp_path: Path, readme: str, title: str) -> None:
    (tmp_path / "folders").mkdir()
    (tmp_path / "README.md").write_text(readme)
    assert heading(tmp_path / "folders") == title
    assert heading(tmp_path / "folders" / "deeper" / "still") == ""


def test_title_heading_and_captions_of_every_page_name_the_data(small_judged: Rendered) -> None:
    unnamed(small_judged)
    made = rerendered(small_judged)
    assert read(made.folder / "index.html").words.count("Imagenette 160") > 3
    for path, page in all_pages(made.folder).items():
        title = page.text.partition("<title>")[2].partition("</title>")[0]
        assert "Imagenette 160" in title, path
        assert "a folder of class folders" not in page.words, path


def test_a_run_is_told_with_the_title_that_its_data_have_now(small_judged: Rendered) -> None:
    folder = unnamed(small_judged)
    write_dataset(folder, replace(read_dataset(folder), title="Given later"))
    results = read_results(small_judged.papers, scale="smoke", results=small_judged.results)
    assert {run.record.dataset.title for run in results.runs.values()} == {"Given later"}
    one = next(iter(results.runs.values())).record
    assert named_in(one, {}) == one
