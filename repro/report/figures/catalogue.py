"""Make the figures that a page has beside its effects, in the order in which its table names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from repro.report.figures.architecture import architecture, fusion_over_time, kernels_over_time, streams
from repro.report.figures.class_gains import class_gains
from repro.report.figures.clips import clips
from repro.report.figures.crops import crops
from repro.report.figures.gain_by_camera_motion import gain_by_camera_motion
from repro.report.figures.gallery import gallery
from repro.report.figures.saturation import saturation
from repro.report.figures.scaling import scaling
from repro.report.figures.stream_kernels import stream_kernels
from repro.report.figures.tower_kernels import tower_kernels
from repro.report.figures.training_error import training_error
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results
from repro.spec.experiment import Paper, Table
from repro.spec.terms.figures import Figure

#: Each maker shows what there is, and says in words what is missing; it never fails for want of runs or files.
MAKERS: dict[str, Callable[..., FigureView]] = {
    "architecture": architecture,
    "streams": streams,
    "fusion_over_time": fusion_over_time,
    "kernels_over_time": kernels_over_time,
    "training_error": training_error,
    "saturation": saturation,
    "scaling": scaling,
    "crops": crops,
    "tower_kernels": tower_kernels,
    "stream_kernels": stream_kernels,
    "gallery": gallery,
    "clips": clips,
    "class_gains": class_gains,
    "gain_by_camera_motion": gain_by_camera_motion,
}


def table_figures(paper: Paper, table: Table, *, results: Results) -> tuple[FigureView, ...]:
    """Make the figures of a page, each with what the paper says about it."""
    return tuple(with_words(MAKERS[figure.name](paper, table, results=results), figure) for figure in table.figures)


def with_words(found: FigureView, figure: Figure) -> FigureView:
    """Add what a paper says about a figure to what is said of it wherever it is drawn."""
    return replace(
        found,
        title=figure.title or found.title,
        lead=f"{found.lead} {figure.lead}".strip(),
        caption=f"{found.caption} {figure.reading}".strip() if found.drawn else found.caption,
    )
