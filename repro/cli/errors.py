"""What a user can put right, as one line: what was got, what is allowed, what to do next."""

from __future__ import annotations

import argparse
import dis
import errno
import os
import sys
import traceback
from pathlib import Path

from repro.artifacts.provenance import PACKAGE
from repro.cli.hints import in_typed_words
from repro.system.filesystem import NoOwnFile

#: Exit status of a command that the user can put right, and of a defect of the program.
MENDABLE, DEFECT = 2, 1
RAISE = dis.opmap["RAISE_VARARGS"]

#: What to do about an error of the system, by its number.
ROOM = "make room there, or give another folder{option}; what is written is whole, and the same command goes on"
WAYS_OUT = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EROFS: "have it mounted for writing, or give another folder{option}",
    errno.EACCES: "give your user the right to it, or give another folder{option}",
    errno.EPERM: "give your user the right to it, or give another folder{option}",
    errno.ENOTDIR: "a file lies where a folder is needed: move it, or give another folder{option}",
    errno.EEXIST: "a file lies where a folder is needed: move it, or give another folder{option}",
    errno.EISDIR: "a folder lies where a file is needed: move it away",
    errno.ENOTEMPTY: "a folder lies where a file is needed: move it away",
    errno.ENOENT: "give one that is there{option}; if another program has deleted it, type the command again",
    errno.ENAMETOOLONG: "give a shorter name{option}",
    errno.ELOOP: "have its links lead to a file or folder{option}",
    errno.EMFILE: "allow this user more open files (ulimit -n 4096)",
    errno.ENFILE: "close other programs: the machine has too many open files",
    errno.ENOMEM: "close other programs, or take fewer threads (--threads N)",
    errno.EFBIG: "take a file system that holds larger files{option}",
}
#: Of any other number: the disk, or the network to it, has failed.
OTHERWISE = "see that the disk works, or give another folder{option}; then type the same command again"

#: What to do about a library that is not there.
INSTALL = "install as the README says: pip install -c workflow/envs/constraints.txt -e ."
LINUX = "take Linux, the Windows Subsystem for Linux, or the container of Containerfile: NVIDIA DALI is for Linux alone"


def mendable(error: BaseException, options: argparse.Namespace) -> str | None:
    """The line for a user who can put `error` right, or None if it is a defect of the program.

    That are the package's own errors, a ValueError that it raises on purpose, a library that is not there, and errors of the
    system that name a file.
    """
    of_system = _of_system(error)
    if of_system is not None:
        return _system_line(of_system, options)
    if isinstance(error, MemoryError):
        return "out of memory; take fewer threads (--threads N), close other programs, or take a machine with more"
    if isinstance(error, ModuleNotFoundError):
        return _missing(error.name or "")
    own = type(error).__module__.partition(".")[0] == "repro"
    if isinstance(error, ValueError) and (own or _raised_on_purpose(error)):
        return in_typed_words(str(error), options)
    return None


def _missing(name: str) -> str | None:
    """What to do about a library that is not there; a module of Python or of this package that is not there is a defect."""
    if not name or name.partition(".")[0] in sys.stdlib_module_names | {PACKAGE.name}:
        return None
    if sys.platform != "linux":
        return f"the library {name} is not there on {sys.platform}; {LINUX}"
    return f"the library {name} is not installed for {sys.executable}; {INSTALL} (python -m repro doctor)"


def _raised_on_purpose(error: BaseException) -> bool:
    """Say whether a `raise` of this package made the error, and not a call that failed."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return Path(code.co_filename).is_relative_to(PACKAGE) and code.co_code[trace.tb_lasti] == RAISE


def _of_system(error: BaseException | None) -> OSError | None:
    """The error of the system that `error` is, or that a library has turned into another one."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError | TimeoutError):
            return error
        error, seen = error.__cause__ or (None if error.__suppress_context__ else error.__context__), seen + 1
    return None


def _system_line(error: OSError, options: argparse.Namespace) -> str:
    name = error.filename2 or error.filename
    path = Path(os.fsdecode(name)) if isinstance(name, str | bytes | os.PathLike) else getattr(options, "results", None)
    where = "the disk" if path is None else str(path)
    if isinstance(error, NoOwnFile):
        return f"{where} {error.strerror}"
    way_out = WAYS_OUT.get(error.errno or 0, OTHERWISE).format(option=_option_of(path, options))
    return f"{where}: {error.strerror or type(error).__name__}; {way_out}"


def _option_of(path: Path | None, options: argparse.Namespace) -> str:
    """The option that named the folder in which `path` lies, in brackets."""
    for name in ("log", "reports", "source", "out", "results"):
        given = getattr(options, name, None)
        if path is not None and isinstance(given, Path) and (path.is_relative_to(given) or given.is_relative_to(path)):
            kind = "FILE" if name == "log" or (name == "out" and given.suffix) else "DIR"
            return in_typed_words(f" (--{name} {kind})", options)
    return ""


def defect(error: BaseException) -> str:
    """The traceback of a defect of the program."""
    return "".join(traceback.format_exception(error)).rstrip()
