"""Mixed precision is off unless asked for, and a run that has it is another run."""

import dataclasses
import json
from dataclasses import replace

import pytest
import torch
from torch import nn

import repro.train.networks.images as images
import repro.train.networks.run as stage
from repro.artifacts.files import run_folder
from repro.artifacts.run_json import read_run
from repro.cli import arguments, main
from repro.cli.parser import command_parser
from repro.data.load.whole_images import WholeImages
from repro.system.stopping import Stopped
from repro.train.networks.precision import FAITHFUL, PRECISIONS, checked_precision, forward_in, products_in
from tests.tiny import ONE_THREAD
from tests.train.networks.tiny_runs import results_with_data, tiny_run


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return results_with_data(tmp_path_factory.mktemp("prepared"))


def train(results, run, said, **means):
    stage.train_runs([run], open_data=images.open_images, results=results, compute=replace(ONE_THREAD, **means), say=said.append)
    return read_run(results, run.id)


def test_the_command_line_and_the_stage_know_the_same_formats_and_begin_with_float32():
    assert arguments.PRECISIONS == PRECISIONS and PRECISIONS[0] == FAITHFUL == "float32"
    line = ["train", "--paper", "alexnet", "--scale", "smoke", "--variant", "full", "--seeds", "0", "--results", "r"]
    options = command_parser().parse_args(line)
    assert options.precision == FAITHFUL and not options.towers_apart


def test_a_faithful_run_computes_in_float32_alone(prepared, monkeypatch):
    """Whatever torch would do by default: every output of every layer is float32, and TF32 is off while it runs."""
    dtypes, flags = set(), set()
    step = stage.Training._step

    def watched(self, batch):
        flags.add((torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32))
        for module in self.net.modules():
            module.register_forward_hook(lambda module, inputs, y: dtypes.add(y.dtype))
        step(self, batch)

    monkeypatch.setattr(stage.Training, "_step", watched)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    record = train(prepared, tiny_run(seed=11, num_epochs=1), [])
    assert dtypes == {torch.float32}
    assert flags == {(False, False)}
    assert torch.backends.cudnn.allow_tf32
    assert record.precision == "float32"
    assert "precision" not in record.identity and "float" not in record.device


def test_a_bfloat16_run_is_another_run_and_says_so(prepared, monkeypatch):
    run, said = tiny_run(seed=12, num_epochs=1), []
    faithful = train(prepared, run, said)
    monkeypatch.setattr(stage, "remove_checkpoints", lambda path: None)
    mixed = train(prepared, run, said, precision="bfloat16")
    assert not any("finished before" in line for line in said)
    assert mixed.precision == "bfloat16" and mixed.device.endswith(", bfloat16")
    assert mixed.identity == {**faithful.identity, "precision": "bfloat16"}
    again = train(prepared, run, said)
    assert "checkpoint.pt is of another run (differs in: precision) and is not used" in " ".join(said)
    assert again.network.weights == faithful.network.weights != mixed.network.weights


def test_bfloat16_learns_as_float32_does(prepared):
    """Ten epochs of the tiny images, whose classes a corner shows: loss falls alike, within a fifth of the fall."""
    losses = {}
    for precision in ("float32", "bfloat16"):
        run = tiny_run("no_dropout", seed=13, num_epochs=10, learning_rate=0.02)
        train(prepared, run, [], precision=precision)
        log = (run_folder(prepared, run.id) / "log.jsonl").read_text().splitlines()
        losses[precision] = [json.loads(line)["train_loss"] for line in log]
    fall = losses["float32"][0] - losses["float32"][-1]
    assert fall > 0.1
    assert abs(losses["bfloat16"][-1] - losses["float32"][-1]) < 0.2 * fall


def test_bfloat16_computes_products_in_bfloat16_and_keeps_weights_and_loss_in_float32():
    layer = nn.Linear(8, 4)
    with forward_in("bfloat16", device=torch.device("cpu")):
        y = layer(torch.ones(2, 8))
    assert y.dtype == torch.bfloat16
    y.float().sum().backward()
    assert layer.weight.grad.dtype == layer.weight.dtype == torch.float32
    with forward_in("float32", device=torch.device("cpu")):
        assert layer(torch.ones(2, 8)).dtype == torch.float32


