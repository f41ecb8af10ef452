"""Make what the pages of verdicts show from what a results folder holds: plain objects, every number already text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repro.report import claim_rows, wording
from repro.report.formatting import compact, count, counted, duration, listed, percent, size
from repro.report.inputs import Results, RunRecord
from repro.report.tables import Cell, Column, Link, Row, TableView
from repro.report.wording import EvidenceWords, VerdictWords
from repro.spec.experiment import Paper

#: From a page's path to another's, as both stand below `reports/<scale>/`.
Href = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A term and what is said of it."""

    term: str
    text: str


@dataclass(frozen=True, kw_only=True)
class NotRun:
    """Something that has no result, and why."""

    what: str
    reason: str
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class VerdictCount:
    """How many claims have a verdict."""

    words: VerdictWords
    number: str


@dataclass(frozen=True, kw_only=True)
class DatasetView:
    """A prepared data set: facts, warnings and refused files (the first of them)."""

    title: str
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    refused: TableView | None


@dataclass(frozen=True, kw_only=True)
class PaperView:
    """A paper on the index page."""

    name: str
    title: str
    citation: str
    scale_title: str
    links: tuple[Link, ...]
    claims: TableView
    runs: TableView


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What stands on every page, so that no number is read without it."""

    scale: str
    evidence: EvidenceWords
    facts: tuple[Fact, ...]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class IndexPage:
    """The page of all verdicts of a scale."""

    setting: Setting
    counts: tuple[VerdictCount, ...]
    headline: str
    mode: str
    papers: tuple[PaperView, ...]
    not_run: tuple[NotRun, ...]
    datasets: tuple[DatasetView, ...]
    verdicts: tuple[VerdictWords, ...]
    levels: tuple[EvidenceWords, ...]
    environment: tuple[Fact, ...]


def run_page_path(run_id: str) -> str:
    """Return the path of a run's page below `reports/<scale>/`."""
    _, paper, variant, seed = run_id.split("/")
    return f"runs/{paper}/{variant}-{seed}.html"


def table_page_path(paper: str, table: str) -> str:
    """Return the path of a table's page below `reports/<scale>/`."""
    return f"{paper}/{table}.html"


def citation(paper: Paper) -> str:
    """Return the paper as it is cited."""
    return f"{paper.authors} ({paper.year}). {paper.title}."


def setting(results: Results) -> Setting:
    """Return what every page of the scale says about its numbers.

    Raises:
        ValueError: claims.json has an evidence level that does not exist.
    """
    evidence = wording.evidence_words(results.claims["evidence"])
    titles = list(dict.fromkeys(run.record["dataset"]["title"] for run in results.runs.values()))
    titles = titles or [record["title"] for record in results.datasets.values()]
    devices = list(dict.fromkeys(run.record["device"] for run in results.runs.values()))
    seeds = sorted({row.seed for row in results.measured})
    examples = sorted({row.num_examples for row in results.measured if row.protocol == "ten_crop"})
    total_s = sum(run.record["wall_s"] for run in results.runs.values())
    facts = (
        Fact(term="Scale", text=results.scale),
        Fact(term="Data set", text=listed(titles) or "none prepared"),
        Fact(term="Evidence", text=evidence.name),
        Fact(term="Runs", text=f"{count(len(results.runs))}, with {counted(len(seeds), 'seed')} each or fewer"),
        Fact(term="Test images", text=listed([count(number) for number in examples]) or "none"),
        Fact(term="Hardware", text=listed(devices) or "none"),
        Fact(term="Total time", text=duration(total_s)),
    )
    sentence = f"scale {results.scale}; {listed(titles) or 'no data'}; {listed(devices) or 'no runs'}"
    return Setting(scale=results.scale, evidence=evidence, facts=facts, sentence=sentence)


def index_page(papers: Sequence[Paper], *, absent: Sequence[Paper], results: Results) -> IndexPage:
    """Return the index of a scale. `absent`: papers that have no such scale."""
    claims = results.claims["claims"]
    tally = {name: sum(claim["verdict"] == name for claim in claims) for name in wording.VERDICTS}
    counts = tuple(VerdictCount(words=wording.VERDICTS[name], number=count(number)) for name, number in tally.items() if number)
    return IndexPage(
        setting=setting(results),
        counts=counts,
        headline=f"{counted(len(claims), 'claim')} judged" if claims else "No claim has been judged yet",
        mode=results.claims["mode"],
        papers=tuple(_paper_view(paper, results=results) for paper in papers),
        not_run=_not_run(papers, absent=absent, results=results),
        datasets=tuple(_dataset_view(name, results=results) for name in sorted(results.datasets)),
        verdicts=tuple(wording.VERDICTS.values()),
        levels=tuple(wording.EVIDENCE.values()),
        environment=_environment(list(results.runs.values())),
    )


def _paper_view(paper: Paper, *, results: Results) -> PaperView:
    links = tuple(Link(text=table.title, href=table_page_path(paper.name, table.name)) for table in paper.tables)
    return PaperView(
        name=paper.name,
        title=paper.title,
        citation=citation(paper),
        scale_title=paper.scale(results.scale).title,
        links=links,
        claims=_claims_view(paper, results=results),
        runs=runs_view(paper, [item.name for item in paper.variants], results=results, href=lambda path: path),
    )


