"""Give each job of a host GPUs of its own: a lock file a GPU, which the kernel frees when the job ends, however it ends.

Snakemake counts GPUs but does not say which ones a job has, so that all jobs of a host would use the first. A lease locks
as many free ones as the job wants and shows the job no others, by CUDA_VISIBLE_DEVICES. It must be taken before the process
first asks CUDA for anything, which then keeps to what it saw; to import torch is no such question.

A GPU is known by its UUID, whatever number it has in the order of one process or another. What stood in
CUDA_VISIBLE_DEVICES before (SLURM and other schedulers write it) are the only GPUs that are taken into account.
Locks hold between processes that see the same folder of locks: those of one host, or of one container.
"""

from __future__ import annotations

import errno
import os
import subprocess
import time
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from repro.system.filesystem import NoOwnFile, open_own, set_mode
from repro.system.locks import lock, sign, signed_by
from repro.system.progress import Say
from repro.system.startup import importing

#: What CUDA reads of the environment.
VISIBLE, ORDER = "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"
#: One folder of locks for all users of a host.
FOLDER = Path("/tmp/repro-gpu-leases")  # not the user's TMPDIR, which differs between jobs
#: Seconds between two looks for free GPUs.
LOOK_EVERY_S = 0.5
#: Seconds that the driver has to list its GPUs.
LISTING_S = 60


class NotEnoughGPUs(ValueError):
    """More GPUs are asked for than this process may use."""


def listed_gpus() -> tuple[str, ...]:
    """The UUIDs of the host's GPUs in the order of their bus, without starting CUDA; none without a driver.

    Raises:
        NotEnoughGPUs: there is a driver, and it does not answer.
    """
    command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LISTING_S)
    except FileNotFoundError:
        return ()
    except subprocess.TimeoutExpired:
        raise NotEnoughGPUs(f"the GPU driver did not list its GPUs in {LISTING_S} s; look at what `nvidia-smi` prints") from None
    return tuple(done.stdout.split()) if done.returncode == 0 else ()


def candidate_gpus(visible: str | None, listed: Sequence[str]) -> tuple[str, ...]:
    """The GPUs that a process may use: those `listed` which `visible`, the value of CUDA_VISIBLE_DEVICES, leaves.

    As CUDA has it: numbers count from 0, a UUID may be cut short, and what follows the first entry that names no GPU does not
    count. Parts of GPUs (MIG) are known by the names that they have there. Without a list of GPUs entries are believed.
    """
    if visible is None:
        return tuple(listed)
    found: list[str] = []
    for entry in (part.strip() for part in visible.split(",")):
        gpu = _named(entry, listed)
        if gpu is None:
            break
        if gpu not in found:
            found.append(gpu)
    return tuple(found)


def _named(entry: str, listed: Sequence[str]) -> str | None:
    if entry.startswith("MIG-") or (entry.isdecimal() and not listed):
        return entry
    if entry.isdecimal():
        return listed[int(entry)] if int(entry) < len(listed) else None
    matching = [gpu for gpu in listed if entry and gpu.startswith(entry)]
    return matching[0] if len(matching) == 1 else None


