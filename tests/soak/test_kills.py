"""Every kind of run is killed at random points, and the same command again comes to the same bits and leaves nothing behind.

    pytest -m soak [--kills N] [--soak-seed S] [--soak-folder DIR]

takes minutes to an hour, and is not part of a plain `pytest`. With a folder it goes on where it was ended. A fault names the
kind, the cycle and the seed, with which it happens again.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.soak.soak import Soak


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_no_kill_loses_a_bit(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    option = request.config.getoption
    seed = option("--soak-seed")
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    soak = Soak(folder=Path(option("--soak-folder") or tmp_path), seed=seed, num_kills=option("--kills"))
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nseed {seed}, folder {soak.folder}", flush=True)
        soak.prepare()
        for kind, number, most in soak.cycles():
            soak.do(kind, number, most=most)
            print(f"{kind.name}: cycle {number} held", flush=True)
        print("\n".join(soak.table()))
