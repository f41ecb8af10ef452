"""What `train` says on the terminal of runs that came out without an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from repro import cli
from repro.papers.alexnet import ALEXNET
from repro.train.methods import stages
from tests.fabricate import Truth, fabricate


def test_a_run_that_diverged_is_named_with_why_and_what_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = Truth(num_examples=40, diverged=["full/1"])
    fabricate([ALEXNET], scale="smoke", results=tmp_path, truth=truth, variants=["full"], seeds=[0, 1])
    monkeypatch.setattr(stages, "maker_of", lambda stage, mends: lambda runs, **others: None)
    typed = ["train", "--papers", "alexnet", "--scale", "smoke", "--variant", "full", "--seeds", "0-1", "--device", "cpu"]
    assert cli.main([*typed, "--results", str(tmp_path)]) == 0
    (line,) = [text for text in capsys.readouterr().err.splitlines() if "diverged" in text]
    assert line.startswith("smoke/alexnet/full/1 diverged: ")
    assert line.endswith("it has no error, and claims of full are INVALID")
