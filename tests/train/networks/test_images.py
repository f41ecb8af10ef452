"""What a trained network of images leaves: saturation, kernels, the gallery and its scores."""

import dataclasses
import json

import numpy as np
import pytest
import torch

import repro
import repro.train.networks.images as images
from repro.artifacts.documents import read_document
from repro.artifacts.files import data_folder, run_folder
from repro.artifacts.run_json import RunJson
from repro.artifacts.scores import read_scores
from repro.models.image import build_network
from repro.train.networks.prepared import open_prepared
from repro.train.runs.context import RunContext
from tests.train.networks.tiny_runs import outcome, results_with_data, tiny_run, train


def test_the_saturation_of_every_layer_is_logged_at_the_start_and_after_each_epoch(whole):
    found = outcome(whole)
    layers = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"]
    entries = [found["saturation_at_start"], *(entry["saturation"] for entry in found["log"])]
    for entry in entries:
        assert list(entry) == layers
        assert all(0 <= shares["dead"] <= shares["saturated"] <= 1 for shares in entry.values())
    assert entries[0] != entries[1] != entries[2]
    # the sums of the first layer are symmetric about 0 before training: about half of its ReLUs are silent
    assert entries[0]["conv1"]["saturated"] == pytest.approx(0.5, abs=0.15)


def test_the_kernels_are_the_first_layers_weights_and_say_their_towers(whole):
    folder = run_folder(whole, tiny_run().id)
    weight_KCHW = torch.load(folder / "weights.pt", weights_only=True)["conv1.weight"]
    with np.load(folder / "kernels.npz") as found:
        np.testing.assert_array_equal(found["kernel_KHWC"], weight_KCHW.permute(0, 2, 3, 1).numpy())
        assert int(found["num_towers"]) == 2


def test_the_gallery_is_computed_from_the_weights_as_scored(whole):
    """Classes from the ten-crop scores; distances from a forward pass of our own, centre crops, up to fc7's outputs."""
    folder, run = run_folder(whole, tiny_run().id), tiny_run()
    scores_NK = read_scores(folder / "scores.test.ten_crop.npz").scores_NK
    data = open_prepared(data_folder(whole, "smoke", "procedural"))
    net = build_network(run.experiment.network, num_classes=10, key=0).eval()
    net.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))

    input_px = run.experiment.network.size.input_px
    first = (data.train.stored_px - input_px) // 2
    central = slice(first, first + input_px)

    def features(shards, index_N):
        crops = np.stack(shards.images(index_N)).astype(np.float32) - data.mean_image
        with torch.no_grad():
            return net[:-1](torch.from_numpy(crops[:, central, central]).permute(0, 3, 1, 2))

    train_NF = features(data.train, np.arange(50))
    with np.load(folder / "gallery.npz") as found:
        places = [int(key[4:]) for key in found["example_N"]]
        assert len(places) == run.experiment.evaluation.num_gallery
        assert len({i % 10 for i in places}) > 3
        test_NF = features(data.test, np.array(places))
        for row, i in enumerate(places):
            np.testing.assert_allclose(found["score_N5"][row], np.sort(scores_NK[i])[::-1][:5])
            np.testing.assert_array_equal(scores_NK[i][found["best_N5"][row]], found["score_N5"][row])
            distances = (train_NF - test_NF[row]).square().sum(dim=1).sqrt()
            # batches of another size may be summed in another order
            np.testing.assert_allclose(found["near_distance_NM"][row], distances.sort().values[:6], rtol=1e-4)


def test_a_trained_net_that_is_loaded_gives_the_same_scores_to_the_byte(whole, tmp_path):
    run = tiny_run()
    context = RunContext(folder=tmp_path, device="cpu", num_threads=1, say=lambda line: None)
    task = images.open_images(data_folder(whole, "smoke", "procedural")).task(run, context)
    written = task.write_results(repro.load_run(run.id, results=whole))
    assert len(written.scores) == 7
    for entry in written.scores:
        assert (tmp_path / entry.file).read_bytes() == (run_folder(whole, run.id) / entry.file).read_bytes()


def test_without_a_probe_and_a_gallery_there_is_neither(tmp_path):
    results, run = results_with_data(tmp_path), tiny_run("cifar_11pct")
    evaluation = dataclasses.replace(run.experiment.evaluation, num_probe=0, num_gallery=0)
    run = dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, evaluation=evaluation))
    train(results, run)
    folder = run_folder(results, run.id)
    document = read_document(folder / "run.json", RunJson)
    assert document.network.pictures.gallery is None
    assert document.network.saturation_at_start is None
    assert not any(json.loads(line)["saturation"] for line in (folder / "log.jsonl").read_text().splitlines())
    assert not (folder / "gallery.npz").exists()


def test_a_network_without_hidden_dense_layers_has_a_gallery_of_its_last_maps(tmp_path):
    results, run = results_with_data(tmp_path), tiny_run("minus_fc6_fc7")
    train(results, run)
    with np.load(run_folder(results, run.id) / "gallery.npz") as found:
        assert (np.diff(found["near_distance_NM"], axis=1) >= 0).all()
        assert (found["near_distance_NM"] > 0).all()
