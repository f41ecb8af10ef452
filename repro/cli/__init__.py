"""The command line: `python -m repro COMMAND`."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from repro.artifacts.files import visible
from repro.cli.errors import DEFECT, MENDABLE, defect, mendable
from repro.cli.parser import command_parser
from repro.system.progress import LOG_ALONE, Say
from repro.system.stopping import STATUS, Stopped, ending_when_asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status.

    0 or what the command gives, 2 where the user can put it right, 1 after a defect; 143 if asked to end (SIGTERM), 130 if
    interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # whatever a name holds, and whatever the terminal knows
        sys.stdout.reconfigure(errors="backslashreplace")
    options = command_parser().parse_args(arguments)
    try:
        with _speaking(getattr(options, "log", None)) as say:
            return _done(options, say)
    except OSError as error:  # of the log
        print(f"repro: error: {mendable(error, options)}", file=sys.stderr, flush=True)
        return MENDABLE


def _done(options: argparse.Namespace, say: Say) -> int:
    """Carry out the command; what ends it early is said in one line, a defect with its place."""
    try:
        with ending_when_asked():
            status: int | None = options.command(options, say)
            sys.stdout.flush()
    except BrokenPipeError:
        return _nobody_reads()
    except (Stopped, KeyboardInterrupt) as asked:
        signal_name, number = ("SIGTERM", STATUS) if isinstance(asked, Stopped) else ("SIGINT", 128 + signal.SIGINT)
        say(f"asked to end ({signal_name}): what is done is kept; the same command goes on")
        return number
    except Exception as error:
        line = mendable(error, options)
        say(defect(error) if line is None else f"repro: error: {line}")
        return DEFECT if line is None else MENDABLE
    return status or 0


def _nobody_reads() -> int:
    """Leave quietly, with the status that a shell gives a pipe's writer, where its reader (`| head`) has ended."""
    # Python flushes stdout once more as it ends, and would print that this failed.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


@contextmanager
def _speaking(log: Path | None) -> Iterator[Say]:
    """Give a function that prints a line to stderr, and to the file `log` if there is one, at once.

    The environment variable LOG_ALONE, which the workflow sets where it tells itself how far everything is, keeps from stderr
    what a log takes.

    Where a line can no longer be written the work goes on without it: nobody reads stderr, or the log's disk is full.
    """
    with ExitStack() as stack:
        streams: list[TextIO] = [sys.stderr]
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            opened = open(log, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
            stack.callback(_close, opened)
            streams = [opened] if os.environ.get(LOG_ALONE) else [sys.stderr, opened]

        def say(line: str) -> None:
            for stream in tuple(streams):
                try:
                    print(visible(line), file=stream, flush=True)
                except OSError as error:
                    streams.remove(stream)
                    if stream is not sys.stderr:
                        streams[:] = [sys.stderr]
                        say(f"warning: {log}: {error.strerror}; the work goes on, and its lines are printed here alone")

        yield say


def _close(stream: TextIO) -> None:
    """Close a log; what is left of a line that could not be written is no error."""
    with suppress(OSError):
        stream.close()
