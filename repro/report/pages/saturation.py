"""Tabulate from a run's log which share of the units of each layer is saturated, and which is dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from repro.artifacts.log_jsonl import LayerSaturation
from repro.report.inputs.results import RunRecord
from repro.report.text.formatting import count, percent
from repro.report.text.tables import Cell, Column, Row, TableView

#: Shares are of units, places and a few images: a tenth of a percent is all that they carry.
DECIMALS = 1
UNIT_STATES = {"saturated": "Saturated", "dead": "Dead"}
Shares = Mapping[str, LayerSaturation]


def saturation_views(run: RunRecord) -> tuple[TableView, TableView] | None:
    """The shares before and after training, a layer a line, and those of every epoch; None if none were logged."""
    states = [(entry.epoch, entry.saturation) for entry in run.log if entry.saturation]
    if run.record.network and run.record.network.saturation_at_start:
        states.insert(0, (0, run.record.network.saturation_at_start))
    if not states:
        return None
    return _ends_view(run, states), _epochs_view(run, states)


def _ends_view(run: RunRecord, states: Sequence[tuple[int, Shares]]) -> TableView:
    """The first and the last state that were logged, one line a layer."""
    (first, before), (last, after) = states[0], states[-1]
    heads = {"before": f"epoch {first}" if first else "before training", "after": f"after epoch {last}"}
    columns = (
        Column(key="layer", title="Layer", group="Layer"),
        *[
            Column(key=f"{kind}_{when}", title=f"{title}, {heads[when]}, %", group=f"{title} %, {heads[when]}", kind="number")
            for kind, title in UNIT_STATES.items()
            for when in heads
        ],
    )
    rows = [
        Row(
            cells={
                "layer": Cell(text=layer),
                **{
                    f"{kind}_{when}": Cell(text=_share(state, layer, kind))
                    for kind in UNIT_STATES
                    for when, state in (("before", before), ("after", after))
                },
            }
        )
        for layer in after
    ]
    caption = f"Share of units in which hardly any gradient passes, and of those in which none does for any image, of {run.id}."
    return TableView(name="saturation", caption=caption, columns=columns, rows=tuple(rows))


def _epochs_view(run: RunRecord, states: Sequence[tuple[int, Shares]]) -> TableView:
    layers = list(states[-1][1])
    columns = (
        Column(key="epoch", title="Epoch", group="Epoch", kind="number"),
        *[
            Column(key=f"{layer}.{kind}", title=f"{layer}, {kind}, %", group=f"{layer}, {kind}", kind="number", over=layer)
            for layer in layers
            for kind in UNIT_STATES
        ],
    )
    rows = [
        Row(
            cells={
                "epoch": Cell(text=count(epoch)),
                **{f"{layer}.{kind}": Cell(text=_share(state, layer, kind)) for layer in layers for kind in UNIT_STATES},
            }
        )
        for epoch, state in states
    ]
    caption = f"Saturated and dead units of {run.id} in percent, layer by layer, one epoch a line (0: before training)."
    return TableView(name="saturation_epochs", caption=caption, columns=columns, rows=tuple(rows))


def _share(state: Shares, layer: str, kind: str) -> str:
    return percent(state[layer].share(kind) if layer in state else None, decimals=DECIMALS)
