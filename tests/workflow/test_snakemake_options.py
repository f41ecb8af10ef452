"""What Snakemake can say and plan besides running: each option works on this workflow and changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.planned import ROOT

#: Several in one process: starting it takes most of the time. A target is a page, which is little to plan.
SCRIPT = """
import contextlib, io, json, sys
from snakemake.cli import main
found = {}
for words in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            main([*words, "--cores", "1", "--config", "scale=smoke", "papers=alexnet", "seeds=1"])
            status = 0
        except SystemExit as ended:
            status = ended.code or 0
    found[" ".join(words)] = (status, out.getvalue())
json.dump(found, open("found.json", "w"))
"""
PAGE, TRAINED = "alexnet_cifar", "prepare_procedural"
SAYS = {
    f"{PAGE} --dag": "digraph snakemake_dag",
    f"{PAGE} --rulegraph": "digraph snakemake_dag",
    f"{PAGE} --filegraph": "digraph snakemake_dag",
    f"{PAGE} --d3dag": '"edges"',
    f"{PAGE} --summary": "output_file",
    f"{PAGE} --detailed-summary": "shellcmd",
    "--list-rules": "alexnet_cifar",
    f"{PAGE} -n --forceall": "This was a dry-run",
    f"{PAGE} -n --until {TRAINED}": TRAINED,
    f"{PAGE} -n --omit-from {TRAINED}": "",
    f"{PAGE} --unlock": "Unlocked working directory",
    f"{PAGE} -n --configfile saved.yaml": "kept/smoke/logs",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    folder = tmp_path_factory.mktemp("options")
    # As editors of other systems save it.
    (folder / "saved.yaml").write_bytes(b"\xef\xbb\xbfresults: kept/\r\nseeds: 1\r\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PWD": str(folder)}
    words = [["--snakefile", str(ROOT / "Snakefile"), *options.split()] for options in SAYS]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env=environment, input=json.dumps(words), capture_output=True, text=True
    )
    assert (folder / "found.json").is_file(), done.stderr
    found = json.loads((folder / "found.json").read_text())
    assert {path.name for path in folder.iterdir()} <= {".snakemake", "found.json", "saved.yaml"}
    return {options: found[" ".join(each)] for options, each in zip(SAYS, words, strict=True)}


@pytest.mark.parametrize("options", SAYS)
def test_the_option_works_and_leaves_nothing(options: str, said: dict[str, tuple[int, str]]) -> None:
    status, text = said[options]
    assert status == 0, text
    assert SAYS[options] in text and "Traceback" not in text
