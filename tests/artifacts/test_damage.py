"""A changed byte in a file of the results ends every command that reads it in one line, never in a traceback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro.artifacts.files import data_folder, run_folder
from repro.cli import main
from repro.papers import PAPERS
from tests.fabricate import Truth, fabricate

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]
SMOKE = "--scale smoke --results RESULTS"
#: A command that reads each file, and the file. Those that train make damaged data whole (tests/data/prepare/test_mend.py).
READ = {
    "run.json by collect": (f"collect {SMOKE} --papers alexnet", "full/run.json"),
    "run.json by judge": (f"judge {SMOKE} --papers alexnet", "full/run.json"),
    "run.json by render": (f"render {SMOKE} --papers alexnet --reports RESULTS/reports", "full/run.json"),
    "run.json by an average": (f"train {SMOKE} --paper alexnet --variant five_seeds --seeds 0 --device cpu", "full/run.json"),
    "log.jsonl by collect": (f"collect {SMOKE} --papers alexnet", "full/log.jsonl"),
    "log.jsonl by render": (f"render {SMOKE} --papers alexnet --reports RESULTS/reports", "full/log.jsonl"),
    "timings.json by collect": (f"collect {SMOKE} --papers karpathy", "clip_speed/timings.json"),
    "claims.json by render": (f"render {SMOKE} --papers alexnet --reports RESULTS/reports", "claims.json"),
    "dataset.json by plan": (f"plan {SMOKE} --papers alexnet --gpu-tflops 1", "dataset.json"),
    "dataset.json by render": (f"render {SMOKE} --papers alexnet --reports RESULTS/reports", "dataset.json"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("damage")
    truth = Truth(num_examples=40)
    fabricate([ALEXNET], scale="smoke", results=results, truth=truth, variants=["full"], seeds=[0, 1])
    fabricate([KARPATHY], scale="smoke", results=results, truth=truth, variants=["clip_speed"], seeds=[0])
    assert run(f"collect {SMOKE} --papers alexnet karpathy", results=results) == 0
    assert run(f"judge {SMOKE} --papers alexnet karpathy", results=results) == 0
    return results


@pytest.fixture
def results(whole: Path, tmp_path: Path) -> Path:
    """A copy: `train` writes into the ledger that it has started, whatever it meets then."""
    return Path(shutil.copytree(whole, tmp_path / whole.name))


def run(command: str, *, results: Path) -> int:
    return main([word.replace("RESULTS", str(results)) for word in command.split()])


def path_of(name: str, results: Path) -> Path:
    folder, _, file = name.rpartition("/")
    if folder:
        paper = "alexnet" if folder == "full" else "karpathy"
        return run_folder(results, f"smoke/{paper}/{folder}/0") / file
    datasets = {"dataset.json": ALEXNET.scale("smoke").dataset.name, "videos.json": KARPATHY.scale("smoke").dataset.name}
    return data_folder(results, "smoke", datasets[file]) / "dataset.json" if file in datasets else results / "smoke" / file


def ended_in_one_line(said: Sequence[str], path: Path) -> bool:
    """Whether what was said ends with one error that names the file and what to do, and holds no traceback."""
    last = said[-1]
    named = last.startswith("repro: error: ") and str(path) in last and " again" in last
    return named and not any("Traceback" in line or line.startswith("  File") for line in said)


@pytest.mark.parametrize("case", READ)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=3)
@given(data=st.data())
def test_a_flipped_bit_ends_the_command_in_one_line(
    case: str, results: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    command, name = READ[case]
    path = path_of(name, results)
    content = path.read_bytes()
    damaged = bytearray(content)
    damaged[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        path.write_bytes(damaged)
        capsys.readouterr()
        status = run(command, results=results)
        said = capsys.readouterr().err.splitlines()
    finally:
        path.write_bytes(content)
    assert status == 2, said
    assert ended_in_one_line(said, path), said


@pytest.mark.timeout(60)
@pytest.mark.parametrize("case", READ)
def test_a_pipe_in_its_place_is_not_waited_for(case: str, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is an error, or the same as no file."""
    command, name = READ[case]
    path = path_of(name, results)
    path.unlink()
    os.mkfifo(path)
    status = run(command, results=results)
    said = capsys.readouterr().err.splitlines()
    assert status == 0 or said[-1].startswith("repro: error: ")
    assert not any("Traceback" in line for line in said), said


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"null", b"[" * 100_000, b'{"schema": "run/2"}', b"\xff\xfe\x00"])
@pytest.mark.parametrize("case", ["run.json by collect", "claims.json by render", "dataset.json by plan"])
def test_another_file_in_its_place_ends_the_command_in_one_line(
    case: str, damage: bytes, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, name = READ[case]
    path = path_of(name, results)
    content = path.read_bytes()
    try:
        path.write_bytes(damage)
        status = run(command, results=results)
        said = capsys.readouterr().err.splitlines()
    finally:
        path.write_bytes(content)
    assert status == 2, said
    assert ended_in_one_line(said, path), said
