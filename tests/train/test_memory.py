"""The setting of the C library's heap."""

import platform
import resource
import subprocess
import sys

import pytest

# Fills and frees 24 blocks of 8 MiB in turn, and says how many pages the system had to provide for them after the first round.
BLOCKS = """
import resource, torch
from repro.train.memory import keep_freed_memory
if {keep}:
    assert keep_freed_memory()
torch.set_num_threads(1)
def step():
    held = [torch.ones(2 * 1024 * 1024) for _ in range(24)]
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is set")
def test_freed_blocks_are_used_again() -> None:
    pages = {
        keep: int(subprocess.run([sys.executable, "-c", BLOCKS.format(keep=keep)], capture_output=True, check=True).stdout)
        for keep in (False, True)
    }
    held = 24 * 8 * 2**20 // resource.getpagesize()
    assert pages[False] > held, "without the setting the blocks come from the system again and again"
    assert pages[True] < held / 10


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from repro.train import memory

    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert memory.keep_freed_memory() is False
