"""Verdicts that only the ledger has overtaken are refused for that reason, with the command that mends it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from repro.analyse.judge.again import OtherVerdictsError, refuse_other_verdicts
from repro.artifacts.documents import read_document
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import End
from repro.artifacts.ledger.population_json import FILE, PopulationJson
from tests.analyse.declaring import judged, plan, run
from tests.analyse.judging import ALEXNET
from tests.witnessed import start_of

FAILED = "small/alexnet/no_lrn/7"


def refused(results: Path) -> str:
    return refuse_other_verdicts([ALEXNET], scale="small", results=results)


def test_what_the_ledger_says_since_is_named_with_the_command_that_mends_it(tmp_path: Path) -> None:
    plan(tmp_path)
    run(tmp_path, range(3))
    judged(tmp_path)
    assert refused(tmp_path) == ""
    before = read_document(tmp_path / "small" / FILE, PopulationJson)
    start = append(tmp_path / "small", start_of(FAILED, {"code": "c"}))[-1]
    append(tmp_path / "small", End(run=FAILED, start=start.sha256, identity="", status="failed", reason="no memory"))
    told = f"the ledger said more: line {start.number}, {FAILED} is started, line {start.number + 1}, {FAILED} has failed"
    command = f"python -m repro judge --scale small --results {tmp_path}"
    with pytest.raises(OtherVerdictsError, match=re.escape(f"{told}; type {command}, or the workflow's command")):
        refused(tmp_path)
    assert FAILED in judged(tmp_path).reason
    assert refused(tmp_path) == ""
    after = read_document(tmp_path / "small" / FILE, PopulationJson)
    assert (before.line, after.line) == (start.number - 1, start.number + 1)
