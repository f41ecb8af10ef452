"""How long the pages of hundreds of runs take: processor seconds, which another job on the machine changes least.

pytest tests/bench/test_rendering.py -m bench -s
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.cli import main
from repro.papers import PAPERS
from tests.fabricate import Truth, fabricate

pytestmark = pytest.mark.bench


def cpu_s() -> float:
    """Of this process and of those that it started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


#: By seeds of each variant, the most that rendering may take: 8 s on two cores for some 300 runs, 60 s for 1,000.
@pytest.mark.parametrize(("num_seeds", "most_s"), [(None, 16.0), (10, 120.0)], ids=["300 runs", "1000 runs"])
def test_pages_of_many_runs(tmp_path: Path, num_seeds: int | None, most_s: float) -> None:
    papers = list(PAPERS.values())
    seeds = None if num_seeds is None else range(num_seeds)
    runs = fabricate(papers, scale="small", results=tmp_path, truth=Truth(num_examples=100), seeds=seeds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        collect(runs, papers=papers, results=tmp_path)
        judge(papers, scale="small", results=tmp_path)
    command = ["render", "--scale", "small", "--results", str(tmp_path), "--reports", str(tmp_path / "reports"), "--threads", "2"]
    before = cpu_s()
    assert main(command) == 0
    took = cpu_s() - before
    print(f"{len(runs)} runs: {took:.1f} CPU s, {1000 * took / len(runs):.0f} ms a run")
    assert len(list((tmp_path / "reports").rglob("*.html"))) > len(runs)
    assert took < most_s
