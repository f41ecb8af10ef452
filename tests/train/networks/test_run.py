"""The train stage: what it writes, and that it can be stopped anywhere and loses nothing."""

import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

import repro.data.load.whole_images as whole_images
import repro.train.networks.images as images
import repro.train.networks.loop as loop
import repro.train.networks.run as stage
from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError, data_folder, run_folder, sha256_file
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Begin, End, Start
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.scores import read_scores
from repro.spec.recipe import Freeze, Schedule, Slowed
from repro.system.stopping import Stopped
from repro.train.runs.job import RunsFailed
from tests.train.networks.tiny_runs import outcome, results_with_data, tiny_run, train, with_recipe


def noted(results):
    """Return what the ledger says of starts, and of ends by their status; all starts are those of one identity."""
    ledger = read_ledger(results / "smoke")
    assert len({start.digest for start in ledger.events(Start)}) == 1
    found = [line.event for line in ledger.lines if not isinstance(line.event, Begin)]
    return ["start" if isinstance(event, Start) else event.status for event in found]


def test_a_run_writes_what_its_document_names_and_hashes(whole):
    folder = run_folder(whole, tiny_run().id)
    document = read_document(folder / "run.json", RunJson)
    assert document.id == "smoke/alexnet/full/0"
    assert document.status == "ok"
    assert document.network.num_steps == 2 * 4
    assert {(e.split, e.protocol) for e in document.scores} == {
        ("test", "center"),
        ("test", "center_mirror"),
        ("test", "five_crop"),
        ("test", "ten_crop"),
        ("test", "center_relit"),
        ("train", "center"),
        ("validation", "center"),
    }
    for entry in [
        document.network.log,
        document.network.weights,
        document.network.pictures.kernels,
        document.network.pictures.gallery,
        *document.scores,
    ]:
        assert sha256_file(folder / entry.file) == entry.sha256
    scores = read_scores(folder / "scores.test.ten_crop.npz")
    assert scores.scores_NK.shape == (23, 10)
    np.testing.assert_allclose(scores.scores_NK.sum(axis=1), 1, atol=1e-5)
    assert scores.example_N[4] == b"test00004"
    assert scores.label_N.tolist() == [i % 10 for i in range(23)]
    assert not list(folder.glob("*checkpoint*"))


def test_the_log_has_an_entry_for_each_epoch(whole):
    log = outcome(whole)["log"]
    assert [entry["epoch"] for entry in log] == [1, 2]
    assert [entry["num_steps"] for entry in log] == [4, 8]
    assert [entry["learning_rate"] for entry in log] == pytest.approx([0.01, 0.001])
    assert all(0 <= entry["validation_top1_error"] <= 1 for entry in log)


def test_the_same_run_gives_the_same_bits_and_another_seed_others(whole, tmp_path):
    results = results_with_data(tmp_path)
    train(results, tiny_run(), tiny_run(seed=1))
    assert outcome(results) == outcome(whole)
    assert outcome(results, tiny_run(seed=1))["weights"] != outcome(whole)["weights"]


@pytest.mark.parametrize("stop_after", [1, 3, 4, 5, 8])
def test_a_run_stopped_after_any_step_ends_as_the_undisturbed_one(whole, tmp_path, monkeypatch, stop_after):
    """Stops in mid-epoch, at the end of an epoch, and between training and scoring."""
    results = results_with_data(tmp_path)
    step = loop.Training._step

    def counted(self, batch):
        step(self, batch)
        if self.progress.num_steps == stop_after:
            self.should_stop = lambda: True

    with monkeypatch.context() as patched:
        patched.setattr(loop.Training, "_step", counted)
        with pytest.raises(Stopped):
            train(results)
    assert not (run_folder(results, tiny_run().id) / "run.json").exists()
    said = []
    train(results, said=said)
    assert any("goes on in epoch" in line for line in said)
    assert outcome(results) == outcome(whole)
    assert noted(results) == ["start", "stopped", "start", "ok"]
    one, other = (read_ledger(place / "smoke").events(End)[-1] for place in (results, whole))
    assert one.results == other.results


def test_a_run_that_dies_while_it_saves_ends_as_the_undisturbed_one(whole, tmp_path, monkeypatch):
    """The last checkpoint is whole or the one before it is used; here saving dies after every other write."""
    results, saved = results_with_data(tmp_path), []
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY_S", 0.0)
    save = stage.save_checkpoint

    def dying(path, state, *, identity):
        saved.append(1)
        if len(saved) in (3, 6):
            path.write_bytes(b"half a file")
            raise OSError("the power went out")
        save(path, state, identity=identity)

    monkeypatch.setattr(stage, "save_checkpoint", dying)
    for _ in range(2):
        with pytest.raises(OSError, match="power"):
            train(results)
    train(results)
    assert outcome(results) == outcome(whole)


