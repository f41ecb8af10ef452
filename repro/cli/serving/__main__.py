"""Serve: `python -m repro.cli.serving SOCKET PIPE DIGEST`, as repro.system.forkserver.starting types it."""

import os
import socket
import sys

from repro.cli.serving.needed import import_for
from repro.system.forkserver.child import become, run
from repro.system.forkserver.likeness import package_digest
from repro.system.forkserver.server import Server


def main(listener: int, owner: int, digest: str) -> None:
    """Serve until the owner of the pipe ends; in a process that was forked, carry out its command."""
    if package_digest() != digest:
        sys.exit("repro: no server: the package was edited as it began; each job starts by itself")
    for descriptor in (listener, owner):
        os.set_inheritable(descriptor, False)
    server = os.getpid()
    request = Server(listener=socket.socket(fileno=listener), owner=owner, import_for=import_for).serve()
    if request is not None:
        become(request, server=server)
        run("repro")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
