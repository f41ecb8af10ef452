"""What is published in this repository is as it was published."""

from __future__ import annotations

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.verify.files import data_checked, files_checked, records_checked
from repro.verify.metrics import metrics_checked
from repro.verify.stored import scale_folders
from repro.verify.verdicts import claims_checked
from tests.verify.made import stored_in

FOLDERS = scale_folders(PACKAGE.parent / "results" / "published")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_published_results_are_as_published(folder) -> None:
    stored = stored_in(folder)
    for check in (records_checked, files_checked, data_checked, metrics_checked, claims_checked):
        assert check(stored).problems == ()
