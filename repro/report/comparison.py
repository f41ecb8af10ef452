"""Write the page on which two folders of results stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.analyse.compare.compare import DIFFERENT, EQUIVALENT, PREDICTIONS, SAME, TIME, UNDECIDED, ArmCell, Comparison, RunCell
from repro.analyse.compare.words import change_words, margin_words
from repro.artifacts import files
from repro.artifacts.provenance import Change
from repro.report.pages.setting import Fact
from repro.report.render import page_environment
from repro.report.text.formatting import count, fixed, relative_change
from repro.report.text.tables import Cell, Column, Row, TableView, interval

#: Colour and sign of each state, as of verdicts.
TONES = {
    SAME: ("good", "="),
    PREDICTIONS: ("good", "="),
    EQUIVALENT: ("good", "≈"),
    UNDECIDED: ("none", "?"),
    DIFFERENT: ("bad", "≠"),
    TIME: ("none", "·"),
}
RUN_COLUMNS = (
    Column(key="run", title="Run", group="Run"),
    Column(key="split", title="Scores", group="Scores"),
    Column(key="state", title="State", group="State", kind="verdict"),
    Column(key="num_other", title="Examples answered otherwise", group="Otherwise", kind="number"),
    Column(key="made", title="Made otherwise", group="Made otherwise"),
)
ARM_COLUMNS = (
    Column(key="variant", title="Variant", group="Variant"),
    Column(key="metric", title="Metric", group="Metric"),
    Column(key="state", title="State", group="State", kind="verdict"),
    Column(key="n", title="Seeds", group="Seeds", kind="number"),
    Column(key="mean", title="First", group="First", kind="number"),
    Column(key="other_mean", title="Second", group="Second", kind="number"),
    Column(key="difference", title="Difference", group="Difference", kind="number"),
    Column(key="ci90", title="Difference, 90 % interval", group="Difference", kind="interval", label="90 %"),
    Column(key="made", title="Made otherwise", group="Made otherwise"),
)
VERDICT_COLUMNS = (
    Column(key="claim", title="Claim", group="Claim"),
    Column(key="first", title="First", group="First"),
    Column(key="second", title="Second", group="Second"),
)


@dataclass(frozen=True, kw_only=True)
class ScaleView:
    """One scale: facts, and tables of arms, of runs, of verdicts that differ."""

    name: str
    facts: tuple[Fact, ...]
    arms: TableView
    runs: TableView
    verdicts: TableView


@dataclass(frozen=True, kw_only=True)
class ComparisonPage:
    """The page. margin: how equivalence is decided."""

    margin: str
    scales: tuple[ScaleView, ...]


def render_comparison(comparisons: Sequence[Comparison], page: Path, *, margin: float) -> None:
    """Write the page; the same folders give the same bytes."""
    view = ComparisonPage(margin=margin_words(margin), scales=tuple(map(_view, comparisons)))
    files.write_text(Path(page), page_environment().get_template("comparison.html.j2").render(page=view))


def _view(item: Comparison) -> ScaleView:
    other = [cell for cell in item.verdicts if cell.verdict != cell.other]
    facts = [
        Fact(term="First", text=item.folder),
        Fact(term="Second", text=item.other_folder),
        *(Fact(term=f"{what.capitalize()} in common", text=_counts(found)) for what, found in item.counts.items()),
        Fact(term="Verdicts", text=f"{count(len(item.verdicts) - len(other))} of {count(len(item.verdicts))} the same"),
        *([Fact(term="Runs in the first alone", text=count(len(item.only)))] if item.only else []),
        *([Fact(term="Runs in the second alone", text=count(len(item.other_only)))] if item.other_only else []),
    ]
    said = f"scale {item.scale}; first {item.folder}, second {item.other_folder}"
    verdicts = [Row(cells=_texts({"claim": cell.claim, "first": cell.verdict, "second": cell.other})) for cell in other]
    return ScaleView(
        name=item.scale,
        facts=tuple(facts),
        arms=_table(f"{item.scale}_arms", f"Means over common seeds, {said}.", ARM_COLUMNS, map(_arm, item.arms)),
        runs=_table(f"{item.scale}_runs", f"Scores of each run, {said}.", RUN_COLUMNS, map(_run, item.runs)),
        verdicts=_table(f"{item.scale}_verdicts", f"Claims with another verdict, {said}.", VERDICT_COLUMNS, verdicts),
    )


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{count(num)} {state}" for state, num in found.items()) or "none"


def _table(name: str, caption: str, columns: tuple[Column, ...], rows: Iterable[Row]) -> TableView:
    return TableView(name=name, caption=caption, columns=columns, rows=tuple(rows))


def _texts(texts: dict[str, str]) -> dict[str, Cell]:
    return {key: Cell(text=text) for key, text in texts.items()}


def _state(state: str) -> Cell:
    tone, symbol = TONES[state]
    return Cell(text=state, tone=tone, symbol=symbol)


def _made(changes: Sequence[Change]) -> Cell:
    return Cell(text=change_words(changes))


def _run(cell: RunCell) -> Row:
    otherwise = "" if cell.num_other is None else f"{count(cell.num_other)} of {count(cell.num)}"
    cells = _texts({"run": cell.run, "split": f"{cell.split}, {cell.protocol}"})
    return Row(cells={**cells, "state": _state(cell.state), **_texts({"num_other": otherwise}), "made": _made(cell.provenance)})


def _arm(cell: ArmCell) -> Row:
    ends = (_difference(end, on_logs=cell.on_logs) for end in cell.ci90 or (None, None))
    unit = "%" if cell.on_logs else ""
    return Row(
        cells={
            **_texts({"variant": cell.variant, "metric": f"{cell.metric}{f' ({cell.protocol})' if cell.protocol else ''}"}),
            "state": _state(cell.state),
            **_texts({"n": count(cell.n), "mean": _number(cell.mean), "other_mean": _number(cell.other_mean)}),
            "difference": Cell(text=_difference(cell.difference, on_logs=cell.on_logs), unit=unit),
            "ci90": replace(interval(*ends), unit=unit),
            "made": _made(cell.provenance),
        }
    )


def _difference(value: float | None, *, on_logs: bool) -> str:
    """Of logarithms, by how many percent the second mean is above the first."""
    return relative_change(value) if on_logs else fixed(value, decimals=4, signed=True)


def _number(value: float) -> str:
    return "never" if value == float("inf") else fixed(value, decimals=4)
