"""Whatever is forged in a search for a rate is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.files import run_folder
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import RateChoice
from repro.planning.tuning import tune as tuning
from repro.planning.tuning.tune import tune
from repro.verify.check import FAILED, OK, Check
from repro.verify.tuned.searches import rates_checked
from tests.planning.tuning.conftest import BAD_RATE, World
from tests.verify.made import stored_in

SEARCH = "smoke_search_0"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Results with a claim that was tuned."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(results=tmp_path_factory.mktemp("tuned"), errors=dict(BAD_RATE))
        patch.setattr(tuning, "train", world.train)
        patch.setattr("os.fsync", lambda descriptor: None)
        world.as_printed(3)
        tune(world.task(), say=lambda line: None)
        yield world.results


@pytest.fixture
def results(done: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(done, tmp_path / "results", symlinks=True))


def checked(results: Path) -> Check:
    return rates_checked(stored_in(results / "smoke"))


def place(results: Path, variant: str, seed: int = 1000) -> Path:
    return run_folder(results / "smoke" / "tuning", f"{SEARCH}/alexnet/{variant}/{seed}")


def test_a_whole_search_is_judged_again(results: Path) -> None:
    found = checked(results)
    assert found.state == OK and found.found == "2 rates follow from 1 search", found.problems


def gone(results: Path) -> None:
    shutil.rmtree(place(results, "no_lrn_rate_x2"))


def all_gone(results: Path) -> None:
    shutil.rmtree(results / "smoke" / "tuning")


def other_log(results: Path) -> None:
    path = place(results, "full_rate_x2") / "log.jsonl"
    path.write_text(path.read_text().replace('"validation_top1_error": 0.', '"validation_top1_error": 0.1'))


def other_ledger(results: Path) -> None:
    path = results / "smoke" / "tuning" / SEARCH / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-3]))


def other_choice(results: Path) -> None:
    known = read_ledger(results / "smoke").events(RateChoice)[0]
    append(results / "smoke", replace(known, variant="alexnet/no_dropout", factor="1/2"))


def other_errors(results: Path) -> None:
    known = next(item for item in read_ledger(results / "smoke").events(RateChoice) if item.variant == "alexnet/full")
    append(results / "smoke", replace(known, tried={**known.tried, "2": (0.01, 0.01, 0.01)}))


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (gone, "no_lrn_rate_x2/1000 of the search is gone"),
        (all_gone, "the runs of the search are gone"),
        (other_log, "log.jsonl"),
        (other_ledger, "ledger"),
        (other_choice, "chose 1/2, its errors give 1"),
        (other_errors, "says 0.01 of run smoke_search_0/alexnet/full_rate_x2/1000, its log another error"),
    ],
)
def test_what_was_forged_is_named(results: Path, forge: Callable[[Path], None], said: str) -> None:
    forge(results)
    found = checked(results)
    assert found.state == FAILED and any(said in text for text in found.problems), found.problems


def test_where_no_rate_was_chosen_there_is_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "smoke" / "runs").mkdir(parents=True)
    found = checked(tmp_path)
    assert found.state == OK and found.found == "none was chosen"
