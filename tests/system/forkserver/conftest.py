"""A server that imports nothing, and what it carries out: a program of the tests that does what it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.system.forkserver.likeness import THREADS, VARIABLE
from repro.system.forkserver.starting import Started, start

SERVER = """
import os, socket, sys
from repro.system.forkserver.child import become, run
from repro.system.forkserver.server import Server

listener, owner = map(int, sys.argv[1:3])
server = os.getpid()
given = os.environ.get("TEST_IMPORTS", "").split()
listening = socket.socket(fileno=listener)
request = Server(listener=listening, owner=owner, import_for=lambda words: list(map(__import__, given))).serve()
if request is not None:
    become(request, server=server)
    run("told")
"""
#: As repro/__main__.py: a process of its own says so.
CLIENT = """
import sys
from repro.system.forkserver.client import carry_out

carry_out(sys.argv[1:])
print("a process of its own", flush=True)
import told
"""
TOLD = """
import os, sys
exec(compile(sys.argv[2], "what is told", "exec"))
"""


@dataclass(frozen=True)
class Told:
    """Programs that a server carries out; `server` is one that has imported nothing."""

    folder: Path
    server: Started

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in THREADS}
        return {**kept, "PYTHONPATH": f"{PACKAGE.parent}:{self.folder}", VARIABLE: self.server.name, **more}

    def command(self, program: str, *, words: tuple[str, ...] = ("train",)) -> list[str]:
        """Return the command line of a client that has `program` carried out."""
        return [sys.executable, str(self.folder / "client.py"), words[0], program, *words[1:]]

    def begin(self, program: str, *, words: tuple[str, ...] = ("train",), **more: str) -> subprocess.Popen[str]:
        """Begin such a client; more: variables of its environment."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            self.command(program, words=words), env=self.environment(**more), cwd=self.folder, text=True, **pipes
        )

    def run(self, program: str, *, words: tuple[str, ...] = ("train",), **more: str) -> tuple[int, str, str]:
        """Return its status, and what it printed."""
        process = self.begin(program, words=words, **more)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def started(folder: Path, **more: str) -> Told:
    for name, text in (("server.py", SERVER), ("client.py", CLIENT), ("told.py", TOLD)):
        (folder / name).write_text(text)
    kept = {name: value for name, value in os.environ.items() if name not in THREADS}
    environ = {**kept, "PYTHONPATH": f"{PACKAGE.parent}:{folder}", **more}
    return Told(folder=folder, server=start([sys.executable, str(folder / "server.py")], environ=environ))


@pytest.fixture(autouse=True, scope="module")
def none_ignored() -> Iterator[None]:
    """Have no signal ignored, as shells have it of what they start beside them."""
    ignored = [number for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Return what has programs carried out by one server."""
    made = started(tmp_path_factory.mktemp("told"))
    yield made
    made.server.end()
