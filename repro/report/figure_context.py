"""Make the figures that a page has beside its effects, in the order in which its table names them."""

from __future__ import annotations

from collections.abc import Callable

from repro.report.figure_camera import camera
from repro.report.figure_clips import clips
from repro.report.figure_crops import crops
from repro.report.figure_filters import filters
from repro.report.figure_gallery import gallery
from repro.report.figure_kernels import kernels
from repro.report.figure_motion import motion
from repro.report.figure_saturation import saturation
from repro.report.figure_training_error import training_error
from repro.report.figure_view import FigureView
from repro.report.inputs import Results
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
