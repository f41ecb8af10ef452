"""Have a command carried out by a server, and live and die with the process that does it.

Signals that a process can catch are handed on to that process, and its end, by a status or a signal, is ours. Killed, we take
it with us: the kernel sees to that by the pipe of which we hold the one end.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from repro.system.forkserver.likeness import VARIABLE, likeness, takes_one_thread
from repro.system.forkserver.messages import close, peer_of, receive, send

#: How long a server may take to begin: it may be importing. Seconds.
PATIENCE_S = 60.0
HANDED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
STANDARD = (0, 1, 2)

#: Whether this process carries out a command for another one, and asks nobody itself.
is_carried_out = False


@dataclass(frozen=True)
class Begun:
    """The process that is ready to carry out the command, and our end of the pipe by which it knows that we live."""

    process: int
    life: int


def carry_out(arguments: Sequence[str]) -> None:
    """Have a server carry out the command and end as that ends; come back where there is none that can."""
    name = os.environ.get(VARIABLE)
    if not name or is_carried_out or not takes_one_thread(arguments, os.environ) or not _only_standard_files():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        try:
            begun = _begun(link, name, arguments)
        except (OSError, ValueError, TypeError):
            return
        status = _end_of(begun, link)
    _end_as(status)


def _begun(link: socket.socket, name: str, arguments: Sequence[str]) -> Begun:
    """Ask for a process that is as we are; from then on it waits for our word."""
    link.settimeout(PATIENCE_S)
    link.connect(f"\0{name}")
    if peer_of(link)[1] != os.geteuid():
        raise ValueError("the server is another user's")
    theirs, ours = os.pipe()
    try:
        here = os.open(".", os.O_PATH | os.O_DIRECTORY)
        try:
            send(link, _wanted(arguments), [*STANDARD, here, theirs])
        finally:
            close([here])
        answer, _ = receive(link)
        if not isinstance(answer, int):
            raise ValueError(answer)
        return Begun(process=os.pidfd_open(answer), life=ours)
    except BaseException:
        close([ours])
        raise
    finally:
        close([theirs])


def _wanted(arguments: Sequence[str]) -> dict[str, object]:
    umask = os.umask(0o077)
    os.umask(umask)
    return {
        "likeness": likeness(os.environ),
        "arguments": list(arguments),
        "program": sys.argv[0],
        "typed": list(sys.orig_argv),
        "path": sys.path[0],
        "environment": [(bytes(name), bytes(value)) for name, value in os.environb.items()],
        "umask": umask,
        "ignored": [int(number) for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN],
        "blocked": [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())],
    }


def _only_standard_files() -> bool:
    """Whether the three standard files are open, and no others that the command may be meant to have."""
    descriptors = set(map(int, os.listdir("/proc/self/fd")))  # with the one by which the folder was read
    return descriptors.issuperset(STANDARD) and len(descriptors) == len(STANDARD) + 1


def _end_of(begun: Begun, link: socket.socket) -> int:
    """Give the word, hand signals on, and wait; the status as of `os.wait`."""

    def hand_on(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):  # it has just ended
            signal.pidfd_send_signal(begun.process, signal.Signals(number))

    for number in HANDED_ON:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, hand_on)
    link.settimeout(None)
    try:
        send(link, "go")
        status, _ = receive(link)
    except OSError:  # the server was killed, and what it has forked dies with it
        return int(signal.SIGKILL)
    assert isinstance(status, int)
    return status


def _end_as(status: int) -> None:
    """End this process as another one has ended."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)