def test_a_killed_process_ends_as_the_undisturbed_one(whole, tmp_path):
    """SIGKILL, wherever it hits; then the same command again."""
    results = results_with_data(tmp_path)
    program = (
        "import sys, pathlib, repro.train.networks.loop as loop; loop.CHECKPOINT_EVERY_S = 0.0\n"
        "from tests.train.networks.tiny_runs import train\n"
        "print('ready', flush=True); train(pathlib.Path(sys.argv[1])); print('done', flush=True)"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    for delay_s in (0.25, 0.6):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(results)], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay_s)
        process.kill()
        process.wait()
        process.stdout.close()
    train(results)
    assert outcome(results) == outcome(whole)
    assert set(noted(results)[:-1]) == {"start"}
    assert noted(results)[-1] == "ok"


def test_sigterm_saves_a_checkpoint_before_the_process_ends(tmp_path, monkeypatch):
    results = results_with_data(tmp_path)
    step = loop.Training._step

    def signalled(self, batch):
        step(self, batch)
        if self.progress.num_steps == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(loop.Training, "_step", signalled)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped):
        train(results)
    assert (run_folder(results, tiny_run().id) / "checkpoint.pt").exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_finished_run_is_restored_and_not_trained_again(whole, monkeypatch):
    folder = run_folder(whole, tiny_run().id)
    document = (folder / "run.json").read_bytes()
    (folder / "run.json").unlink()
    monkeypatch.setattr(loop.Training, "run", lambda self: pytest.fail("trained again"))
    said = []
    train(whole, said=said)
    assert (folder / "run.json").read_bytes() == document
    assert said == ["alexnet/full seed 0: finished before; kept"]
    assert noted(whole) == ["start", "ok"]


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: b"", lambda content: b"\x00" + content[1:]])
@pytest.mark.parametrize("file", ["run.json", "finished.json"])
def test_a_damaged_record_is_mended_by_the_same_command(whole, tmp_path, file, damage):
    results = tmp_path / "results"
    shutil.copytree(whole, results)
    path = run_folder(results, tiny_run().id) / file
    path.write_bytes(damage(path.read_bytes()))
    train(results)
    assert outcome(results) == outcome(whole)
    assert path.read_bytes() == path.with_name({"run.json": "finished.json", "finished.json": "run.json"}[file]).read_bytes()


@pytest.mark.parametrize("file", ["scores.test.center.npz", "weights.pt", "log.jsonl", "kernels.npz", "gallery.npz"])
def test_a_finished_run_with_a_damaged_file_is_computed_again(whole, tmp_path, file):
    results = tmp_path / "results"
    shutil.copytree(whole, results)
    path = run_folder(results, tiny_run().id) / file
    path.write_bytes(path.read_bytes()[:-1])
    said = []
    train(results, said=said)
    assert "finished before; kept" not in " ".join(said)
    assert outcome(results) == outcome(whole)


def test_a_run_with_another_recipe_is_trained_anew(tmp_path):
    results = results_with_data(tmp_path)
    train(results)
    first = outcome(results)
    train(results, tiny_run(learning_rate=0.005))
    assert outcome(results)["weights"] != first["weights"]


@pytest.mark.parametrize("file", ["train-00000.tar", "test-00000.tar", "train.index.npz", "mean_image.npy"])
def test_a_flipped_bit_in_the_data_is_refused_before_training(tmp_path, file):
    results = results_with_data(tmp_path)
    path = data_folder(results, "smoke", "procedural") / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(FileFormatError, match=re.escape(file)):
        train(results)


def test_data_that_are_not_prepared_are_an_error_that_names_the_file(tmp_path):
    with pytest.raises(FileFormatError, match=r"dataset\.json does not exist"):
        train(tmp_path)


def test_a_diverging_run_is_recorded_as_such(tmp_path):
    results, run = results_with_data(tmp_path), tiny_run(learning_rate=1e30, num_epochs=3)
    train(results, run)
    document = read_run(results, run.id)
    assert document.status == "diverged"
    assert document.reason.startswith("the training loss was not finite in epoch ")
    assert document.scores == ()
    assert noted(results) == ["start", "diverged"]


