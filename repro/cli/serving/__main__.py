"""Serve: `python -m repro.cli.serving SOCKET PIPE`, by the numbers of two open files that are inherited.

Who starts it is repro.system.forkserver.starting.
"""

import os
import socket
import sys

from repro.cli.serving.needed import import_for
from repro.system.forkserver.child import become, run
from repro.system.forkserver.server import Server


def main(listener: int, owner: int) -> None:
    """Serve until the owner of the pipe ends; in a process that was forked, carry out its command."""
    for descriptor in (listener, owner):
        os.set_inheritable(descriptor, False)
    server = os.getpid()
    request = Server(listener=socket.socket(fileno=listener), owner=owner, import_for=import_for).serve()
    if request is not None:
        become(request, server=server)
        run("repro")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
