"""What the steps of a fit share: the spec, the key, where files lie, who is told, what it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from repro.artifacts.files import FileFormatError, read_json, write_json
from repro.baselines.fitting.costs import Costs
from repro.spec.classical import Classical
from repro.system.progress import Say

SCHEMA = "classical_costs/1"


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
            write_json(self.folder / "costs.json", asdict(self.costs), schema=SCHEMA)


def costs_before(folder: Path) -> Costs:
    """Return the costs of earlier calls that a fit goes on from; nothing where there are none."""
    try:
        stored = read_json(folder / "costs.json", schema=SCHEMA)
    except FileFormatError:
        return Costs()
    return Costs(**{name: value for name, value in stored.items() if name != "schema"})
