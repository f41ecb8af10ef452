"""Show the classes that a net finds most probable, and read the gallery that holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.stored_files import StoredFile
from repro.report.figures import view
from repro.report.figures.view import Guess
from repro.report.inputs.results import RunRecord
from repro.report.text.formatting import percent

GalleryArrays = Mapping[str, NDArray[Any]]


def read_gallery(run: RunRecord, stored: StoredFile | None, *, dimensions: Mapping[str, int]) -> tuple[GalleryArrays | None, str]:
    """The gallery in a file of the run, or None and why it cannot be shown.

    dimensions: the arrays that it must have, with their number of dimensions.
    """
    arrays, problem = view.run_arrays(run, stored, what="gallery")
    if arrays is None:
        return None, problem
    wrong = [name for name, number in dimensions.items() if name not in arrays or arrays[name].ndim != number]
    if wrong:
        return None, f"The gallery of run {run.id} lacks {', '.join(wrong)}, or their dimensions are others; train the run again."
    return arrays, ""


def guesses(
    best: NDArray[np.integer], score: NDArray[np.floating], *, labels: Collection[int], classes: Sequence[str]
) -> tuple[Guess, ...]:
    """The best classes of an image or a video with their scores; those among its `labels` are right."""
    return tuple(
        Guess(
            name=class_name(int(number), classes),
            percent=percent(float(share), decimals=0 if share >= 0.1 else 1),
            width=f"{100 * min(max(float(share), 0.0), 1.0):.1f}%",
            right=int(number) in labels,
        )
        for number, share in zip(best, score, strict=True)
    )


def class_name(label: int, classes: Sequence[str]) -> str:
    """How a class is called on a page."""
    return classes[label].replace("_", " ") if 0 <= label < len(classes) else f"class {label}"