CLAIM_COLUMNS = (
    Column(key="statement", title="Claim", group="Claim"),
    Column(key="where", title="Where", group="Claim"),
    Column(key="measure", title="Measure", group="Claim", label="·", inline=True),
    Column(key="paper", title="Paper", group="Paper", kind="number"),
    Column(key="paper_log_ratio", title="Paper, log ratio", group="Paper", kind="number"),
    Column(key="estimate", title="Here", group="Here, with 90 % interval", kind="number"),
    Column(key="estimate_ci90", title="90 % interval", group="Here, with 90 % interval", kind="interval"),
    Column(key="log_ratio", title="Here, log ratio", group="Here, with 90 % interval", kind="number"),
    Column(key="log_ratio_ci90", title="90 % interval, log ratio", group="Here, with 90 % interval", kind="interval"),
    Column(key="n", title="Seeds", group="Seeds and spread", label="n ="),
    Column(key="sd", title="Standard deviation", group="Seeds and spread", label="sd"),
    Column(key="runs", title="Runs", group="Seeds and spread"),
    Column(key="verdict", title="Verdict", group="Verdict", kind="verdict"),
    Column(key="size", title="Size", group="Verdict"),
    Column(key="evidence", title="Evidence", group="Verdict"),
    Column(key="table", title="Table", group="Verdict", label="·", inline=True),
    Column(key="reason", title="Why", group="Why"),
)


def _claims_view(paper: Paper, *, results: Results) -> TableView:
    hrefs = {run: run_page_path(run) for run in results.runs}
    rows = []
    for claim in results.claims["claims"]:
        if claim["paper"] != paper.name:
            continue
        found = claim_rows.digits(num_examples(claim, claim["arms"][0], paper=paper.name, results=results))
        ours = claim_rows.our_cells(claim, digits=found)
        verdict = claim_rows.verdict_cells(claim)
        tables = [table_page_path(paper.name, table.name) for table in paper.tables if claim["id"] in table.claims]
        cells = {
            "statement": Cell(text=claim["statement"]),
            "where": Cell(text=claim["where"]),
            "measure": Cell(text=measure(claim)),
            **claim_rows.paper_cells(claim),
            **{key: ours[key] for key in ("estimate", "estimate_ci90", "log_ratio", "log_ratio_ci90")},
            "n": Cell(text=_seeds(claim)),
            "sd": _spread(claim, digits=found),
            "runs": Cell(links=claim_rows.run_links(claim["runs"], hrefs=hrefs)),
            "verdict": verdict["verdict"],
            "size": verdict["size"],
            "evidence": verdict["evidence"],
            "table": Cell(links=tuple(Link(text="table", href=f"{path}#{claim['id']}") for path in tables)),
            "reason": verdict["reason"],
        }
        rows.append(Row(cells={column.key: cells[column.key] for column in CLAIM_COLUMNS}, anchor=claim["id"]))
    caption = f"Claims of {paper.authors} ({paper.year}); {setting(results).sentence}."
    return TableView(name=f"{paper.name}_claims", caption=caption, columns=CLAIM_COLUMNS, rows=tuple(rows))


def measure(entry: Mapping[str, Any]) -> str:
    """Return metric and protocol of a claim or effect in words."""
    words = [wording.metric_title(entry["metric"]), wording.protocol_title(entry["protocol"])]
    return ", ".join(word for word in words if word)


def _seeds(claim: Mapping[str, Any]) -> str:
    if claim["kind"] == "exact":
        return ""
    return " and ".join(count(claim["n"].get(arm, 0)) for arm in claim["arms"] if arm)


def _spread(claim: Mapping[str, Any], *, digits: claim_rows.Digits) -> Cell:
    """Return the pooled standard deviation on the scale that decides."""
    if claim["sd_pooled"] is None or claim["kind"] == "exact":
        return Cell()
    if claim["decided_on"] == "log_ratio":
        return Cell(text=f"{claim['sd_pooled']:.{digits.log_ratio}f}", unit="log ratio")
    return Cell(text=percent(claim["sd_pooled"], decimals=digits.points), unit="points")


def num_examples(entry: Mapping[str, Any], arm: str, *, paper: str, results: Results) -> int | None:
    """Return how many test examples stand behind a claim or effect; None if its arm has no runs."""
    rows = results.values(paper=paper, variant=arm, metric=entry["metric"], protocol=entry["protocol"])
    return min((row.num_examples for row in rows.values()), default=None)


