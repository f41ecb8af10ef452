"""The command line: `python -m repro {list,show,diff,plan,prepare,train,collect,judge,render,report,speed,calibrate}`."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from repro.artifacts.files import visible
from repro.cli.parser import command_parser
from repro.system.progress import Say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 where the user can put it right, or 1 after any other exception."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # whatever a name holds, and whatever the terminal knows
        sys.stdout.reconfigure(errors="backslashreplace")
    options = command_parser().parse_args(arguments)
    with _speaking(getattr(options, "log", None)) as say:
        try:
            options.command(options, say)
            sys.stdout.flush()
        except BrokenPipeError:
            return _nobody_reads()
        except Exception as error:
            if isinstance(error, ValueError) and type(error).__module__.split(".")[0] == "repro":
                say(f"repro: error: {error}")
                return 2
            say(traceback.format_exc().rstrip())
            return 1
    return 0


def _nobody_reads() -> int:
    """Leave quietly, with the status that a shell gives a pipe's writer, where its reader (`| head`) has ended."""
    # Python flushes stdout once more as it ends, and would print that this failed.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


@contextmanager
def _speaking(log: Path | None) -> Iterator[Say]:
    """Give a function that prints a line to stderr, and to the file `log` if there is one, at once."""
    with ExitStack() as stack:
        streams = [sys.stderr]
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            streams.append(stack.enter_context(open(log, "w", encoding="utf-8", errors="backslashreplace")))

        def say(line: str) -> None:
            for stream in streams:
                print(visible(line), file=stream, flush=True)

        yield say
