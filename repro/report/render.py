"""Write the pages of a scale: the index, a page for each table and for each run, and the tables as files."""

from __future__ import annotations

import posixpath
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType
from typing import ClassVar

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from repro.artifacts import calibration_json, claims_json, files
from repro.artifacts.documents import write_document
from repro.artifacts.files import FileFormatError
from repro.report.calibration.page import PAGE as CALIBRATION
from repro.report.calibration.page import calibration_page
from repro.report.calibration.planted import planted_view
from repro.report.drawing import plots as figures
from repro.report.figures.catalogue import table_figures
from repro.report.forks import all_done
from repro.report.inputs.copies import copied
from repro.report.inputs.results import Results, RunRecord, read_results
from repro.report.pages.index import index_page
from repro.report.pages.run import RunPage, run_page
from repro.report.pages.runs import PAGE as RUNS
from repro.report.pages.runs import runs_page
from repro.report.pages.setting import run_page_path, table_page_path
from repro.report.pages.table import table_page
from repro.report.plain_cells import plain_cells, shown
from repro.report.text import tables, typeset
from repro.spec.experiment import Paper, Table

TEMPLATES = Path(__file__).resolve().parent / "templates"
STYLES = ("report.css", "figures.css", "effects.css")
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1d5c8f"/>'
    '<path d="M4 8.5l2.6 2.6L12 5.4" stroke="white" stroke-width="2" fill="none"/></svg>'
)


def render(
    papers: Sequence[Paper],
    *,
    scale: str,
    results: Path,
    reports: Path,
    unjudged: str = "",
    left: Mapping[str, float] | None = None,
    num_processes: int = 1,
) -> None:
    """Write `reports/<scale>/` from `results/<scale>/`. Papers without this scale, or not judged, are named as not run.

    unjudged: why the verdicts were not judged again before, which the pages say. left: while runs are being made, the ids of
    those that are left and the seconds that each adds. The same results give the same bytes. Files that pages refer to are
    copied along, so that the folder can be sent or hosted.

    Raises:
        FileFormatError: runs.csv or claims.json is missing, damaged, not made from one another, or judges none of `papers`.
        ValueError: no paper has this scale, or claims.json holds a verdict that does not exist.
    """
    folder = Path(reports) / scale
    known = with_scale(papers, scale)
    read = read_results(known, scale=scale, results=results, unjudged=unjudged, reports=folder, left=left or {})
    kept, _ = copied(read, folder=folder / "results" / scale)
    write_pages(papers, results=kept, folder=folder, num_processes=num_processes)


def with_scale(papers: Sequence[Paper], scale: str) -> list[Paper]:
    """Those papers that have the scale; raise ValueError if none has."""
    known = [paper for paper in papers if paper.has_scale(scale)]
    if not known:
        allowed = sorted({item.name for paper in papers for item in paper.scales})
        raise ValueError(f"no paper has the scale {scale!r}; allowed: {', '.join(allowed)}")
    return known


def write_pages(
    papers: Sequence[Paper],
    *,
    results: Results,
    folder: Path,
    root: Path | None = None,
    num_processes: int = 1,
    has_sizes: bool = False,
) -> None:
    """Write the pages of `results` into `folder`; raises as `render` does.

    root: of the site that they are a part of. has_sizes: whether it has a page of effects against size.
    """
    known = with_scale(papers, results.scale)
    present = [paper for paper in known if paper.name in results.judgement.evidence]
    if not present:
        got, wanted = " and ".join(sorted(results.judgement.evidence)), " ".join(paper.name for paper in known)
        raise FileFormatError(
            f"{results.folder / claims_json.FILE} judges {got}, not {wanted}; type python -m repro judge --papers {wanted} first"
        )
    pages = Pages(environment=page_environment(), root=root)
    pages.environment.globals["has_sizes"] = has_sizes
    tables = [
        partial(_write_table, table, paper, results=results, folder=folder, pages=pages)
        for paper in present
        for table in paper.tables
    ]
    runs = [
        partial(_write_run, run, paper, results=results, folder=folder, pages=pages)
        for paper in present
        for run in results.runs.values()
        if run.record.paper == paper.name
    ]
    all_done([*tables, *runs], num_processes=num_processes)  # tables first: each takes longest
    if results.calibration is not None:
        page_of_it = calibration_page(results.calibration, results=results)
        pages.write(folder / CALIBRATION, "calibration.html.j2", {"page": page_of_it})
        write_document(folder / calibration_json.FILE, results.calibration)
    absent = [paper for paper in papers if paper not in present]
    pages.write(folder / RUNS, "runs.html.j2", {"page": runs_page(present, absent=absent, results=results)})
    pages.write(folder / "index.html", "index.html.j2", {"page": index_page(present, absent=absent, results=results)})


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Writes pages from templates. root: of the site of which they are a part; None: they stand alone."""

    environment: Environment
    root: Path | None = None

    def write(self, path: Path, template: str, values: Mapping[str, object]) -> None:
        """Write a page. The template sees `values`, and as `up` the way from the page to the site's front page."""
        up = "" if self.root is None else posixpath.join(*[".."] * (len(path.relative_to(self.root).parts) - 1), "") or "./"
        files.write_text(path, self.environment.get_template(template).render({**values, "up": up}))


class Compiled(BytecodeCache):
    """Templates as this process has compiled them, for its next environment: that takes a quarter of a second for all of them."""

    _code: ClassVar[dict[tuple[str, str], CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


def page_environment() -> Environment:
    """The templates' environment: every value escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
        bytecode_cache=Compiled(),
    )
    styles = [(TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES]
    environment.globals["style"] = Markup("\n".join(styles))
    environment.globals["site_style"] = Markup((TEMPLATES / "site" / "header.css").read_text(encoding="utf-8"))
    environment.globals["plain_cells"] = plain_cells
    environment.globals["up"] = ""
    environment.globals["has_sizes"] = False
    environment.globals["icon"] = f"data:image/svg+xml;base64,{b64encode(ICON.encode()).decode()}"
    environment.globals["script"] = Markup((TEMPLATES / "report.js").read_text(encoding="utf-8"))
    return environment


def _write_table(table: Table, paper: Paper, *, results: Results, folder: Path, pages: Pages) -> None:
    page = table_page(paper, table, results=results, instead=planted_view(paper, table, results=results))
    path = folder / table_page_path(paper.name, table.name)
    drawings = table_figures(paper, table, results=results)
    pages.write(path, "table.html.j2", {"page": page, "drawings": drawings})
    for full, brief in page.files:
        files.write_text(path.with_name(f"{full.name}.csv"), tables.to_csv(full))
        files.write_text(path.with_name(f"{full.name}.md"), typeset.to_markdown(brief))
        files.write_text(path.with_name(f"{full.name}.tex"), typeset.to_latex(brief))


def _write_run(run: RunRecord, paper: Paper, *, results: Results, folder: Path, pages: Pages) -> None:
    page = run_page(run, paper, results=results)
    pages.write(folder / run_page_path(run.id), "run.html.j2", {"page": page, "figure": _curves_svg(page)})


def _curves_svg(page: RunPage) -> Markup:
    """The learning curves, escaped by their maker, or nothing for a run without a log."""
    curves = page.curves
    if curves is None:
        return Markup("")
    return Markup(
        figures.learning_curves(
            epochs=curves.epochs,
            losses=curves.losses,
            errors=curves.errors,
            drops=curves.drops,
            behind=curves.behind,
            title=curves.title,
            figure_id=curves.figure_id,
        )
    )
