"""Values of the configuration as people write them: one spelling of each place, one line for what is wrong."""

from __future__ import annotations

import datetime
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from repro.artifacts.provenance import PACKAGE
from repro.papers import PAPERS
from repro.planning.config_values import ConfigError, check_program, check_written, packaged, with_defaults
from repro.planning.plan import Config, read_config, source_option
from tests.planned import ROOT

FOLDERS = ("data", "images", "videos", "pretraining", "unsplit", "transfer", "results", "reports")
SPELLINGS = ("x", "x/", "./x", "x//", " x ", "$HERE/x", "{here}/x", "y/../x")


def config(**changes: Any) -> Config:
    return read_config(with_defaults({"scale": "smoke", **changes}))


def test_defaults_and_schema_come_with_the_package_and_are_those_of_the_workflow() -> None:
    assert packaged("config.yaml") == (ROOT / "workflow" / "config.yaml").read_text()
    assert packaged("config.schema.yaml") == (ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text()
    shipped = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    assert set(shipped["repro.planning"]) == {"config.yaml", "config.schema.yaml"}
    assert (PACKAGE / "planning" / "config.yaml").is_file()
    assert config().results == "results"


def test_every_key_that_names_a_place_is_known_to_be_one() -> None:
    properties = yaml.safe_load(packaged("config.schema.yaml"))["properties"]
    named = {key for key, rule in properties.items() if re.match(r"a folder|a file|the path", rule["description"])}
    assert {key for key, rule in properties.items() if rule.get("format")} == named == {*FOLDERS, "catalogue", "python"}


@pytest.mark.parametrize("key", FOLDERS)
def test_every_spelling_of_a_folder_is_one_value_of_its_key(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HERE", str(tmp_path))
    (tmp_path / "x").mkdir()
    assert {getattr(config(**{key: text.replace("{here}", str(tmp_path))}), key) for text in SPELLINGS} == {"x"}


def test_files_that_describe_papers_are_spelled_too_and_may_be_joined_by_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HERE", str(ROOT))
    example = ROOT / "examples" / "vgg_depth.py"
    (tmp_path / "vgg.py").write_text(example.read_text())
    for typed in ("vgg.py", "./vgg.py", " vgg.py", ["vgg.py"], [".//vgg.py"], "vgg.py,", "vgg.py,./vgg.py"):
        assert config(catalogue=typed).catalogue.files == ("vgg.py",)
    assert config(catalogue="$HERE/examples/vgg_depth.py").catalogue.files == (str(example),)


@pytest.mark.parametrize("typed", [[2, 3, 5], ["2", "3", "5"], "2,3,5", "2, 3, 5"])
def test_looks_are_numbers_however_a_command_line_gives_them(typed: Any) -> None:
    """Snakemake makes `looks=[2,3,5]` a list of texts."""
    assert read_config(with_defaults({"scale": "smoke", "until": "decided", "looks": typed})).looks == (2, 3, 5)


@pytest.mark.parametrize("typed", ["alexnet,karpathy", "alexnet, karpathy", ["alexnet", "karpathy"]])
def test_papers_are_a_list_or_joined_by_commas(typed: str | list[str]) -> None:
    assert config(papers=typed).papers == ("alexnet", "karpathy")
    assert config(papers="all").papers == config(papers=None).papers == tuple(PAPERS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"device": "gpu"}, "device='gpu' is not allowed; did you mean 'cuda'? allowed: auto, cpu or cuda"),
        ({"device": "GPU"}, "did you mean 'cuda'?"),
        ({"device": "cuda:0"}, "did you mean 'cuda'?"),
        ({"device": "CPU"}, "did you mean 'cpu'?"),
        ({"device": "cdua"}, "did you mean 'cuda'?"),
        ({"device": "tpu"}, "device='tpu' is not allowed; allowed: auto, cpu or cuda"),
        ({"precision": "bf16"}, "did you mean 'bfloat16'?"),
        ({"precision": "fp32"}, "did you mean 'float32'?"),
        ({"seeds": 1.0}, "seeds=1.0 is not allowed; allowed: a whole number"),
        ({"seeds_per_job": 1.0}, "seeds_per_job=1.0 is not allowed; allowed: all, or a whole number from 1"),
        ({"gpus_per_job": 0.0}, "gpus_per_job=0.0 is not allowed"),
        ({"seeds": True}, "seeds=True is not allowed"),
        (
            {"images": 2012},
            "images=2012 is not allowed; allowed: a folder with train/<class>/*",
        ),
        ({"results": 7}, "a folder of that name is results=./7"),
        ({"reports": datetime.date(2012, 11, 30)}, "a folder of that name is reports=./2012-11-30"),
        ({"videos": 1.5}, "a folder of that name is videos=./1.5"),
        ({"results": "x{y}"}, "results='x{y}' has braces"),
        ({"reports": "c{variant}"}, "reports='c{variant}' has braces"),
        ({"results": "$NOT_SET_ANYWHERE/r"}, "results: '$NOT_SET_ANYWHERE/r' begins a name with the variable"),
        ({"images": "s3://bucket"}, "images: 's3://bucket' is an address"),
        ({"results": "  "}, "results: '  ' names no folder"),
        ({"results": str(Path(__file__))}, "is a file; allowed: a folder"),
        ({"papers": ","}, "papers=',' names no paper"),
        ({"paper": "alexnet"}, "unknown key 'paper' in the configuration; did you mean 'papers'?"),
        ({"Scale": "smoke"}, "unknown key 'Scale' in the configuration; did you mean 'scale'?"),
        ({"gpus-per-job": 1}, "did you mean 'gpus_per_job'?"),
        ({"scale": "SMALL"}, "did you mean 'small'?"),
        ({"papers": "AlexNet"}, "did you mean 'alexnet'?"),
    ],
)
def test_what_is_wrong_is_one_line_with_what_is_meant_or_allowed(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        config(**changes)
    assert "\n" not in str(caught.value)
    assert type(caught.value).__module__.startswith("repro.")


def test_a_python_that_is_not_there_is_refused(tmp_path: Path) -> None:
    check_program(None)
    check_program("sh")
    for name in ("/nope/python", str(tmp_path), "no-such-python"):
        with pytest.raises(ConfigError, match=re.escape(f"python={name!r} is no program of this machine")):
            check_program(name)
    assert config(python="python3").python == "python3"
    assert config(python=f"{tmp_path}//bin/../python").python == str(tmp_path / "python")


@pytest.mark.parametrize(
    ("paper", "scale", "key", "folders", "message"),
    [
        ("alexnet", "folders", "images", (), "is empty; allowed: a folder with train/ and val/"),
        ("alexnet", "folders", "images", ("cat", "dog"), "has no folder train and no folder val; allowed"),
        ("alexnet", "folders", "images", ("train", "valid"), "has no folder val; allowed"),
        ("karpathy", "folders", "videos", ("train", "val"), "has no folder test; allowed: a folder with train/ and test/"),
        ("karpathy", "paper", "videos", (), "is empty"),
        ("alexnet", "paper", "images", ("val",), "has no folder train"),
    ],
)
def test_a_folder_that_cannot_be_such_data_is_refused_when_it_is_planned(
    paper: str, scale: str, key: str, folders: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    for name in folders:
        (tmp_path / name).mkdir()
    found = config(scale=scale, papers=paper, **{key: str(tmp_path)})
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        source_option(PAPERS[paper], PAPERS[paper].scale(scale).dataset, found)
    assert f"--config {key}=DIR" in str(caught.value)


def test_a_folder_that_may_not_be_read_is_refused_when_it_is_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = config(scale="folders", papers="alexnet", images=str(tmp_path))

    def closed(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(ConfigError, match=r"cannot be read \(Permission denied\); give your user the right to it"):
        source_option(PAPERS["alexnet"], PAPERS["alexnet"].scale("folders").dataset, found)


@pytest.mark.parametrize(
    ("file", "asked"),
    [("R/smoke", "R"), ("R", "R"), ("R/smoke/runs", "R"), ("R/smoke/data", "R"), ("R/smoke/logs", "R"), ("R", "R/deep/er")],
)
def test_a_file_in_the_way_of_a_folder_that_is_written_is_named(file: str, asked: str, tmp_path: Path) -> None:
    """Snakemake, which lists the folder of what it makes, would end in a traceback."""
    check_written(tmp_path / asked / "smoke", key="results")
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("mine")
    with pytest.raises(ConfigError, match=rf"{file} is no folder, and one is needed there; .*--config results=DIR$"):
        check_written(tmp_path / asked / "smoke", key="results")
    (tmp_path / file).unlink()
    (tmp_path / file).symlink_to("nowhere")
    with pytest.raises(ConfigError, match="is no folder"):
        check_written(tmp_path / asked / "smoke", key="results")


def test_a_folder_of_results_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)  # root may read everything
    with pytest.raises(ConfigError, match=r"is not yours to read; give your user the right, or .*reports=DIR"):
        check_written(tmp_path / "smoke", key="reports")


def test_with_no_folder_at_all_every_key_that_would_do_is_named() -> None:
    found = config(scale="folders")
    with pytest.raises(ConfigError, match="say where it is: --config images=DIR or --config videos=DIR"):
        source_option(PAPERS["alexnet"], PAPERS["alexnet"].scale("folders").dataset, found)


@pytest.mark.parametrize(
    ("title", "option"),
    [
        (None, ""),
        ("Imagenette, 160 a class", " --title 'Imagenette, 160 a class'"),
        ("it's mine; rm -rf", " --title 'it'\"'\"'s mine; rm -rf'"),
        ("{input}", " --title '{input}'"),
        ("plain", " --title plain"),
    ],
)
def test_what_the_user_calls_the_data_goes_to_preparation_quoted(title: str | None, option: str, tmp_path: Path) -> None:
    for name in ("train", "val"):
        (tmp_path / name).mkdir()
    found = config(scale="folders", papers="alexnet", images=str(tmp_path), images_title=title, videos_title="films")
    dataset = PAPERS["alexnet"].scale("folders").dataset
    assert source_option(PAPERS["alexnet"], dataset, found) == f"--source {tmp_path}{option}"


@pytest.mark.parametrize(("typed", "meant"), [("true", True), ("True", True), ("false", False), (True, True)])
def test_true_is_typed_in_small_letters_or_as_python_writes_it(typed: object, meant: bool) -> None:
    assert read_config(with_defaults({"scale": "smoke", "tuned": typed})).tuned is meant


@pytest.mark.parametrize("typed", ["yes", "1", 1, "tuned", ""])
def test_what_is_neither_true_nor_false_is_refused(typed: object) -> None:
    with pytest.raises(ConfigError, match=r"tuned=.* is not allowed; allowed: true or false"):
        read_config(with_defaults({"scale": "smoke", "tuned": typed}))
