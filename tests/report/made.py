"""Results that a test puts together run by run, and their figures as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from repro.artifacts.judged import JudgedClaim
from repro.artifacts.log_jsonl import LayerSaturation
from repro.artifacts.provenance import plain
from repro.artifacts.runs_csv import Measurement
from repro.artifacts.stored_files import StoredFile
from repro.papers.alexnet import ALEXNET
from repro.report.figures.catalogue import MAKERS, with_words
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results, RunRecord
from repro.report.render import page_environment
from repro.spec.experiment import make_run
from tests.artifacts.made import judgement, log_entry, measurement, recorded
from tests.report.reading import Page

FIGURE1, TABLE1, NET = (ALEXNET.table(name) for name in ("alexnet_figure1", "alexnet_table1", "alexnet_figures"))
LAYERS = ("conv1", "fc7")


@dataclass
class Made:
    """Results that a test puts together run by run."""

    folder: Path
    scale: str = "smoke"
    runs: dict[str, RunRecord] = field(default_factory=dict)
    measured: list[Measurement] = field(default_factory=list)
    claims: list[JudgedClaim] = field(default_factory=list)

    def run(
        self,
        variant: str,
        *,
        seed: int = 0,
        errors: Sequence[float] = (0.8, 0.4, 0.2),
        saturated: Mapping[str, Sequence[tuple[float, float]]] | None = None,
        diverged: bool = False,
        title: str = "generated images",
    ) -> RunRecord:
        """Add a run. saturated: by layer (saturated, dead) from the start on, one more than there are epochs."""
        run = make_run(ALEXNET, scale=self.scale, variant=variant, seed=seed)
        shares = [
            {layer: LayerSaturation(saturated=values[e][0], dead=values[e][1]) for layer, values in (saturated or {}).items()}
            for e in range(len(errors) + 1)
        ]
        log = tuple(
            log_entry(epoch, error, saturation=shares[epoch] if saturated else None)
            for epoch, error in enumerate(errors, start=1)
        )
        sample = recorded(variant, seed, scale=self.scale)
        assert sample.network is not None
        record = replace(
            sample,
            dataset=replace(sample.dataset, title=title),
            status="diverged" if diverged else "ok",
            spec=plain(run.experiment),
            network=replace(sample.network, saturation_at_start=shares[0] if saturated else None),
        )
        folder = self.folder / run.id
        folder.mkdir(parents=True)
        made = RunRecord(id=run.id, folder=folder, record=record, log=log, log_lines=())
        self.runs[run.id] = made
        return made

    def keep(self, run: RunRecord, name: str, stored: StoredFile | None) -> None:
        """Name a file of pictures in the record of a run, or none."""
        known = self.runs[run.id]
        assert known.record.network is not None
        pictures = replace(known.record.network.pictures, **{name: stored})
        record = replace(known.record, network=replace(known.record.network, pictures=pictures))
        self.runs[run.id] = replace(known, record=record)

    def value(self, variant: str, seed: int, protocol: str, value: float, *, metric: str = "top1_error") -> None:
        self.measured.append(measurement(variant, seed, value, scale=self.scale, protocol=protocol, metric=metric))

    @property
    def results(self) -> Results:
        return Results(
            scale=self.scale,
            folder=self.folder,
            measured=tuple(self.measured),
            judgement=judgement(*self.claims),
            runs=self.runs,
            datasets={},
            refused={},
        )

    def figure(self, name: str, table: Any) -> FigureView:
        """Return a figure as the page of `table` has it."""
        figure = next(item for item in table.figures if item.name == name)
        return with_words(MAKERS[name](ALEXNET, table, results=self.results), figure)


def page_of(*figures: FigureView) -> Page:
    """Return the figures as a page shows them."""
    text = page_environment().get_template("figures.html.j2").render(drawings=figures)
    return Page(text)


def figure1(made: Made) -> Made:
    """Three units at two rates, two seeds: ReLU gets to 25 % in epochs 2 and 3, tanh in the last, sigmoid never."""
    curves = {
        "figure1_relu": [(0.5, 0.2, 0.1, 0.05), (0.6, 0.3, 0.2, 0.05)],
        "figure1_relu_slow": [(0.8, 0.6, 0.5, 0.4), (0.8, 0.6, 0.5, 0.4)],
        "figure1_tanh": [(0.8, 0.6, 0.4, 0.3), (0.8, 0.6, 0.4, 0.3)],
        "figure1_tanh_fast": [(0.7, 0.5, 0.3, 0.25), (0.7, 0.5, 0.3, 0.2)],
        "figure1_sigmoid": [(0.9, 0.9, 0.88, 0.87), (0.9, 0.9, 0.88, 0.86)],
        "figure1_sigmoid_fast": [(0.9, 0.8, 0.7, 0.6), (0.9, 0.8, 0.7, 0.6)],
    }
    for variant, seeds in curves.items():
        for seed, errors in enumerate(seeds):
            made.run(variant, seed=seed, errors=errors, saturated={layer: [(0.5, 0.1)] * 5 for layer in LAYERS})
    return made
