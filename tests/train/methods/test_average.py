"""The average stage: means of finished runs, weights from held-out examples, and members that cannot be averaged."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from repro.artifacts.files import FileFormatError, data_folder, run_folder, sha256_file
from repro.artifacts.run_json import MemberData, read_run
from repro.artifacts.scores import read_scores
from repro.evaluate.ensemble import searched_weights
from repro.evaluate.metrics import top_k_error
from repro.papers import PAPERS
from repro.spec.experiment import make_run
from repro.spec.recipe import Schedule
from repro.spec.run import Member
from repro.train.methods.average import average_runs, member_ids
from repro.train.networks.images import open_images
from repro.train.networks.run import train_runs
from repro.train.runs.job import RunsFailed
from tests.tiny import ONE_THREAD, write_prepared

ALEXNET = PAPERS["alexnet"]
PROTOCOLS = ("center", "center_mirror", "five_crop", "ten_crop")


def trained_run(variant="full", seed=0, *, learning_rate=0.01, num_epochs=1):
    run = make_run(ALEXNET, scale="smoke", variant=variant, seed=seed)
    recipe = dataclasses.replace(
        run.experiment.recipe,
        batch_size=16,
        schedule=Schedule(rule="epochs", num_epochs=num_epochs),
        optimizer=dataclasses.replace(run.experiment.recipe.optimizer, learning_rate=learning_rate),
    )
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, recipe=recipe))


def ensemble_run(variant="five_seeds", seed=0, *, members=None, **changes):
    """Return an ensemble, of two seeds of the net unless `members` are given."""
    run = make_run(ALEXNET, scale="smoke", variant=variant, seed=seed)
    chosen = members or (Member(variant="full", num=2),)
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, members=chosen, **changes))


BOTH_DATA = (Member(variant="full"), Member(variant="full_all_images"))


def train(results, *runs):
    train_runs(runs, open_data=open_images, results=results, compute=ONE_THREAD, say=lambda line: None)


def average(results, *runs, said=None):
    say = (said if said is not None else []).append
    average_runs(runs, results=results, compute=ONE_THREAD, say=say)


def document_of(results, run_id):
    return read_run(results, run_id)


def scores_of(results, run_id, *, split="test", protocol="ten_crop"):
    return read_scores(run_folder(results, run_id) / f"scores.{split}.{protocol}.npz")


def write_all_images(results, *, num_test=23):
    """Write data with more training images and none held out, whose test images are those of the other data where `num_test` is.

    The pixels of a split depend on its position: `nothing` stands where the other data have their held-out images.
    """
    folder = data_folder(results, "smoke", "procedural_all")
    write_prepared(folder, num={"train": 60, "nothing": 1, "test": num_test}, name="procedural_all")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two data sets with the same test images, the second with more training images and none held out; three runs."""
    folder = tmp_path_factory.mktemp("trained")
    write_prepared(data_folder(folder, "smoke", "procedural"), num={"train": 50, "validation": 10, "test": 23})
    write_all_images(folder)
    train(folder, trained_run(seed=0), trained_run(seed=1))
    train(folder, trained_run("full_all_images"))
    return folder


@pytest.fixture
def results(trained, tmp_path):
    """Return a copy, which a test may change."""
    return shutil.copytree(trained, tmp_path / "results")


def test_an_average_is_the_mean_of_its_members_scores_by_every_protocol(results):
    run = ensemble_run()
    average(results, run)
    document = document_of(results, run.id)
    assert {(entry.split, entry.protocol) for entry in document.scores} == {("test", name) for name in PROTOCOLS}
    for entry in document.scores:
        assert sha256_file(run_folder(results, run.id) / entry.file) == entry.sha256
        members = [scores_of(results, name, protocol=entry.protocol) for name in member_ids(run, run.experiment)]
        found = scores_of(results, run.id, protocol=entry.protocol)
        np.testing.assert_allclose(found.scores_NK, np.mean([m.scores_NK for m in members], axis=0), rtol=1e-6)
        assert np.array_equal(found.label_N, members[0].label_N)
        assert found.run == run.id


def test_its_record_names_each_member_with_weight_data_and_its_own_error(results):
    run = ensemble_run()
    average(results, run)
    document = document_of(results, run.id)
    assert (document.method, document.status) == ("ensemble", "ok")
    assert [item.run for item in document.ensemble.members] == ["smoke/alexnet/full/0", "smoke/alexnet/full/1"]
    for item in document.ensemble.members:
        assert item.weight == 0.5
        own = scores_of(results, item.run)
        assert item.test_errors["ten_crop"] == top_k_error(own.scores_NK, own.labels, k=1)
        assert item.dataset == MemberData(name="procedural", digest=document_of(results, item.run).dataset.digest)
    assert document.ensemble.num_parameters == 2 * document_of(results, "smoke/alexnet/full/0").network.num_parameters
    assert document.costs.train_s == pytest.approx(
        sum(document_of(results, m).costs.train_s for m in member_ids(run, run.experiment))
    )


