"""Show test videos as film strips, with the classes that two nets find most probable.

Shape suffixes: G videos, T frames, S side, C colours, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repro.report.drawing.pictures import film_uri
from repro.report.figures import view
from repro.report.figures.guesses import GalleryArrays, class_name, guesses, read_gallery
from repro.report.figures.view import FigureView, FilmRow, Guesses
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import counted
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.spec.experiment import Paper, Table

LEAD = (
    "Test videos, and what each of two nets makes of them: the classes that it finds most probable, averaged over the video's "
    "clips, the right ones marked. The frames are of the middle clip, in the order of time."
)
#: Arrays of clip_gallery.npz with their number of dimensions.
ARRAYS = {"frame_GTSSC": 5, "label_GL": 2, "example_G": 1, "best_G5": 2, "score_G5": 2}


def clips(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of the first seed of the page's control and of its other variant, on the same videos."""
    nets: list[tuple[RunRecord, GalleryArrays]] = []
    names = (table.control, next(name for name in table.variants if name != table.control))
    missing = list(view.absent(names, paper=paper, results=results))
    for name in names:
        runs = view.runs_of(name, paper=paper, results=results)
        if runs:
            arrays, problem = read_gallery(runs[0], view.pictures_of(runs[0]).clip_gallery, dimensions=ARRAYS)
            missing += [problem] if problem else []
            nets += [(runs[0], arrays)] if arrays else []
    if len(nets) == 2 and not np.array_equal(nets[0][1]["example_G"], nets[1][1]["example_G"]):
        missing.append(f"The galleries of {nets[0][0].id} and {nets[1][0].id} show different videos; train them again together.")
        nets = nets[:1]
    rows = _rows(nets, paper=paper) if nets else ()
    return FigureView(
        name="clips",
        title="Test videos, and what two nets make of them",
        lead=LEAD,
        caption=_caption(rows, [run for run, _ in nets], results=results) if nets else "",
        films=rows,
        table=_numbers(rows, nets[0][1]) if nets else None,
        missing=tuple(missing),
    )


def _rows(nets: Sequence[tuple[RunRecord, GalleryArrays]], *, paper: Paper) -> tuple[FilmRow, ...]:
    first_run, first = nets[0]
    classes: Sequence[str] = first_run.record.dataset.classes
    rows = []
    for n, frame_TSSC in enumerate(first["frame_GTSSC"]):
        labels = [int(label) for label in first["label_GL"][n] if label >= 0]
        guessed = tuple(
            Guesses(
                net=paper.variant(run.record.variant).title,
                guesses=guesses(arrays["best_G5"][n], arrays["score_G5"][n], labels=labels, classes=classes),
            )
            for run, arrays in nets
        )
        name = " + ".join(class_name(label, classes) for label in labels)
        rows.append(FilmRow(uri=film_uri(np.asarray(frame_TSSC)), name=name, nets=guessed))
    return tuple(rows)


def _caption(rows: Sequence[FilmRow], runs: Sequence[RunRecord], *, results: Results) -> str:
    found = [
        f"{run.record.variant} is right first in {sum(row.nets[place].guesses[0].right for row in rows)}"
        for place, run in enumerate(runs)
    ]
    return (
        f"{counted(len(rows), 'test video')}, the classes in turn, chosen by number and label before any net saw them; of "
        f"these {' and '.join(found)}. Probabilities in percent. Runs {' and '.join(run.id for run in runs)}. "
        f"{view.where(runs, results=results)}"
    )


def _numbers(rows: Sequence[FilmRow], arrays: GalleryArrays) -> TableView:
    """Classes and probabilities as text, one video a line."""
    nets = [net.net for net in rows[0].nets] if rows else []
    columns = (
        Column(key="example", title="Test video", group="Test video"),
        Column(key="label", title="Label", group="Label"),
        *[
            Column(key=f"best{place}", title=f"{net}, best classes, %", group=f"{net}, best classes, %")
            for place, net in enumerate(nets)
        ],
    )
    lines = []
    for row, key in zip(rows, arrays["example_G"], strict=True):
        cells = {"example": Cell(text=bytes(key).decode(errors="replace")), "label": Cell(text=row.name)}
        for place, net in enumerate(row.nets):
            cells[f"best{place}"] = Cell(text=", ".join(f"{guess.name} {guess.percent}" for guess in net.guesses))
        lines.append(Row(cells=cells))
    return TableView(name="clips_numbers", caption="The test videos in words.", columns=columns, rows=tuple(lines))
