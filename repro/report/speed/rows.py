"""The tables and the chart of the page of speed: plain objects, every number already text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from repro.report.drawing.svg import TEXT_PX, Axis, Drawing, Panel, frame, text_width
from repro.report.inputs.benchmarks import Contender, Contest, Goal, Ratio, Suite, ratio
from repro.report.text.formatting import compact, counted, fixed, percent, times
from repro.report.text.tables import Cell, Column, Row, TableView, interval

#: How the contenders are called of which the fastest stands for the machine's peak.
PEAK = "sgemm"
TIME_UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
ROW_PX, TOP_PX, RIGHT_PX, WIDTH = 17.0, 26.0, 70.0, 980.0


@dataclass(frozen=True, kw_only=True)
class MeasuredGoal:
    """A goal, what was measured of it, and what follows."""

    group: Contest
    contender: Contender
    peer: Contender
    goal: Goal
    found: Ratio

    @property
    def asked(self) -> float:
        value = self.goal.at_least if self.goal.at_least is not None else self.goal.at_most
        assert value is not None, "a goal with a limit"
        return value

    @property
    def words(self) -> str:
        """What is compared."""
        pair = (self.peer.name, self.contender.name) if self.goal.at_most is None else (self.contender.name, self.peer.name)
        return f"time of {pair[0]} over {pair[1]}"

    @property
    def verdict(self) -> tuple[str, str, str]:
        """Word, sign and tone."""
        lowest, highest = self.goal.at_least, self.goal.at_most
        met = self.found.estimate >= lowest if lowest is not None else highest is not None and self.found.estimate <= highest
        sure = self.found.low >= lowest if lowest is not None else highest is not None and self.found.high <= highest
        if not met:
            return "short", "✗", "bad"
        return ("met", "✓", "good") if sure else ("met, not surely", "~", "open")


def goals_met(suite: Suite) -> list[MeasuredGoal]:
    """Every goal of a suite with what was measured of it; of several peers the fastest counts."""
    found = []
    for group, contender, goal in _goals(suite):
        peer = group.fastest(goal.peer)
        pair = (peer, contender) if goal.at_most is None else (contender, peer)
        found.append(MeasuredGoal(group=group, contender=contender, peer=peer, goal=goal, found=ratio(*pair)))
    return found


def _goals(suite: Suite) -> Iterator[tuple[Contest, Contender, Goal]]:
    for group in suite.groups:
        for contender in group.contenders.values():
            for goal in contender.goals:
                if all(name in group.contenders for name in goal.peer):
                    yield group, contender, goal


def targets_table(suite: Suite) -> TableView:
    """The targets, each with its ratio and whether it is met."""
    columns = (
        Column(key="group", title="Group", group="Work"),
        Column(key="title", title="Work", group="Work"),
        Column(key="compared", title="Compared", group="Compared"),
        Column(key="target", title="Target", group="Target", kind="number"),
        Column(key="ratio", title="Measured", group="Measured", kind="number"),
        Column(key="interval", title="95 % interval", group="Measured", kind="interval"),
        Column(key="rounds", title="Rounds", group="Rounds", kind="number"),
        Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    )
    rows = [_target_row(item) for item in goals_met(suite) if item.goal.printed is None]
    caption = "Targets. Ratios are medians over rounds of the times in the same round; intervals by bootstrap over rounds."
    return TableView(name=f"targets-{suite.name}", caption=caption, columns=columns, rows=tuple(rows))


def _target_row(item: MeasuredGoal) -> Row:
    word, symbol, tone = item.verdict
    sign = "≥" if item.goal.at_most is None else "≤"
    return Row(
        cells={
            "group": Cell(text=item.group.name, strong=True),
            "title": Cell(text=item.group.title),
            "compared": Cell(text=item.words),
            "target": Cell(text=f"{sign} {compact(item.asked)}", sort=f"{item.asked}"),
            "ratio": Cell(text=_ratio(item.found.estimate), strong=True),
            "interval": interval(_ratio(item.found.low), _ratio(item.found.high)),
            "rounds": Cell(text=str(item.found.num_rounds)),
            "verdict": Cell(text=word, symbol=symbol, tone=tone),
        }
    )


def printed_table(suite: Suite) -> TableView | None:
    """The ratios that a paper prints beside ours, None where none was measured."""
    items = [item for item in goals_met(suite) if item.goal.printed is not None]
    columns = (
        Column(key="group", title="Group", group="Group"),
        Column(key="compared", title="Compared", group="Compared"),
        Column(key="printed", title="Printed", group="Printed", kind="number"),
        Column(key="ratio", title="Here", group="Here", kind="number"),
        Column(key="interval", title="95 % interval", group="Here", kind="interval"),
        Column(key="rounds", title="Rounds", group="Rounds", kind="number"),
    )
    rows = tuple(
        Row(
            cells={
                "group": Cell(text=item.group.name, strong=True),
                "compared": Cell(text=item.words),
                "printed": Cell(text=compact(item.goal.printed)),
                "ratio": Cell(text=_ratio(item.found.estimate), strong=True),
                "interval": interval(_ratio(item.found.low), _ratio(item.found.high)),
                "rounds": Cell(text=str(item.found.num_rounds)),
            }
        )
        for item in items
    )
    caption = "How many times as fast two streams make a network of clips: as printed, and here."
    return TableView(name=f"printed-{suite.name}", caption=caption, columns=columns, rows=rows) if rows else None


def group_table(group: Contest, *, suite: str) -> TableView:
    """The times of a group, one contender a line, and how they compare with the first."""
    columns = (
        Column(key="contender", title="Contender", group="Contender"),
        Column(key="settings", title="Settings", group="Contender"),
        Column(key="median", title="Median", group="Median", kind="number"),
        Column(key="spread", title="Quartiles", group="Median", kind="interval"),
        Column(key="rate", title="Examples a second", group="Examples a second", kind="number"),
        Column(key="flops", title="GFLOP/s", group="GFLOP/s", kind="number"),
        Column(key="share", title="of sgemm, %", group="of sgemm, %", kind="number"),
        Column(key="ratio", title="Time over the first's", group="Time over the first's", kind="number"),
        Column(key="ratio_interval", title="95 % interval", group="Time over the first's", kind="interval"),
    )
    rows = tuple(_group_row(timed, group) for timed in group.contenders.values())
    num_rounds = len(next(iter(group.contenders.values())).seconds)
    caption = (
        f"{group.name}. {group.title}. {num_rounds} rounds, {group.clock}, {counted(group.threads, 'thread')}, "
        f"{'freed memory kept' if group.heap == 'kept' else 'the C library left alone'}."
    )
    return TableView(name=f"{suite}-{_slug(group.name)}", caption=caption, columns=columns, rows=rows)


def _group_row(timed: Contender, group: Contest) -> Row:
    first, peaks = next(iter(group.contenders.values())), [name for name in group.contenders if name.startswith(PEAK)]
    peak = group.fastest(peaks) if peaks else None
    unit, size = next((item for item in TIME_UNITS if timed.median >= item[1]), TIME_UNITS[-1])
    low, high = (fixed(value / size, decimals=2) for value in timed.quartiles)
    compared = ratio(timed, first) if timed is not first else None
    rate = timed.flops / timed.median
    counted = bool(group.examples) and not timed.name.startswith(PEAK)
    return Row(
        cells={
            "contender": Cell(text=timed.name, strong=timed is first),
            "settings": Cell(text=timed.settings),
            "median": Cell(text=fixed(timed.median / size, decimals=2), unit=unit, sort=f"{timed.median:.9f}"),
            "spread": interval(low, high),
            "rate": Cell(text=times(group.examples / timed.median)) if counted else Cell(),
            "flops": Cell(text=fixed(rate / 1e9, decimals=1)) if rate else Cell(),
            "share": Cell(text=percent(rate * peak.median / peak.flops, decimals=0)) if rate and peak else Cell(),
            "ratio": Cell(text=_ratio(compared.estimate)) if compared else Cell(),
            "ratio_interval": interval(_ratio(compared.low), _ratio(compared.high)) if compared else Cell(),
        }
    )


def chart(suite: Suite) -> str:
    """Draw every target's ratio with its interval, on a logarithmic axis, and the target itself; "" where there is none."""
    items = [item for item in goals_met(suite) if item.goal.printed is None]
    if not items:
        return ""
    left = max(text_width(_label(item)) for item in items) + 16
    values = [value for item in items for value in (item.found.low, item.found.high, item.asked)]
    x = Axis(low=min(values) / 1.3, high=max(values) * 1.3, start_px=left, end_px=WIDTH - RIGHT_PX, log=True)
    bottom = TOP_PX + ROW_PX * len(items)
    drawing = Drawing(
        width=WIDTH,
        height=bottom + 36,
        figure_id=f"speed-{suite.name}",
        title="Ratios of times with their intervals, and the targets",
        description="The same numbers as in the table of targets.",
    )
    panel = Panel(x=x, y=Axis(low=0, high=1, start_px=bottom, end_px=TOP_PX - 8))
    frame(drawing, panel, title="", x_label="ratio of times (logarithmic)", x_ticks=x.ticks(10))
    for number, item in enumerate(items):
        _mark(drawing, x, item, y=TOP_PX + ROW_PX * (number + 0.35))
    return drawing.svg()


def _mark(drawing: Drawing, x: Axis, item: MeasuredGoal, *, y: float) -> None:
    colour = {"good": "good", "open": "open", "bad": "bad"}[item.verdict[2]]
    drawing.text((x.start_px - 8, y + 0.35 * TEXT_PX), _label(item), colour="ink", anchor="end")
    drawing.line(((x.place(item.found.low), y), (x.place(item.found.high), y)), colour=colour, width=2.2)
    drawing.dot((x.place(item.found.estimate), y), colour=colour, radius=3.2)
    drawing.diamond((x.place(item.asked), y), colour="muted", radius=3.6)
    end = max(x.place(item.found.high), x.place(item.asked))
    drawing.text((end + 8, y + 0.35 * TEXT_PX), _ratio(item.found.estimate), colour=colour, bold=True)


def _label(item: MeasuredGoal) -> str:
    sign = "≥" if item.goal.at_most is None else "≤"
    return f"{item.group.name}: {item.words.removeprefix('time of ')} {sign} {compact(item.asked)}"


def _ratio(value: float) -> str:
    return fixed(value, decimals=2 if value < 10 else 1)


def _slug(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name)
