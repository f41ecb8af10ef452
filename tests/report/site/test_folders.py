"""What may be typed as results, and what is said where it may not."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from repro.artifacts.files import FileFormatError
from repro.papers import PAPERS
from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.report.site.folders import find, read_sources
from tests.published import CIFAR10, GESTURES, IMAGENETTE, PARTS, PUBLISHED, SPEED, UCF101

ALL = tuple(PAPERS.values())
PHOTOS = PUBLISHED / IMAGENETTE / "folders"


def read(folder: Path, papers=ALL):
    return read_sources(find([folder]).scales, papers, unjudged={}, out=folder.parent / "site")


@pytest.fixture
def photos(tmp_path) -> Path:
    return Path(shutil.copytree(PHOTOS.parent, tmp_path / "photos")) / "folders"


def test_a_folder_of_a_scale_one_above_it_and_one_above_several_are_found():
    assert find([PHOTOS]).scales == (PHOTOS.resolve(),)
    assert find([PHOTOS.parent]).scales == (PHOTOS.resolve(),)
    assert len(find([PUBLISHED]).scales) == len(list(PUBLISHED.glob("*/*/published.json")))
    assert [path.name for path in find([PUBLISHED]).benchmarks] == ["two_epyc_cores.json"]


def test_the_same_folder_typed_twice_is_one_source():
    assert find([PHOTOS, PHOTOS.parent, PUBLISHED, PHOTOS]).scales == find([PHOTOS, PUBLISHED]).scales


def test_folders_of_one_scale_are_told_apart_by_what_holds_them(published_site):
    assert [source.key for source in published_site.sources] == [
        CIFAR10,
        GESTURES,
        PARTS,
        IMAGENETTE,
        UCF101,
    ]


def test_data_have_the_name_by_which_a_reader_knows_them(published_site):
    assert [source.title for source in published_site.sources] == [
        "CIFAR-10",
        "Pointing gestures",
        "Ten classes of ImageNet (parts)",
        "Ten classes of ImageNet",
        "Nine classes of UCF-101",
    ]
    dates = [source.date for source in published_site.sources]
    assert dates == ["2026-11-25", "2026-11-30", "2026-11-30", "2026-11-28", "2026-11-30"]
    gestures = published_site.sources[1]
    own, other = "149 training and 68 test videos of 10 classes", "320 training and 122 test videos of 9 classes"
    assert gestures.about == f"{own}; Nine classes of UCF-101: {other}"
    seen, transferred = (gestures.entries[name] for name in ("B.S4.1.slow_single.vid1", "B.S4.2.all_scratch"))
    assert [gestures.data_of(entry) for entry in (seen, transferred)] == ["Pointing gestures", "Nine classes of UCF-101"]
    assert [gestures.about_of(entry) for entry in (seen, transferred)] == [own, other]
    both = replace(seen, chosen=("slow_fusion", "transfer_all"))
    assert gestures.data_of(both) == "Pointing gestures and Nine classes of UCF-101"
    assert gestures.about_of(both) == f"{own}; {other}"


BAD = {
    "nothing there": (lambda folder: folder / "missing", "is not there; allowed: a folder of results"),
    "a file": (lambda folder: PHOTOS / "runs.csv", "is a file; allowed: a folder of results"),
    "empty": (lambda folder: folder, "is empty; allowed: a folder with claims.json; type snakemake"),
    "the runs alone": (lambda folder: PHOTOS / "runs", "is no folder of results: neither it nor a folder up to 2 below"),
    "times alone": (lambda folder: PUBLISHED / SPEED, "hold times of the benchmark suite alone; allowed"),
}


@pytest.mark.parametrize(("typed", "message"), BAD.values(), ids=BAD)
def test_what_is_no_folder_of_results_is_refused_in_a_line(tmp_path, typed, message):
    with pytest.raises(ValueError, match=message) as caught:
        find([typed(tmp_path)])
    assert "\n" not in str(caught.value)


def test_runs_that_were_not_judged_say_what_to_type(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "runs.csv").write_text("")
    with pytest.raises(ValueError, match=r"no claims\.json; type python -m repro judge --scale small --results"):
        find([folder])


def test_damaged_verdicts_are_refused_with_the_file_and_what_to_type(photos):
    file = photos / "claims.json"
    file.write_text(file.read_text().replace('"DIRECTION"', '"REPRODUCED"', 1))
    with pytest.raises(FileFormatError, match=r"claims\.json was changed since it was written.*run python -m repro judge again"):
        read(photos)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": "claims/1"}'])
def test_what_is_no_file_of_verdicts_is_refused(photos, content):
    (photos / "claims.json").write_text(content)
    with pytest.raises(FileFormatError, match=r"claims\.json .*run python -m repro judge again"):
        read(photos)


def test_results_of_a_paper_that_is_not_known_are_refused(photos):
    with pytest.raises(FileFormatError, match=r"judges paper 'alexnet', which has no scale folders here.*--catalogue FILE"):
        read(photos, [KARPATHY])


def test_results_of_a_scale_that_is_not_known_are_refused(photos):
    other = replace(ALEXNET, scales=tuple(scale for scale in ALEXNET.scales if scale.name != "folders"))
    with pytest.raises(FileFormatError, match=r"is of scale 'folders', which no paper here has; allowed: .*--catalogue FILE"):
        read(photos, [other])


def test_claims_of_another_catalogue_are_refused(photos):
    fewer = replace(ALEXNET, claims=tuple(claim for claim in ALEXNET.claims if claim.id != "A.S5.wd"))
    with pytest.raises(FileFormatError, match=r"has claim 'A\.S5\.wd', which is in no paper here.*--catalogue FILE"):
        read(photos, [fewer])


def test_runs_that_were_changed_after_they_were_judged_are_refused(photos):
    table = photos / "runs.csv"
    table.write_text(table.read_text().replace("0.5", "0.4", 1))
    with pytest.raises(FileFormatError, match=r"runs\.csv"):
        read(photos)


def test_a_file_of_json_that_is_no_benchmark_is_left_alone(tmp_path, photos):
    (photos.parent / "notes.json").write_text(json.dumps({"mine": 1}))
    assert find([photos.parent]).benchmarks == ()


def test_two_folders_of_one_data_set_are_told_apart_by_their_names(tmp_path):
    found = [PUBLISHED / GESTURES / "folders"]
    other = tmp_path / "again" / "folders"
    shutil.copytree(found[0].parent, other.parent)
    sources = read_sources([*found, other], list(PAPERS.values()), unjudged={}, out=tmp_path / "site")
    titles = [source.title for source in sources]
    assert len(set(titles)) == 2
    assert all(source.key in source.title for source in sources)
