"""The setting of the C library's heap."""

import os
import platform
import resource
import subprocess
import sys

import pytest

# Fills and frees 24 blocks of 8 MiB and two of 48 MiB in turn, and says how many pages the system had to provide for them after
# some rounds.
BLOCKS = """
import resource, torch
from repro.system.memory import keep_freed_memory
if {keep}:
    assert keep_freed_memory()
torch.set_num_threads(1)
def step():
    held = [torch.ones(2 * 1024 * 1024) for _ in range(24)] + [torch.ones(12 * 1024 * 1024) for _ in range(2)]
for _ in range(8):  # the heap may grow once more after the first rounds
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


#: The fixed threshold with which glibc begins; left alone it moves by itself, how far is a matter of chance.
FIXED = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}


def pages_of(keep: bool) -> int:
    """Return how many pages the blocks cost, with or without the setting."""
    command = [sys.executable, "-c", BLOCKS.format(keep=keep)]
    return int(subprocess.run(command, capture_output=True, check=True, env=FIXED).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is set")
def test_freed_blocks_are_used_again() -> None:
    held = (24 * 8 + 2 * 48) * 2**20 // resource.getpagesize()
    assert pages_of(keep=False) > 7 * held, "without the setting the system provides the blocks in each of the 8 rounds"
    assert pages_of(keep=True) < held / 10


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from repro.system import memory

    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert memory.keep_freed_memory() is False
