"""Draw learning curves as SVG text that takes its colours and its font from the page around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.report.drawing.svg import Axis, Drawing, Panel, frame, reach, segments, text_width

#: Epochs up to which each has a mark of its own on a learning curve.
MOST_MARKED = 40


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A named line over the epochs; None marks an epoch without a value."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The training curves of another run, drawn behind. kind: `seed` of the same net, or `base`."""

    kind: str
    epochs: tuple[int, ...]
    losses: tuple[float | None, ...]
    errors: tuple[float | None, ...]


def learning_curves(
    *,
    epochs: Sequence[int],
    losses: Sequence[Curve],
    errors: Sequence[Curve],
    drops: Sequence[int],
    title: str,
    figure_id: str,
    behind: Sequence[Behind] = (),
) -> str:
    """Draw losses (left) and errors in percent (right) over the epochs, with the learning-rate drops marked; return SVG.

    A panel without any value says so. `drops` holds the epochs in which the learning rate is first lower than before.
    """
    drawing = Drawing(width=749, height=223, figure_id=figure_id, title=title)
    last = max([epochs[-1], *(item.epochs[-1] for item in behind)])
    others = (
        [(item.kind, item.epochs, item.losses) for item in behind],
        [(item.kind, item.epochs, item.errors) for item in behind],
    )
    panels = ((38.0, losses, "training loss (nats)", others[0]), (420.0, errors, "error (%)", others[1]))
    for left, curves, label, thin in panels:
        x = Axis(low=epochs[0] - 0.5, high=last + 0.5, start_px=left, end_px=left + 322)
        _curves(drawing, x, epochs=epochs, curves=curves, drops=drops, label=label, behind=thin)
    return drawing.svg()


#: Of another run: its kind, its epochs and its values.
Other = tuple[str, Sequence[int], Sequence[float | None]]


def _curves(
    drawing: Drawing,
    x: Axis,
    *,
    epochs: Sequence[int],
    curves: Sequence[Curve],
    drops: Sequence[int],
    label: str,
    behind: Sequence[Other],
) -> None:
    values = [value for curve in curves for value in curve.values if value is not None]
    values += [value for _, _, others in behind for value in others if value is not None]
    low, high = reach(values) if values else (0.0, 1.0)
    panel = Panel(x=x, y=Axis(low=low, high=high, start_px=188, end_px=22))
    y_ticks = panel.y.ticks(7) if values else ()
    frame(drawing, panel, title=label, x_label="epoch", x_ticks=x.ticks(8, whole=True), y_ticks=y_ticks)
    for drop in drops:
        drawing.line((panel.at(drop - 0.5, low), panel.at(drop - 0.5, high)), colour="muted", width=0.9, dash="4 3")
    if not values:
        drawing.text(panel.at((x.low + x.high) / 2, 0.5), "no number was logged", anchor="middle")
    for kind, at, others in behind:
        for part in segments(zip(at, others, strict=True)):
            colour = "accent" if kind == "seed" else "muted"
            drawing.line([panel.at(*point) for point in part], colour=colour, width=0.8, opacity=0.45)
    key_px = x.end_px
    for curve, (colour, dash) in reversed(list(zip(curves, (("accent", ""), ("second", "5.5 2.5")), strict=False))):
        places = [[panel.at(*point) for point in part] for part in segments(zip(epochs, curve.values, strict=True))]
        for part in places:
            drawing.line(part, colour=colour, dash=dash)
        for place in (place for part in places for place in part if len(epochs) <= MOST_MARKED):
            (drawing.square if dash else drawing.dot)(place, colour=colour, radius=1.6)
        if len(curves) > 1:
            drawing.text((key_px, 16), curve.name, anchor="end")
            key_px -= text_width(curve.name) + 4
            drawing.line(((key_px - 18, 12.7), (key_px, 12.7)), colour=colour, dash=dash)
            key_px -= 34