def test_a_failing_seed_does_not_take_the_others_with_it(tmp_path, monkeypatch):
    results, build = results_with_data(tmp_path), images.build_network

    def failing(network, *, num_classes, key):
        if key == tiny_run(seed=1).key_for("init"):
            raise MemoryError("no memory left")
        return build(network, num_classes=num_classes, key=key)

    monkeypatch.setattr(images, "build_network", failing)
    with pytest.raises(RunsFailed, match=r"1 of 3 runs failed: smoke/alexnet/full/1 \(MemoryError: no memory left\)"):
        train(results, *(tiny_run(seed=seed) for seed in (0, 1, 2)))
    finished = [seed for seed in (0, 1, 2) if (run_folder(results, tiny_run(seed=seed).id) / "run.json").exists()]
    assert finished == [0, 2]


def test_a_factor_multiplies_the_rate_in_the_log(whole, tmp_path):
    results, run = results_with_data(tmp_path), tiny_run()
    optimizer = dataclasses.replace(run.experiment.recipe.optimizer, rate_factor=0.3)
    run = with_recipe(run, optimizer=optimizer)
    train(results, run)
    rates = [entry["learning_rate"] for entry in outcome(results, run)["log"]]
    assert rates == pytest.approx([0.3 * entry["learning_rate"] for entry in outcome(whole)["log"]])


@pytest.mark.parametrize(("after", "first_frozen_step"), [(0.75, 6), (0.5, 4), (0.0, 0), (1.0, 8)])
def test_a_layer_is_frozen_from_the_stated_share_of_the_epochs_on(whole, tmp_path, monkeypatch, after, first_frozen_step):
    """Two epochs of four steps."""
    results = results_with_data(tmp_path)
    run = with_recipe(tiny_run(), freeze=Freeze(layers=("conv1",), after=after))
    frozen, step = [], loop.PaperSGD.step

    def noted(self, learning_rate, *, first_rate, freeze, slow_by):
        frozen.append(freeze)
        step(self, learning_rate, first_rate=first_rate, freeze=freeze, slow_by=slow_by)

    monkeypatch.setattr(loop.PaperSGD, "step", noted)
    train(results, run)
    assert frozen == [i >= first_frozen_step for i in range(8)]
    assert (outcome(results, run)["weights"] == outcome(whole)["weights"]) == (after == 1.0)


def test_a_layer_is_slowed_and_biases_keep_their_rate_from_the_stated_share_of_the_epochs_on(tmp_path, monkeypatch):
    """Two epochs of four steps: a drop after the first, conv1 slowed for the last two steps."""
    results = results_with_data(tmp_path)
    run = tiny_run()
    run = with_recipe(
        run,
        slowed=Slowed(layers=("conv1",), after=0.75, divide_by=10.0),
        optimizer=dataclasses.replace(run.trained.recipe.optimizer, bias_drops=False),
        schedule=Schedule(rule="epochs", num_epochs=2, drops=(1,)),
    )
    asked, step = [], loop.PaperSGD.step

    def noted(self, learning_rate, *, first_rate, freeze, slow_by):
        asked.append((round(first_rate / learning_rate), freeze, slow_by))
        step(self, learning_rate, first_rate=first_rate, freeze=freeze, slow_by=slow_by)

    monkeypatch.setattr(loop.PaperSGD, "step", noted)
    train(results, run)
    assert asked == [(1, False, 1.0)] * 4 + [(10, False, 1.0)] * 2 + [(10, False, 10.0)] * 2


def test_runs_of_one_job_decode_the_scored_images_once(tmp_path, monkeypatch):
    """Validation, test, scored and probed training images: four graphs for two runs of two epochs."""
    built, graph = [], whole_images.decoded_image_graph

    def counted(**settings):
        built.append(settings["batch_size"])
        return graph(**settings)

    monkeypatch.setattr(whole_images, "decoded_image_graph", counted)
    train(results_with_data(tmp_path), tiny_run(), tiny_run(seed=1))
    assert len(built) <= 4


@pytest.mark.gpu
def test_one_step_on_the_gpu_equals_one_step_on_the_cpu(whole):
    data = images.open_images(data_folder(whole, "smoke", "procedural"))
    weights = []
    for device in ("cpu", "cuda"):
        context = stage.RunContext(folder=whole, device=device, num_threads=1, say=lambda line: None)
        run = tiny_run("no_dropout")
        training = stage.make_training(run, data.task(run, context), context=context, should_stop=lambda: False)
        training._step(next(iter(training.batches(0, 0))))
        weights.append([parameter.detach().cpu() for parameter in training.net.parameters()])
    for one, other in zip(*weights, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)
