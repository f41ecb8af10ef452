"""A call of Snakemake that a server has forked is what a process of its own would be, and nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE
from tests.calls import snakemake as calls
from tests.calls.snakemake import snakemake
from tests.pace import cpu_s
from tests.workflow.test_workflow import children, command_of

#: A workflow that says what its process is: nothing of it may depend on who has started it.
SAYS = """
import gc, json, os, signal, sys, resource, threading

rule all:
    shell: "true"


found = {
    "arguments": sys.argv, "typed": sys.orig_argv, "path": sys.path, "main": sys.modules["__main__"].__spec__.name,
    "environment": dict(os.environ), "folder": os.getcwd(), "umask": os.umask(0o022),
    "signals": [[int(number), str(signal.getsignal(number))] for number in sorted(signal.valid_signals())],
    "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ()))),
    "files": [each for each in range(100) if os.path.exists(f"/proc/self/fd/{each}") and os.get_inheritable(each)],
    "limits": [resource.getrlimit(number) for number in range(resource.RLIMIT_AS + 1)],
    "streams": [[each.encoding, each.errors, each.fileno()] for each in (sys.stdin, sys.stdout, sys.stderr)],
    "package": sorted(name for name in sys.modules if name.partition(".")[0] in ("repro", "tests")),
    "threads": threading.active_count(), "garbage": gc.isenabled(),
}
json.dump(found, open(config["into"], "w"))
"""


#: A workflow that waits in a job until it is ended.
WAITS = """
rule all:
    shell: "echo begun > begun; exec sleep 1000"
"""
#: A process that makes a call, as tests do.
CALLS = """
import os, sys
from pathlib import Path
from tests.calls.snakemake import snakemake

done = snakemake(["--cores", "1"], folder=Path(sys.argv[1]), environment=dict(os.environ))
print(done.returncode)
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent), **more}


def test_the_process_is_as_one_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(SAYS)
    folder = tmp_path / "a folder"
    folder.mkdir()
    words = ["--dry-run", "--cores", "1", "--snakefile", str(tmp_path / "Snakefile")]
    asked = environment(PYTHONPATH=f"{tmp_path}:elsewhere", SAID="é")
    forked = snakemake([*words, "--config", "into=forked"], folder=folder, environment=asked)
    command = [sys.executable, "-m", "snakemake", *words, "--config", "into=forked"]
    first = json.loads((folder / "forked").read_text())
    alone = subprocess.run(command, cwd=folder, env=asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (forked.returncode, forked.args) == (alone.returncode, alone.args) == (0, command)
    assert first == json.loads((folder / "forked").read_text())
    assert forked.stdout.splitlines()[0] == alone.stdout.splitlines()[0]
    assert "error" not in forked.stdout


def wait_until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_it_and_its_jobs_say_and_how_it_ends_come_back(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text("rule all:\n    shell: 'echo said; echo told >&2; exit 3'\n")
    done = snakemake(["--cores", "1"], folder=tmp_path, environment=environment())
    assert done.returncode == 1
    assert {"said", "told"} <= set(done.stdout.splitlines()) and "Error in rule all" in done.stdout


def test_each_call_imports_the_package_of_its_own_checkout(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "repro").mkdir(parents=True)
        (tmp_path / name / "repro" / "__init__.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "Snakefile").write_text("import repro\nprint('of', repro.NAME)\nrule all:\n    shell: 'true'\n")
        asked = environment(PYTHONPATH=str(tmp_path / name))
        assert f"of {name}" in snakemake(["-n", "--cores", "1"], folder=tmp_path / name, environment=asked).stdout


def test_what_a_call_takes_is_counted_before_and_after_the_server_has_ended(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text("sum(range(30_000_000))\nrule all:\n    shell: 'true'\n")
    snakemake(["--version"], folder=tmp_path, environment=environment())
    before = cpu_s()
    snakemake(["-n", "--cores", "1"], folder=tmp_path, environment=environment())
    counted = cpu_s() - before
    assert counted > 0.2
    calls.end_server()
    assert cpu_s() - before >= counted - 0.1  # clocks tick every hundredth of a second


def test_without_a_server_a_call_is_a_process_of_its_own_and_the_next_has_a_server(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text("import os\nprint('child of', os.getppid())\nrule all:\n    shell: 'true'\n")

    def parent() -> int:
        said = snakemake(["-n", "--cores", "1"], folder=tmp_path, environment=environment()).stdout
        return int(said.partition("child of ")[2].split()[0])

    started = calls._server()
    assert parent() == started.process.pid
    started.process.kill()
    started.process.wait()
    assert parent() == os.getpid()
    assert parent() == calls._server().process.pid not in (os.getpid(), started.process.pid)


@pytest.mark.parametrize("killed", ["who waits", "the server"])
def test_nothing_outlives_who_waits_for_it_or_the_server(killed: str, tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(WAITS)
    command = [sys.executable, "-c", CALLS, str(tmp_path)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as test:
        wait_until(lambda: (tmp_path / "begun").exists())
        (server,) = children(test.pid)
        forked = [process for call in children(server) for process in (call, *children(call))]
        assert len(forked) >= 2, "the call, and its job"
        os.kill(test.pid if killed == "who waits" else server, signal.SIGKILL)
        wait_until(lambda: not any(map(command_of, (server, *forked))))
        assert test.wait() == (-signal.SIGKILL if killed == "who waits" else 0)
        assert killed == "who waits" or test.stdout.read() == f"{-signal.SIGKILL}\n"
