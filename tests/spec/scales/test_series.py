"""A scale at another size: found by its name, a stand-in at most, and in nothing that a variant ablates another scale."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from repro.artifacts.provenance import plain
from repro.catalogue.check import paper_faults
from repro.catalogue.known import catalogue
from repro.papers import PAPERS
from repro.spec.datasets import STAND_IN
from repro.spec.experiment import Sizing, make_run
from repro.spec.geometry.clips import geometry_of
from repro.spec.names import UnknownName
from repro.spec.recipe import Schedule
from repro.spec.run import Experiment
from repro.spec.scales.series import EPOCHS, IMAGES, WIDTH, ImagePart, SizeOf, VideoPart, WrongSize

ALEXNET, KARPATHY = PAPERS["alexnet"], PAPERS["karpathy"]


def sized(axis: str, share: str) -> SizeOf:
    return SizeOf(axis=axis, share=Fraction(share))


def test_a_quarter_of_the_images_is_seen_twice_as_often_and_gives_half_as_many_updates() -> None:
    schedule = Schedule(rule="epochs", num_epochs=15, drops=(10, 13, 14))
    assert sized(IMAGES, "1/4").schedule(schedule) == replace(schedule, num_epochs=30, drops=(20, 26, 28))


def test_drops_keep_their_place_where_the_number_of_epochs_is_rounded() -> None:
    schedule = Schedule(rule="epochs", num_epochs=15, drops=(10, 13, 14))
    half = sized(IMAGES, "1/2").schedule(schedule)
    assert half.num_epochs == 21  # 15 * sqrt(2) is 21.2
    assert [drop / 21 for drop in half.drops] == pytest.approx([drop / 15 for drop in schedule.drops], rel=1e-12)


def test_epochs_shrink_with_their_share_and_widths_leave_them() -> None:
    schedule = Schedule(rule="plateau", num_epochs=12, patience=4, num_drops=2)
    assert sized(EPOCHS, "1/2").schedule(schedule) == replace(schedule, num_epochs=6, patience=2)
    assert sized(WIDTH, "1/2").schedule(schedule) == schedule
    assert sized(EPOCHS, "1/100").schedule(schedule).num_epochs == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cifar10_images_2of8", "one size has one name; type cifar10_images_1of4"),
        ("cifar10_images_1of1", "that is the scale itself; type cifar10"),
        ("cifar10_images_3of2", "allowed: less than 1"),
        ("cifar10_images_half", "size 'half'; allowed: SCALE_images|width|epochs_MofN"),
        ("cifar10_images_1of0", "size '1of0'"),
        ("cifar10_width_01of2", "size '01of2'"),
        ("cifar10_epochs_.5", "size '.5'"),
    ],
)
def test_a_size_that_cannot_be_is_refused_with_what_to_type(name: str, said: str) -> None:
    with pytest.raises(WrongSize, match="scale") as refused:
        ALEXNET.scale(name)
    assert said in str(refused.value)
    with pytest.raises(WrongSize):
        catalogue().papers_at(name)


@pytest.mark.parametrize("name", ["cifar11_images_1of2", "cifar10_images_1of2_width_1of2", "cifar10_videos_1of2", "_images_1of2"])
def test_a_size_of_no_scale_is_an_unknown_scale(name: str) -> None:
    assert not ALEXNET.has_scale(name)
    with pytest.raises(UnknownName, match="unknown scale"):
        ALEXNET.scale(name)


def test_no_scale_that_is_written_down_may_be_called_like_one_at_a_size() -> None:
    scales = (*ALEXNET.scales, replace(ALEXNET.scale("smoke"), name="smoke_images_1of3"))
    assert list(paper_faults(replace(ALEXNET, scales=scales))) == [
        "scale 'smoke_images_1of3' of alexnet is called like a scale at a size; allowed: names that end otherwise"
    ]


@pytest.mark.parametrize("paper", PAPERS.values(), ids=lambda paper: paper.name)
@pytest.mark.parametrize("axis", [IMAGES, WIDTH, EPOCHS])
def test_a_size_of_any_scale_can_be_run_and_is_never_the_papers_own_data(paper, axis) -> None:
    size = sized(axis, "1/2")
    for base in paper.scales:
        scale = paper.scale(base.name + size.suffix)
        assert scale.evidence != "same data"
        assert scale.evidence == (STAND_IN if base.evidence == "same data" else base.evidence)
        assert not any(dataset.of for dataset in scale.datasets), "no level of it is compared with a printed one"
        assert (scale.num_seeds, scale.variants_per_job) == (base.num_seeds, base.variants_per_job)
        for variant in paper.variants:
            if scale.has(paper.family(variant.name)):
                run = make_run(paper, scale=scale.name, variant=variant.name, seed=1)
                if isinstance(run.experiment, Experiment):
                    geometry_of(run.experiment.network)


@pytest.mark.parametrize("axis", [IMAGES, WIDTH, EPOCHS])
def test_two_arms_differ_at_a_size_in_what_they_differ_in_at_the_scale_itself(axis) -> None:
    size = sized(axis, "1/2")
    for base in ("small", "cifar10"):
        for variant in ALEXNET.variants:
            if variant.base is None or not ALEXNET.scale(base).has(ALEXNET.family(variant.name)):
                continue
            whole, part = (
                [make_run(ALEXNET, scale=scale, variant=name, seed=0) for name in (variant.base, variant.name)]
                for scale in (base, base + size.suffix)
            )
            assert differing(whole) == differing(part), variant.name


def differing(pair) -> set[str]:
    left, right = ({**plain(run.experiment), "dataset": plain(run.dataset)} for run in pair)
    return {key for key in left.keys() | right.keys() if left.get(key) != right.get(key)}


def test_the_width_of_a_variant_and_that_of_a_size_are_apart() -> None:
    """What is ablated stands in the network, and what a scale chooses in its size."""
    run = make_run(ALEXNET, scale="cifar10_width_1of2", variant="width_double", seed=0)
    assert run.trained.network.width == 2
    base = ALEXNET.scale("cifar10").sizing("alexnet")
    assert isinstance(base, Sizing)
    assert run.trained.network.size.width == base.size.width / 2


def test_data_say_in_their_title_and_their_spec_of_which_share_they_are() -> None:
    images, videos = ALEXNET.scale("small_images_1of4").dataset, KARPATHY.scale("small_images_1of4").dataset
    assert isinstance(images, ImagePart)
    assert isinstance(videos, VideoPart)
    assert images.title == "generated images, 1/4 of its training images"
    assert plain(images)["share"] == plain(videos)["share"] == 0.25
    assert images.name == ALEXNET.scale("small").dataset.name


def test_runs_of_two_sizes_draw_apart_and_arms_of_one_size_draw_alike() -> None:
    runs = [
        make_run(ALEXNET, scale=scale, variant=variant, seed=0)
        for scale in ("small", "small_images_1of2", "small_images_1of4")
        for variant in ("full", "no_lrn")
    ]
    keys = [run.key_for("data") for run in runs]
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == 3
