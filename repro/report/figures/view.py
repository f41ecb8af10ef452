"""What a figure of a page is made of, and what all figures take from the runs behind them."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from repro.artifacts.judged import JudgedClaim
from repro.artifacts.run_json import Pictures
from repro.artifacts.stored_files import StoredFile
from repro.report.inputs.results import Results, RunRecord
from repro.report.text.formatting import counted, device_words, listed
from repro.report.text.tables import TableView
from repro.spec.claims import Claim
from repro.spec.experiment import Paper, Table
from repro.spec.video import ClipNetwork

#: How an activation is called, and the colour in which it is drawn on every figure.
ACTIVATION_STYLES = {"relu": ("ReLU", "accent"), "tanh": ("tanh", "second"), "sigmoid": ("sigmoid", "third")}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The kernels of one tower as one image, and what is said below it."""

    uri: str
    alt: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class KernelsOfRun:
    """The towers of one run. The first run is shown large."""

    title: str
    text: str
    large: bool
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A class that the net gives an image, with its probability in percent; `width` is the bar's, as CSS has it."""

    name: str
    percent: str
    width: str
    right: bool


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A training image near a test image; `same`: it has the same label."""

    uri: str
    name: str
    distance: str
    same: bool


@dataclass(frozen=True, kw_only=True)
class GalleryRow:
    """A test image, the net's best classes for it, and the training images nearest to it."""

    uri: str
    name: str
    guesses: tuple[Guess, ...]
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """The best classes that a net gives a video."""

    net: str
    guesses: tuple[Guess, ...]


@dataclass(frozen=True, kw_only=True)
class FilmRow:
    """A test video as a film strip, its labels, and what each net makes of it."""

    uri: str
    name: str
    nets: tuple[Guesses, ...]


@dataclass(frozen=True, kw_only=True)
class Plate:
    """One drawing of several. widths: in pixels, the least and the most at which its letters are read well, as CSS has it."""

    title: str
    svg: Markup
    widths: str


@dataclass(frozen=True, kw_only=True)
class PlateGroup:
    """Drawings that belong together. panels: whether they are small and stand side by side; folded: until asked for."""

    title: str
    plates: tuple[Plate, ...]
    panels: bool
    folded: bool = False


@dataclass(frozen=True, kw_only=True)
class FigureView:
    """A figure of a page: a drawing or several, kernels, a gallery or film strips, the caption, and the numbers behind.

    missing: what is not shown, and why. summary: a small table beside the drawing; table: every number of it.
    """

    name: str
    title: str
    lead: str
    caption: str
    svg: Markup | None = None
    plates: tuple[PlateGroup, ...] = ()
    kernels: tuple[KernelsOfRun, ...] = ()
    gallery: tuple[GalleryRow, ...] = ()
    films: tuple[FilmRow, ...] = ()
    summary: TableView | None = None
    table: TableView | None = None
    missing: tuple[str, ...] = ()

    @property
    def drawn(self) -> bool:
        return bool(self.svg or self.plates or self.kernels or self.gallery or self.films)


@dataclass(frozen=True, kw_only=True)
class Point:
    """What the seeds of a variant give at one place of a curve: their mean, the lowest and the highest."""

    x: float
    mean: float
    low: float
    high: float
    num: int


def runs_of(variant: str, *, paper: Paper, results: Results) -> tuple[RunRecord, ...]:
    """The runs of a variant that did not diverge, in the order of their seeds."""
    return tuple(run for run in _all_runs(variant, paper=paper, results=results) if not run.diverged)


def _all_runs(variant: str, *, paper: Paper, results: Results) -> tuple[RunRecord, ...]:
    found = (run for run in results.runs.values() if (run.record.paper, run.record.variant) == (paper.name, variant))
    return tuple(sorted(found, key=lambda run: run.record.seed))


def absent(variants: Sequence[str], *, paper: Paper, results: Results) -> tuple[str, ...]:
    """Say which of `variants` have no runs, and which runs of them diverged."""
    nothing = [name for name in variants if not _all_runs(name, paper=paper, results=results)]
    words = [f"No runs yet: {listed(nothing)}."] if nothing else []
    for name in variants:
        runs = _all_runs(name, paper=paper, results=results)
        diverged = [run for run in runs if run.diverged]
        if diverged:
            words.append(f"{name}: {len(diverged)} of {counted(len(runs), 'run')} diverged and left out.")
    return tuple(words)


def where(runs: Sequence[RunRecord], *, results: Results) -> str:
    """Scale, seeds, data and device of the runs behind a figure, for its caption."""
    seeds = len({run.record.seed for run in runs})
    data = listed(list(dict.fromkeys(run.record.dataset.title for run in runs)))
    devices = listed(list(dict.fromkeys(device_words(run.record.device) for run in runs)))
    return f"Scale {results.scale}; n = {counted(seeds, 'seed')}; {data}; {devices}."


def claim_entry(claim: Claim | None, *, paper: Paper, results: Results) -> JudgedClaim | None:
    """What was judged of a claim of `paper`; None if nothing was."""
    if claim is None:
        return None
    return next((item for item in results.judgement.claims if (item.paper, item.id) == (paper.name, claim.id)), None)


def over_seeds(curves: Sequence[Mapping[float, float | None]]) -> tuple[Point, ...]:
    """Mean and range at each place where every curve has a value."""
    if not curves:
        return ()
    points = []
    for x in sorted(curves[0]):
        values = [curve.get(x) for curve in curves]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            mean = math.fsum(known) / len(known)
            points.append(Point(x=x, mean=mean, low=min(known), high=max(known), num=len(known)))
    return tuple(points)


def activation_of(variant: str, *, paper: Paper) -> tuple[str, str, str]:
    """The activation of a variant, how it is called, and its colour."""
    network = paper.trained(variant).network
    activation = (network.frame if isinstance(network, ClipNetwork) else network).activation
    title, colour = ACTIVATION_STYLES.get(activation, (activation, "muted"))
    return activation, title, colour


def pictures_of(run: RunRecord) -> Pictures:
    """The files from which a run's figures are drawn; none of a run that is no network's."""
    return run.record.network.pictures if run.record.network else Pictures()


def run_arrays(run: RunRecord, stored: StoredFile | None, *, what: str) -> tuple[dict[str, NDArray[Any]] | None, str]:
    """The arrays of a file of the run, which holds `what`, or None and why there are none."""
    if stored is None:
        return None, f"Run {run.id} has kept no {what}."
    if not (run.folder / stored.file).is_file():
        return None, f"{stored.file} of run {run.id} is not in this results folder."
    try:
        content = stored.read(run.folder, again="train the run again")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}, ""
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        return None, f"{stored.file} of run {run.id} cannot be read ({error}); train the run again."


def figure_id(table: Table, name: str) -> str:
    """The id of a figure within its page."""
    return f"{table.name}-{name}".replace("_", "-")
