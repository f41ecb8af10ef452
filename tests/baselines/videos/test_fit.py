"""The whole baseline: from videos to probabilities."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest

from repro.artifacts.files import FileFormatError
from repro.baselines.videos.fit import fit
from repro.baselines.videos.mlp import Labelled, combinations, fit_classifier, targets_NK
from repro.baselines.videos.model import HistogramModel
from tests.baselines.specs import SPEC, moving_square, only, stripes

NUM_CLASSES = 4


def videos(first_seed: int, num_each: int) -> tuple[list, list[int]]:
    """Return squares that move right (0) and down (1), and gratings of two orientations (2, 3), as functions."""
    made, labels = [], []
    for seed in range(first_seed, first_seed + num_each):
        made += [functools.partial(moving_square, seed, right=right) for right in (True, False)]
        made += [functools.partial(stripes, seed, angle=angle) for angle in (0.2, 1.2)]
        labels += [0, 1, 2, 3]
    return made, labels


def fitted(spec=SPEC, *, num_each=6, num_processes=1, key=11, **files):
    train, labels = videos(0, num_each)
    validation, validation_labels = videos(100, 2)
    return fit(
        train,
        labels,
        validation_videos=validation,
        validation_labels=validation_labels,
        spec=spec,
        num_classes=NUM_CLASSES,
        key=key,
        num_processes=num_processes,
        **files,
    )


@pytest.fixture(scope="module")
def model():
    return fitted()


def test_held_out_videos_are_told_apart(model):
    held_out, labels = videos(200, 5)
    scores_NK = model.scores_NK(held_out)
    assert scores_NK.shape == (20, 4) and scores_NK.dtype == np.float32
    np.testing.assert_allclose(scores_NK.sum(axis=1), 1, rtol=1e-5)
    # chance is 5 of 20; 13 or more by chance: 1 in 5000
    assert (scores_NK.argmax(axis=1) == labels).sum() >= 13


def test_motion_is_told_apart_by_cuboids_and_not_by_colours():
    held_out, labels = videos(200, 8)
    moving = np.array(labels) < 2
    right = {}
    for name in ("cuboids", "hue_saturation"):
        found_N = fitted(only(name), num_each=10).scores_NK(held_out).argmax(axis=1)
        right[name] = (found_N == labels)[moving].mean()
    assert right["cuboids"] >= 0.75  # 12 of 16; by chance 1 in 26
    assert right["hue_saturation"] <= 0.7


def test_vectors_do_not_depend_on_the_number_of_processes():
    spec = only("hog_sparse", "texton_dense", "cuboids", "color_moments", "faces")
    one, two = (fitted(spec, num_each=2, num_processes=num_processes) for num_processes in (1, 2))
    for name, vocabulary in one.vocabularies.items():
        assert (vocabulary.words_WD == two.vocabularies[name].words_WD).all()
    some, _ = videos(200, 1)
    (one_ND, _), (two_ND, costs) = one.vectors(some), two.vectors(some, num_processes=2)
    assert (one_ND == two_ND).all() and one_ND.shape == (4, spec.num_values)
    assert costs.num_read == 4
    assert (one.scores_NK(some) == two.scores_NK(some)).all()


def test_another_key_draws_other_words(model):
    other = fitted(only("hog_dense"), key=12)
    assert (other.vocabularies["hog_dense"].words_WD != model.vocabularies["hog_dense"].words_WD).any()


def test_every_histogram_of_a_vector_sums_to_one(model):
    vector_ND, _ = model.vectors(videos(300, 1)[0][:1])
    ends = np.cumsum([feature.num_values for feature in SPEC.features])[:-1]
    for part_D in np.split(vector_ND[0], ends):
        np.testing.assert_allclose(part_D.sum(), 1, rtol=1e-5)


def test_costs_are_measured(model):
    costs = model.costs
    assert set(costs.wall_s) == {"vocabularies", "describe", "classifier"} and min(costs.wall_s.values()) > 0
    assert set(costs.cpu_s) == {feature.name for feature in SPEC.features}
    assert costs.num_read == 24 + 24 + 8  # sampled, described, validation
    assert costs.peak_mib > 10


def test_a_stored_model_comes_back_and_has_the_same_bytes(model, tmp_path):
    for name in ("a.npz", "b.npz"):
        model.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = HistogramModel.load(tmp_path / "a.npz", spec=SPEC)
    some, _ = videos(200, 1)
    assert (again.scores_NK(some) == model.scores_NK(some)).all()
    assert again.classifier.trials == model.classifier.trials and again.key == model.key


def test_a_file_that_is_no_such_model_is_refused(model, tmp_path):
    with pytest.raises(FileFormatError, match="does not exist"):
        HistogramModel.load(tmp_path / "none.npz", spec=SPEC)
    (tmp_path / "bad.npz").write_bytes(b"PK")
    with pytest.raises(FileFormatError, match="is not a model of feature histograms"):
        HistogramModel.load(tmp_path / "bad.npz", spec=SPEC)
    model.save(tmp_path / "a.npz")
    with pytest.raises(FileFormatError, match="fitted with another spec"):
        HistogramModel.load(tmp_path / "a.npz", spec=replace(SPEC, normalisation="cell"))


def test_vectors_may_lie_on_disk(tmp_path):
    spec = only("color_moments", "hue_saturation")
    on_disk = fitted(spec, vectors_file=tmp_path / "vectors.npy")
    some, _ = videos(200, 1)
    assert (on_disk.scores_NK(some) == fitted(spec).scores_NK(some)).all()
    assert np.load(tmp_path / "vectors.npy").shape == (24, spec.num_values)


def test_videos_that_can_be_read_once_and_labels_that_do_not_fit_are_refused():
    train, labels = videos(0, 1)
    arguments = {"validation_videos": train, "spec": only("hue_saturation"), "num_classes": 4, "key": 1}
    with pytest.raises(ValueError, match="an iterator, which ends after one pass; allowed"):
        fit(iter(train), labels, validation_labels=labels, **arguments)
    with pytest.raises(ValueError, match="4 training videos and 3 labels"):
        fit(train, labels[:3], validation_labels=labels, **arguments)
    with pytest.raises(ValueError, match="4 validation videos and 3 labels"):
        fit(train, labels, validation_labels=labels[:3], **arguments)
    with pytest.raises(ValueError, match=r"video 1 has labels \(4,\); allowed: one or more of 0 to 3"):
        fit(train, [0, 4, 0, 0], validation_labels=labels, **arguments)


def test_the_error_of_a_video_names_it_from_another_process_too():
    train, labels = videos(0, 1)
    train[2] = np.zeros((5, 8, 8), np.uint8)
    arguments = {"validation_videos": train, "validation_labels": labels, "spec": only("hue_saturation")}
    for num_processes in (1, 2):
        with pytest.raises(ValueError, match=r"video 2 has shape .* grey values"):
            fit(train, labels, num_classes=4, key=1, num_processes=num_processes, **arguments)


def test_the_sample_refuses_what_is_no_video():
    train, labels = videos(0, 1)
    train[2] = np.zeros((5, 8, 8), np.uint8)
    spec = only("color_moments")
    with pytest.raises(ValueError, match=r"video 2 has shape .* grey values"):
        fit(train, labels, validation_videos=train, validation_labels=labels, spec=spec, num_classes=4, key=1)


def test_labels_of_a_video_share_its_probability():
    assert targets_NK([(1,), (0, 2)], num_classes=3).tolist() == [[0, 1, 0], [0.5, 0, 0.5]]
    with pytest.raises(ValueError, match=r"video 0 has labels \(1, 1\)"):
        targets_NK([(1, 1)], num_classes=3)


def clusters(seed: int, num: int) -> Labelled:
    """Return vectors whose class is whether their two values are on the same side: no linear rule tells it."""
    draws = np.random.default_rng(seed)
    vector_ND = draws.uniform(-1, 1, (num, 2)).astype(np.float32)
    return Labelled(vector_ND=vector_ND, target_NK=np.eye(2, dtype=np.float32)[(vector_ND.prod(axis=1) > 0).astype(int)])


def test_the_best_of_the_grid_on_validation_is_kept():
    search = replace(
        SPEC.classifier,
        hidden_units=((), (16,), (16, 16)),
        learning_rates=(1e-6, 0.05),
        input_scalings=("standard",),
        num_epochs=30,
        batch_size=16,
    )
    made = fit_classifier(clusters(0, 200), validation=clusters(1, 200), search=search, key=3)
    assert len(made.trials) == len(combinations(search)) == 6
    assert made.choice.hidden_units and made.choice.learning_rate == 0.05
    chosen = next(trial for trial in made.trials if trial.choice == made.choice)
    assert chosen.hit1 == max(trial.hit1 for trial in made.trials) > 0.9
    linear = [trial.hit1 for trial in made.trials if not trial.choice.hidden_units]
    assert max(linear) < 0.7
    test = clusters(2, 200)
    found_N = made.probabilities_NK(test.vector_ND).argmax(axis=1)
    assert (found_N == test.target_NK.argmax(axis=1)).mean() > 0.9


@pytest.mark.parametrize("name", ["none", "root", "standard"])
def test_the_classifier_sees_mean_zero_and_mean_square_one(name):
    draws = np.random.default_rng(4)
    vector_ND = (draws.uniform(0, 1, (60, 3)) * [1, 0.1, 0]).astype(np.float32)  # one value is always 0
    data = Labelled(vector_ND=vector_ND, target_NK=np.eye(2, dtype=np.float32)[np.arange(60) % 2])
    search = replace(SPEC.classifier, input_scalings=(name,), num_epochs=1)
    made = fit_classifier(data, validation=data, search=search, key=3)
    seen_ND = ((np.sqrt(vector_ND) if name == "root" else vector_ND) - made.shift_D) * made.factor_D
    np.testing.assert_allclose(seen_ND.mean(axis=0), 0, atol=1e-5)
    square_D = (seen_ND**2).mean(axis=0)
    if name == "standard":
        np.testing.assert_allclose(square_D, [1, 1, 0], rtol=1e-4)
    else:  # one factor: what varied more still does
        np.testing.assert_allclose(square_D.mean(), 1, rtol=1e-4)
        assert square_D[0] > 5 * square_D[1] > 0 and square_D[2] == 0


@pytest.mark.gpu
def test_a_gpu_trains_the_same_classifier():
    # the sums of the two devices differ in their last digits, 15 short epochs do not drive them further apart than this
    search = replace(SPEC.classifier, num_epochs=15, input_scalings=("standard",))
    cpu, gpu = (
        fit_classifier(clusters(0, 200), validation=clusters(1, 100), search=search, key=3, device=name)
        for name in ("cpu", "cuda")
    )
    test_ND = clusters(2, 100).vector_ND
    np.testing.assert_allclose(gpu.probabilities_NK(test_ND, device="cuda"), cpu.probabilities_NK(test_ND), atol=2e-2)


def test_dropout_changes_training_and_the_same_key_repeats_it():
    search = replace(SPEC.classifier, input_scalings=("none",), num_epochs=3)
    weights = [
        fit_classifier(
            clusters(0, 60), validation=clusters(1, 20), search=replace(search, dropout_rates=(rate,)), key=3
        ).weights_UU[0]
        for rate in (0.0, 0.5, 0.5)
    ]
    assert (weights[0] != weights[1]).any() and (weights[1] == weights[2]).all()


def test_a_grid_that_diverges_is_an_error_and_so_is_tuning_on_nothing():
    search = replace(SPEC.classifier, learning_rates=(1e12,), input_scalings=("standard",))
    with pytest.raises(ValueError, match="none of 1 combinations of the grid stayed finite"):
        fit_classifier(clusters(0, 60), validation=clusters(1, 20), search=search, key=3)
    with pytest.raises(ValueError, match="0 validation videos; allowed: 1 or more"):
        fit_classifier(clusters(0, 60), validation=clusters(1, 0), search=search, key=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rates": ()}, "the grid of the classifier is empty"),
        ({"input_scalings": ("log",)}, "unknown input scaling 'log'; allowed: none, root, standard"),
        ({"dropout_rates": (1.0,)}, "dropout rate is 1.0; allowed"),
    ],
)
def test_grids_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        combinations(replace(SPEC.classifier, **change))
