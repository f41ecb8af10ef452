"""The memory of this process: keep what a training step frees for the next one; how much there was, and may be."""

from __future__ import annotations

import ctypes
import mmap
import platform
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: glibc's names for what `mallopt` sets (malloc.h).
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
MIB = 1 << 20
#: How much of the heap is asked for in huge pages, of which each takes the place of 512 usual ones.
HUGE_MIB, HUGE_PAGE = 512, 2 * MIB


def keep_freed_memory() -> bool:
    """Let glibc serve blocks of any size from its heap and keep up to 1 GiB of freed memory; say whether it does.

    By default a block above 128 KiB may be mapped anew, zeroed by the system and unmapped at every step: a net's activations
    on a CPU are such blocks, and at the paper's size a step spends a fifth of its time on that. Its next 512 MiB are asked for in
    huge pages. Numbers do not change. Other C libraries are left as they are.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    wanted = ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, 1024 * MIB), (M_TOP_PAD, 64 * MIB))
    results = [libc.mallopt(name, value) for name, value in wanted]
    if results != [1] * len(wanted):
        return False
    _ask_for_huge_pages(libc)
    return True


def _ask_for_huge_pages(libc: ctypes.CDLL) -> None:
    """Let the heap grow without touching it, and ask the system for huge pages there, which it may grant or not.

    A processor remembers where some thousand pages lie and looks all others up at each turn. On a virtual machine that was 1 to
    4 % of a training step.
    """
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
    libc.free.restype, libc.free.argtypes = None, (ctypes.c_void_p,)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    block = libc.malloc(HUGE_MIB * MIB)
    if block is None:
        return  # the system has a limit below that; what follows asks for less at a time
    first, last = -(-block // HUGE_PAGE) * HUGE_PAGE, (block + HUGE_MIB * MIB) // HUGE_PAGE * HUGE_PAGE
    libc.madvise(first, last - first, mmap.MADV_HUGEPAGE)
    libc.free(block)


def peak_mib() -> float:
    """The most memory that this process has had so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def memory_limit(num_bytes: int) -> Iterator[None]:
    """Let this process take so much more memory than it has, and no more: what goes beyond fails with a MemoryError.

    What counts is address space, as the system counts it. Where that is not told (outside Linux), there is no limit.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + num_bytes
    bounds = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *bounds]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
