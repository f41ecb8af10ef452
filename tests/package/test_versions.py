"""The tested set of versions can be had for each Python that is stated: asked of the index, where uv and the index are there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from repro.cli.installed.packages import NEWEST, OLDEST
from tests.conftest import ROOT

SCRIPT = ROOT / "docs" / "resolve_pythons.sh"
STATED = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
#: What uv says where the index cannot be reached: then nothing is known, and nothing is wrong.
UNREACHED = ("error sending request", "Could not connect", "dns error", "Failed to fetch")


def test_the_script_asks_for_every_python_that_is_stated() -> None:
    assert re.search(r"^for version in (.*); do$", SCRIPT.read_text(), re.MULTILINE)[1].split() == STATED


def test_an_end_that_is_none_is_refused() -> None:
    done = subprocess.run(["bash", SCRIPT, "oldest"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "got 'oldest'; allowed: tested, newest, lowest\n")


@pytest.mark.index
def test_the_tested_versions_have_wheels_for_each() -> None:
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    if not shutil.which("uv", path=path):
        pytest.skip("no uv: pip install uv")
    certificates = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"} if Path("/etc/ssl/certs").is_dir() else {}
    done = subprocess.run(
        ["bash", SCRIPT], env={"PATH": path, "HOME": str(Path.home()), **certificates}, capture_output=True, text=True
    )
    if any(words in done.stderr for words in UNREACHED):
        pytest.skip("the index cannot be reached")
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == [f"Python {version}: all that is imported has wheels" for version in STATED]
