"""The command that writes a site: what it takes, what it says, and what it refuses in one line."""

import shutil
from types import SimpleNamespace

import pytest

from repro.cli import main
from repro.report.site import tree
from tests.published import CIFAR10, IMAGENETTE, PUBLISHED


def test_it_takes_any_number_of_folders_and_says_what_was_written(tmp_path, monkeypatch, capsys):
    taken = {}

    def write(found, papers, **options):
        taken.update(options, scales=[folder.parent.name for folder in found.scales])
        return SimpleNamespace(page=options["out"] / "index.html", words="34 questions", answers=())

    monkeypatch.setattr(tree, "write_site", write)
    folders = [str(PUBLISHED / name) for name in (IMAGENETTE, CIFAR10)]
    assert not main(["site", *folders, "--out", str(tmp_path / "site")])
    assert taken["scales"] == [IMAGENETTE, CIFAR10]
    assert all("not published" in why for why in taken["unjudged"].values())
    assert all(seconds > 0 for prices in taken["prices"].values() for price in prices for seconds in price.seconds.values())
    said = capsys.readouterr()
    assert "site/index.html: 34 questions" in said.out + said.err


@pytest.mark.parametrize("typed", [("nowhere",), (str(PUBLISHED), "nowhere"), ("README.md",), ()])
def test_what_is_no_folder_of_results_is_refused_in_one_line(tmp_path, monkeypatch, capsys, typed):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("no results")
    try:
        status = main(["site", *typed, "--out", "site"])
    except SystemExit as left:
        status = left.code
    assert status == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "RESULTS" in lines[0]
    assert not (tmp_path / "site").exists()


def test_half_a_folder_is_named_and_a_place_in_the_results_is_refused(tmp_path, monkeypatch, capsys):
    half = tmp_path / "half" / "folders"
    shutil.copytree(PUBLISHED / IMAGENETTE / "folders", half, ignore=shutil.ignore_patterns("runs"))
    monkeypatch.setattr(tree, "write_site", lambda *_, out, **__: SimpleNamespace(page=out, words="", answers=()))
    assert not main(["site", str(half), "--out", str(tmp_path / "site")])
    said = capsys.readouterr()
    assert f"{half} has no runs/" in said.out + said.err
    assert main(["site", str(half), "--out", str(half / "site")]) == 2
    assert "lies in the results" in capsys.readouterr().err
