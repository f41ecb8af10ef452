"""Say what every page of a scale says, and list runs: plain objects, every number already text."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import JudgedClaim, JudgedWithin
from repro.artifacts.runs_csv import Measurement
from repro.report.inputs.results import Results, RunRecord
from repro.report.text import formatting, hits
from repro.report.text.carried import CARRIED, carried_words
from repro.report.text.formatting import count, counted, device_words, listed
from repro.report.text.tables import Cell, Column, Link, Row, TableView
from repro.report.text.units import NEVER, measured_text
from repro.spec.experiment import Paper, Table
from repro.spec.terms.evidence import EvidenceLevel, evidence_level
from repro.spec.terms.metrics import TIMINGS, TOP1, metric_named, metric_title, unit_of
from repro.spec.terms.protocols import IMAGE, example_of, protocol_named, protocols_of
from repro.system.durations import duration

#: From a page's path to another's, as both stand below `reports/<scale>/`.
Href = Callable[[str], str]
#: Letters of a fact that stands in a column beside others.
LONGEST_SHORT = 60
#: A metric and the protocol by which it was measured.
Measure = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A term and what is said of it."""

    term: str
    text: str

    @property
    def wide(self) -> bool:
        """Whether it is a sentence, which has no room in a column."""
        return len(self.text) > LONGEST_SHORT


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What stands on every page, so that no number is read without it. data: what the data are called.

    code: the commits of the runs. still: which runs are still being made; "" if none.
    """

    scale: str
    data: str
    evidence: tuple[EvidenceLevel, ...]
    facts: tuple[Fact, ...]
    sentence: str
    code: str = ""
    still: str = ""


def run_page_path(run_id: str) -> str:
    """The path of a run's page below `reports/<scale>/`."""
    _, paper, variant, seed = run_id.split("/")
    return f"runs/{paper}/{variant}-{seed}.html"


def table_page_path(paper: str, table: str) -> str:
    """The path of a table's page below `reports/<scale>/`."""
    return f"{paper}/{table}.html"


def relative(path: str, *, page: str) -> str:
    """The reference from `page` to `path`, both below `reports/<scale>/`."""
    return posixpath.relpath(path, posixpath.dirname(page) or ".")


def neighbour(paper: Paper, table: Table, *, step: int) -> Link | None:
    """The page of the table before or after this one; None at the ends."""
    names = [other.name for other in paper.tables]
    place = names.index(table.name) + step
    if not 0 <= place < len(names):
        return None
    return Link(text=paper.tables[place].title, href=f"{paper.tables[place].name}.html")


def citation(paper: Paper) -> str:
    """The paper as it is cited."""
    return f"{paper.authors} ({paper.year}). {paper.title}."


def setting(results: Results, *, paper: str = "", table: Table | None = None) -> Setting:
    """What every page of the scale says about its numbers; a page of one `paper`, or `table`, speaks of its runs alone.

    Raises:
        ValueError: claims.json has an evidence level that does not exist.
    """
    of = (paper, None if table is None else (table.name, table.variants))
    if of not in results.said:  # a page for each run says the same
        results.said[of] = _setting(results, paper=paper, table=table)
    said: Setting = results.said[of]
    return said


def _setting(results: Results, *, paper: str, table: Table | None) -> Setting:
    levels = results.judgement.evidence
    names = [levels[paper]] if paper else list(levels.values())
    evidence = tuple(evidence_level(name) for name in dict.fromkeys(names))
    shown = None if table is None else set(table.variants)
    runs = [
        run for run in results.runs.values() if paper in ("", run.record.paper) and (shown is None or run.record.variant in shown)
    ]
    measured = [row for row in results.measured if paper in ("", row.paper) and (shown is None or row.variant in shown)]
    titles = list(dict.fromkeys(run.record.dataset.title for run in runs))
    titles = titles or [record.title for record in results.datasets.values()]
    devices = list(dict.fromkeys(device_words(run.record.device) for run in runs))
    seeds = sorted({row.seed for row in measured})
    total_s = sum(run.record.costs.wall_s for run in runs)
    facts = (
        Fact(term="Scale", text=results.scale),
        Fact(term="Data set", text=listed(titles) or "none prepared"),
        Fact(term="Evidence", text=listed([words.name for words in evidence]) or "none"),
        Fact(term="Runs", text=f"{count(len(runs))}, with {counted(len(seeds), 'seed')} each or fewer"),
        *([Fact(term="Runs made again", text=results.made_again)] if results.made_again else []),
        *(
            [Fact(term=CARRIED, text=carried)]
            if (carried := carried_words([run.record for run in runs], results.bridges))
            else []
        ),
        *(
            [Fact(term="Verdicts not judged again", text=f"{results.unjudged[:1].upper()}{results.unjudged[1:]}.")]
            if results.unjudged
            else []
        ),
        *_test_facts(measured),
        Fact(term="Hardware", text=listed(devices) or "none"),
        Fact(term="Time of all runs", text=duration(total_s)),
        *_dates(results),
    )
    sentence = f"scale {results.scale}; {listed(titles) or 'no data'}; {listed(devices) or 'no runs'}"
    still = results.still_to_run(paper, shown)
    data = listed(titles) or "no data"
    return Setting(
        scale=results.scale, data=data, evidence=evidence, facts=facts, sentence=sentence, code=_code(runs), still=still
    )


