"""Print and write how often intervals and verdicts are right: `python -m repro calibrate`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.analyse.calibrate.draws import draw_settings
from repro.analyse.calibrate.lines import line_settings
from repro.analyse.calibrate.looks import EFFECT, LookRow, look_rows
from repro.analyse.calibrate.ratios import ratio_settings
from repro.analyse.calibrate.settings import NOMINAL, SLACK, Outcome, Setting, run
from repro.analyse.calibrate.several import VERDICTS, Order, order_rows, several_settings
from repro.analyse.calibrate.spreads import spread_settings
from repro.analyse.calibrate.verdicts import Verdicts, verdict_rows
from repro.artifacts.files import write_text

COLUMNS = ("kind", "setting", "seeds", "tables", "covered", "se", "false_rate", "half_width", "without_interval", "side")
#: Orders take a quarter of the tables: each is of five pairs.
ORDERS_SHARE = 4
HEADS = ("REPR", "DIR", "INCON", "NOT-R", "ABSENT", "INCON", "false DIR", "REVERSED")


def all_settings() -> list[Setting]:
    """Every setting, in the order in which they are printed."""
    return [*spread_settings(), *ratio_settings(), *draw_settings(), *several_settings(), *line_settings()]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """All that is simulated: coverage of intervals, verdicts on an effect, on an order, and at several looks."""

    outcomes: tuple[Outcome, ...]
    verdicts: tuple[Verdicts, ...]
    orders: tuple[Order, ...]
    looks: tuple[LookRow, ...]


def calibrated(*, num: int, seed: int) -> Calibration:
    """Run every setting with `num` tables."""
    return Calibration(
        outcomes=tuple(run(setting, num=num, seed=seed) for setting in all_settings()),
        verdicts=tuple(verdict_rows(num=2 * num, seed=seed)),
        orders=tuple(order_rows(num=max(1, num // ORDERS_SHARE), seed=seed)),
        looks=tuple(look_rows(num=num, seed=seed)),
    )


def lines(found: Calibration) -> list[str]:
    """The tables as Markdown: a line for each setting, a column for each number of seeds."""
    tables = (_coverage(found.outcomes), _verdicts(found.verdicts), _orders(found.orders), _looks(found.looks))
    return [*(line for table in tables for line in table), *_summary(found.outcomes)]


def _coverage(outcomes: Sequence[Outcome]) -> list[str]:
    least = min(one.num for one in outcomes)
    found = [
        f"Share of 90 % intervals that hold the truth, over {least} tables and more. `+`: above {NOMINAL + SLACK:.2f},",
        f"`!`: below {NOMINAL - SLACK:.2f}, by more than two standard errors. In brackets: share of false DIRECTION and REVERSED",
        "where nothing differs.",
        "",
    ]
    for kind in dict.fromkeys(one.kind for one in outcomes):
        part = [one for one in outcomes if one.kind == kind]
        seeds = sorted({one.num_seeds for one in part})
        found += [f"| {kind} | {' | '.join(f'n = {n}' for n in seeds)} |", f"|---{'|---' * len(seeds)}|"]
        for name in dict.fromkeys(one.name for one in part):
            by_n = {one.num_seeds: one for one in part if one.name == name}
            found.append(f"| {name} | {' | '.join(_cell(by_n.get(n)) for n in seeds)} |")
        found.append("")
    return found


def _verdicts(rows: Sequence[Verdicts]) -> list[str]:
    head = ["Verdicts on an effect, eight arms of equal spread (sd over the paper's effect D0).", ""]
    table = [f"| rule | sd/D0 | n | {' | '.join(HEADS)} |", f"|---|---|---{'|---' * len(HEADS)}|"]
    table += [
        f"| {row.rule} | {row.noise:g} | {row.num_seeds} | {' | '.join(f'{share:.2f}' for share in row.shares)} |" for row in rows
    ]
    return [*head, *table, ""]


def _orders(rows: Sequence[Order]) -> list[str]:
    head = ["Verdicts on an order of four nets (one, before two, before one).", ""]
    table = [f"| nets | n | {' | '.join(VERDICTS)} |", f"|---|---{'|---' * len(VERDICTS)}|"]
    table += [f"| {row.name} | {row.num_seeds} | {' | '.join(f'{share:.2f}' for share in row.shares)} |" for row in rows]
    return [*head, *table, ""]


def _looks(rows: Sequence[LookRow]) -> list[str]:
    head = [
        "Looks at 3, 5, 10 seeds: share of tables in which the intervals of all looks hold the truth; false verdicts at the",
        f"first look that decides; and, of a paper that is right (sd/D0 = {1 / EFFECT:g}), what is decided, with how many seeds.",
        "",
        "| arms | rule | all hold | false DIR | REVERSED | decided | seeds |",
        "|---|---|---|---|---|---|---|",
    ]
    table = [
        f"| {row.setting} | {row.rule} | {row.holds:.3f} | {row.false_direction:.3f} | {row.false_reversed:.3f} "
        f"| {row.decided:.2f} | {row.seeds:.1f} |"
        for row in rows
    ]
    return [*head, *table, ""]


def _summary(outcomes: Sequence[Outcome]) -> list[str]:
    below, lowest = sum(one.side == "below" for one in outcomes), min(outcomes, key=lambda one: one.covered)
    return [
        f"Settings below {NOMINAL - SLACK:.2f} (two standard errors): {below} of {len(outcomes)}.",
        f"Lowest: {lowest.covered:.3f} ({lowest.kind}: {lowest.name}, n = {lowest.num_seeds}).",
    ]


def _cell(one: Outcome | None) -> str:
    if one is None:
        return ""
    mark = {"below": "!", "safe": "+", "nominal": ""}[one.side]
    false = "" if one.false_rate is None else f" ({one.false_rate:.3f})"
    return f"{one.covered:.3f}{mark}{false}"


def write_calibration(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the outcomes as a table in CSV, a line for each setting and number of seeds."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in outcomes:
        rate = "" if one.false_rate is None else f"{one.false_rate:.4f}"
        numbers = (f"{one.covered:.4f}", f"{one.se:.4f}", rate, f"{one.half_width:.5g}", f"{one.without:.4f}")
        table.writerow([one.kind, one.name, one.num_seeds, one.num, *numbers, one.side])
    write_text(path, text.getvalue())
