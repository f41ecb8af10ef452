"""Make the figures that a page has beside its effects, in the order in which its table names them."""

from __future__ import annotations

from collections.abc import Callable

from repro.report.figures.camera import camera
from repro.report.figures.class_gains import motion
from repro.report.figures.clips import clips
from repro.report.figures.crops import crops
from repro.report.figures.filters import filters
from repro.report.figures.gallery import gallery
from repro.report.figures.kernels import kernels
from repro.report.figures.saturation import saturation
from repro.report.figures.training_error import training_error
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results
from repro.spec.experiment import Paper, Table

#: Each maker shows what there is, and says in words what is missing; it never fails for want of runs or files.
MAKERS: dict[str, Callable[..., FigureView]] = {
    "training_error": training_error,
    "saturation": saturation,
    "crops": crops,
    "kernels": kernels,
    "gallery": gallery,
    "filters": filters,
    "clips": clips,
    "motion": motion,
    "camera": camera,
}


def table_figures(paper: Paper, table: Table, *, results: Results) -> tuple[FigureView, ...]:
    """Return the figures of a page."""
    return tuple(MAKERS[name](paper, table, results=results) for name in table.figures)