def test_searched_weights_are_those_of_the_validation_scores_and_are_used_on_the_test_scores(results):
    run = ensemble_run("five_seeds_searched")
    average(results, run)
    names = member_ids(run, run.experiment)
    weights = searched_weights([scores_of(results, name, split="validation", protocol="center") for name in names])
    assert [item.weight for item in document_of(results, run.id).ensemble.members] == weights.tolist()
    expected = sum(weight * scores_of(results, name).scores_NK for weight, name in zip(weights, names, strict=True))
    np.testing.assert_allclose(scores_of(results, run.id).scores_NK, expected, rtol=1e-5)


@pytest.mark.parametrize("variant", ["five_seeds", "five_seeds_searched"])
def test_the_same_members_give_the_same_bytes_and_a_finished_average_is_kept(results, tmp_path, variant):
    run, said = ensemble_run(variant), []
    average(results, run)
    first = [entry.sha256 for entry in document_of(results, run.id).scores]
    average(results, run, said=said)
    assert said == [f"alexnet/{variant} seed 0: finished before; kept"]
    shutil.rmtree(run_folder(results, run.id))
    average(results, run)
    assert [entry.sha256 for entry in document_of(results, run.id).scores] == first


def test_a_member_that_was_trained_again_makes_it_average_again(results):
    run = ensemble_run()
    average(results, run)
    first = scores_of(results, run.id).scores_NK
    train(results, trained_run(seed=1, learning_rate=0.003))
    said = []
    average(results, run, said=said)
    assert "finished before; kept" not in " ".join(said)
    assert not np.array_equal(scores_of(results, run.id).scores_NK, first)


def test_run_s_averages_the_seeds_that_no_other_run_has():
    ids = [member_ids(ensemble_run(seed=seed), ensemble_run(seed=seed).experiment) for seed in range(3)]
    assert [[int(name.rpartition("/")[2]) for name in names] for names in ids] == [[0, 1], [2, 3], [4, 5]]


def test_members_of_different_data_are_averaged_where_their_test_examples_agree(results):
    run = ensemble_run(members=BOTH_DATA)
    average(results, run)
    document = document_of(results, run.id)
    assert [item.dataset.name for item in document.ensemble.members] == ["procedural", "procedural_all"]
    digests = [item.dataset.digest for item in document.ensemble.members]
    assert digests[0] != digests[1]
    assert document.dataset.digest == digests[0]
    assert document.num_train_examples == 60
    turned = ensemble_run(members=BOTH_DATA[::-1])
    average(results, turned)
    assert document_of(results, run.id).dataset.digest == digests[0], "the run's own data, whichever member comes first"


def test_members_whose_test_examples_differ_are_refused(results):
    shutil.rmtree(data_folder(results, "smoke", "procedural_all"))
    write_all_images(results, num_test=21)
    train(results, trained_run("full_all_images"))
    run = ensemble_run(members=BOTH_DATA)
    with pytest.raises(ValueError, match=r"full/0 and smoke/alexnet/full_all_images/0 scored different examples of test"):
        average(results, run)
    assert not (run_folder(results, run.id) / "run.json").exists()


def test_members_of_two_versions_of_the_same_data_are_refused(results):
    shutil.rmtree(data_folder(results, "smoke", "procedural"))
    write_prepared(data_folder(results, "smoke", "procedural"), num={"train": 40, "validation": 10, "test": 23})
    train(results, trained_run(seed=1))
    with pytest.raises(ValueError, match="trained on different versions of the data procedural; train them again"):
        average(results, ensemble_run())


def test_an_average_without_a_member_of_its_own_data_is_refused(results):
    with pytest.raises(ValueError, match=r"is of the data procedural, and its members had procedural_all"):
        average(results, ensemble_run(members=(Member(variant="full_all_images"),)))


def test_weights_cannot_be_searched_where_a_member_holds_out_nothing(results):
    run = ensemble_run("five_seeds_searched", members=BOTH_DATA)
    with pytest.raises(ValueError, match=r"full_all_images/0 has no scores of any; give the data set num_validation above 0"):
        average(results, run)


def test_a_member_that_is_not_finished_is_an_error_that_says_how_to_train_it(results):
    run = ensemble_run(seed=1)
    with pytest.raises(FileFormatError, match=r"full/2, which is not finished.*--variant full --seeds 2"):
        average(results, run)


def test_a_member_that_diverged_is_an_error(results):
    train(results, trained_run(seed=1, learning_rate=1e30, num_epochs=3))
    with pytest.raises(FileFormatError, match="full/1, which diverged and has no scores; it cannot be averaged"):
        average(results, ensemble_run())


@pytest.mark.parametrize("damage", ["a byte less", "gone"])
def test_damaged_scores_of_a_member_are_refused_by_name(results, damage):
    path = run_folder(results, "smoke/alexnet/full/1") / "scores.test.five_crop.npz"
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        FileFormatError, match=r"scores\.test\.five_crop\.npz (was changed|cannot be read).*train run .*full/1 again"
    ):
        average(results, ensemble_run())


def test_unknown_weights_are_named_with_those_that_are_allowed(results):
    with pytest.raises(ValueError, match="unknown weights 'median'; allowed: equal, validation"):
        average(results, ensemble_run(weights="median"))


def test_of_several_averages_those_that_can_be_made_are(results):
    with pytest.raises(RunsFailed, match=r"1 of 2 runs failed: smoke/alexnet/five_seeds/1"):
        average(results, ensemble_run(seed=1), ensemble_run(seed=0))
    assert document_of(results, ensemble_run().id).status == "ok"
