"""`python -m repro sizes`: what it writes and says, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from repro.__main__ import main
from repro.analyse.publish import publish
from repro.artifacts.judged.sizes_json import read_sizes
from repro.catalogue.known import catalogue
from repro.verify.verify import verified
from tests.analyse.sizes.made import SCALES, make_series
from tests.once import made_once


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    """A copy of results of four sizes; the folder of the whole."""
    shutil.copytree(made_once(tmp_path_factory, "sizes", make_series), tmp_path / "results")
    return tmp_path / "results" / "small"


def sizes(*words: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(["sizes", *map(str, words)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_line_for_each_effect_and_the_file_that_verify_calculates_again(own: Path, capsys, tmp_path: Path) -> None:
    status, out, err = sizes(own, capsys=capsys)
    assert status == 0
    assert "3 of 4 effects have a line over 4 sizes; no verdicts" in out + err, "seeds agree too well in what ten crops gain"
    (lrn,) = [line for line in out.splitlines() if line.startswith("  A.S3.3.lrn.top1:")]
    assert "with each doubling of the training images it grows: +" in lrn
    assert (
        "an extrapolation, no verdict: at the paper's 1,200,000 training images (2,679 times the largest here) the line comes to"
        in lrn
    )
    assert not any(word in lrn for word in ("REPRODUCED", "DIRECTION", "REVERSED", "ABSENT"))
    check = next(item for item in verified(own, catalogue()).checks if item.name == "sizes")
    assert (check.state, check.found) == ("ok", "1 file of effects over sizes calculated again, equal")
    publish(own, out=tmp_path / "published")
    alone = next(item for item in verified(tmp_path / "published" / "small", catalogue()).checks if item.name == "sizes")
    assert alone.state == "not checked"
    assert "small_images_1of8" in alone.unchecked[0]
    path = own / "sizes_images.json"
    path.write_text(path.read_text().replace("small_images_1of8", "small_images_1of9"))
    damaged = next(item for item in verified(own, catalogue()).checks if item.name == "sizes")
    assert damaged.state == "FAILED"


def test_folders_from_elsewhere_are_taken_and_json_is_printed(own: Path, capsys, tmp_path: Path) -> None:
    elsewhere = [shutil.move(own.parent / scale, tmp_path / scale) for scale in SCALES[:2]]
    status, out, _ = sizes("--json", own, own.parent / SCALES[2], *elsewhere, capsys=capsys)
    assert status == 0
    assert json.loads(out)["schema"] == "sizes/1"
    assert len(read_sizes(own / "sizes_images.json").folders) == 4


def test_what_is_no_series_is_one_line_and_status_2(own: Path, capsys, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, _, err = sizes(tmp_path / "empty", capsys=capsys)
    assert status == 2
    assert "has no claims.json" in err
    for scale in SCALES[:3]:
        shutil.rmtree(own.parent / scale)
    status, _, err = sizes(own, capsys=capsys)
    assert status == 2
    assert "has no other size beside it" in err
    assert len(err.strip().splitlines()) == 1
