"""run.json and finished.json: every stage that reads them refuses a changed one, or makes the run again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro.analyse.collect.collect import collect
from repro.artifacts import run_json
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.run_json import AveragedRuns, Made, RunJson, read_run, write_run
from repro.artifacts.stored_files import StoredFile, stored_file
from repro.papers import PAPERS
from repro.report.inputs.results import run_records
from repro.spec.experiment import make_run
from repro.spec.run import InitialWeights, Member
from repro.train.methods.average import average_run
from repro.train.networks.initial_weights import source_of
from repro.train.runs.context import RunContext
from repro.train.runs.record import restore
from tests.artifacts.made import recorded
from tests.described import NO_DIGEST
from tests.fabricate import Truth, fabricate

ALEXNET = PAPERS["alexnet"]
RUN = make_run(ALEXNET, scale="smoke", variant="full", seed=0)
ENSEMBLE = make_run(ALEXNET, scale="smoke", variant="five_seeds", seed=0)


def averaged(results: Path) -> None:
    alone = replace(ENSEMBLE, experiment=replace(ENSEMBLE.experiment, members=(Member(variant="full"),)))
    context = RunContext(folder=results / "average", device="cpu", num_threads=1, say=lambda line: None)
    average_run(alone, context=context, results=results)


#: All that read run.json before they use it.
READERS: tuple[Callable[[Path], Any], ...] = (
    lambda results: read_run(results, RUN.id),
    lambda results: collect([RUN], papers=[ALEXNET], results=results),
    lambda results: list(run_records(ALEXNET, scale="smoke", results=results)),
    lambda results: source_of(RUN, InitialWeights(variant="full"), results=results),
    averaged,
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("results")
    fabricate([ALEXNET], scale="smoke", results=results, truth=Truth(num_examples=40), variants=["full"], seeds=[0])
    return results


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_a_flipped_bit_is_refused_by_every_reader(results: Path, data: st.DataObject) -> None:
    path = run_folder(results, RUN.id) / run_json.FILE
    content = path.read_bytes()
    position, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    damaged = bytearray(content)
    damaged[position] ^= 1 << bit
    refused = rf"{re.escape(str(path))} .*; run python -m repro train again$"
    try:
        path.write_bytes(damaged)
        for read in READERS:
            with pytest.raises(FileFormatError, match=refused):
                read(results)
    finally:
        path.write_bytes(content)


def finished(folder: Path) -> tuple[RunContext, RunJson, list[str]]:
    """A finished run with a file of each kind, and what is said about it."""
    said: list[str] = []
    folder.mkdir()
    (folder / "weights.pt").write_bytes(b"weights")
    (folder / "log.jsonl").write_bytes(b"log")
    sample = recorded("full", 0)
    assert sample.network is not None
    files = {"weights": stored_file(folder / "weights.pt"), "log": stored_file(folder / "log.jsonl")}
    record = replace(sample, network=replace(sample.network, **files))
    write_run(folder, record)
    return RunContext(folder=folder, device="cpu", num_threads=1, say=said.append), record, said


def test_a_finished_run_is_restored(tmp_path: Path) -> None:
    context, record, said = finished(tmp_path / "run")
    whole = (context.folder / run_json.FILE).read_bytes()
    (context.folder / run_json.FILE).unlink()
    assert restore(context, identity=record.identity)
    assert (context.folder / run_json.FILE).read_bytes() == whole
    assert said == ["finished before; kept"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_run_whose_finished_json_has_a_flipped_bit_is_made_again(tmp_path_factory: Any, data: st.DataObject) -> None:
    context, record, said = finished(tmp_path_factory.mktemp("finished") / "run")
    path = context.folder / run_json.FINISHED
    (context.folder / run_json.FILE).unlink()
    damaged = bytearray(path.read_bytes())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(damaged)
    assert not restore(context, identity=record.identity)
    assert not (context.folder / run_json.FILE).exists()
    assert len(said) == 1 and str(path) in said[0]


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"schema": "run/2"}'])
def test_a_run_whose_finished_json_is_cut_off_is_made_again(damage: bytes, tmp_path: Path) -> None:
    context, record, said = finished(tmp_path / "run")
    (context.folder / run_json.FINISHED).write_bytes(damage)
    assert not restore(context, identity=record.identity)
    assert len(said) == 1


@pytest.mark.parametrize("name", ["weights.pt", "log.jsonl"])
def test_a_run_with_a_changed_or_missing_file_is_made_again(name: str, tmp_path: Path) -> None:
    context, record, _ = finished(tmp_path / "run")
    (context.folder / name).write_bytes(b"other")
    assert not restore(context, identity=record.identity)
    (context.folder / name).unlink()
    assert not restore(context, identity=record.identity)


def test_a_run_of_another_identity_is_made_again(tmp_path: Path) -> None:
    context, record, said = finished(tmp_path / "run")
    assert not restore(context, identity={**record.identity, "data": "other"})
    assert not said


def test_exactly_one_method_made_a_run() -> None:
    run = recorded("full", 0)
    assert run.method == "network"
    with pytest.raises(ValueError, match="of no method"):
        replace(run, network=None)
    with pytest.raises(ValueError, match="allowed: one of network, fitted, ensemble, timing"):
        replace(run, ensemble=AveragedRuns(members=(), num_parameters=0))
    assert set(run_json.METHODS) == set(get_args(Made))


def test_the_id_is_that_of_the_run() -> None:
    with pytest.raises(ValueError, match="not scale, paper, variant and seed"):
        replace(recorded("full", 0), seed=1)


def test_the_files_of_a_run_are_all_that_it_names() -> None:
    run = recorded("full", 0)
    assert run.network is not None
    kernels = StoredFile(file="kernels.npz", sha256=NO_DIGEST)
    shown = replace(run, network=replace(run.network, pictures=run_json.Pictures(kernels=kernels)))
    assert [stored.file for stored in shown.files] == ["log.jsonl", "weights.pt", "kernels.npz"]