@contextmanager
def leased_gpus(
    num: int,
    *,
    candidates: Sequence[str],
    say: Say,
    environ: MutableMapping[str, str],
    folder: Path = FOLDER,
    look_every_s: float = LOOK_EVERY_S,
) -> Iterator[tuple[str, ...]]:
    """Hold `num` of the `candidates`, after waiting until so many are free, and show the process no others.

    All are taken at once or none, so that no two jobs wait for what the other holds.

    Args:
        environ: the environment in which CUDA_VISIBLE_DEVICES is set, and put back at the end.
        folder: holds the locks.
    Raises:
        NotEnoughGPUs: there are fewer candidates; or fewer than one GPU is asked for.
    """
    if not 1 <= num <= len(candidates):
        where = f"{VISIBLE} = {environ[VISIBLE]!r}" if VISIBLE in environ else f"{VISIBLE} is not set"
        raise NotEnoughGPUs(
            f"{num} GPUs are asked for, and this process may use {len(candidates)} ({where}); allowed: 1 to as many as it may "
            "use; ask for fewer (--config gpus_per_job=N), show it more, or use --device cpu"
        )
    taken, busy = _try_lease(num, candidates, folder)
    if not taken:
        holders = [f"{gpu}: process {signed_by(_lock_file(folder, gpu))}" for gpu in busy]
        say(f"waits for {num} free of {len(candidates)} GPUs ({', '.join(holders)})")
    while not taken:
        time.sleep(look_every_s)
        taken, _ = _try_lease(num, candidates, folder)
    before = {name: environ.get(name) for name in (VISIBLE, ORDER)}
    environ.update({VISIBLE: ",".join(taken), ORDER: "PCI_BUS_ID"})
    say(f"has GPU {', '.join(taken)}")
    try:
        yield tuple(taken)
    finally:
        for descriptor in taken.values():
            os.close(descriptor)
        for name, value in before.items():
            environ.pop(name, None)
            if value is not None:
                environ[name] = value


def _try_lease(num: int, candidates: Sequence[str], folder: Path) -> tuple[dict[str, int], list[str]]:
    """`num` GPUs with the descriptors that hold their locks, none if so many are not free, and those found busy."""
    taken: dict[str, int] = {}
    busy: list[str] = []
    with ExitStack() as undone:
        gate = _opened(folder, "gate")  # one process looks at a time: two that want all would hinder each other
        undone.callback(os.close, gate)
        lock(gate, wait=True)
        for gpu in candidates:
            descriptor = _opened(folder, gpu)
            undone.callback(os.close, descriptor)
            if not lock(descriptor):
                busy.append(gpu)
                continue
            taken[gpu] = descriptor
            if len(taken) == num:
                held = {name: os.dup(locked) for name, locked in taken.items()}
                for locked in held.values():
                    sign(locked)
                return held, busy
    return {}, busy


def _opened(folder: Path, name: str) -> int:
    """Open a lock file that any user may lock; only who may write it signs it.

    Who came first has made the folder: no link that lies there, or in its place, is followed.
    """
    if folder.is_symlink():
        raise NoOwnFile(errno.ELOOP, "is a link, and a folder is needed; delete the link", str(folder))
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        set_mode(folder, 0o1777)
    path = _lock_file(folder, name)
    if not os.path.lexists(path):
        with suppress(FileExistsError):
            os.close(open_own(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
            set_mode(path, 0o666)
    try:
        return open_own(path, os.O_RDWR)
    except PermissionError:
        return open_own(path, os.O_RDONLY)


def _lock_file(folder: Path, name: str) -> Path:
    return folder / f"{name.replace('/', '_')}.lock"


@contextmanager
def leased_for(
    device: str, *, num: int | None, say: Say, environ: MutableMapping[str, str], folder: Path = FOLDER
) -> Iterator[tuple[str, ...]]:
    """Hold the GPUs of a job that computes on `device`: `cpu`, `cuda` or `auto`.

    None are held on a CPU, with a torch that has no CUDA, and where the driver shows no GPU: whether that is an error is for
    who asked to say.

    Args:
        num: how many, by default one; 0 holds none and leaves all that are visible to be shared.
    Raises:
        NotEnoughGPUs: as leased_gpus.
    """
    with importing():
        import torch  # Takes seconds, which who asks for leases by name does not need, and does not start CUDA.

    usable = device != "cpu" and num != 0 and torch.version.cuda is not None
    candidates = candidate_gpus(environ.get(VISIBLE), listed_gpus()) if usable else ()
    if not candidates:
        yield ()
        return
    wanted = 1 if num is None else num
    with leased_gpus(wanted, candidates=candidates, say=say, environ=environ, folder=folder) as gpus:
        yield gpus
