"""Effects over the sizes of a scale: found again as they were planted, and what is no series refused in a line."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from repro.analyse.collect.collect import collect
from repro.analyse.judge.judge import judge
from repro.analyse.sizes.effects import outcome, papers_size, seeds_differ
from repro.analyse.sizes.series import CannotFit, LackingSizes, again, siblings, sizes_in
from repro.artifacts.dataset_json import read_dataset, write_dataset
from repro.artifacts.judged.sizes_json import EffectOverSizes, SizesJson, read_sizes, write_sizes
from repro.artifacts.run_json import read_run
from repro.spec.experiment import make_run
from tests.analyse.sizes.made import ALEXNET, EFFECTS, PAPERS_KNOWN, SCALES, make_series, make_size
from tests.fabricate import change_run
from tests.once import made_once

LRN, CROP, DROPOUT = "A.S3.3.lrn.top1", "A.S4.1.crop", "A.S4.2.dropout.overfit"


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of four sizes, to be read alone."""
    return made_once(tmp_path_factory, "sizes", make_series) / "small"


@pytest.fixture
def own(series: Path, tmp_path: Path) -> Path:
    """A copy of these results, to be changed; the folder of the whole."""
    shutil.copytree(series.parent, tmp_path / "results")
    return tmp_path / "results" / "small"


def found(whole: Path) -> SizesJson:
    ((_, sizes),) = sizes_in(siblings(whole, PAPERS_KNOWN), PAPERS_KNOWN)
    return sizes


def effect(sizes: SizesJson, claim: str) -> EffectOverSizes:
    return next(item for item in sizes.effects if item.claim == claim)


def test_what_was_planted_is_found_at_every_size_and_as_a_line(series: Path) -> None:
    sizes = found(series)
    assert (sizes.scale, sizes.along, sizes.data) == ("small", "images", "generated images")
    assert [item.scale for item in sizes.folders] == list(SCALES)
    assert [item.share for item in sizes.folders] == ["1/8", "1/4", "1/2", "1"]
    for claim, variant in ((LRN, "no_lrn"), (CROP, "no_augment"), (DROPOUT, "no_dropout")):
        start, slope = EFFECTS[variant]
        one = effect(sizes, claim)
        assert [point.size for point in one.used] == [56, 112, 224, 448]
        for place, point in enumerate(one.used):
            assert point.effect is not None
            assert point.effect.estimate == pytest.approx(start + place * slope, abs=0.02)  # seeds and 200 test images
        assert one.line is not None
        low, high = one.line.per_doubling.ci95 or (0, 0)
        assert low <= slope <= high
        assert one.line.per_doubling.estimate == pytest.approx(slope, abs=0.01)


def test_a_claim_about_a_gap_is_drawn_as_a_ratio_of_errors_without_a_printed_size(series: Path) -> None:
    crop = effect(found(series), CROP)
    assert (crop.metric, crop.protocol, crop.title) == ("top1_error", "ten_crop", "Translations and reflections")
    assert crop.drawn_on is not None
    assert crop.drawn_on.paper is None
    assert crop.drawn_on.size == 1_200_000


def test_the_papers_effect_stands_at_the_papers_size_with_others_beside(series: Path) -> None:
    lrn = effect(found(series), LRN)
    assert lrn.drawn_on is not None
    assert lrn.drawn_on.times == pytest.approx(1_200_000 / 448)
    assert lrn.drawn_on.paper == pytest.approx(math.log(0.42034 / 0.40664), abs=1e-4)
    assert any(item.same_quantity for item in lrn.others)
    low, high = lrn.drawn_on.predicted90
    band = lrn.drawn_on.effect.ci90 or (0, 0)
    assert low <= band[0] < lrn.drawn_on.effect.estimate < band[1] <= high
    assert lrn.drawn_on.effect.estimate == pytest.approx(-0.05 + 0.05 * math.log2(1_200_000 / 56), abs=0.1)


@pytest.mark.parametrize(
    ("predicted", "printed", "says"),
    [
        ((-0.1, 0.1), 0.03, "too_wide"),
        ((0.01, 0.1), 0.03, "printed"),
        ((-0.1, 0.02), 0.03, "none"),
        ((0.05, 0.1), 0.03, "neither"),
        ((-0.1, -0.05), 0.03, "neither"),
        ((-0.1, 0.1), None, "none"),
        ((0.05, 0.1), None, "some"),
    ],
)
def test_what_is_said_of_a_line_that_is_drawn_on_is_no_verdict(predicted, printed, says) -> None:
    assert outcome(predicted, printed) == says


def test_along_width_and_epochs_the_paper_has_its_printed_net() -> None:
    claim = next(item for item in ALEXNET.claims if item.id == LRN)
    assert papers_size(ALEXNET, claim, along="width") == 1
    assert papers_size(ALEXNET, claim, along="epochs") == 90


def test_the_file_is_read_back_and_calculated_again(own: Path) -> None:
    sizes = found(own)
    path = write_sizes(own, sizes)
    assert path.name == "sizes_images.json"
    assert read_sizes(path) == sizes
    assert again(path, PAPERS_KNOWN) == ()


def test_a_forged_line_is_named(own: Path) -> None:
    sizes = found(own)
    lrn = effect(sizes, LRN)
    assert lrn.line is not None
    forged = replace(lrn, line=replace(lrn.line, slope=0.5))
    path = write_sizes(own, replace(sizes, effects=tuple(forged if one is lrn else one for one in sizes.effects)))
    assert again(path, PAPERS_KNOWN) == (
        f"{path} states other numbers than the results give; type python -m repro sizes {own} again",
    )


