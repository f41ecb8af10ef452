"""Fork a process for each command that is asked for, as long as whoever has started the server lives.

The server computes nothing and starts no thread: it imports, forks and waits. It refuses, and the command then runs by itself,
where a fork would not be what the process that asks would have become: other code, another environment, other limits; or where
a fork is unsafe: there are threads, or a GPU was asked for something.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from repro.system.forkserver.child import Request
from repro.system.forkserver.likeness import PACKAGE, Likeness, likeness, package_state, unlike
from repro.system.forkserver.messages import close, peer_of, receive, send
from repro.system.startup import importing

#: Seconds between two looks whether a process that asked was stopped; for which a server that nobody asks goes on; to say what.
LOOK_S, IDLE_S, HEARING_S = 0.25, 600.0, 5.0

#: Imports what a command needs.
Import = Callable[[Sequence[str]], None]


@dataclass
class Carried:
    """A process that carries out a command for another one, with which we are linked."""

    process: int
    asker: int
    link: socket.socket
    is_stopped: bool = False


@dataclass
class Server:
    """Answers at `listener` until `owner`, a pipe whose other end nobody writes into, is closed."""

    listener: socket.socket
    owner: int
    import_for: Import
    like: Likeness = field(default_factory=lambda: likeness(os.environ))
    _carried: dict[int, Carried] = field(default_factory=dict)
    _last: float = field(default_factory=time.monotonic)

    def serve(self) -> Request | None:
        """Answer until the end; in a process that was forked, what it has to carry out."""
        self.listener.settimeout(HEARING_S)
        while self._carried or (self.listener.fileno() >= 0 and time.monotonic() - self._last < IDLE_S):
            for descriptor in self._ready():
                if descriptor in self._carried:
                    self._ended(descriptor)
                elif descriptor == self.owner:
                    self.listener.close()
                else:
                    request = self._answered()
                    if request is not None:
                        return request
            self._stop_and_go()
        return None

    def _ready(self) -> list[int]:
        """The open files of which something has become."""
        poll = select.poll()
        open_still = [self.owner, self.listener.fileno()] if self.listener.fileno() >= 0 else []
        for descriptor in [*self._carried, *open_still]:
            poll.register(descriptor, select.POLLIN)
        wait_s = LOOK_S if self._carried else IDLE_S
        return [descriptor for descriptor, _ in poll.poll(1000 * wait_s)]

    def _answered(self) -> Request | None:
        try:
            link, _ = self.listener.accept()
        except OSError:
            return None
        self._last = time.monotonic()
        link.settimeout(HEARING_S)
        try:
            asker, user = peer_of(link)
            if user != os.geteuid():
                raise PermissionError(f"user {user}")
            wanted, files = receive(link)
        except OSError:
            link.close()
            return None
        refusal = self._refusal(wanted)
        if refusal:
            with link, suppress(OSError):
                send(link, refusal)
        else:
            assert isinstance(wanted, dict)
            process = os.fork()
            if process == 0:
                self._forget_others()
                link.settimeout(None)
                return Request(wanted=wanted, files=files, link=link)
            self._carried[os.pidfd_open(process)] = Carried(process=process, asker=asker, link=link)
        close(files)
        return None

    def _refusal(self, wanted: object) -> str:
        """Why no fork is what the asking process would have become; "" if one is."""
        try:
            assert isinstance(wanted, dict)
            return self._difference(wanted) or self._imported(wanted) or unsafe()
        except Exception as error:  # of a command that will meet it too, or of a process that speaks otherwise
            return f"{type(error).__name__}: {error}"

    def _difference(self, wanted: Mapping[str, Any]) -> str:
        differing = unlike(self.like, wanted["likeness"])
        hidden = shadowed(wanted["path"])
        if differing:
            return f"other {', '.join(differing)}"
        return f"{wanted['path']} has a module {hidden} of its own" if hidden else ""

    def _imported(self, wanted: Mapping[str, Any]) -> str:
        """Import what the command needs."""
        with importing():
            self.import_for(wanted["arguments"])
        gc.freeze()
        return "" if package_state() == self.like["package"] else "the package was edited"

    def _ended(self, descriptor: int) -> None:
        """Tell who asked how the process ended."""
        carried = self._carried.pop(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(carried.process, 0)
        with suppress(OSError):
            send(carried.link, status)
        carried.link.close()
        self._last = time.monotonic()

    def _stop_and_go(self) -> None:
        """Stop processes whose asker was stopped, which none can catch, and let them go on with it."""
        for carried in self._carried.values():
            is_stopped = _is_stopped(carried.asker)
            if is_stopped != carried.is_stopped:
                carried.is_stopped = is_stopped
                os.kill(carried.process, signal.SIGSTOP if is_stopped else signal.SIGCONT)

    def _forget_others(self) -> None:
        """Close, in a process that was forked, what is the server's."""
        close([self.owner, *self._carried])
        self.listener.close()
        for carried in self._carried.values():
            carried.link.close()


def shadowed(folder: str) -> str:
    """A module of `folder`, where Python looks first, that has the name of one that was imported from elsewhere; "" if none."""
    if folder == sys.path[0] or folder == os.path.dirname(PACKAGE) or sys.flags.safe_path:
        return ""
    loaded = {name.partition(".")[0] for name in sys.modules}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name.partition(".")[0]
            is_module = entry.name.endswith((".py", ".so")) or os.path.exists(os.path.join(entry.path, "__init__.py"))
            if name in loaded and is_module:
                return name
    return ""


def unsafe() -> str:
    """Why this process must not fork; "" if it may."""
    num_threads = len(os.listdir("/proc/self/task"))
    if num_threads > 1:
        return f"{num_threads} threads"
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{number}").startswith("/dev/nvidia"):
                return "a GPU was asked for something"
    return ""


def _is_stopped(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[0] == b"T"
    except (OSError, IndexError):
        return False
