"""Runs that are longer, or on data that are smaller or plainer, than those of the papers."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

from repro.artifacts.documents import read_document
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.run_json import RunJson
from tests.tiny import write_prepared
from tests.train.networks.tiny_runs import outcome, tiny_run, train


def held() -> tuple[int, int, int]:
    """Bytes of memory, threads and open files of this process."""
    gc.collect()
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return resident_pages * os.sysconf("SC_PAGE_SIZE"), threading.active_count(), len(os.listdir("/proc/self/fd"))


def test_sixty_epochs_hold_no_more_than_two(tmp_path: Path) -> None:
    write_prepared(data_folder(tmp_path, "smoke", "procedural"), num={"train": 4, "validation": 2, "test": 2})
    train(tmp_path, tiny_run(seed=1, batch_size=4))
    before = held()
    train(tmp_path, tiny_run(num_epochs=60, batch_size=4))
    after = held()
    assert len(outcome(tmp_path)["log"]) == 60
    assert after[0] - before[0] < 16 * 2**20
    assert after[1:] == before[1:]


def test_two_classes_are_trained_and_scored_without_five_guesses(tmp_path: Path) -> None:
    write_prepared(data_folder(tmp_path, "smoke", "procedural"), num_classes=2)
    train(tmp_path, tiny_run())
    record = read_document(run_folder(tmp_path, tiny_run().id) / "run.json", RunJson)
    assert record.status == "ok" and record.num_classes == 2