def test_sizes_that_were_judged_again_or_are_gone_are_named(own: Path) -> None:
    path = write_sizes(own, found(own))
    make_size(own.parent, SCALES[1], place=1, error=0.49)
    (said,) = again(path, PAPERS_KNOWN)
    assert "another claims.json of small_images_1of4" in said
    shutil.rmtree(own.parent / SCALES[1])
    with pytest.raises(LackingSizes, match="results of small_images_1of4"):
        again(path, PAPERS_KNOWN)


def test_fewer_than_three_sizes_are_refused_with_what_to_type(own: Path) -> None:
    for scale in SCALES[:2]:
        shutil.rmtree(own.parent / scale)
    with pytest.raises(CannotFit) as refused:
        found(own)
    assert str(refused.value) == (
        "small_images_1of2 and small: 2 sizes; allowed: 3 and more along one axis; type snakemake --cores all sizes --config "
        "scale=small_images_1of4"
    )
    shutil.rmtree(own.parent / SCALES[2])
    with pytest.raises(CannotFit, match="has no other size beside it"):
        found(own)


def test_a_size_that_is_there_twice_is_refused_with_both(own: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / SCALES[0]
    shutil.copytree(own.parent / SCALES[0], other)
    with pytest.raises(CannotFit, match="are of one size; allowed: each size once") as refused:
        sizes_in([*siblings(own, PAPERS_KNOWN), other], PAPERS_KNOWN)
    assert str(other) in str(refused.value)
    assert str(own.parent / SCALES[0]) in str(refused.value)


def test_sizes_of_other_data_are_refused_with_both(own: Path) -> None:
    folder = own.parent / SCALES[1] / "data" / "procedural"
    data = read_dataset(folder)
    test = data.splits["test"]
    other = replace(test, index=replace(test.index, sha256="0" * 64))
    write_dataset(folder, replace(data, splits={**data.splits, "test": other}))
    with pytest.raises(CannotFit, match="other test examples of 'procedural'") as refused:
        found(own)
    assert str(own) in str(refused.value)
    assert str(own.parent / SCALES[1]) in str(refused.value)


def test_sizes_without_what_describes_their_data_are_refused(own: Path) -> None:
    (own / "data" / "procedural" / "dataset.json").unlink()
    with pytest.raises(CannotFit, match="nothing shows of which data"):
        found(own)


def test_sizes_of_two_scales_are_refused(own: Path, tmp_path: Path) -> None:
    other = make_size(tmp_path / "more", "smoke", place=0)
    with pytest.raises(CannotFit, match=r"is of scale small and .* of smoke"):
        sizes_in([own, other], PAPERS_KNOWN)


def test_sizes_trained_by_other_code_have_no_line_and_both_are_named(own: Path) -> None:
    scale = SCALES[0]
    runs = [make_run(ALEXNET, scale=scale, variant=name, seed=seed) for name in ("full", *EFFECTS) for seed in range(3)]
    for run in runs:
        record = read_run(own.parent, run.id)
        change_run(own.parent, run.id, code_digest="f" * 64, identity={**record.identity, "code": "f" * 64})
    collect(runs, papers=[ALEXNET], results=own.parent)
    judge([ALEXNET], scale=scale, results=own.parent)
    lrn = effect(found(own), LRN)
    assert lrn.line is None
    assert "small_images_1of8 was trained by other code (ffffffffffff) than small_images_1of4 (" in lrn.reason
    assert "verify RESULTS --carry 1" in lrn.reason


def test_an_arm_that_never_left_chance_is_left_out_with_the_reason(own: Path) -> None:
    make_size(own.parent, SCALES[0], place=0, error=0.90)
    lrn = effect(found(own), LRN)
    assert [point.scale for point in lrn.used] == list(SCALES[1:])
    left_out = lrn.points[0]
    assert left_out.why.startswith(left_out.verdict)
    assert left_out.verdict in ("DID-NOT-TRAIN", "INVALID")
    assert lrn.line is not None
    assert lrn.line.df == 1


def test_too_few_sizes_with_an_effect_give_no_line_and_say_so(own: Path) -> None:
    for place, scale in enumerate(SCALES[:2]):
        make_size(own.parent, scale, place=place, error=0.95)
    lrn = effect(found(own), LRN)
    assert lrn.line is None
    assert lrn.drawn_on is None
    assert lrn.reason == "2 sizes have an effect; a line needs 3"


def test_an_arm_that_lacks_a_planned_seed_is_left_out(own: Path) -> None:
    scale = SCALES[2]
    shutil.rmtree(own.parent / scale / "runs" / "alexnet" / "no_lrn" / "2")
    there = [("full", 3), ("no_lrn", 2), ("no_augment", 3), ("no_dropout", 3)]
    runs = [make_run(ALEXNET, scale=scale, variant=name, seed=seed) for name, num in there for seed in range(num)]
    collect(runs, papers=[ALEXNET], results=own.parent)
    judge([ALEXNET], scale=scale, results=own.parent)
    point = next(point for point in effect(found(own), LRN).points if point.scale == scale)
    assert point.why.startswith("INCOMPLETE"), "a planned seed is lacking, so that the claim is not judged"


def test_arms_that_were_planned_with_different_seeds_are_remarked() -> None:
    assert seeds_differ({"full": 5, "no_lrn": 3}) == "arms of different numbers of seeds: full 5 and no_lrn 3"
    assert seeds_differ({"full": 3, "no_lrn": 3}) == ""
