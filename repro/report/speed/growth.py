"""Draw how long a job takes as its work grows, and the straight line through it: a constant and what each part costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repro.report.drawing.svg import Axis, Drawing, Panel, frame
from repro.report.inputs.benchmarks import Contest, Suite
from repro.report.text.formatting import fixed, listed

PANEL_WIDTH, PANEL_HEIGHT, GAP, LEFT, TOP, BOTTOM = 250.0, 170.0, 56.0, 46.0, 26.0, 40.0


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What a group of jobs with more and more work took. name: what there is more of.

    constant_s, each_s: the line of least squares through all times. off: the largest distance of a median from it, as a share.
    """

    name: str
    amounts: tuple[float, ...]
    medians_s: tuple[float, ...]
    constant_s: float
    each_s: float
    off: float

    @property
    def words(self) -> str:
        """The line in words."""
        line = f"{fixed(self.constant_s, decimals=1)} s + {fixed(self.each_s, decimals=1)} s each"
        return f"{self.name}: {line} (off by {fixed(100 * self.off, decimals=0)} % at most)"


def growths(suite: Suite) -> list[Growth]:
    """The groups whose contenders differ in how much they do."""
    return [_growth(group) for group in suite.groups if all(timed.amount for timed in group.contenders.values())]


def _growth(group: Contest) -> Growth:
    timed = sorted(group.contenders.values(), key=lambda one: one.amount or 0)
    pairs = [(one.amount or 0.0, seconds) for one in timed for seconds in one.seconds]
    amount_N, seconds_N = np.array(pairs).T
    each, constant = np.polyfit(amount_N, seconds_N, 1)
    medians = tuple(one.median for one in timed)
    amounts = tuple(one.amount or 0.0 for one in timed)
    off = max(abs(median / (constant + each * amount) - 1) for median, amount in zip(medians, amounts, strict=True))
    return Growth(
        name=group.name.rpartition(" ")[2],
        amounts=amounts,
        medians_s=medians,
        constant_s=float(constant),
        each_s=float(each),
        off=float(off),
    )


def growth_words(suite: Suite) -> str:
    """The lines of all groups in words, "" without any."""
    return listed([growth.words for growth in growths(suite)])


def growth_chart(suite: Suite) -> str:
    """Draw a panel for each group, "" without any."""
    found = growths(suite)
    if not found:
        return ""
    width = LEFT + len(found) * (PANEL_WIDTH + GAP)
    drawing = Drawing(
        width=width,
        height=TOP + PANEL_HEIGHT + BOTTOM,
        figure_id=f"growth-{suite.name}",
        title="Wall time of a job against its work",
        description=growth_words(suite),
    )
    for number, growth in enumerate(found):
        _panel(drawing, growth, left=LEFT + number * (PANEL_WIDTH + GAP))
    return drawing.svg()


def _panel(drawing: Drawing, growth: Growth, *, left: float) -> None:
    most = max(growth.amounts)
    x = Axis(low=0.0, high=most * 1.1, start_px=left, end_px=left + PANEL_WIDTH)
    y = Axis(low=0.0, high=1.1 * max(growth.medians_s), start_px=TOP + PANEL_HEIGHT, end_px=TOP)
    panel = Panel(x=x, y=y)
    frame(
        drawing,
        panel,
        title=f"seconds by {growth.name}",
        x_label=f"{growth.name}, times the least",
        x_ticks=growth.amounts,
        y_ticks=y.ticks(5),
    )
    ends = [panel.at(amount, growth.constant_s + growth.each_s * amount) for amount in (0.0, most)]
    drawing.line(ends, colour="muted", width=1.0)
    for amount, median in zip(growth.amounts, growth.medians_s, strict=True):
        drawing.dot(panel.at(amount, median), colour="accent", radius=3.2)
