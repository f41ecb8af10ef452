"""Become the process that asked: its files, folder, environment and words; then run the command, and end as it does."""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import io
import os
import random
import runpy
import select
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from repro.system.forkserver import client
from repro.system.forkserver.messages import close, receive, send

#: `prctl`: the signal that comes when the parent has ended.
PR_SET_PDEATHSIG = 1
#: `fcntl`: which signal says that something has become of an open file.
F_SETSIG = 10


@dataclass(frozen=True)
class Request:
    """What a process has asked for: what it is made of, and its open files: the standard ones, its folder, its life."""

    wanted: Mapping[str, Any]
    files: Sequence[int]
    link: socket.socket

    @property
    def life(self) -> int:
        return self.files[-1]


def become(request: Request, *, server: int) -> None:
    """Be what the asking process is, once it has given its word; without it, end."""
    os.setsid()
    _die_with(request.life, server=server)
    try:
        send(request.link, os.getpid())
        word, _ = receive(request.link)
    except OSError:
        word = None
    if word != "go":
        os._exit(1)
    request.link.close()
    _take_files(request.files)
    os.umask(request.wanted["umask"])
    _take_environment(request.wanted["environment"])
    _take_signals(set(request.wanted["ignored"]), set(request.wanted["blocked"]))
    sys.argv = [request.wanted["program"], *request.wanted["arguments"]]
    sys.orig_argv = request.wanted["typed"]
    if not sys.flags.safe_path:
        sys.path[0] = request.wanted["path"]
    tempfile.tempdir = None
    _draw_anew()


def _die_with(life: int, *, server: int) -> None:
    """Have the kernel kill this process with the server, and all of its session with the process at the pipe's other end."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    fcntl.fcntl(life, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(life, F_SETSIG, int(signal.SIGKILL))
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    if os.getppid() != server or select.select([life], [], [], 0)[0]:
        os._exit(1)


def _take_files(files: Sequence[int]) -> None:
    *standard, here, _ = files
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
    os.fchdir(here)
    close([*standard, here])
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        stream = _opened(number, mode, like=getattr(sys, f"__{name}__"))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _opened(descriptor: int, mode: str, *, like: object) -> io.TextIOWrapper:
    """A standard file as Python opens it: a terminal line by line, what goes to stderr always so."""
    assert isinstance(like, io.TextIOWrapper)
    by_line = descriptor == 2 or os.isatty(descriptor)
    stream = open(descriptor, mode, encoding=like.encoding, errors=like.errors, closefd=False)  # noqa: SIM115
    assert isinstance(stream, io.TextIOWrapper)
    stream.reconfigure(line_buffering=by_line, write_through=like.write_through)
    return stream


def _take_environment(environment: Sequence[tuple[bytes, bytes]]) -> None:
    wanted = dict(environment)
    for name in [name for name in os.environb if name not in wanted]:
        del os.environb[name]
    os.environb.update(wanted)


def _take_signals(ignored: set[int], blocked: set[int]) -> None:
    for number in signal.valid_signals():
        is_ignored = signal.getsignal(number) is signal.SIG_IGN
        if is_ignored != (number in ignored):
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            with suppress(OSError):
                signal.signal(number, signal.SIG_IGN if number in ignored else usual)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _draw_anew() -> None:
    """Seed what a process seeds from the system's chance as it imports; a fork of the same server must not draw the same."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def run(module: str) -> NoReturn:
    """Run the command as `python -m MODULE` does, and end the process with its status."""
    client.is_carried_out = True
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            _end(end.code or 0)
        raise
    _end(0)


def _end(status: int) -> NoReturn:
    """End as Python does, but leave what is in memory as it is: taking it apart would copy all that the server has imported."""
    getattr(threading, "_shutdown")()  # noqa: B009  as multiprocessing ends what it has forked
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        raise SystemExit(status) from None  # Python says it in its own way
    ctypes.CDLL(None).fflush(None)
    os._exit(status & 0xFF)
