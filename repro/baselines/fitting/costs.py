"""Measure what fitting a baseline takes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from repro.system.memory import peak_mib


@dataclass(kw_only=True)
class Costs:
    """What it took. wall_s: by step, from start to end. cpu_s: processor time by feature, over `num_read` videos or images.

    peak_mib: the most memory of this process and of any one of the others, so far.
    """

    wall_s: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
    num_read: int = 0
    peak_mib: float = 0.0

    def add(self, cpu_s: Mapping[str, float], *, peak_mib: float, num_read: int = 1) -> None:
        """Count processor time by feature and the memory of the process that spent it."""
        self.num_read += num_read
        for name, spent_s in cpu_s.items():
            self.cpu_s[name] = self.cpu_s.get(name, 0.0) + spent_s
        self.peak_mib = max(self.peak_mib, peak_mib)

    def finish(self, step: str, begin: float) -> float:
        """Add the time since `begin` to that of `step`; return the time now."""
        now = time.perf_counter()
        self.wall_s[step] = self.wall_s.get(step, 0.0) + now - begin
        self.peak_mib = max(self.peak_mib, peak_mib())
        return now
