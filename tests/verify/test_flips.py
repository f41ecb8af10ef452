"""No bit of a file of results may flip unnoticed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from repro.verify.chain import chain_checked
from repro.verify.files import data_checked, files_checked, records_checked
from repro.verify.metrics import metrics_checked
from repro.verify.verdicts import claims_checked
from tests.verify.made import made, stored_in, witness_all

#: Flips of each kind of file.
FLIPS = 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        found = made(tmp_path_factory.mktemp("flips"), patch)
        witness_all(found)
        yield found


def flip(path: Path, place: int, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def is_noticed(folder: Path, path: Path) -> bool:
    """Whether a check names a problem: those of files first, which take least."""
    checks = [chain_checked, records_checked, files_checked, data_checked]
    checks += {"runs.csv": [metrics_checked], "claims.json": [claims_checked]}.get(path.name, [])
    stored = stored_in(folder)
    return any(check(stored).problems for check in checks)


def test_every_flip_of_every_kind_of_file_is_noticed(folder: Path) -> None:
    for name in ("runs.csv", "claims.json"):
        assert not is_noticed(folder, folder / name), "without a flip nothing is wrong"
    rng = random.Random(19)
    kinds = {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}
    assert {"runs.csv", "claims.json", "ledger.jsonl", "run.json", "log.jsonl", "dataset.json"} <= set(kinds)
    accepted = []
    for path in kinds.values():
        for _ in range(FLIPS):
            place, bit = rng.randrange(path.stat().st_size), rng.randrange(8)
            flip(path, place, bit)
            if not is_noticed(folder, path):
                accepted.append(f"{path.name}, byte {place}, bit {bit}")
            flip(path, place, bit)
    assert accepted == []
