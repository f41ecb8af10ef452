"""What the steps of a fit share: the spec, the key, where files lie, who is told, what it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from repro.artifacts.arrays import read_npz
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError
from repro.baselines.fitting.costs import Costs
from repro.spec.classical import Classical
from repro.system.progress import Say

COSTS = "costs.json"


@dataclass(frozen=True, kw_only=True)
class StoredCosts:
    """The costs of a fit so far (repro.baselines.fitting.costs.Costs), for a later call."""

    SCHEMA: ClassVar[str] = "classical_costs/2"
    STAGE: ClassVar[str] = "train"

    wall_s: dict[str, float]
    cpu_s: dict[str, float]
    num_read: int
    peak_mib: float


@dataclass(frozen=True, kw_only=True)
class FitContext:
    """One fit. costs: of this call and of those before that it goes on from."""

    spec: Classical
    key: int
    num_processes: int
    folder: Path
    say: Say
    costs: Costs

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step, and store the costs so far when it ends, even by an error."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.costs.finish(name, begin)
            write_document(self.folder / COSTS, StoredCosts(**asdict(self.costs)))


def costs_before(folder: Path) -> Costs:
    """The costs of earlier calls that a fit goes on from; nothing where there are none, or they are damaged."""
    try:
        stored = read_document(folder / COSTS, StoredCosts)
    except FileFormatError:
        return Costs()
    return Costs(wall_s=dict(stored.wall_s), cpu_s=dict(stored.cpu_s), num_read=stored.num_read, peak_mib=stored.peak_mib)


def discard_damaged(folder: Path, *, say: Say) -> None:
    """Delete the arrays of earlier calls that cannot be read as they were written, so that they are made again."""
    for path in sorted(folder.rglob("*.npz")):
        try:
            read_npz(path)  # each array has a checksum
        except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
            say(f"{path.name} is damaged ({error}) and is made again")
            path.unlink()
