"""A network that starts from another run's weights: which layers it takes, which it trains, and when it is trained again."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
import torch

import repro.train.networks.loop as loop
from repro.artifacts.files import FileFormatError, data_folder, run_folder, sha256_file
from repro.artifacts.run_json import read_run
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.recipe import Schedule
from repro.spec.run import InitialWeights
from repro.system.stopping import Stopped
from repro.train.networks.images import open_images
from repro.train.networks.run import train_runs
from tests.tiny import ONE_THREAD, write_prepared

ALEXNET = PAPERS["alexnet"]
LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "fc6", "fc7", "fc8")


def shortened(run, *, num_epochs=1, learning_rate=0.01):
    """Return `run` with a schedule of a second."""
    recipe = dataclasses.replace(
        run.experiment.recipe,
        batch_size=16,
        schedule=Schedule(rule="epochs", num_epochs=num_epochs),
        optimizer=dataclasses.replace(run.experiment.recipe.optimizer, learning_rate=learning_rate),
    )
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, recipe=recipe))


def source_run(**changes):
    """Return the run that gives its weights; here it begins from chance itself."""
    run = shortened(make_run(ALEXNET, scale="smoke", variant="conv6_pretraining", seed=0), **changes)
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, initial_weights=None))


def pretrained_run(*, fresh=(), trained=(), **changes):
    run = shortened(make_run(ALEXNET, scale="smoke", variant="cnn_pretrained", seed=0), **changes)
    start = InitialWeights(variant="conv6_pretraining", fresh=fresh, trained=trained)
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, initial_weights=start))


def train(results, *runs, said=None):
    say = (said if said is not None else []).append
    train_runs(runs, open_data=open_images, results=results, compute=ONE_THREAD, say=say)


def weights_of(results, run):
    return torch.load(run_folder(results, run.id) / "weights.pt", weights_only=True)


def document_of(results, run):
    return read_run(results, run.id)


def result_of(results, run):
    """Return the digests of all that a run computed."""
    document = document_of(results, run)
    return document.network.weights.sha256, [entry.sha256 for entry in document.scores]


def initial_weights(results, run):
    """Return the weights with which `run` begins: those after no update that changes any."""
    still = dataclasses.replace(run.experiment.recipe.optimizer, learning_rate=0.0, weight_decay=0.0)
    recipe = dataclasses.replace(run.experiment.recipe, optimizer=still)
    train(results, dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, recipe=recipe)))
    return weights_of(results, run)


@pytest.fixture(scope="module")
def prepared_and_source(tmp_path_factory):
    """Both data sets of scale smoke, tiny, and a finished source of 14 classes."""
    folder = tmp_path_factory.mktemp("source")
    write_prepared(data_folder(folder, "smoke", "procedural"))
    write_prepared(data_folder(folder, "smoke", "procedural_pretraining"), num_classes=14, num={"train": 56, "test": 14})
    train(folder, source_run())
    return folder


@pytest.fixture
def results(prepared_and_source, tmp_path):
    """Return a copy of these, which a test may change."""
    return shutil.copytree(prepared_and_source, tmp_path / "results")


def layer_of(name):
    return name.partition(".")[0]


@pytest.mark.parametrize("fresh", [(), ("conv6",), ("fc6", "fc7")])
def test_it_begins_with_all_weights_of_the_source_but_the_fresh_layers_and_the_output(results, fresh):
    given = weights_of(results, source_run())
    begun = initial_weights(results, pretrained_run(fresh=fresh))
    taken = {layer_of(name) for name in begun if given[name].shape == begun[name].shape and torch.equal(given[name], begun[name])}
    assert taken == set(LAYERS) - {*fresh, "fc8"}
    assert begun["fc8.weight"].shape[0] == 10
    assert given["fc8.weight"].shape[0] == 14


def test_fresh_layers_begin_with_the_weights_of_the_run_s_own_seed(results):
    experiment = dataclasses.replace(pretrained_run().experiment, initial_weights=None)
    plain = dataclasses.replace(pretrained_run(), experiment=experiment)
    without = initial_weights(results, plain)
    begun = initial_weights(results, pretrained_run(fresh=("conv6",)))
    own = {layer_of(name) for name in begun if name.endswith("weight") and torch.equal(begun[name], without[name])}
    assert own == {"conv6", "fc8"}


@pytest.mark.parametrize("trained", [("fc8",), ("fc6", "fc7", "fc8"), ("conv6",)])
def test_exactly_the_trained_layers_change(results, trained):
    run = pretrained_run(trained=trained)
    begun = initial_weights(results, run)
    train(results, run)
    after = weights_of(results, run)
    changed = {layer_of(name) for name in begun if not torch.equal(begun[name], after[name])}
    assert changed == set(trained)


def test_without_trained_layers_named_all_of_them_change(results):
    run = pretrained_run()
    begun = initial_weights(results, run)
    train(results, run)
    after = weights_of(results, run)
    assert {layer_of(name) for name in begun if not torch.equal(begun[name], after[name])} == set(LAYERS)


@pytest.mark.parametrize("trained", [(), ("fc7", "fc8")])
@pytest.mark.parametrize("stop_after", [1, 4, 5])
def test_a_run_stopped_in_the_middle_ends_bit_for_bit_as_the_undisturbed_one(results, monkeypatch, stop_after, trained):
    run = pretrained_run(num_epochs=2, trained=trained)
    train(results, run)
    whole = result_of(results, run)
    for name in ("run.json", "finished.json"):
        (run_folder(results, run.id) / name).unlink()
    step, steps = loop.Training._step, []

    def counted(self, batch):
        if len(steps) == stop_after:
            raise Stopped("as if the process was asked to end")
        steps.append(batch)
        step(self, batch)

    monkeypatch.setattr(loop.Training, "_step", counted)
    with pytest.raises(Stopped):
        train(results, run)
    monkeypatch.setattr(loop.Training, "_step", step)
    train(results, run)
    assert result_of(results, run) == whole


def test_a_finished_run_is_kept_while_its_source_stays_and_trained_again_when_the_source_changes(results):
    run, said = pretrained_run(), []
    train(results, run)
    first = document_of(results, run)
    assert first.identity["start"] == sha256_file(run_folder(results, source_run().id) / "weights.pt")
    train(results, run, said=said)
    assert said == ["alexnet/cnn_pretrained seed 0: finished before; kept"]
    train(results, source_run(learning_rate=0.003))
    train(results, run, said=said)
    second = document_of(results, run)
    assert second.identity["start"] != first.identity["start"]
    assert second.network.weights.sha256 != first.network.weights.sha256


def test_a_source_that_is_not_finished_is_an_error_that_says_how_to_train_it(tmp_path):
    write_prepared(data_folder(tmp_path, "smoke", "procedural"))
    with pytest.raises(
        FileFormatError, match=r"conv6_pretraining/0, which is not finished.*--variant conv6_pretraining --seeds 0"
    ):
        train(tmp_path, pretrained_run())


def test_a_source_that_diverged_is_an_error(results):
    train(results, source_run(learning_rate=1e30, num_epochs=3))
    assert document_of(results, source_run()).status == "diverged"
    with pytest.raises(FileFormatError, match="conv6_pretraining/0, which diverged"):
        train(results, pretrained_run())


@pytest.mark.parametrize("damage", ["a byte less", "gone"])
def test_damaged_weights_of_the_source_are_refused_by_name(results, damage):
    path = run_folder(results, source_run().id) / "weights.pt"
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FileFormatError, match=r"weights\.pt (was changed|cannot be read).*; train that run again"):
        train(results, pretrained_run())
    assert not (run_folder(results, pretrained_run().id) / "run.json").exists()


@pytest.mark.parametrize("where", ["fresh", "trained"])
def test_a_layer_that_the_network_lacks_is_named_with_those_it_has(results, where):
    with pytest.raises(ValueError, match=r"the start names layer 'conv7', which the network lacks; allowed: conv1, conv2"):
        train(results, pretrained_run(**{where: ("conv7",)}))


def test_a_layer_of_another_shape_is_named_with_both_shapes(results):
    run = pretrained_run()
    narrow = tuple(
        dataclasses.replace(layer, num_kernels=2 * layer.num_kernels) if layer.name == "conv6" else layer
        for layer in run.experiment.network.conv
    )
    network = dataclasses.replace(run.experiment.network, conv=narrow)
    other = dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, network=network))
    with pytest.raises(ValueError, match=r"conv6\.weight of the network has shape .*name conv6 among the fresh layers"):
        train(results, other)