def _not_run(papers: Sequence[Paper], *, absent: Sequence[Paper], results: Results) -> tuple[NotRun, ...]:
    found = [
        NotRun(
            what=f"all of {paper.name}", reason=f"it has no scale {results.scale}, but {listed([s.name for s in paper.scales])}"
        )
        for paper in absent
    ]
    for run_id in results.claims["missing"]:
        run = results.runs.get(run_id)
        if run is None:
            found.append(NotRun(what=f"run {run_id}", reason="it has no results here: not trained, or its training failed"))
    for run in results.runs.values():
        if run.diverged:
            found.append(NotRun(what=f"run {run.id}", reason=f"it diverged: {run.record['reason']}", href=run_page_path(run.id)))
    for claim in results.claims["claims"]:
        if wording.verdict_words(claim["verdict"]).tone == "blocked":
            found.append(NotRun(what=f"{claim['verdict']}: {claim['statement']}", reason=claim["reason"], href=f"#{claim['id']}"))
    return tuple(found)


def _dataset_view(name: str, *, results: Results) -> DatasetView:
    record = results.datasets[name]
    refused = count(record["refused"]["num"])
    facts = [
        Fact(term="Kind", text=record["kind"]),
        Fact(term="Source", text=record["source"]),
        Fact(term="Stored as", text=f"squares of {record['stored_px']} px, {record['encoding']}"),
        Fact(term="Classes", text=f"{len(record['classes'])}: {_first(record['classes'])}"),
        *[
            Fact(term=f"{split.capitalize()} images", text=count(part["num_examples"]))
            for split, part in record["splits"].items()
        ],
        Fact(term="Refused files", text=f"{refused} ({percent(record['refused']['share'], decimals=2)} %)"),
        Fact(term="Size on disk", text=size(record["num_bytes"])),
        Fact(term="Prepared in", text=f"{duration(record['wall_s'])}, decoder: {record['decoder']}"),
        *[Fact(term=f"Knob {key}", text=compact(value)) for key, value in (record["spec"].get("procedural") or {}).items()],
    ]
    return DatasetView(
        title=record["title"],
        facts=tuple(facts),
        warnings=tuple(record["warnings"]),
        refused=_refused_view(name, results=results),
    )


def _first(names: Sequence[str], *, most: int = 12) -> str:
    return listed(names) if len(names) <= most else ", ".join(names[:most]) + " …"


def _refused_view(name: str, *, results: Results) -> TableView | None:
    rows = results.refused[name]
    if not rows:
        return None
    columns = tuple(Column(key=key, title=key.capitalize(), group=key.capitalize()) for key in ("split", "file", "reason"))
    shown = rows[:50]
    numbers = f"{count(len(shown))} of {count(len(rows))} shown"
    caption = f"Files of {results.datasets[name]['title']} that preparation refused ({numbers})."
    return TableView(
        name=f"{name}_refused",
        caption=caption,
        columns=columns,
        rows=tuple(Row(cells={column.key: Cell(text=row[column.key]) for column in columns}) for row in shown),
    )


def _environment(runs: Sequence[RunRecord]) -> tuple[Fact, ...]:
    """Return the versions that made the runs, each once; several where the runs differ."""
    keys = dict.fromkeys(key for run in runs for key in run.record["environment"])
    return tuple(
        Fact(term=key, text=listed(sorted({run.record["environment"].get(key, "unknown") for run in runs}), word="or"))
        for key in keys
    )


def runs_view(paper: Paper, variants: Sequence[str], *, results: Results, href: Href) -> TableView:
    """Return the table of single runs: each metric of each seed, with a link to the run's page."""
    metrics = list(dict.fromkeys((row.metric, row.protocol) for row in results.measured if row.paper == paper.name))
    columns = (
        Column(key="variant", title="Variant", group="Variant"),
        Column(key="seed", title="Seed", group="Seed", kind="number"),
        *[
            Column(key=f"{metric}.{protocol}", title=f"{words}, %", group=f"{words}, %", kind="number")
            for metric, protocol in metrics
            for words in (measure({"metric": metric, "protocol": protocol}),)
        ],
        Column(key="time", title="Time", group="Time"),
        Column(key="status", title="Status", group="Status"),
    )
    rows = [
        Row(cells=_run_cells(run, metrics=metrics, results=results, href=href))
        for run in results.runs.values()
        if run.record["paper"] == paper.name and run.record["variant"] in variants
    ]
    caption = f"Every run of {paper.name}, one a line; {setting(results).sentence}."
    return TableView(name=f"{paper.name}_runs", caption=caption, columns=columns, rows=tuple(rows))


def _run_cells(run: RunRecord, *, metrics: Sequence[tuple[str, str]], results: Results, href: Href) -> dict[str, Cell]:
    record = run.record
    cells = {
        "variant": Cell(text=record["variant"], href=href(run_page_path(run.id))),
        "seed": Cell(text=count(record["seed"])),
    }
    for metric, protocol in metrics:
        seeds = results.values(paper=record["paper"], variant=record["variant"], metric=metric, protocol=protocol)
        row = seeds.get(record["seed"])
        decimals = claim_rows.digits(row.num_examples if row else None).points
        cells[f"{metric}.{protocol}"] = Cell(text=percent(row.value if row else None, decimals=decimals))
    cells["time"] = Cell(text=duration(record["wall_s"]), sort=f"{record['wall_s']:012.1f}")
    cells["status"] = Cell(text=f"diverged: {record['reason']}" if run.diverged else "ok")
    return cells
