"""Show the first layer's kernels of nets with several streams, and frame by frame those that reach over time.

Shape suffixes: K kernels, T frames, H, W pixels, C colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.stream_kernels import mean_frequency, mean_of, stream_selectivity
from repro.report.drawing.pictures import png_uri, tiled
from repro.report.figures import view
from repro.report.figures.view import FigureView, KernelsOfRun, Sheet
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import count, counted, fixed
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.spec.experiment import Paper, Table

#: Kernels that are shown of a stream at most, and tiles side by side at most.
MOST_KERNELS, MOST_TILES = 96, 24
#: What a net that sees whole frames calls its one stream.
FRAME = "frame"
LEAD = (
    "The first layer's kernels, stream by stream. Of nets whose kernels reach over time, the frames of each kernel stand side "
    "by side, first to last."
)


@dataclass(frozen=True, kw_only=True)
class StreamKernels:
    """The kernels of one stream. selectivity: mean share of energy that is not grey. frequency: mean, in cycles a pixel.

    change: mean share of a kernel's energy that is not the same in all its frames; None for kernels of one frame.
    """

    name: str
    kernel_KTHWC: NDArray[Any]
    selectivity: float | None
    frequency: float | None
    change: float | None


def stream_kernels(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of the page's variants that have several streams or kernels over time, the first seed of each."""
    shown: list[tuple[RunRecord, tuple[StreamKernels, ...]]] = []
    missing: list[str] = []
    for variant in table.variants:
        runs = view.runs_of(variant, paper=paper, results=results)
        if not runs or not view.pictures_of(runs[0]).stream_kernels:
            continue
        streams, problem = _streams(runs[0])
        if problem:
            missing.append(problem)
        elif len(streams) > 1 or streams[0].change is not None:
            shown.append((runs[0], streams))
    shown.sort(key=lambda item: -len(item[1]))
    if not shown and not missing:
        missing.append("No run of a net with two streams or with kernels over time has kept its kernels yet.")
    return FigureView(
        name="stream_kernels",
        title="Kernels of the first layer",
        lead=LEAD,
        caption=_caption([run for run, _ in shown], results=results) if shown else "",
        kernels=tuple(_of_run(run, streams, paper=paper) for run, streams in shown),
        table=_numbers(shown) if shown else None,
        missing=tuple(missing),
    )


def _streams(run: RunRecord) -> tuple[tuple[StreamKernels, ...], str]:
    """The streams of a run, or why they cannot be shown."""
    arrays, problem = view.run_arrays(run, view.pictures_of(run).stream_kernels, what="stream_kernels")
    if arrays is None:
        return (), problem
    if not arrays or any(kernel.ndim != 5 or kernel.shape[4] != 3 for kernel in arrays.values()):
        return (), f"The kernels of run {run.id} are no stacks of colour kernels; train the run again."
    if not all(np.isfinite(kernel).all() for kernel in arrays.values()):
        return (), f"A kernel of run {run.id} holds a number that is not finite."
    return tuple(_stream(name, kernel_KTHWC) for name, kernel_KTHWC in sorted(arrays.items())), ""


def _stream(name: str, kernel_KTHWC: NDArray[Any]) -> StreamKernels:
    return StreamKernels(
        name=name,
        kernel_KTHWC=kernel_KTHWC,
        selectivity=mean_of(stream_selectivity(kernel_KTHWC)),
        frequency=mean_of(mean_frequency(kernel_KTHWC)),
        change=mean_of(change_over_time(kernel_KTHWC)) if kernel_KTHWC.shape[1] > 1 else None,
    )


def change_over_time(kernel_KTHWC: NDArray[Any]) -> NDArray[np.float64]:
    """For each kernel the share of its energy that its mean over the frames does not have, in [0, 1]."""
    w_KTHWC = kernel_KTHWC.astype(np.float64)
    energy_K = (w_KTHWC**2).sum(axis=(1, 2, 3, 4))
    still_K = w_KTHWC.shape[1] * (w_KTHWC.mean(axis=1) ** 2).sum(axis=(1, 2, 3))
    share_K: NDArray[np.float64] = np.divide(energy_K - still_K, energy_K, out=np.full(len(energy_K), np.nan), where=energy_K > 0)
    return share_K


def _of_run(run: RunRecord, streams: tuple[StreamKernels, ...], *, paper: Paper) -> KernelsOfRun:
    sheets = []
    for stream in streams:
        kernel_KTHWC = stream.kernel_KTHWC[:MOST_KERNELS]
        num, frames, height, width, _ = kernel_KTHWC.shape
        film_KHWC = kernel_KTHWC.transpose(0, 2, 1, 3, 4).reshape(num, height, frames * width, 3)
        words = [f"colour selectivity {fixed(stream.selectivity, decimals=2) or 'none'}"]
        words.append(f"mean frequency {fixed(stream.frequency, decimals=2) or 'none'}")
        if stream.change is not None:
            words.append(f"changes over time {fixed(stream.change, decimals=2)}")
        sheets.append(
            Sheet(
                uri=png_uri(tiled(film_KHWC, columns=_columns(num, frames))),
                alt=f"{counted(num, 'kernel')} of the stream {stream.name}, {words[0]}",
                title="Whole frames" if stream.name == FRAME else stream.name.capitalize(),
                text=", ".join(words),
            )
        )
    title = paper.variant(run.record.variant).title
    return KernelsOfRun(
        title=title, text=f"{run.record.variant}, seed {run.record.seed}", large=len(sheets) > 1, sheets=tuple(sheets)
    )


def _columns(num: int, frames: int) -> int:
    """In how many columns `num` kernels of several frames each are shown, about twice as many tiles wide as high."""
    return max(1, min(num, MOST_TILES // frames, round(math.sqrt(2 * num / frames))))


def _caption(runs: list[RunRecord], *, results: Results) -> str:
    return (
        "Each kernel is scaled to its own range over all its frames, 0 is grey. Colour selectivity: the share of a kernel's "
        "energy that is not grey. Mean frequency: of its pattern, in cycles a pixel of what the stream sees. Changes over "
        "time: the share of its energy that is not the same in all frames; 0 sees no motion. All are means over the kernels. "
        f"{view.where(runs, results=results)}"
    )


def _numbers(shown: list[tuple[RunRecord, tuple[StreamKernels, ...]]]) -> TableView:
    titles = {
        "variant": "Variant",
        "seed": "Seed",
        "stream": "Stream",
        "kernels": "Kernels",
        "frames": "Frames",
        "selectivity": "Colour selectivity",
        "frequency": "Mean frequency",
        "change": "Changes over time",
    }
    texts = ("variant", "stream")
    columns = tuple(
        Column(key=key, title=title, group=title, kind="text" if key in texts else "number") for key, title in titles.items()
    )
    rows = [
        Row(
            cells={
                "variant": Cell(text=run.record.variant),
                "seed": Cell(text=str(run.record.seed)),
                "stream": Cell(text=stream.name),
                "kernels": Cell(text=count(len(stream.kernel_KTHWC))),
                "frames": Cell(text=count(stream.kernel_KTHWC.shape[1])),
                "selectivity": Cell(text=fixed(stream.selectivity, decimals=3)),
                "frequency": Cell(text=fixed(stream.frequency, decimals=3)),
                "change": Cell(text=fixed(stream.change, decimals=3)),
            }
        )
        for run, streams in shown
        for stream in streams
    ]
    return TableView(
        name="stream_kernels_numbers", caption="The first layer's kernels, stream by stream.", columns=columns, rows=tuple(rows)
    )
