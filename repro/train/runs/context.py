"""Where and how a run is computed, and what scoring it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from repro.artifacts.run_json import FAITHFUL, Pictures, ScoresFile
from repro.system.progress import Say
from repro.train.runs.witness import Witness


@dataclass(frozen=True, kw_only=True)
class Compute:
    """With what the runs of a job are computed; `device` is `cpu` or `cuda`.

    The rest is for networks alone. precision: the number format of training (repro.train.networks.precision).
    towers_apart: each tower of a network on a device of its own. num_processes: which train each run together
    (repro.train.networks.data_parallel); on GPUs, each has one. log: of the job, if it keeps one.
    """

    num_threads: int
    device: str
    precision: str = FAITHFUL
    towers_apart: bool = False
    num_processes: int = 1
    log: Path | None = None


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """Where and how a run is computed; the fields are those of `Compute`. witness: tells the ledger of it."""

    folder: Path
    device: str
    num_threads: int
    say: Say
    precision: str = FAITHFUL
    towers_apart: bool = False
    witness: Witness = field(default_factory=lambda: Witness(folder=None, run=""))


@dataclass(frozen=True, kw_only=True)
class ScoredFiles:
    """The files that scoring a network has left: its scores, and test examples to be shown."""

    scores: tuple[ScoresFile, ...] = ()
    pictures: Pictures = field(default_factory=Pictures)
