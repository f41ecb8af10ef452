"""Show how what one net of clips gains over another depends on the motion of the camera."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from repro.artifacts.claims_json import CameraGap, CameraGroup
from repro.artifacts.judged import Interval
from repro.report.drawing.svg import Axis, Drawing, Panel, frame, reach
from repro.report.figures import view
from repro.report.figures.view import FigureView
from repro.report.inputs.results import Results
from repro.report.text.formatting import compact, count, counted, fixed, percent
from repro.report.text.tables import Cell, Column, Row, TableView, interval
from repro.spec.experiment import Paper, Table

#: Where the motions come from.
KNOWN = {
    "drawn": "The motion is what the generator drew for the camera. ",
    "estimated": "The motion is estimated from the clips. Objects that move alike and fill most of a frame pass for it. ",
}
LEAD = (
    "The test videos are sorted by the motion of the camera: by how much the scene as a whole moves between two stored frames, "
    "in percent of the frame's side."
)


def gain_by_camera_motion(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The figure of a page whose gain was measured by the camera's motion."""
    measured = results.judgement.camera
    gains = next((item for item in measured if (item.paper, item.table) == (paper.name, table.name)), None)
    drawn = gains is not None and bool(gains.groups)
    control, other = table.control, next(name for name in table.variants if name != table.control)
    runs = [run for name in (control, other) for run in view.runs_of(name, paper=paper, results=results)]
    missing = [gains.reason] if gains and gains.reason else []
    return FigureView(
        name="gain_by_camera_motion",
        title="Gain by the motion of the camera",
        lead=LEAD,
        caption=f"{_caption(gains, runs=runs, results=results)} {view.where(runs, results=results)}" if gains and drawn else "",
        svg=Markup(_draw(gains, table=table)) if gains and drawn else None,
        summary=_numbers(gains) if gains and drawn else None,
        missing=tuple(missing or view.absent((control, other), paper=paper, results=results)),
    )


def _draw(gains: CameraGap, *, table: Table) -> str:
    groups = gains.groups
    drawing = Drawing(
        width=820,
        height=250,
        figure_id=view.figure_id(table, "gain_by_camera_motion"),
        title=f"What {gains.variant} gains over {gains.control}, by the motion of the camera",
        description="The numbers stand in the table below.",
    )
    motions = [100 * group.median for group in groups]
    values = [100 * value for group in groups for value in _all(group)]
    low, high = reach([0.0, *values], room=0.1)
    left, right = reach(motions, room=0.12, least=0.0)
    panel = Panel(
        x=Axis(low=left, high=max(right, left + 1e-6), start_px=52, end_px=790),
        y=Axis(low=low, high=high, start_px=206, end_px=24),
    )
    title = f"video top-1 error of {gains.control} less that of {gains.variant} (points)"
    label = "motion of the camera from frame to frame, % of the frame's side (median of the group)"
    frame(drawing, panel, title=title, x_label=label, x_ticks=panel.x.ticks(8), y_ticks=panel.y.ticks(7))
    drawing.line((panel.at(panel.x.low, 0), panel.at(panel.x.high, 0)), colour="muted", width=0.9)
    for group, x in zip(groups, motions, strict=True):
        for ends, width in ((group.total_ci90, 1.2), (group.gain.ci90, 3.6)):
            if ends:
                drawing.line([panel.at(x, 100 * end) for end in ends], colour="accent", width=width)
        drawing.dot(panel.at(x, 100 * group.gain.estimate), colour="accent", radius=3.6)
    return drawing.svg()


def _all(group: CameraGroup) -> list[float]:
    return [group.gain.estimate, *(group.gain.ci90 or ()), *(group.total_ci90 or ())]


def _caption(gains: CameraGap, *, runs: Sequence[Any], results: Results) -> str:
    trend = gains.trend
    words = (
        f"{count(gains.num_videos)} test videos in groups of equal size, from the stillest camera to the one that moves "
        "most. Thick: 90 % interval over seeds. Thin: over seeds and videos. "
    )
    if trend:
        ends = trend.total_ci90 or trend.ci90
        spread = ""
        if ends:
            low, high = (percent(end, decimals=1, signed=True) for end in ends)
            spread = f" [{low}, {high}], 90 % interval over seeds and videos"
        words += (
            f"Along a line over the videos' ranks the gain changes by {percent(trend.estimate, decimals=1, signed=True)} "
            f"points{spread} from the least to the most motion. "
        )
    if gains.num_unseen:
        words += f"In {counted(gains.num_unseen, 'further video')} no motion could be estimated. "
    return words + KNOWN.get(gains.source, "") + _knob(runs, results=results)


def _knob(runs: Sequence[Any], *, results: Results) -> str:
    """What the generator was told, where the videos are made."""
    names = {run.record.dataset.name for run in runs}
    knobs = [results.datasets[name].knobs if name in results.datasets else {} for name in sorted(names)]
    told = [knob["camera"] for knob in knobs if knob]
    if not told:
        return ""
    return f"These videos are generated, with the camera's knob at {compact(told[0])} frame widths a second. "


COLUMNS = (
    Column(key="motion", title="Motion, % of the side", group="Motion, % of the side", kind="number"),
    Column(key="range", title="Least and most", group="Motion, % of the side", kind="interval"),
    Column(key="videos", title="Videos", group="Videos", kind="number"),
    Column(key="control", title="Control", group="Control", kind="number"),
    Column(key="other", title="Other", group="Other", kind="number"),
    Column(key="gain", title="Gain, points", group="Gain, points", kind="number"),
    Column(key="ci90", title="90 % interval, seeds", group="90 % interval, seeds", kind="interval"),
    Column(key="total", title="90 % interval, seeds and videos", group="90 % interval, seeds and videos", kind="interval"),
)


def _numbers(gains: CameraGap) -> TableView:
    """Motion, errors and gain group by group."""
    control, other = gains.control, gains.variant
    titles = {"control": f"Error of {control}, %", "other": f"Error of {other}, %"}
    columns = tuple(
        Column(key=c.key, title=titles.get(c.key, c.title), group=titles.get(c.key, c.group), kind=c.kind) for c in COLUMNS
    )
    rows = [
        Row(
            cells={
                "motion": Cell(text=fixed(100 * group.median, decimals=2)),
                "range": interval(*(fixed(100 * end, decimals=2) for end in (group.least, group.most))),
                "videos": Cell(text=count(group.num_videos)),
                "control": Cell(text=percent(group.means[control], decimals=1)),
                "other": Cell(text=percent(group.means[other], decimals=1)),
                "gain": Cell(text=percent(group.gain.estimate, decimals=1, signed=True), strong=True),
                "ci90": _points(group.gain.ci90),
                "total": _points(group.total_ci90),
            }
        )
        for group in gains.groups
    ]
    caption = "Video top-1 error of both nets by the motion of the camera, mean over seeds."
    return TableView(name="gain_by_camera_motion_numbers", caption=caption, columns=columns, rows=tuple(rows))


def _points(ends: Interval | None) -> Cell:
    return interval(*(percent(end, decimals=1, signed=True) for end in ends)) if ends else Cell()
