"""The machine: driver and GPUs, processors, memory, disk, and whether the file system keeps locks."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from repro.cli.installed.findings import Finding, mend, note, ok
from repro.planning.jobs import BASE_MIB
from repro.system.gpu_leases import VISIBLE, NotEnoughGPUs, candidate_gpus, listed_gpus
from repro.system.locks import WHOLE_FILE
from repro.system.processors import num_usable

GIB = 2**30
#: What the default scale takes with its pages, and room to write the next file.
LEAST_DISK = 2 * GIB
#: The major version of CUDA for which the packages of pyproject.toml are.
CUDA = 13
WITHOUT_GPU = "everything runs on CPUs (--config device=cpu says so)"


def driver_version() -> int | None:
    """The major version of CUDA that the driver has; None without a driver that answers."""
    command = ["nvidia-smi", "--query", "--display=COMPUTE"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    for line in done.stdout.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "CUDA Version":
            return int(value.split(".")[0])
    return None


def driver_finding(*, node_is_there: bool, driver: int | None, torch_cuda: str | None) -> Finding:
    """Whether driver, torch and DALI go together.

    node_is_there: /dev/nvidiactl. driver: its major version of CUDA. torch_cuda: the one of torch's build, None for CPUs.
    """
    if not node_is_there:
        return note("driver", "no NVIDIA driver", WITHOUT_GPU)
    if driver is None:
        return mend("driver", "is there and does not answer", "look at what `nvidia-smi` prints")
    if torch_cuda is None:
        return mend(
            "driver", f"CUDA {driver}, and a torch for CPUs alone", "install a CUDA build of torch, or --config device=cpu"
        )
    if driver < CUDA:
        words = "replace DALI and torch by their CUDA 12 builds (docs/installing.md, With a CUDA 12 driver)"
        return mend("driver", f"CUDA {driver}, and packages for CUDA {CUDA}", words)
    return ok("driver", f"CUDA {driver}")


def gpus_finding(environ: Mapping[str, str], listed: Sequence[str] | None = None) -> Finding:
    """Which GPUs a job here may use."""
    try:
        found = listed_gpus() if listed is None else listed
    except NotEnoughGPUs as error:
        return mend("GPUs", "are not listed", str(error))
    mine = candidate_gpus(environ.get(VISIBLE), found)
    shown = f"{len(mine)} of {len(found)}" + (f" ({VISIBLE}={environ[VISIBLE]})" if VISIBLE in environ else "")
    if found and not mine:
        return mend("GPUs", shown, f"unset {VISIBLE}, or have it name GPUs of this machine")
    return ok("GPUs", f"{shown}: {', '.join(mine)}") if mine else note("GPUs", "none", WITHOUT_GPU)


def cores_finding(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> Finding:
    """How many processors may be used, and whether a quota lets fewer run at a time."""
    usable, there = num_usable(), os.cpu_count() or 1
    found = f"{usable} usable of {there}"
    try:
        quota, period = cgroup.read_text(encoding="ascii").split()
        allowed = int(quota) / int(period)
    except (OSError, ValueError):  # `max` is no number
        return ok("cores", found)
    if allowed < usable:
        words = f"give Snakemake no more: --cores {max(1, int(allowed))}"
        return note("cores", f"{found}, of which a quota lets {allowed:g} run at a time", words)
    return ok("cores", found)


def memory_finding(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup/memory.max")) -> Finding:
    """How much memory there is, beside what as many jobs as there are cores take."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines())
        total, free = (int(lines[name].split()[0]) / 2**20 for name in ("MemTotal", "MemAvailable"))
    except (OSError, KeyError, ValueError):
        return note("memory", "is not told", f"give each job {BASE_MIB} MiB and more")
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(cgroup.read_text(encoding="ascii")) / GIB)
    jobs = int(min(free, total) * 1024 // BASE_MIB)
    found = f"{min(free, total):.1f} of {total:.1f} GiB free, for {jobs} small jobs at a time"
    if jobs < 1:
        return mend("memory", found, "close other programs, or take a machine with more")
    if jobs < num_usable():
        return note("memory", found, f"give Snakemake fewer cores than there are: --cores {jobs}")
    return ok("memory", found)


def disk_finding(folder: Path) -> Finding:
    """How much room there is for results."""
    there = _nearest(folder)
    free = shutil.disk_usage(there).free
    found = f"{free / GIB:.1f} GiB free at {there}"
    if not os.access(there, os.W_OK):
        return mend("disk", f"{there} cannot be written", "give your user the right to it, or another folder: --results DIR")
    if free < LEAST_DISK:
        return mend("disk", found, "make room, or give another folder: --results DIR (python -m repro plan says how much)")
    return ok("disk", found)


def locks_finding(folder: Path) -> Finding:
    """Whether the file system keeps locks, by which two commands do not write the same results."""
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            if _takes(fcntl.flock, file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB):
                return ok("flock", f"works at {there}")
            if _takes(fcntl.fcntl, file.fileno(), fcntl.F_OFD_SETLK, WHOLE_FILE):
                return ok("flock", f"is not kept at {there}; the other kind of lock is")
    except OSError as error:
        return mend("flock", f"{there}: {error.strerror}", "give a folder that can be written: --results DIR")
    words = "start no second command on the same results while one runs (Lustre: mount with -o flock)"
    return note("flock", f"{there} keeps no locks", words)


def _takes(call: object, *arguments: object) -> bool:
    assert callable(call)
    try:
        call(*arguments)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL):
            return False
        raise
    return True


def _nearest(folder: Path) -> Path:
    """The folder itself, or what is there of its way."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
