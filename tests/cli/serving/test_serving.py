"""Commands that the server carries out leave the same bytes as those that run by themselves."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.cli import main
from repro.system.forkserver.likeness import THREADS, VARIABLE
from repro.system.forkserver.starting import start
from tests.soak.kinds import CATALOGUE, SCALE

#: A net of images, a fit of images, a net of clips and a fit of videos, each of about a second.
RUNS = (("alexnet", "full"), ("alexnet", "sift_fisher"), ("karpathy", "single_frame"), ("karpathy", "feature_histograms"))
DATASETS = (("alexnet", "procedural"), ("karpathy", "procedural_videos"))


@pytest.fixture(scope="module")
def server():
    kept = {name: value for name, value in os.environ.items() if name not in (*THREADS, VARIABLE)}
    environ = {**kept, "PYTHONPATH": str(PACKAGE.parent)}
    made = start([sys.executable, "-m", "repro.cli.serving"], environ=environ)
    yield {**environ, VARIABLE: made.name}, made
    made.end()


def typed(results: Path, *, num: int) -> list[list[str]]:
    """Return the commands that prepare data and make the first `num` runs in `results`."""
    at = ["--scale", SCALE, "--results", str(results), "--device", "cpu", "--catalogue", str(CATALOGUE)]
    papers = {paper for paper, _ in RUNS[:num]}
    data = [["prepare", *at, "--paper", paper, "--dataset", name] for paper, name in DATASETS if paper in papers]
    return data + [["train", *at, "--paper", paper, "--variant", variant, "--seeds", "0"] for paper, variant in RUNS[:num]]


def digests(results: Path) -> dict[str, str]:
    """Return what holds numbers: shards, scores, weights and descriptions."""
    found = [path for path in results.rglob("*") if path.suffix in (".npz", ".pt", ".tar") and "journal" not in path.parts]
    return {path.relative_to(results).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.parametrize("num", [1, pytest.param(len(RUNS), marks=pytest.mark.soak)], ids=["a net", "all kinds"])
def test_nets_fits_and_data_are_the_same_to_the_bit(server, tmp_path, num):
    environ, made = server
    for command in typed(tmp_path / "forked", num=num):
        children = Path(f"/proc/{made.process.pid}/task/{made.process.pid}/children")
        job = subprocess.Popen([sys.executable, "-m", "repro", *command], env=environ, cwd=tmp_path, stderr=subprocess.PIPE)
        seen = False
        while job.poll() is None:
            seen = seen or bool(children.read_text())
            time.sleep(0.05)
        assert (job.returncode, seen) == (0, True), job.stderr.read()
    for command in typed(tmp_path / "alone", num=num):
        assert main(command) == 0
    forked, alone = digests(tmp_path / "forked"), digests(tmp_path / "alone")
    assert forked == alone
    assert {tuple(Path(name).parts[2:4]) for name in forked if "scores.test" in name} == set(RUNS[:num])


def test_what_a_user_can_put_right_is_said_as_by_the_command_itself(server, tmp_path):
    environ, _ = server
    command = [
        sys.executable,
        "-m",
        "repro",
        "train",
        "--paper",
        "alexnet",
        "--scale",
        "smoke",
        "--variant",
        "no_lnr",
        "--seeds",
        "0",
    ]
    run = {"cwd": tmp_path, "capture_output": True, "text": True}
    forked = subprocess.run(command, env=environ, **run)
    alone = subprocess.run(command, env={name: value for name, value in environ.items() if name != VARIABLE}, **run)
    assert (forked.returncode, forked.stdout, forked.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert forked.returncode == 2
    assert "did you mean 'no_lrn'?" in forked.stderr
