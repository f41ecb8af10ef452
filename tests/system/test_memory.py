"""The setting of the C library's heap."""

import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

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


# Fills 96 MiB and says how many KiB of the process lie in huge pages.
FILLED = """
from repro.system.memory import keep_freed_memory
if {keep}:
    assert keep_freed_memory()
held = [b"x" * (8 * 1024 * 1024) for _ in range(12)]
lines = open("/proc/self/smaps_rollup").read().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages:")))
"""
HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is set")
def test_what_is_filled_lies_in_huge_pages_where_the_system_grants_them() -> None:
    if not HUGE_PAGES.exists() or "[madvise]" not in HUGE_PAGES.read_text():
        pytest.skip("not looked at: this system gives huge pages to all who ask for none, or to nobody")
    found = [
        int(subprocess.run([sys.executable, "-c", FILLED.format(keep=keep)], capture_output=True, check=True).stdout)
        for keep in (False, True)
    ]
    assert found[0] < 8 * 1024, "without asking there are some anyway"
    assert found[1] > 48 * 1024 or not free_huge_pages(), "they were asked for, and not used"


def free_huge_pages() -> bool:
    """Say whether the system has 128 MiB of unbroken memory, of which huge pages are made."""
    orders = [list(map(int, line.split()[4:])) for line in Path("/proc/buddyinfo").read_text().splitlines()]
    return sum(num << max(0, order - 9) for blocks in orders for order, num in enumerate(blocks) if order >= 9) >= 64


def test_under_a_limit_of_memory_the_heap_is_kept_all_the_same() -> None:
    """A system that gives no 512 MiB at once: the block is not there, and nothing else has changed."""
    code = (
        "import resource, repro.system.memory as memory; resource.setrlimit(resource.RLIMIT_AS, (300 * 2**20,) * 2)\n"
        "assert memory.keep_freed_memory(); held = bytearray(64 * 2**20); print(len(held))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(64 * 2**20), done.stderr


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from repro.system import memory

    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert memory.keep_freed_memory() is False
