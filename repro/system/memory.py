"""The memory of this process: keep what a training step frees for the next one; how much there has been."""

from __future__ import annotations

import ctypes
import platform
import resource

#: glibc's names for what `mallopt` sets (malloc.h).
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
MIB = 1 << 20


def keep_freed_memory() -> bool:
    """Let glibc serve blocks of any size from its heap and keep up to 1 GiB of freed memory; say whether it does.

    By default a block above 128 KiB may be mapped anew, zeroed by the system and unmapped at every step: a net's activations
    on a CPU are such blocks, and at the paper's size a step spends a fifth of its time on that. Numbers do not change.
    Other C libraries are left as they are.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    wanted = ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, 1024 * MIB), (M_TOP_PAD, 64 * MIB))
    results = [mallopt(name, value) for name, value in wanted]
    return results == [1] * len(wanted)


def peak_mib() -> float:
    """The most memory that this process has had so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
