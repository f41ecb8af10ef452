"""Find the runs at rates of their own, whose variants no catalogue lists: by the folders that they have."""

from __future__ import annotations

from pathlib import Path

from repro.artifacts.files import run_folder
from repro.spec.experiment import Paper
from repro.spec.scales.names import at_rate


def runs_at_rates(paper: Paper, *, scale: str, results: Path) -> list[str]:
    """The variants of `paper` at rates of their own, which no catalogue lists, that have a folder in `results`."""
    place = run_folder(results, f"{scale}/{paper.name}/variant/0").parent.parent
    names = sorted(path.name for path in place.glob("*_rate_x*") if path.is_dir())
    return [name for name in names if at_rate(name) is not None and paper.has_variant(name)]
