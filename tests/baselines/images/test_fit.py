"""The classical baselines whole: from images to scores, stopped and gone on with, in one process and in several."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from repro.artifacts.files import FileFormatError
from repro.baselines.images import describe as describe_images
from repro.baselines.images.fit import check_spec, fit
from repro.baselines.images.model import ClassicalModel
from repro.baselines.images.signatures import FLUSH_EVERY
from repro.spec.classical import ProductQuantizer
from tests.baselines.classical_specs import FISHER_SPEC, NUM_CLASSES, SPARSE, SPARSE_SPEC, drawn_images

SPECS = {"fisher_vectors": FISHER_SPEC, "sparse_coding": SPARSE_SPEC}
COMPRESSED = replace(FISHER_SPEC, compression=ProductQuantizer(values_per_code=8, num_images=40, num_iterations=5))

# Few images are read before the signatures are made, so that a fit that stops at image 40 stops while they are made.
SHORT = replace(FISHER_SPEC, sampling=replace(FISHER_SPEC.sampling, num_images=5))
FEW_CODES = ProductQuantizer(values_per_code=8, num_images=5, num_iterations=5)


def fitted(spec, folder, *, num_each=12, num_processes=1, key=11, say=lambda line: None, images=None):
    made, labels = drawn_images(0, num_each)
    return fit(
        made if images is None else images,
        labels,
        spec=spec,
        num_classes=NUM_CLASSES,
        key=key,
        num_processes=num_processes,
        folder=folder,
        say=say,
    )


def same(one, two):
    """Say whether two models are the same to the bit."""
    pairs = [(own, two.fused.classifiers[name]) for name, own in one.fused.classifiers.items()]
    alike = all((own.weight_KL == other.weight_KL).all() and (own.bias_K == other.bias_K).all() for own, other in pairs)
    return alike and (one.fused.weights, one.fused.sharpness) == (two.fused.weights, two.fused.sharpness)


@pytest.fixture(scope="module", params=SPECS)
def model(request, tmp_path_factory):
    return fitted(SPECS[request.param], tmp_path_factory.mktemp(request.param))


def test_held_out_images_are_told_apart(model):
    images, labels = drawn_images(100, 8)
    score_NK = model.scores_NK(images)
    assert score_NK.shape == (32, NUM_CLASSES) and score_NK.dtype == np.float32
    np.testing.assert_allclose(score_NK.sum(axis=1), 1, rtol=1e-5)
    # directions alone make half of the labels right, and so do colours; hog and lbp see no colour; chance is a quarter
    needed = 0.75 if "colors" in model.encoders else 0.4
    assert (score_NK.argmax(axis=1) == labels).mean() >= needed
    direction_N = score_NK.argmax(axis=1) % 2
    assert (direction_N == np.array(labels) % 2).mean() >= 0.9


def test_an_image_without_contrast_is_scored(model):
    score_NK = model.scores_NK([np.full((40, 40, 3), 90, np.uint8)])
    assert np.isfinite(score_NK).all() and score_NK.sum() == pytest.approx(1, rel=1e-5)


def test_each_channel_sees_what_it_describes(tmp_path):
    """Gradients tell directions and colours tell colours; only together they tell the classes."""
    images, labels = drawn_images(100, 8)
    right = {}
    for own in FISHER_SPEC.channels:
        found_N = fitted(replace(FISHER_SPEC, channels=(own,)), tmp_path).scores_NK(images).argmax(axis=1)
        right[own.name] = [(found_N % 2 == np.array(labels) % 2).mean(), (found_N // 2 == np.array(labels) // 2).mean()]
    assert right["sift"][0] > 0.9 and right["colors"][1] > 0.9 and right["sift"][1] < 0.8


def test_the_model_does_not_depend_on_the_number_of_processes(tmp_path):
    one, two = (fitted(COMPRESSED, tmp_path / str(num), num_processes=num) for num in (1, 2))
    assert same(one, two)


def test_scores_do_not_depend_on_the_number_of_processes_nor_on_how_images_come(model):
    images, _ = drawn_images(100, 2)
    score_NK = model.scores_NK(images)
    assert (model.scores_NK(images, num_processes=2) == score_NK).all()
    assert (model.scores_NK([image() for image in images]) == score_NK).all()


def test_another_key_and_another_spec_give_another_model_in_the_same_folder(tmp_path):
    first = fitted(SPARSE_SPEC, tmp_path)
    assert not same(first, fitted(SPARSE_SPEC, tmp_path, key=12))
    assert not same(first, fitted(replace(SPARSE_SPEC, sampling=replace(SPARSE_SPEC.sampling, per_image=10)), tmp_path))
    assert same(first, fitted(SPARSE_SPEC, tmp_path))


class Counted:
    """Images that count how often each is read, and of which one cannot be read for a while."""

    def __init__(self, images, broken=None):
        self.images, self.broken, self.reads = images, broken, []

    def __iter__(self):
        return iter([lambda index=index: self.read(index) for index in range(len(self.images))])

    def read(self, index):
        self.reads.append(index)
        if index == self.broken:
            raise OSError("the disk is gone")
        return self.images[index]()


@pytest.mark.parametrize("spec", [SHORT, replace(SHORT, compression=FEW_CODES)], ids=["halves", "codes"])
def test_a_fit_that_was_stopped_goes_on_with_the_same_result(tmp_path, spec):
    images, _ = drawn_images(0, 12)
    whole = fitted(spec, tmp_path / "whole")
    counted = Counted(images, broken=40)
    with pytest.raises(OSError, match="disk"):
        fitted(spec, tmp_path / "stopped", images=counted)
    counted.broken, counted.reads, lines = None, [], []
    again = fitted(spec, tmp_path / "stopped", images=counted, say=lines.append)
    assert counted.reads == list(range(40, 48))
    assert "describes images: goes on after 40 of 48 images" in lines
    assert same(whole, again)
    counted.reads = []
    assert same(whole, fitted(spec, tmp_path / "stopped", images=counted)) and counted.reads == []


def _killed(folder):
    """Fit until the image at which the process is killed outright."""
    images, _ = drawn_images(0, 12)
    images[40] = functools.partial(os.kill, os.getpid(), signal.SIGKILL)
    fitted(SHORT, folder, images=images)


def test_a_fit_that_was_killed_goes_on_after_what_was_made_sure_of(tmp_path):
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(tmp_path / "killed",))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    counted = Counted(drawn_images(0, 12)[0])
    again = fitted(SHORT, tmp_path / "killed", images=counted)
    assert counted.reads == list(range(FLUSH_EVERY, 48))
    assert same(again, fitted(SHORT, tmp_path / "whole"))


def test_a_fit_stopped_between_classifiers_goes_on(tmp_path, monkeypatch):
    whole = fitted(FISHER_SPEC, tmp_path / "whole")
    from repro.baselines.images import classify

    trained, most = [], 3

    def stops(job, **settings):
        if len(trained) == most:
            raise KeyboardInterrupt
        trained.append(job.file.name)
        return run(job, **settings)

    run = classify._run
    monkeypatch.setattr(classify, "_run", stops)
    with pytest.raises(KeyboardInterrupt):
        fitted(FISHER_SPEC, tmp_path / "stopped")
    most = 100
    again = fitted(FISHER_SPEC, tmp_path / "stopped")
    assert same(whole, again) and len(trained) == len(set(trained)) == 8  # 2 channels, 2 groups of classes, twice
    assert again.costs.wall_s["describe"] > 0 and again.costs.num_read == whole.costs.num_read


def test_compressed_signatures_are_an_eighth_of_halves_or_less_and_still_tell_the_classes(tmp_path):
    compressed = fitted(COMPRESSED, tmp_path)
    (codes,) = tmp_path.glob("*/signatures/sift.npy")
    stored = np.load(codes)
    assert stored.dtype == np.uint8 and stored.shape == (48, COMPRESSED.channels[0].num_values // 8)
    images, labels = drawn_images(100, 8)
    assert (compressed.scores_NK(images).argmax(axis=1) == labels).mean() >= 0.9


def test_costs_and_progress_are_told(model, tmp_path):
    costs = model.costs
    assert set(costs.wall_s) == {"vocabularies", "codebooks", "describe", "classifiers"} and min(costs.wall_s.values()) > 0
    assert set(costs.cpu_s) == {channel.name for channel in model.spec.channels} and min(costs.cpu_s.values()) > 0
    assert costs.num_read == 30 + 48 and costs.peak_mib > 10
    lines: list[str] = []
    fitted(model.spec, tmp_path, say=lines.append)
    assert any(line.startswith("describes images: 48 of 48 images in ") for line in lines)
    assert any("of the held-out images right" in line for line in lines)


def test_a_stored_model_comes_back_and_has_the_same_bytes(model, tmp_path):
    for name in ("a.npz", "b.npz"):
        model.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = ClassicalModel.load(tmp_path / "a.npz", spec=model.spec)
    images, _ = drawn_images(100, 2)
    assert (again.scores_NK(images) == model.scores_NK(images)).all()
    assert again.fused.top1 == model.fused.top1 and again.key == model.key and again.costs is None


def test_a_file_that_is_no_such_model_is_refused(model, tmp_path):
    with pytest.raises(FileFormatError, match="does not exist"):
        ClassicalModel.load(tmp_path / "none.npz", spec=model.spec)
    (tmp_path / "bad.npz").write_bytes(b"PK")
    with pytest.raises(FileFormatError, match="is not a model of a classical baseline"):
        ClassicalModel.load(tmp_path / "bad.npz", spec=model.spec)
    model.save(tmp_path / "a.npz")
    with pytest.raises(FileFormatError, match="fitted with another spec"):
        ClassicalModel.load(tmp_path / "a.npz", spec=replace(model.spec, channels=model.spec.channels[:1]))


def test_images_and_labels_that_do_not_fit_are_refused(tmp_path):
    images, labels = drawn_images(0, 12)
    settings = {"spec": SPARSE_SPEC, "num_classes": NUM_CLASSES, "key": 1, "folder": tmp_path, "say": lambda line: None}
    with pytest.raises(ValueError, match="an iterator, which ends after one pass; allowed"):
        fit(iter(images), labels, **settings)
    with pytest.raises(ValueError, match="fewer training images than labels"):
        fit(images[:20], labels, **settings)
    with pytest.raises(ValueError, match="48 training images and 44 labels; allowed: as many"):
        fit(images, labels[:44], **settings)
    with pytest.raises(ValueError, match="labels reach from 0 to 4; allowed: 0 to 3"):
        fit(images, [*labels[1:], 4], **settings)
    with pytest.raises(ValueError, match="allowed: one whole number an image"):
        fit(images, [0.5] * 48, **settings)
    with pytest.raises(ValueError, match="image 0 is float64"):
        describe_images.fit_encoders([np.zeros((9, 9, 3))], 1, _work(tmp_path))


def _work(folder):
    from repro.baselines.fitting.costs import Costs
    from repro.baselines.images.fit_context import FitContext

    return FitContext(spec=SPARSE_SPEC, key=1, num_processes=1, folder=folder / "own", say=lambda line: None, costs=Costs())


def test_specs_that_do_not_fit_together_are_refused():
    hog, lbp = SPARSE_SPEC.channels
    for spec, message in (
        (replace(SPARSE_SPEC, channels=(hog, hog)), "hog, hog; allowed: at least one, each name once"),
        (replace(SPARSE_SPEC, channels=()), "channels are called nothing"),
        (replace(SPARSE_SPEC, channels=FISHER_SPEC.channels), "SparseCoding has FisherEncoding; allowed: SparseEncoding"),
        (replace(SPARSE_SPEC, channels=(replace(hog, encoding=replace(SPARSE, num_words=4)),)), "4 words for 5 neighbours"),
        (replace(SPARSE_SPEC, channels=(replace(hog, grids=((0, 1),)), lbp)), "grids"),
        (replace(SPARSE_SPEC, fusion=replace(SPARSE_SPEC.fusion, weights="best")), "unknown weights 'best'"),
    ):
        with pytest.raises(ValueError, match=message):
            check_spec(spec)
