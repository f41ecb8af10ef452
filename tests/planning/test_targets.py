"""Targets and profiles that are not there are refused with the one that is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from repro.catalogue.known import catalogue
from repro.planning.config_values import ConfigError
from repro.planning.targets import check_profile, check_targets, may_be_targets

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
