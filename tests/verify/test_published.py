"""What is published in this repository is as it was published."""

from __future__ import annotations

import pytest

from repro.artifacts.runs_csv import read_runs_csv
from repro.verify.files import data_checked, files_checked, records_checked
from repro.verify.metrics import compared, computed_again, metrics_checked
from repro.verify.stored import scale_folders
from repro.verify.verdicts import claims_checked
from tests.published import PUBLISHED
from tests.verify.made import stored_in

FOLDERS = scale_folders(PUBLISHED)
README = (PUBLISHED / "README.md").read_text()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_published_results_are_as_published(folder) -> None:
    stored = stored_in(folder)
    for check in (records_checked, files_checked, data_checked, metrics_checked, claims_checked):
        assert check(stored).problems == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_the_readme_says_how_much_of_each_folder_can_be_computed_again(folder) -> None:
    stored, rows = stored_in(folder), read_runs_csv(folder / "runs.csv").rows
    equal, _, _ = compared(rows, computed_again(stored, rows))
    (line,) = [line for line in README.splitlines() if f", {len(stored.records)} runs |" in line]
    assert f"| {equal} of {len(rows)} rows: " in line and f"| {len(rows) - equal}: " in line
