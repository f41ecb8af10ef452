"""Mistakes on the command line: one line with what was got and what is meant or allowed, and status 2."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from repro import cli
from repro.artifacts.files import write_text
from repro.artifacts.provenance import PACKAGE
from repro.cli.arguments import MOST_SEEDS

TRAIN = ["train", "--paper", "alexnet", "--scale", "smoke", "--variant", "full", "--seeds", "0"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["trian"], "got 'trian'; did you mean 'train'?"),
        (["prepare", "--sorce", "x"], "the following arguments are required: "),
        (["list", "--catalog=x", "--catalogeu", "x"], "unrecognized arguments: --catalogeu; did you mean --catalogue?"),
        (
            [*TRAIN, "--results", "R", "--device", "gpu"],
            "argument --device: got 'gpu'; did you mean 'cuda'? allowed: auto, cpu, cuda",
        ),
        ([*TRAIN, "--results", "R", "--device", "tpu"], "argument --device: got 'tpu'; allowed: auto, cpu, cuda"),
        (
            [*TRAIN, "--results", "R", "--precision", "bf16"],
            "got 'bf16'; did you mean 'bfloat16'? allowed: float32, tf32, bfloat16",
        ),
        (
            [*TRAIN, "--results", "R", "--reports", "alexnet"],
            "unrecognized arguments: --reports alexnet; did you mean --results?",
        ),
        ([*TRAIN, "--results", "R", "--thread", "x"], "argument --threads: got 'x'; allowed: a whole number"),
        (["plan", "--scale", "smoke", "--hours", "x"], "argument --hours: got 'x'; allowed: a number"),
        ([*TRAIN, "--results", "R", "--gpus", "-1"], "argument --gpus: got '-1'; allowed: a whole number from 0 to 999"),
        (
            [*TRAIN, "--results", "$NOT_SET_ANYWHERE/r"],
            "argument --results: '$NOT_SET_ANYWHERE/r' begins a name with the variable",
        ),
        ([*TRAIN, "--results", "s3://bucket/r"], "argument --results: 's3://bucket/r' is an address"),
        (["collect", "--scale", "smoke", "--results", "R", "--papers", ","], "argument --papers: names no paper"),
        (["plan", "--scale", "smoke", "--hours", "-5"], "--hours -5.0; allowed: a number above 0"),
        (["plan", "--scale", "smoke", "--gpus", "2"], "--gpus 2 without --gpu-tflops; say what one of them attains"),
        (["plan", "--scale", "smoke", "--hours", "nan"], "--hours nan; allowed: a number above 0"),
        (["speed", "nothere.json"], "nothere.json does not exist; make it with pytest tests/bench"),
        (["collect", "--scale", "SMOKE", "--results", "R"], "did you mean 'smoke'?"),
        (
            ["collect", "--scale", "smoke", "--num-seeds", "0"],
            "--num-seeds: got '0'; allowed: a whole number from 1 to 1000",
        ),
        (["report", "--scale", "smoke", "--num-seeds", "1001"], "got '1001'; allowed: a whole number from 1 to 1000"),
        (
            ["follow", "--scale", "smoke", "--num-seeds", "many"],
            "--num-seeds: got 'many'; allowed: a whole number from 1",
        ),
        (["challenge", "A", "--scale", "smoke", "--beacon", "x", "--num-seeds", "-1"], "argument --num-seeds"),
        (
            ["challenge", "A", "--scale", "smoke", "--beacon", " ", "--num-seeds", "1"],
            "--beacon ' '; allowed: a text that is",
        ),
        (
            ["export", "smoke", "--to", "out"],
            "got 'smoke'; allowed: scale/paper/variant/seed, scale/data/NAME or scale",
        ),
        (
            ["export", "smoke/dta/procedural", "--to", "out"],
            "got 'smoke/dta/procedural'; allowed: scale/paper/variant/seed, ",
        ),
        (["export", "smoke/alexnet/full/x", "--to", "out"], "got run 'smoke/alexnet/full/x'; allowed: scale/paper/variant/seed"),
        (["collect", "--scale", "smoke", "--results", "typo"], "--results typo is not there; give results, or make some: "),
        (["judge", "--scale", "smoke", "--results", "typo"], "--results typo is not there; give results, or make some: "),
        (["report", "--scale", "smoke", "--results", "typo"], "--results typo is not there; give results, or make some: "),
        (["list", "AlexNet"], "did you mean 'alexnet'?"),
        (["show", "smoke/alexnet/no-lrn/0"], "did you mean 'no_lrn'?"),
        (
            ["challenge", "A.S3.3", "--scale", "smoke", "--beacon", "x", "--num-seeds", "3"],
            "unknown claim 'A.S3.3'; did you mean one of A.S3.3.lrn.top1, A.S3.3.lrn.top5, ",
        ),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    typed: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        status = cli.main(typed)
    except SystemExit as ended:  # argparse
        status = int(str(ended.code))
    text = capsys.readouterr().err
    assert (status, text.count("\n")) == (2, 1), text
    assert text.startswith("repro: error: ") and message in text
    assert not list(tmp_path.iterdir())


def test_a_name_is_never_answered_by_its_opposite(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("lrn", "dropout", "dropot", "augment", "pca_color"):
        assert cli.main(["show", f"smoke/alexnet/{name}/0"]) == 2
        assert "did you mean 'no_" not in capsys.readouterr().err


def test_two_results_of_one_name_are_refused_and_papers_may_have_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        write_text(tmp_path / name / "speed.json", "{}")
    assert cli.main(["speed", "a/speed.json", "b/speed.json"]) == 2
    assert "allowed: files with names of their own" in capsys.readouterr().err
    asked: list[tuple[str, ...]] = []
    (tmp_path / "R").mkdir()
    monkeypatch.setattr("repro.cli.stage_options.judge_claims", lambda options, say: asked.append(options.papers))
    for words in (["alexnet,karpathy"], ["alexnet", "karpathy"], ["alexnet,", "karpathy,alexnet"]):
        assert cli.main(["judge", "--scale", "smoke", "--results", "R", "--papers", *words]) == 0
    assert set(asked) == {("alexnet", "karpathy")}


def test_collect_says_how_many_runs_are_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["collect", "--scale", "smoke", "--papers", "alexnet", "--results", str(tmp_path)]) == 0
    assert "runs.csv from 0 of " in capsys.readouterr().err


def test_the_command_line_takes_as_many_seeds_as_the_workflow() -> None:
    schema = yaml.safe_load((PACKAGE / "planning" / "config.schema.yaml").read_text())
    assert schema["properties"]["seeds"]["maximum"] == MOST_SEEDS
