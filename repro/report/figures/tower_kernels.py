"""Show the first layer's kernels by tower, and how colour-selective the kernels of each tower are.

Shape suffixes: K kernels, H, W pixels, C colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.measures import color_selectivity
from repro.artifacts.judged import JudgedCount
from repro.report.drawing.pictures import png_uri, tiled
from repro.report.figures import view
from repro.report.figures.view import FigureView, KernelsOfRun, Sheet
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import count, counted, fixed, p_value
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.spec.experiment import Paper, Table
from repro.spec.terms.metrics import COLOR_SPLIT, COLOR_SPLIT_P
from repro.spec.terms.protocols import WEIGHTS

LEAD = "The first layer's kernels, tower by tower."


@dataclass(frozen=True, kw_only=True)
class Tower:
    """The kernels of one tower and their mean colour selectivity, None if all of them are 0."""

    kernel_KHWC: NDArray[Any]
    selectivity: float | None


def tower_kernels(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of the page's first variant, or of the one whose towers a claim of the page is about."""
    claim = next((item for item in paper.claims if item.id in table.claims and item.metric == COLOR_SPLIT_P), None)
    variant = claim.arm if claim else table.variants[0]
    entry = view.claim_entry(claim, paper=paper, results=results)
    counted_runs = entry if isinstance(entry, JudgedCount) and entry.num_runs else None
    splits, chances = (
        {
            seed: row.value
            for seed, row in results.values(paper=paper.name, variant=variant, metric=metric, protocol=WEIGHTS).items()
        }
        for metric in (COLOR_SPLIT, COLOR_SPLIT_P)
    )
    shown: list[tuple[RunRecord, tuple[Tower, ...]]] = []
    missing = list(view.absent((variant,), paper=paper, results=results))
    for run in view.runs_of(variant, paper=paper, results=results):
        towers, problem = _towers(run)
        if problem:
            missing.append(problem)
        else:
            shown.append((run, towers))
    return FigureView(
        name="tower_kernels",
        title="Kernels of the first layer",
        lead=LEAD,
        caption=_caption(variant, [run for run, _ in shown], counted_runs, results=results) if shown else "",
        kernels=tuple(
            _of_run(run, towers, split=splits.get(run.record.seed), large=index == 0) for index, (run, towers) in enumerate(shown)
        ),
        table=_numbers(shown, splits=splits, chances=chances) if shown else None,
        missing=tuple(missing),
    )


def _towers(run: RunRecord) -> tuple[tuple[Tower, ...], str]:
    """The towers of a run, or why they cannot be shown."""
    arrays, problem = view.run_arrays(run, view.pictures_of(run).kernels, what="kernels")
    if arrays is None:
        return (), problem
    kernel_KHWC, num_towers = arrays.get("kernel_KHWC"), arrays.get("num_towers")
    if kernel_KHWC is None or num_towers is None or kernel_KHWC.ndim != 4 or len(kernel_KHWC) % int(num_towers):
        return (), f"The kernels of run {run.id} are no stack of colour kernels, the same number for each tower; train it again."
    if not np.isfinite(kernel_KHWC).all():
        return (), f"A kernel of run {run.id} holds a number that is not finite."
    towers = []
    for part_KHWC in np.split(kernel_KHWC, int(num_towers)):
        index_K = color_selectivity(part_KHWC)
        index_K = index_K[~np.isnan(index_K)]
        towers.append(Tower(kernel_KHWC=part_KHWC, selectivity=float(index_K.mean()) if len(index_K) else None))
    return tuple(towers), ""


def _of_run(run: RunRecord, towers: Sequence[Tower], *, split: float | None, large: bool) -> KernelsOfRun:
    sheets = []
    for number, tower in enumerate(towers, start=1):
        num, index = len(tower.kernel_KHWC), fixed(tower.selectivity, decimals=2) or "none"
        sheets.append(
            Sheet(
                uri=png_uri(tiled(tower.kernel_KHWC, columns=_columns(num))),
                alt=f"{counted(num, 'kernel')} of tower {number}, colour selectivity {index}",
                title=f"Tower {number}",
                text=f"colour selectivity {index}",
            )
        )
    return KernelsOfRun(
        title=f"Seed {run.record.seed}",
        text=f"split {fixed(split, decimals=2, signed=True)}" if split is not None else "",
        large=large,
        sheets=tuple(sheets),
    )


def _columns(num: int) -> int:
    """In how many columns `num` kernels are shown: about twice as many as rows."""
    return next((columns for columns in (4, 6, 8, 12) if columns**2 >= 2 * num - columns), 16)


def _caption(variant: str, runs: Sequence[RunRecord], found: JudgedCount | None, *, results: Results) -> str:
    words = (
        f"{counted(len(runs), 'run')} of {variant}; each kernel is scaled to its own range, 0 is grey. Colour selectivity: the "
        "share of a kernel's energy that is not grey, mean over the tower. Split: by how much the towers differ in it, less what "
        "random halves of the same kernels differ by."
    )
    if found is not None:
        words += (
            f" In {len(found.shown)} of {counted(found.num_runs, 'run')} the towers differ by more than 95 % of such halves do."
        )
    return f"{words} {view.where(runs, results=results)}"


def _numbers(
    shown: Sequence[tuple[RunRecord, tuple[Tower, ...]]], *, splits: Mapping[int, float], chances: Mapping[int, float]
) -> TableView:
    """Selectivity by run and tower, the split by run, and the p-value that it is chance."""
    most = max(len(towers) for _, towers in shown)
    columns = (
        Column(key="seed", title="Seed", group="Seed"),
        *[
            Column(key=f"tower{number}", title=f"Tower {number}", group=f"Tower {number}, selectivity", kind="number")
            for number in range(1, most + 1)
        ],
        Column(key="kernels", title="Kernels", group="Kernels", kind="number"),
        Column(key="split", title="Split", group="Split", kind="number"),
        Column(key="p", title="p, permutation", group="p, permutation", kind="number"),
    )
    rows = []
    for run, towers in shown:
        indices = [fixed(tower.selectivity, decimals=3) for tower in towers] + [""] * (most - len(towers))
        cells = {"seed": Cell(text=str(run.record.seed))}
        cells |= {f"tower{number}": Cell(text=text) for number, text in enumerate(indices, start=1)}
        cells |= {
            "kernels": Cell(text=count(sum(len(tower.kernel_KHWC) for tower in towers))),
            "split": Cell(text=fixed(splits.get(run.record.seed), decimals=3, signed=True)),
            "p": Cell(text=p_value(chances.get(run.record.seed))),
        }
        rows.append(Row(cells=cells))
    caption = "Mean colour selectivity of each tower's kernels, 0 (grey) to 1, and by how much the towers split."
    return TableView(name="tower_kernels_numbers", caption=caption, columns=columns, rows=tuple(rows))
