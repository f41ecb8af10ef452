"""Write the page of speed from what the benchmark suite has measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from repro.report.inputs.benchmarks import Suite, read_suite
from repro.report.pages.setting import Fact
from repro.report.render import Pages, page_environment
from repro.report.speed.growth import growth_chart, growth_words
from repro.report.speed.rows import chart, goals_met, group_table, printed_table, targets_table
from repro.report.text.formatting import counted
from repro.report.text.tables import TableView

PAGE = Path("speed") / "index.html"


@dataclass(frozen=True, kw_only=True)
class SuiteView:
    """One run of the suite as the page shows it."""

    name: str
    headline: str
    facts: tuple[Fact, ...]
    targets: TableView
    chart: Markup
    growth: Markup
    growth_words: str
    printed: TableView | None
    groups: tuple[TableView, ...]


@dataclass(frozen=True, kw_only=True)
class SpeedPage:
    """The page: one section for each run of the suite."""

    suites: tuple[SuiteView, ...]


def render_speed(results: Sequence[Path], reports: Path, *, root: Path | None = None) -> Path:
    """Write `reports/speed/index.html` from files of the benchmark suite, and return its path.

    The same files give the same bytes. root: of the site of which the page is a part, if it is.

    Raises:
        ValueError: there is no file, or two have the same name.
        FileFormatError: a file is not one that the suite writes.
    """
    names = [path.stem for path in results]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"the page of speed is made from {counted(len(names), 'file')} ({', '.join(names) or 'none'}); allowed: files with "
            "names of their own, at least one (pytest tests/bench -m bench --benchmark-json=FILE)"
        )
    page = SpeedPage(suites=tuple(_view(read_suite(path)) for path in results))
    written = Path(reports) / PAGE
    Pages(environment=page_environment(), root=root).write(written, "speed.html.j2", {"page": page})
    return written


def _view(suite: Suite) -> SuiteView:
    verdicts = [item.verdict[0] for item in goals_met(suite) if item.goal.printed is None]
    short = verdicts.count("short")
    return SuiteView(
        name=suite.name,
        headline=f"{len(verdicts) - short} of {counted(len(verdicts), 'target')} met" if verdicts else "no target in this file",
        facts=_facts(suite),
        targets=targets_table(suite),
        chart=Markup(chart(suite)),
        growth=Markup(growth_chart(suite)),
        growth_words=growth_words(suite),
        printed=printed_table(suite),
        groups=tuple(group_table(group, suite=suite.name) for group in suite.groups),
    )


def _facts(suite: Suite) -> tuple[Fact, ...]:
    machine = suite.machine
    cpu: dict[str, Any] = machine.get("cpu", {})
    versions: dict[str, str] = machine.get("versions", {})
    known = {
        "Processor": cpu.get("brand_raw", machine.get("processor", "")),
        "Cores": str(cpu.get("count", "")),
        "GPU": machine.get("gpu", "") or "none",
        "System": f"{machine.get('system', '')} {machine.get('release', '')}",
        "C library": machine.get("libc", ""),
        "Python": machine.get("python_version", ""),
        **versions,
        "Commit": suite.commit,
        "Measured": f"{suite.when} UTC",
    }
    return tuple(Fact(term=term, text=text) for term, text in known.items() if text.strip())
