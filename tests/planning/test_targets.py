"""Targets and profiles that are not there are refused with the one that is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from repro.catalogue.known import catalogue
from repro.planning.config_values import ConfigError
from repro.planning.targets import (
    check_config_files,
    check_keys,
    check_profile,
    check_targets,
    check_values,
    may_be_targets,
)

RULES = {"all", "reproduce", "report", "collect", "alexnet_figure1"}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("alexnet_tabel1", "unknown target 'alexnet_tabel1'; did you mean 'alexnet_table1'?"),
        ("Reproduce", "did you mean 'reproduce'?"),
        ("reprots", "did you mean 'report'?"),
        ("zzz", "allowed: reproduce, report, or the name of a table"),
        (
            "karpathy_table1",
            "is a table of karpathy, and karpathy has no scale 'cifar10'; allowed for it: papers=karpathy",
        ),
        ("alexnet_table1", "and the configuration leaves alexnet out; allowed for it: papers=alexnet"),
    ],
)
def test_a_name_that_is_no_target_is_refused(target: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        check_targets([target], rules=RULES, known=catalogue(), scale="cifar10")


def test_rules_and_files_are_left_to_snakemake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("made").touch()
    check_targets([*RULES, "results/smoke/runs.csv", "a.html", "made"], rules=RULES, known=catalogue(), scale="smoke")
    words = ["-n", "--cores", "2", "report", "alexnet_tabel1", "--config", "scale=smoke", "a/b", "a.csv"]
    assert may_be_targets(words, rules=RULES) == ["alexnet_tabel1"]


@pytest.mark.parametrize("form", [["--workflow-profile", "{}"], ["--workflow-profile={}"]])
def test_a_profile_that_is_not_there_is_refused(form: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    profiles = tmp_path / "profiles"
    for name in ("slurm", "gpu", "default"):
        (profiles / name).mkdir(parents=True)
    for there in ("none", "gpu", "profiles/gpu", str(profiles / "slurm")):
        check_profile(["snakemake", *(word.format(there) for word in form)], profiles=profiles)
    for wrong, guess in (
        ("profiles/slrum", "slurm'?"),
        ("GPU", "gpu'?"),
        ("xyz", "allowed: default, gpu, slurm, none"),
    ):
        with pytest.raises(ConfigError, match=re.escape(guess)):
            check_profile(["snakemake", *(word.format(wrong) for word in form)], profiles=profiles)
    check_profile(["snakemake", "-n"], profiles=tmp_path / "nowhere")


KEYS = ("scale", "papers", "seeds", "images")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("--config scale smoke", "got 'scale'; .*; write --config scale=smoke$"),
        ("--config scale = smoke", "got 'scale'; .*; write --config scale=VALUE$"),
        ("--config scale =smoke", "got 'scale'; .*; write --config scale=smoke$"),
        ("-C scale=smoke seed 3", "got 'seed'; .*; write --config seeds=3$"),
        ("--config scale=smoke papers -n", "got 'papers'; .*; write --config papers=VALUE$"),
        ("--config papers scale=smoke", "got 'papers'; .*; write --config papers=VALUE$"),
        ("--config scale=smoke reproduce", "got 'reproduce'; .*; name targets before --config$"),
        ("--config =smoke", "got '=smoke'; .*; name targets before --config$"),
        ("--config=scale", "got 'scale'; .*; write --config scale=VALUE$"),
    ],
)
def test_a_word_that_gives_no_key_a_value_is_refused(typed: str, says: str) -> None:
    with pytest.raises(ConfigError, match=f"^--config {says}"):
        check_values(typed.split(), keys=KEYS)


@pytest.mark.parametrize("typed", ["--config scale=smoke papers=a,b -n reproduce", "-C scale=smoke --cores 1 x", "reproduce", ""])
def test_keys_with_values_are_passed_on(typed: str) -> None:
    check_values(typed.split(), keys=KEYS)
    check_keys(typed.split(), keys=KEYS)


@pytest.mark.parametrize("typed", ["reproduce scale=smoke", "scale=smoke --config papers=a", "--config papers=a -n scale=smoke"])
def test_a_key_among_the_targets_is_refused(typed: str) -> None:
    with pytest.raises(ConfigError, match=r"'scale=smoke' is no target; .* said by --config scale=smoke"):
        check_keys(typed.split(), keys=KEYS)
    check_keys(["--resources", "gpu=1", "--set-threads", "render=2"], keys=KEYS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, r"cannot be read \(No such file or directory\)"),
        (b"scale: smoke\npapers: [alexnet\n", r", line 3: expected ',' or '\]'"),
        (b"scale: smoke\n\tseeds: 2\n", r", line 2: found character .* allowed: YAML, a key a line"),
        (b"- a\n- b\n", "holds a list; allowed: YAML, a key a line"),
        (b"smoke", "holds a str; allowed"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
    ],
)
def test_a_file_of_keys_that_cannot_be_read_is_one_line(text: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    if text is not None:
        path.write_bytes(text)
    for typed in (["--configfile", str(path), "-n"], [f"--configfiles={path}"]):
        with pytest.raises(ConfigError, match=says) as caught:
            check_config_files(typed)
        assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    path.write_text("scale: smoke\n")
    check_config_files(["--configfile", str(path)])
