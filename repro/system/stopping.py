"""End when asked to: SIGTERM, which batch systems send before they kill.

A process that is asked to end raises `Stopped`, which nothing takes for a failure: files that are half written are removed on
the way, helpers end, and the status is 143. Where a step must not be cut, as between two updates of a network, the request
waits until the step is stored.
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: The status with which a shell reports a process that SIGTERM has ended.
STATUS = 128 + signal.SIGTERM


class Stopped(BaseException):
    """The process was asked to end; what is done so far is kept.

    Not an `Exception`: what passes over damaged files and failing runs must not pass over this.
    """


@contextmanager
def ending_when_asked() -> Iterator[None]:
    """Raise `Stopped` in the main thread when SIGTERM comes, while the context lasts."""

    def end(number: int, frame: FrameType | None) -> None:
        raise Stopped

    with _on_sigterm(end):
        yield


@contextmanager
def ending_after_a_step() -> Iterator[Callable[[], bool]]:
    """Let SIGTERM wait while the context lasts; the function says whether it has come.

    Who asks it stores what there is and raises `Stopped`; a request that nobody has heard by the end raises it there.
    """
    requested = threading.Event()
    with _on_sigterm(lambda number, frame: requested.set()):
        yield requested.is_set
    if requested.is_set():
        raise Stopped


@contextmanager
def _on_sigterm(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle SIGTERM by `handler`; another thread than the main one cannot, and leaves it as it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


#: How long a process that was asked to end may take, in seconds.
END_S = 10.0


def end_of(process: subprocess.Popen[bytes]) -> int:
    """Ask a process to end, kill it if it does not, and give its status."""
    process.terminate()
    try:
        return process.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
