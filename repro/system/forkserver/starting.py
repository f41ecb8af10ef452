"""Start a server, and end it."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repro.system.forkserver.likeness import THREADS, package_digest
from repro.system.stopping import END_S


@dataclass(frozen=True)
class Started:
    """A server. name: the value of the variable by which others find it; life: our end of the pipe at whose end it ends."""

    name: str
    process: subprocess.Popen[bytes]
    life: int

    def end(self) -> None:
        """Have it end, once what it carries out has ended."""
        os.close(self.life)
        try:
            self.process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(command: Sequence[str], *, environ: Mapping[str, str]) -> Started:
    """Start a server by a command that takes three words more: which open files are the socket where it answers and the pipe of
    our life, and a digest of the package: what it imports, it imports of that.

    From now on who asks waits until it has begun. The socket has a name of the kernel's, and no file: nothing is left of it.
    """
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, f"no server on {sys.platform}; each command starts by itself")
    name = f"repro-{os.getpid()}-{secrets.token_hex(8)}"
    theirs, ours = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(f"\0{name}")
            listener.listen(64)
            process = subprocess.Popen(
                [*command, str(listener.fileno()), str(theirs), package_digest()],
                env={**environ, **dict.fromkeys(THREADS, "1")},
                pass_fds=(listener.fileno(), theirs),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
    return Started(name=name, process=process, life=ours)
