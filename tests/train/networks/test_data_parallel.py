"""Several processes train the run that one would: the same examples and batches, the same weights up to rounding."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

import repro.train.networks.images as images
import repro.train.networks.run as stage
from repro.artifacts.documents import read_document
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Start
from repro.artifacts.run_json import RunJson
from repro.data.load.plan import training_plan
from repro.data.prepare.prepare import prepare
from repro.spec.recipe import Crops
from repro.train.networks.clips import open_videos
from repro.train.networks.data_parallel import Group
from tests.tiny import ONE_THREAD
from tests.train.networks.test_clips import tiny_dataset
from tests.train.networks.test_clips import tiny_run as tiny_clip_run
from tests.train.networks.tiny_runs import results_with_data, tiny_run, with_recipe


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return results_with_data(tmp_path_factory.mktemp("prepared"))


def train(results, run, *, num_processes=1, said=None):
    say = (said if said is not None else []).append
    stage.train_runs(
        [run],
        open_data=images.open_images,
        results=results,
        compute=dataclasses.replace(ONE_THREAD, num_processes=num_processes),
        say=say,
    )
    folder = run_folder(results, run.id)
    weights = torch.load(folder / "weights.pt", weights_only=True)
    return read_document(folder / "run.json", RunJson), weights, (folder / "log.jsonl").read_text()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("num", [16, 9, 2])
def test_the_rows_of_all_processes_are_the_batch(size, num):
    found = [Group(rank=rank, size=size).take(num) for rank in range(size)]
    assert sum(rows.num_counted for rows in found) == num
    counted = [range(rows.start, rows.stop) for rows in found if rows.num_counted]
    assert [context for rows in counted for context in rows] == list(range(num))
    assert max(map(len, counted)) - min(map(len, counted)) <= 1
    assert all(rows.stop > rows.start for rows in found), "a process without rows computes one at weight 0"


def test_the_shares_of_all_processes_are_the_examples_in_their_order():
    def plan():
        return training_plan(50, key=1, batch_size=16, num_epochs=2)

    shares = [list(Group(rank=rank, size=2).shares(plan())) for rank in range(2)]
    for whole, *parts in zip(plan(), *shares, strict=True):
        assert np.array_equal(np.concatenate([part.index_B for part in parts]), whole.index_B)
        assert {(part.epoch, part.step) for part in parts} == {(whole.epoch, whole.step)}


@pytest.mark.parametrize("size", [2, 3])
def test_weights_after_twenty_steps_are_those_of_one_process(prepared, size):
    """5 epochs of batches of 16, 16, 16 and 2 with dropout, crops and noise; the third process has no row of the last batch.

    float32: sums of gradients in another order, over 20 steps.
    """
    run = tiny_run(seed=20 + size, num_epochs=5)
    one, expected, log = train(prepared, run)
    many, found, other_log = train(prepared, run, num_processes=size)
    starts = [start for start in read_ledger(prepared / "smoke").events(Start) if start.identity.get("processes") == str(size)]
    assert len(starts) == 1, "the process that writes the folder says that it starts, and no other"
    assert many.network.num_steps == one.network.num_steps == 20
    assert many.identity == {**one.identity, "processes": str(size)}
    for name, weight in found.items():
        torch.testing.assert_close(weight, expected[name], rtol=1e-4, atol=1e-5)
    for one_epoch, other in zip(map(json.loads, log.splitlines()), map(json.loads, other_log.splitlines()), strict=True):
        assert other["train_top1_error"] == one_epoch["train_top1_error"]
        assert other["train_loss"] == pytest.approx(one_epoch["train_loss"], rel=1e-5)
        assert other["validation_top1_error"] == one_epoch["validation_top1_error"]


def test_two_processes_train_a_network_of_clips_as_one_does(tmp_path):
    """Slow fusion with dropout, 5 batches of 4 clips for 2 epochs; float32 as above."""
    folder = data_folder(tmp_path, "smoke", tiny_dataset().name)
    prepare(tiny_dataset(), folder=folder, source=None, num_threads=1, say=lambda line: None)
    run, weights = tiny_clip_run("slow_fusion"), []
    for num_processes in (1, 2):
        compute = dataclasses.replace(ONE_THREAD, num_processes=num_processes)
        stage.train_runs([run], open_data=open_videos, results=tmp_path, compute=compute, say=lambda line: None)
        weights.append(torch.load(run_folder(tmp_path, run.id) / "weights.pt", weights_only=True))
    for name, weight in weights[1].items():
        torch.testing.assert_close(weight, weights[0][name], rtol=1e-4, atol=1e-5)


def test_other_masks_would_give_other_weights(prepared, monkeypatch):
    """The proof that the tolerance above has teeth: with another dropout key the weights are beyond it."""
    run, make = tiny_run(seed=24, num_epochs=5), stage.make_training
    _, expected, _ = train(prepared, run)
    (run_folder(prepared, run.id) / "finished.json").unlink()
    monkeypatch.setattr(stage, "make_training", lambda *args, **named: dataclasses.replace(make(*args, **named), dropout_key=7))
    _, found, _ = train(prepared, run)
    assert any(not torch.allclose(found[name], expected[name], rtol=1e-4, atol=1e-5) for name in found)


#: A job on two processes that stays in training until it is ended.
JOB = """
import sys
from pathlib import Path
import repro.train.networks.images as images
from repro.train.networks.run import train_runs
from repro.train.runs.context import Compute
from tests.train.networks.tiny_runs import tiny_run
if __name__ == "__main__":
    settings = dict(results=Path(sys.argv[1]), say=lambda line: print(line, flush=True))
    compute = Compute(num_threads=1, device="cpu", num_processes=2)
    train_runs([tiny_run(seed=30, num_epochs=100000)], open_data=images.open_images, compute=compute, **settings)
"""


def children(process):
    path = f"/proc/{process}/task/{process}/children"
    return [int(child) for child in open(path).read().split()]


def alive(process):
    try:
        return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_team_whose_job_is_ended(prepared, tmp_path, ending):
    program = tmp_path / "job.py"
    program.write_text(JOB)
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    job = subprocess.Popen(
        [sys.executable, program, str(prepared)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
    )
    line = job.stdout.readline()
    while "epoch" not in line:
        assert line, "the job ended before it trained"
        line = job.stdout.readline()
    helpers = children(job.pid)
    assert helpers
    job.send_signal(ending)
    output, _ = job.communicate(timeout=60)
    checkpoint = run_folder(prepared, tiny_run(seed=30).id) / "checkpoint.pt"
    if ending == signal.SIGTERM:
        assert "Stopped" in output and checkpoint.exists()
    for _ in range(200):
        if not any(alive(helper) for helper in helpers):
            break
        time.sleep(0.1)
    assert not any(alive(helper) for helper in helpers)


def test_a_run_that_shares_crops_by_chunks_is_trained_by_one_process(prepared):
    run, said = with_recipe(tiny_run(seed=40), crops=Crops(position="random", mirror=True, chunk_share=0.25)), []
    record, _, _ = train(prepared, run, num_processes=2, said=said)
    assert said[0].endswith("crops are shared by chunks of a batch: one process, not 2")
    assert "processes" not in record.identity


def test_several_processes_and_towers_apart_are_one_too_many(prepared):
    context = stage.RunContext(folder=prepared, device="cpu", num_threads=1, say=print, towers_apart=True)
    with pytest.raises(ValueError, match="2 processes with towers apart; allowed: one of the two"):
        stage.shared_by(tiny_run(), context, num_processes=2)
