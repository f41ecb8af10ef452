"""What a process must have in common with the server, so that a fork of the server is what the process would have become.

It is compared as plain values, since who asks has imported next to nothing.
"""

from __future__ import annotations

import marshal
import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: The folder of this package.
PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
#: The environment variable that names the socket of the server.
VARIABLE = "REPRO_SERVER"
#: By which numeric libraries learn, as they are loaded, how many threads they may start. The server has loaded them with one.
THREADS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"),
    *("GOTO_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"),
)
#: Variables that are read while a command runs, and decide nothing of what was imported before.
READ_LATER = frozenset(
    (VARIABLE, *THREADS, "REPRO_LOG_ALONE", "PWD", "OLDPWD", "SHLVL", "PS1", "PS2", "_", "COLUMNS", "LINES")
    + ("TMPDIR", "TMP", "TEMP", "TEMPDIR", "PYTEST_CURRENT_TEST", "PYTEST_VERSION")
)
#: Commands that say themselves how many threads numeric libraries may start, before they load any: by default one.
LIMITING = ("prepare", "train")
#: Other commands whose start is worth saving.
OTHERS = (
    "collect",
    "judge",
    "calibrate",
    "render",
    "report",
    "follow",
    "verify",
    "export",
    "site",
    "list",
    "show",
    "diff",
    "plan",
    "decide",
)
#: What each process of Linux has that its parent may not have.
OF_LINUX = ("cgroup", "oom_score_adj")
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")

#: Aspects of a process, by name.
Likeness = dict[str, object]


def takes_one_thread(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether numeric libraries would start one thread in a process that carries out `arguments`.

    No for commands that are not worth saving, and where it takes more than a look to see it.
    """
    command = arguments[0] if arguments else ""
    if command not in LIMITING + OTHERS:
        return False
    given = [environ[name] for name in THREADS if name in environ]
    if command not in LIMITING and ("OMP_NUM_THREADS" not in environ or any(value != "1" for value in given)):
        return False
    for word, after in zip(arguments, [*arguments[1:], ""], strict=True):
        is_other = word.startswith(("--ti", "--to"))  # argparse takes what is cut short
        if word.startswith("--t") and not is_other and word != "--threads=1" and (word, after) != ("--threads", "1"):
            return False
    return True


def likeness(environ: Mapping[str, str]) -> Likeness:
    """What this process has in common with those that can take its place; its threads and its working folder apart."""
    return {
        "program": [sys.executable, sys.version, list(sys.flags), sorted(sys._xoptions), list(sys.warnoptions)],
        "path": sys.path[0 if sys.flags.safe_path else 1 :],
        "libraries": [_time(folder) for folder in sys.path if folder.endswith("-packages")],
        "package": package_state(),
        "environment": {name: value for name, value in environ.items() if name not in READ_LATER},
        "limits": [list(resource.getrlimit(number)) for number in range(resource.RLIMIT_AS + 1)],
        "user": [*os.getresuid(), *os.getresgid(), *sorted(os.getgroups())],
        "schedule": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))],
        "system": [*map(_read, OF_LINUX), *map(_namespace, NAMESPACES)],
    }


def unlike(one: Likeness, other: Likeness) -> list[str]:
    """The aspects in which two processes differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def package_state() -> list[Any]:
    """Which package this is, and the sizes and times of its files: any edit changes it."""
    return [PACKAGE, *sorted(_files(PACKAGE))]


def package_digest() -> str:
    """A digest of that state, as one process tells it to another."""
    import hashlib  # which the many that only compare do without

    return hashlib.sha256(marshal.dumps(package_state())).hexdigest()


def _files(folder: str) -> Iterator[tuple[str, int, int, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                found = os.stat(entry.path)
                yield entry.path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _time(folder: str) -> int:
    """When a library was last put into a folder or taken from it; 0 if there is none."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _read(name: str) -> str:
    try:
        with open(f"/proc/self/{name}", encoding="utf-8") as stream:
            return stream.read()
    except OSError:
        return ""


def _namespace(name: str) -> str:
    try:
        return os.readlink(f"/proc/self/ns/{name}")
    except OSError:
        return ""