def test_tf32_is_on_for_the_run_that_asks_for_it_and_as_before_afterwards():
    before = torch.backends.cudnn.allow_tf32
    with products_in("tf32", device="cuda"):
        assert torch.backends.cudnn.allow_tf32 and torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before


@pytest.mark.parametrize(
    ("name", "device", "message"),
    [
        ("float16", "cuda", "unknown precision 'float16'; allowed: float32, tf32, bfloat16"),
        ("tf32", "cpu", "precision tf32 on device cpu; allowed: on cuda alone; use float32 or bfloat16"),
    ],
)
def test_a_format_that_cannot_be_had_is_refused(name, device, message):
    with pytest.raises(ValueError, match=message):
        checked_precision(name, device=device)


def test_validation_and_scores_are_computed_in_float32(prepared, monkeypatch):
    seen = set()
    batches = WholeImages.batches

    def watched(self, index_N, *, batch_size):
        seen.add(torch.is_autocast_enabled("cpu"))
        return batches(self, index_N, batch_size=batch_size)

    monkeypatch.setattr(WholeImages, "batches", watched)
    train(prepared, tiny_run(seed=14, num_epochs=1), [], precision="bfloat16")
    assert seen == {False}


@pytest.mark.parametrize("variant", ["full", "one_tower_half"])
def test_towers_apart_train_and_score_like_the_net_on_one_device(prepared, variant):
    """Two towers on one CPU: same examples, same masks, same weights after two epochs of float32 up to its rounding."""
    run, said = tiny_run(variant, seed=15), []
    whole = train(prepared, run, said)
    folder = run_folder(prepared, run.id)
    weights = torch.load(folder / "weights.pt", weights_only=True)
    apart = train(prepared, run, said, towers_apart=True)
    if variant == "one_tower_half":
        assert apart == whole and said[-1].endswith("finished before; kept")
        return
    assert apart.identity == {**whole.identity, "towers": "apart"}
    for name, weight in torch.load(folder / "weights.pt", weights_only=True).items():
        torch.testing.assert_close(weight, weights[name], rtol=1e-3, atol=1e-5)
    assert {entry.protocol for entry in apart.scores} == {entry.protocol for entry in whole.scores}
    assert apart.network.num_parameters == whole.network.num_parameters


def test_a_run_with_towers_apart_goes_on_where_it_was_stopped(prepared, monkeypatch):
    run, said = tiny_run(seed=16, num_epochs=3), []
    expected = train(prepared, run, said, towers_apart=True)
    (run_folder(prepared, run.id) / "finished.json").unlink()
    calls = iter([False] * 5 + [True] * 100)

    def stopping(*args, **settings):
        return dataclasses.replace(make(*args, **settings), should_stop=lambda: next(calls))

    make = stage.make_training
    with monkeypatch.context() as patch:
        patch.setattr(stage, "make_training", stopping)
        with pytest.raises(Stopped):
            train(prepared, run, said, towers_apart=True)
    found = train(prepared, run, said, towers_apart=True)
    assert found.network.num_resumes == 1
    assert found.network.weights == expected.network.weights


def test_fewer_gpus_than_towers_are_refused(prepared, monkeypatch):
    from repro.train.networks.model_parallel import tower_devices

    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(ValueError, match=r"2 towers apart, and this job has 1 GPUs; give it one each: --gpus 2"):
        tower_devices(2, "cuda")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert tower_devices(2, "cuda") == ("cuda:0", "cuda:1")


def test_classical_models_have_no_such_options(capsys, tmp_path):
    line = ["train", "--paper", "karpathy", "--scale", "smoke", "--variant", "feature_histograms", "--seeds", "0"]
    assert main([*line, "--results", str(tmp_path), "--precision", "bfloat16"]) == 2
    assert "--precision and --towers-apart are for networks; feature_histograms are made by" in capsys.readouterr().err
