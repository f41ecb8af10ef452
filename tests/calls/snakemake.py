"""Calls of Snakemake as tests make them: what `python -m snakemake` does, in a process that starts in a tenth of a second.

The process is forked by a server that has imported Snakemake (tests/calls/server.py), one for each process that runs tests. It
has the folder, the environment and the files that it is given, and dies with the test that waits for it. Where there is no
server, or it refuses, the call is a process of its own.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from repro.artifacts.provenance import PACKAGE
from repro.system.forkserver.client import PATIENCE_S
from repro.system.forkserver.messages import close, receive, send
from repro.system.forkserver.starting import Started, start
from tests.calls.server import in_common

#: What the server runs, with this checkout's package where modules are looked for first.
SERVE = """
import sys
sys.path[0] = {root!r}
from tests.calls.server import main
main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
"""


@dataclass(frozen=True)
class Call:
    """A process that is ready to be a call. said: where to read what it prints; life: the pipe by which it knows that we live."""

    process: int
    link: socket.socket
    said: int
    life: int

    def end(self) -> tuple[int, str]:
        """Let it go on, and wait: its status as `subprocess` gives it, and what it and all that it started have printed."""
        status, parts = -int(signal.SIGKILL), []
        with suppress(OSError):
            send(self.link, "go")
        reading = {self.said, self.link.fileno()}
        while reading:
            for descriptor in select.select(reading, [], [])[0]:
                if descriptor != self.said:
                    status = self._status()
                    reading.remove(descriptor)
                elif part := os.read(descriptor, 1 << 16):
                    parts.append(part)
                else:
                    reading.remove(descriptor)
        return status, b"".join(parts).decode().replace("\r\n", "\n").replace("\r", "\n")

    def _status(self) -> int:
        try:
            status, _ = receive(self.link)
        except OSError:  # the server was killed, and what it has forked dies with it, but not what that has started
            with suppress(ProcessLookupError):
                os.killpg(self.process, signal.SIGKILL)
            return -int(signal.SIGKILL)
        assert isinstance(status, int)
        return os.waitstatus_to_exitcode(status)


def snakemake(arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `python -m snakemake ARGUMENTS` in `folder` and return how it ended; `stdout` holds both streams."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    with ExitStack() as opened:
        try:
            call = _begun(command, folder, environment, opened)
        except ValueError:  # the server refuses
            pass
        except OSError:  # there is none, or it has ended
            end_server()
        else:
            status, text = call.end()
            return subprocess.CompletedProcess(command, status, stdout=text)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, cwd=folder, env=environment, text=True, **pipes)


def _begun(command: Sequence[str], folder: Path, environment: Mapping[str, str], opened: ExitStack) -> Call:
    """Ask for a process; `opened` closes what stays open of it."""
    link = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    link.settimeout(PATIENCE_S)
    link.connect(f"\0{_server().name}")
    said, saying = os.pipe()
    living, life = os.pipe()
    opened.callback(close, [said, life])
    try:
        here = os.open(folder, os.O_PATH | os.O_DIRECTORY)
        try:
            send(link, _wanted(command, folder, environment), [0, saying, saying, here, living])
        finally:
            close([here])
    finally:
        close([saying, living])
    answer, _ = receive(link)
    if not isinstance(answer, int):
        raise ValueError(answer)
    link.settimeout(None)
    return Call(process=answer, link=link, said=said, life=life)


def _wanted(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> dict[str, object]:
    """What the process is made of, as repro.system.forkserver.client says it of a process that asks."""
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "likeness": in_common(),
        "arguments": list(command[3:]),
        "program": "-m",
        "typed": list(command),
        "path": str(folder.resolve()),
        "environment": [(os.fsencode(name), os.fsencode(value)) for name, value in environment.items()],
        "umask": umask,
        "ignored": [int(number) for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN],
        "blocked": [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())],
    }


@cache
def _server() -> Started:
    """The server of this process; it ends with it, however that ends."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return start([sys.executable, "-c", SERVE.format(root=str(PACKAGE.parent))], environ=environment)


def end_server() -> None:
    """End the server of this process, if there is one, and wait for it: what it has carried out then counts as our children's."""
    if _server.cache_info().currsize:
        _server().end()
        _server.cache_clear()


def served_s() -> float:
    """The processor seconds of the server that is there, and of what it has carried out."""
    if not _server.cache_info().currsize:
        return 0.0
    of_process = Path(f"/proc/{_server().process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, of_process[11:15])) / os.sysconf("SC_CLK_TCK")
