"""A search holds out whole what it compares by, from where the scale's data came, and knows what it needs next."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from repro.data.files.prepared_from import remember_source
from repro.planning.deciding.train import Place
from repro.planning.tuning.asked import CannotTune, grid_of
from repro.planning.tuning.search import Search, prepare_command, prepare_search, search_scale
from tests.analyse.judging import ALEXNET
from tests.fabricate import Truth, fabricate_dataset

PLACE = Place(results=Path("r"), options=("--device", "cpu", "--catalogue", "mine.py"), threads=2)


def prepared(results: Path, scale: str) -> Path:
    """The prepared data of a scale, of which 400 examples are for training."""
    dataset = ALEXNET.scale(scale).dataset
    folder = results / scale / "data" / dataset.name
    fabricate_dataset(dataset, folder=folder, truth=Truth(num_examples=400))
    return folder


def test_a_tenth_is_held_out_where_nothing_is_and_nothing_more_where_something_is(tmp_path: Path) -> None:
    prepared(tmp_path, "cifar10")
    prepared(tmp_path, "smoke")
    asked = {"results": tmp_path, "held_out": 0.1}
    assert search_scale(ALEXNET, ["full", "no_lrn"], scale="cifar10", **asked) == "cifar10_search_40"
    assert search_scale(ALEXNET, ["full", "no_lrn"], scale="smoke", **asked) == "smoke_search_0"


def test_data_that_are_not_prepared_or_too_few_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotTune, match=r"are not prepared in .*; type python -m repro prepare --paper alexnet --scale cifar10"):
        search_scale(ALEXNET, ["full"], scale="cifar10", results=tmp_path, held_out=0.1)
    prepared(tmp_path, "cifar10")
    with pytest.raises(CannotTune, match=r"4 training examples would be held out \(400 are there\); allowed: 10 and more"):
        search_scale(ALEXNET, ["full"], scale="cifar10", results=tmp_path, held_out=0.01)


def test_data_are_prepared_again_from_where_they_lay_and_with_the_title_that_they_have(tmp_path: Path) -> None:
    folder = prepared(tmp_path, "cifar10")
    remember_source(folder, tmp_path, max_left_out=0.2)
    search = Search(paper=ALEXNET, scale="cifar10_search_40", seeds=(1000, 1001), results=tmp_path)
    words = prepare_command(search, ALEXNET.scale("cifar10_search_40").dataset, PLACE)
    told = dict(pairwise(words))
    assert told["--scale"] == "cifar10_search_40" and told["--source"] == str(tmp_path)
    assert told["--results"] == str(tmp_path / "cifar10" / "tuning") and told["--max-left-out"] == "0.2"
    assert told["--catalogue"] == "mine.py" and "--device" not in words


def test_data_that_hold_something_out_are_those_of_the_scale(tmp_path: Path) -> None:
    prepared(tmp_path, "smoke")
    search = Search(paper=ALEXNET, scale="smoke_search_0", seeds=(1000,), results=tmp_path)
    grid = grid_of(ALEXNET, "full", scale="smoke")
    assert grid is not None
    prepare_search(search, search.runs("full", 2.0, grid=grid), PLACE, say=print)
    link = tmp_path / "smoke" / "tuning" / "smoke_search_0" / "data" / "procedural"
    assert link.is_symlink() and (link / "dataset.json").is_file()


def test_the_first_step_of_a_search_are_all_rates_of_its_grid(tmp_path: Path) -> None:
    search = Search(paper=ALEXNET, scale="cifar10_search_40", seeds=(1000, 1001, 1002), results=tmp_path)
    grid = grid_of(ALEXNET, "no_lrn", scale="cifar10")
    assert grid is not None and grid_of(ALEXNET, "sift_fisher", scale="cifar10") is None
    runs = search.lacking("no_lrn", grid=grid)
    names = ("no_lrn_rate_x1of2", "no_lrn", "no_lrn_rate_x2")
    assert [run.id for run in runs] == [f"cifar10_search_40/alexnet/{name}/{seed}" for name in names for seed in search.seeds]
    # What begins with the weights of another net needs that net there, too.
    begun = search.lacking("cnn_pretrained", grid=grid)
    assert {run.variant for run in begun} > {"cnn_pretrained_rate_x2", "cnn_pretrained"}
