"""Show test images with the net's best classes, beside the training images nearest in the last hidden layer.

Shape suffixes: N test images, S stored pixels, C colours, M neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from repro.report.drawing.pictures import photo_uri
from repro.report.figures import view
from repro.report.figures.guesses import GalleryArrays, class_name, guesses, read_gallery
from repro.report.figures.view import FigureView, GalleryRow, Neighbour
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import counted, fixed
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.spec.experiment import Paper, Table

LEAD = (
    "Left: test images with the classes that the net finds most probable, the right one marked. Right: the training images whose "
    "outputs of the last hidden layer are nearest."
)
#: Arrays of gallery.npz with their number of dimensions.
ARRAYS = {
    "image_NSSC": 4,
    "label_N": 1,
    "example_N": 1,
    "best_N5": 2,
    "score_N5": 2,
    "near_image_NMSSC": 5,
    "near_label_NM": 2,
    "near_example_NM": 2,
    "near_distance_NM": 2,
}


def gallery(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure for the first seed of the page's first variant."""
    variant = table.variants[0]
    runs = view.runs_of(variant, paper=paper, results=results)
    missing = list(view.absent((variant,), paper=paper, results=results))
    arrays: GalleryArrays | None = None
    if runs:
        arrays, problem = read_gallery(runs[0], view.pictures_of(runs[0]).gallery, dimensions=ARRAYS)
        missing += [problem] if problem else []
    shown = _found(arrays, runs[0]) if arrays else None
    return FigureView(
        name="gallery",
        title="Test images and their neighbours",
        lead=LEAD,
        caption=_caption(runs[0], arrays, results=results) if arrays else "",
        gallery=shown[0] if shown else (),
        table=shown[1] if shown else None,
        missing=tuple(missing),
    )


def _found(arrays: GalleryArrays, run: RunRecord) -> tuple[tuple[GalleryRow, ...], TableView]:
    classes: Sequence[str] = run.record.dataset.classes
    rows = tuple(_row(arrays, position, classes=classes) for position in range(len(arrays["image_NSSC"])))
    return rows, _numbers(rows, [_key(key) for key in arrays["example_N"]], run=run)


def _row(arrays: GalleryArrays, n: int, *, classes: Sequence[str]) -> GalleryRow:
    label = int(arrays["label_N"][n])
    neighbours = [
        Neighbour(
            uri=photo_uri(np.asarray(arrays["near_image_NMSSC"][n, m])),
            name=class_name(int(near), classes),
            distance=_distance(float(arrays["near_distance_NM"][n, m])),
            same=int(near) == label,
        )
        for m, near in enumerate(arrays["near_label_NM"][n])
    ]
    image = np.asarray(arrays["image_NSSC"][n])
    return GalleryRow(
        uri=photo_uri(image),
        name=class_name(label, classes),
        guesses=guesses(arrays["best_N5"][n], arrays["score_N5"][n], labels=(label,), classes=classes),
        neighbours=tuple(neighbours),
    )


def _distance(value: float) -> str:
    return fixed(value, decimals=1 if value >= 10 else 2)


def _key(key: Any) -> str:
    return key.decode(errors="replace") if isinstance(key, bytes) else str(key)


def _caption(run: RunRecord, arrays: GalleryArrays, *, results: Results) -> str:
    near = arrays["near_label_NM"]
    same = int((near == arrays["label_N"][:, None]).sum())
    return (
        f"{counted(len(near), 'test image')} and for each the {near.shape[1]} nearest training images, with their Euclidean "
        f"distance; {same} of {near.size} have the test image's label (dots). Probabilities in percent, averaged over ten crops "
        f"where those were scored. Run {run.id}. {view.where([run], results=results)}"
    )


def _numbers(rows: Sequence[GalleryRow], keys: Sequence[str], *, run: RunRecord) -> TableView:
    """Classes, probabilities and neighbours as text, one test image a line."""
    titles = {"example": "Test image", "label": "Label", "best": "Best classes, %", "near": "Nearest training images, distance"}
    columns = tuple(Column(key=key, title=title, group=title) for key, title in titles.items())
    lines = [
        Row(
            cells={
                "example": Cell(text=key),
                "label": Cell(text=row.name),
                "best": Cell(text=", ".join(f"{guess.name} {guess.percent}" for guess in row.guesses)),
                "near": Cell(text=", ".join(f"{item.name} {item.distance}" for item in row.neighbours)),
            }
        )
        for row, key in zip(rows, keys, strict=True)
    ]
    return TableView(name="gallery_numbers", caption=f"The gallery of {run.id} in words.", columns=columns, rows=tuple(lines))
