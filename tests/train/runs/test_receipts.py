"""A finished run of other code is kept where receipts show that the code here gives the same numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import Receipt
from repro.train.runs.context import RunContext
from repro.train.runs.record import receipts_for
from repro.train.runs.witness import Witness
from tests.artifacts.made import recorded

BEFORE, AFTER = "1" * 64, "2" * 64
IDENTITY = {"run": "smoke/alexnet/full/0", "spec": "s", "code": BEFORE, "data": "d", "device": "cpu", "torch": "2.13"}


def receipt(*, equal: bool) -> Receipt:
    return Receipt(
        run="smoke/alexnet/full/1",
        equal=equal,
        compared="scores",
        code_before=BEFORE,
        code_after=AFTER,
        host="",
        device="cpu",
    )


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    witness = Witness(folder=tmp_path, run=IDENTITY["run"])
    return RunContext(folder=tmp_path / "run", device="cpu", num_threads=1, say=print, witness=witness)


def test_only_code_is_carried_and_only_by_a_receipt(context: RunContext, tmp_path: Path) -> None:
    record = replace(recorded("full", 0), identity=IDENTITY)
    now = {**IDENTITY, "code": AFTER}
    assert receipts_for(record, context, identity=now) == ""
    append(tmp_path, receipt(equal=True))
    assert "1 run made again by the other code, equal to the bit (line 2 of the ledger)" in receipts_for(
        record, context, identity=now
    )
    for key in ("spec", "data", "device", "torch"):  # of another specification, data or version it is another run
        assert receipts_for(record, context, identity={**now, key: "other"}) == ""
    assert receipts_for(record, context, identity=IDENTITY) == ""  # needs none
    append(tmp_path, receipt(equal=False))
    assert receipts_for(record, context, identity=now) == ""