def _code(runs: Sequence[RunRecord]) -> str:
    """The commits of the runs; those of whole code first."""
    found = dict.fromkeys(run.record.environment.get("commit", "") for run in runs)
    return listed(sorted(filter(None, found), key=lambda commit: ("+" in commit, commit)), word="or")


def _dates(results: Results) -> list[Fact]:
    """From when to when runs were made, by the ledger; or the day in the name of the folder that publishes them."""
    days = sorted({moment[:10] for pair in results.moments.values() for moment in pair if moment})
    if days:
        return [Fact(term="Runs made", text=" to ".join(dict.fromkeys((days[0], days[-1]))))]
    return [Fact(term="Published", text=results.published)] if results.published else []


def file_link(text: str, path: Path, *, results: Results, page: str) -> Link:
    """A reference from `page`, a path below the folder of the pages, to a file beside them."""
    start = Path(os.path.abspath(results.reports or results.folder)) / posixpath.dirname(page)
    return Link(text=text, href=Path(os.path.relpath(os.path.abspath(path), start)).as_posix())


def _test_facts(measured: Sequence[Measurement]) -> list[Fact]:
    """How many images, videos and clips are scored, of those that there are."""
    facts = []
    for example in (IMAGE, "video", "clip"):
        scored = [row for row in measured if row.metric == TOP1 and row.protocol in protocols_of(example)]
        numbers = sorted({row.n_examples for row in scored})
        if numbers:
            facts.append(Fact(term=f"Test {example}s", text=listed([count(number) for number in numbers])))
    return facts or [Fact(term="Test images", text="none")]


def measure(metric: str, protocol: str, *, table: Table | None = None) -> str:
    """A metric and the protocol by which it is measured in words, as the page of `table` prints them."""
    if table is not None and hits.shows_hits(table, metric):
        return hits.measure_title(metric, protocol)
    known, title = metric_named(metric), metric_title(metric, protocol=protocol)
    if not protocol or (known.counts_examples and example_of(protocol) != IMAGE):
        return title
    # What a time is measured by is the network that was timed.
    return f"{title}, {protocol.replace('_', ' ') if known.of == TIMINGS else protocol_named(protocol).title}"


def num_examples(metric: str, protocol: str, arm: str, *, paper: str, results: Results) -> int | None:
    """How many test examples stand behind what was measured of `arm`; None if it has no runs, or is ""."""
    rows = results.values(paper=paper, variant=arm, metric=metric, protocol=protocol)
    return min((row.n_examples for row in rows.values()), default=None)


def measures_of(entries: Sequence[JudgedClaim | MeasuredEffect]) -> set[Measure]:
    """By what claims and effects are measured, both protocols of those that compare two."""
    found = {(entry.metric, entry.protocol) for entry in entries}
    return found | {
        (entry.metric, entry.against_protocol) for entry in entries if isinstance(entry, JudgedWithin) and entry.against_protocol
    }


def runs_view(
    paper: Paper, variants: Collection[str], *, measures: Collection[Measure], results: Results, href: Href
) -> TableView:
    """The table of single runs: each of `measures` of each seed, with a link to the run's page.

    Epochs to a training error are shown for every error that was measured.
    """
    runs = [run for name in variants for run in results.of_variant(paper.name, name)]
    measured = dict.fromkeys((row.metric, row.protocol) for run in runs for row in results.of_run(run.id))
    shown = [
        (metric, protocol)
        for metric, protocol in measured
        if (metric.partition(".")[0], protocol) in measures or (metric, protocol) in measures
    ]
    columns = (
        Column(key="variant", title="Variant", group="Variant"),
        Column(key="seed", title="Seed", group="Seed", kind="number"),
        *[
            Column(key=f"{metric}.{protocol}", title=title, group=title, kind="number")
            for metric, protocol in shown
            for title in (_titled(metric, protocol),)
        ],
        Column(key="time", title="Time", group="Time"),
        Column(key="status", title="Status", group="Status"),
    )
    rows = [Row(cells=_run_cells(run, shown=shown, results=results, href=href)) for run in runs]
    caption = f"Every run of {paper.name} here, one a line; {setting(results, paper=paper.name).sentence}."
    return TableView(name=f"{paper.name}_runs", caption=caption, columns=columns, rows=tuple(rows))


def _titled(metric: str, protocol: str) -> str:
    words, unit = measure(metric, protocol), unit_of(metric).value
    return f"{words}, {unit}" if unit and unit != "epochs" else words


def _run_cells(run: RunRecord, *, shown: Sequence[Measure], results: Results, href: Href) -> dict[str, Cell]:
    record = run.record
    cells = {
        "variant": Cell(text=record.variant, href=href(run_page_path(run.id))),
        "seed": Cell(text=count(record.seed)),
    }
    values = {(row.metric, row.protocol): row for row in results.of_run(run.id)}
    for metric, protocol in shown:
        row = values.get((metric, protocol))
        decimals = formatting.digits(row.n_examples if row else None).points
        cells[f"{metric}.{protocol}"] = value_cell(metric, row.value if row else None, decimals=decimals)
    cells["time"] = Cell(text=duration(record.costs.wall_s), sort=f"{record.costs.wall_s:012.1f}")
    cells["status"] = Cell(text=f"diverged: {record.reason}" if run.diverged else "ok")
    return cells


def value_cell(metric: str, value: float | None, *, decimals: int) -> Cell:
    """A single measured value; one that was never reached says so, and sorts last."""
    text = measured_text(unit_of(metric), value, decimals=decimals)
    return Cell(text=text, sort="1e99" if text == NEVER else "")
