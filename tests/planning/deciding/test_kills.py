"""Killed for good in the middle of deciding and typed again, it comes to the same decisions by the same runs."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repro.artifacts import files
from repro.artifacts.claims_json import FILE as CLAIMS
from repro.artifacts.claims_json import Judgement
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import remove_parts, run_folder
from repro.artifacts.ledger import append as appending
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import End
from repro.artifacts.run_json import FILE, FINISHED, STARTED_BY, read_run
from repro.planning.deciding import decide as deciding
from repro.planning.deciding.decide import decide
from repro.planning.deciding.train import Place
from repro.spec.experiment import Paper
from repro.spec.run import Run
from repro.system.stopping import STATUS, Stopped, ending_when_asked
from tests.analyse.declaring import ARMS, LOOKS, SMALL_EFFECT, plan, run
from tests.analyse.judging import ALEXNET, truth
from tests.fabricate import fabricate
from tests.planning.deciding.test_deciding import ONE, task
from tests.witnessed import end_of, start_of

#: So many files and lines are written between two kills.
STEP = 23


class Made:
    """Makes runs with the files and lines of the ledger, in their order, that a worker writes; `pool` has what they leave."""

    def __init__(self, pool: Path) -> None:
        self._pool = pool

    def __call__(self, paper: Paper, runs: list[Run], place: Place, *, say: Any) -> None:
        for one in runs:
            folder, scale = run_folder(place.results, one.id), place.results / one.scale
            if not (folder / FINISHED).exists():
                record = read_run(self._pool, one.id)
                line = append(scale, start_of(one.id, record.identity))[-1]
                shutil.copytree(run_folder(self._pool, one.id), folder, ignore=lambda *_: [FILE], dirs_exist_ok=True)
                write_document(folder / FINISHED, replace(record, environment={**record.environment, STARTED_BY: line.sha256}))
            record = read_run(place.results, one.id)
            if end_of(record) not in read_ledger(scale).events(End):
                append(scale, end_of(record))
            write_document(folder / FILE, record)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("pool")
    shown = truth(**SMALL_EFFECT)
    fabricate([ALEXNET], scale="small", results=results, truth=shown, variants=ARMS, seeds=range(max(LOOKS)))
    return results


def begun(results: Path) -> Path:
    """Planned, with the runs of the first look."""
    plan(results, looks=LOOKS, paper=ONE)
    run(results, range(min(LOOKS)))
    return results


def killing_after(num: int, how: signal.Signals, patch: pytest.MonkeyPatch) -> None:
    """Kill this process when it has written so many files and lines: with the next one written, or not yet in its place."""
    written = Counter[str]()

    def counted(write: Callable[..., None]) -> Callable[..., None]:
        def do(*arguments: Any) -> None:
            written["all"] += 1
            if written["all"] == num and num % 2:
                os.kill(os.getpid(), how)
            write(*arguments)
            if written["all"] == num:
                os.kill(os.getpid(), how)

        return do

    patch.setattr(files, "move_over", counted(files.move_over))
    patch.setattr(appending, "sync", counted(appending.sync))


def status_of(results: Path, *, num: int, how: signal.Signals) -> int:
    """Decide in a process of its own, which is killed after `num` writings; how it ended."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with pytest.MonkeyPatch.context() as patch, ending_when_asked():
                killing_after(num, how, patch)
                decide(task(results), say=lambda line: None)
                status = 0
        except Stopped:
            status = STATUS
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def came_to(results: Path) -> dict[str, Any]:
    folder = results / "small"
    return {
        "claims": read_document(folder / CLAIMS, Judgement).claims,
        "table": (folder / "runs.csv").read_bytes(),
        "runs": sorted(str(path.relative_to(folder)) for path in folder.glob("runs/*/*/*/run.json")),
        "ends": Counter(end.run for end in read_ledger(folder).events(End)),
    }


def test_killed_again_and_again_it_decides_as_if_nothing_had_disturbed_it(
    pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "train", Made(pool))
    undisturbed, results = begun(tmp_path / "undisturbed"), begun(tmp_path / "killed")
    decide(task(undisturbed), say=lambda line: None)
    statuses: list[int] = []
    while not statuses or statuses[-1] != 0:
        how = (signal.SIGKILL, signal.SIGTERM)[len(statuses) % 2]
        statuses.append(status_of(results, num=STEP + len(statuses), how=how))
        assert len(statuses) < 50, "it does not come to an end"
    assert set(statuses[:-1]) == {-signal.SIGKILL, STATUS} and len(statuses) > 3
    assert came_to(results) == came_to(undisturbed)
    remove_parts(results / "small", below=True)
    assert {path.name for path in results.rglob("*")} == {path.name for path in undisturbed.rglob("*")}
