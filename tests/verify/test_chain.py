"""Receipts that no run made again can have left are named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import End, Receipt
from repro.verify.chain import chain_checked
from tests.analyse.declaring import plan, run
from tests.fabricate import CODE_DIGEST
from tests.verify.made import stored_in

RUN = "small/alexnet/no_lrn/1"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("done")
    plan(results)
    run(results, range(2))
    return results / "small"


@pytest.fixture
def folder(done: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(done, tmp_path / done.name))


def true_receipt(folder: Path) -> Receipt:
    (end,) = [line for line in read_ledger(folder).of(End) if line.event.run == RUN]
    return Receipt(
        run=RUN,
        equal=True,
        compared="scores",
        code_before=CODE_DIGEST,
        code_after="b" * 64,
        host="h",
        device="cpu",
        end=end.sha256,
    )


FORGED = {
    "no end": ({"end": ""}, "names no end of a run"),
    "an end that is none": ({"end": "f" * 64}, "names no end of a run"),
    "a run that never was": ({"run": "small/alexnet/full/999", "end": ""}, "names no end of a run"),
    "another run": ({"run": "small/alexnet/full/1"}, "is of another run"),
    "other code": ({"code_before": "a" * 64}, "or of other code, than the end that it names"),
}


def test_a_receipt_of_a_run_that_ended_holds(folder: Path) -> None:
    append(folder, true_receipt(folder))
    assert chain_checked(stored_in(folder)).problems == ()


@pytest.mark.parametrize("how", FORGED)
def test_a_receipt_that_verify_did_not_write_is_named(how: str, folder: Path) -> None:
    changes, said = FORGED[how]
    line = append(folder, replace(true_receipt(folder), **changes))[-1].number
    (problem,) = chain_checked(stored_in(folder)).problems
    assert problem.startswith(f"line {line}, a receipt of ") and said in problem
