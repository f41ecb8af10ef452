"""Write the tree of a site: the front page, a page a question, the further pages, and the report of each scale inside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from repro.artifacts import files
from repro.artifacts.judged.sizes_json import SizesJson
from repro.report.render import TEMPLATES, Pages, page_environment, write_pages
from repro.report.site import place
from repro.report.site.answers import Answer, answer
from repro.report.site.copies import FilesOf, all_copied
from repro.report.site.deciding import Price
from repro.report.site.dossier import dossier
from repro.report.site.folders import Found, Source, read_sources, without_sizes
from repro.report.site.front import front_page
from repro.report.site.further import data_views, paper_tables, reading, unsaid
from repro.report.site.listings import answers_csv, answers_json, claims_latex, matrix_latex
from repro.report.site.standing import STATES_WITH_DATA, Asked, asked_of
from repro.report.site.standing import counted as counted_states
from repro.report.sizes.page import PAGE as SIZES
from repro.report.sizes.page import series_view
from repro.report.speed.page import PAGE as SPEED
from repro.report.speed.page import render_speed
from repro.report.text.formatting import counted
from repro.spec.experiment import Paper

LICENCE = "MIT"
#: Effects over sizes of a scale, with the key of its source.
Sizes = tuple[str, SizesJson]


@dataclass(frozen=True, kw_only=True)
class Made:
    """When and by what a site was written. date: of the day, or "" for the same bytes every day."""

    date: str
    commit: str
    folders: str
    version: str
    licence: str = LICENCE

    @property
    def words(self) -> str:
        """How a citation names the software."""
        return ", ".join(filter(None, [f"repro {self.version}", f"code {self.commit}" if self.commit else "", self.date]))


@dataclass(frozen=True, kw_only=True)
class Written:
    """A site: its front page, what it says in a line, and the answer to each question."""

    page: Path
    words: str
    answers: tuple[tuple[Asked, Answer], ...]


def write_site(
    found: Found,
    papers: Sequence[Paper],
    *,
    out: Path,
    date: str,
    commit: str,
    version: str,
    unjudged: Mapping[Path, str],
    prices: Mapping[str, Sequence[Price]],
    series: Mapping[Path, Sequence[SizesJson]] | None = None,
    num_processes: int = 1,
) -> Written:
    """Write the site of the results that were found into `out`.

    unjudged: by folder, why its verdicts could not be judged again. prices: by paper, of runs on its own data.
    series: by the folder of a scale, effects over its sizes, which are no data sets of their own.
    num_processes: that write the pages of the scales.

    Raises:
        ValueError: results are of another catalogue.
        FileFormatError: a file is missing or damaged.
    """
    before = place.states(out)
    read = read_sources(found.scales, papers, unjudged=unjudged, out=out)
    sizes = [(source.key, item) for source in read for item in (series or {}).get(source.results.folder, ())]
    everything, kept = all_copied(read, out=out)
    sources = without_sizes(everything)
    made = Made(
        date=date, commit=commit, version=version, folders=counted(len(sources), "folder of results", "folders of results")
    )
    asked, pages = asked_of(papers, sources), Pages(environment=site_environment(made, has_sizes=bool(sizes)), root=out)
    pages.write(out / "index.html", "site/front.html.j2", {"page": front_page(asked, sources)})
    _write_dossiers(asked, sources, pages=pages, out=out, prices=prices, made=made, timed=bool(found.benchmarks), sizes=sizes)
    _write_further(asked, sources, pages=pages, out=out, kept=kept, everything=everything, sizes=sizes)
    _write_listings(asked, sources, out=out, made=made)
    for source in everything:
        write_pages(
            papers, results=source.results, folder=out / source.home, root=out, num_processes=num_processes, has_sizes=bool(sizes)
        )
    if found.benchmarks:
        render_speed(found.benchmarks, out, root=out)
    else:
        pages.write(out / SPEED, "site/nospeed.html.j2", {})
    place.close(out, before=before)
    numbers = counted_states(asked)
    tried = sum(numbers[state] for state in STATES_WITH_DATA)
    words = f"{counted(len(asked), 'question')}, {counted(sum(numbers.values()), 'statement')}, {tried} tried on real data"
    return Written(page=out / "index.html", words=words, answers=tuple((item, answer(item, sources)) for item in asked))


def _write_further(
    asked: Sequence[Asked],
    sources: Sequence[Source],
    *,
    pages: Pages,
    out: Path,
    kept: Mapping[str, FilesOf],
    everything: Sequence[Source],
    sizes: Sequence[Sizes],
) -> None:
    """Write what stands beside the questions. everything: the sources and those that are sizes of them."""
    papers = list(dict.fromkeys(item.paper for item in asked))
    tables = [paper_tables(paper, sources) for paper in papers]
    hrefs = {statement.id: item.href for item in reversed(asked) for statement in item.statements}
    pages.write(out / "tables.html", "site/tables.html.j2", {"pages": tables, "hrefs": hrefs})
    pages.write(out / "data.html", "site/data.html.j2", {"views": data_views(everything), "files": kept})
    pages.write(out / "unsaid.html", "site/unsaid.html.j2", {"pages": unsaid(papers), "sources": sources})
    if sizes:
        views = [series_view(item, key=key, hrefs=hrefs) for key, item in sizes]
        pages.write(out / SIZES, "site/sizes.html.j2", {"views": views})
    pages.write(out / "reading.html", "site/reading.html.j2", {"page": reading(sources)})


def _write_listings(asked: Sequence[Asked], sources: Sequence[Source], *, out: Path, made: Made) -> None:
    """Write the answers as files, of all questions and of each."""
    files.write_text(out / "answers.csv", answers_csv(asked, sources))
    files.write_text(out / "answers.json", answers_json(asked, sources, made=made.words))
    effects = [item for item in asked if item.kind == "effects"]
    caption = "Each question: what the paper prints, and what was found on each data set."
    files.write_text(out / "matrix.tex", matrix_latex(effects, sources, label="questions", caption=caption))
    for item in asked:
        path = out / item.href
        files.write_text(path.with_suffix(".csv"), answers_csv([item], sources))
        files.write_text(path.with_suffix(".json"), answers_json([item], sources, made=made.words))
        files.write_text(path.with_suffix(".tex"), claims_latex(item, sources))


def _write_dossiers(
    asked: Sequence[Asked],
    sources: Sequence[Source],
    *,
    pages: Pages,
    out: Path,
    prices: Mapping[str, Sequence[Price]],
    made: Made,
    timed: bool,
    sizes: Sequence[Sizes],
) -> None:
    """Write the page of each question."""
    for before, item, after in zip([None, *asked[:-1]], asked, [*asked[1:], None], strict=True):
        page = dossier(item, sources, prices=prices, before=before, after=after, made=made.words, timed=timed, series=sizes)
        pages.write(out / item.href, "site/dossier.html.j2", {"page": page, "allsources": sources})


def site_environment(made: Made, *, has_sizes: bool = False) -> Environment:
    """The templates of the report, with what the site's pages have besides."""
    environment = page_environment()
    folder = TEMPLATES / "site"
    environment.globals["pages_style"] = Markup((folder / "site.css").read_text(encoding="utf-8"))
    environment.globals["pages_script"] = Markup((folder / "site.js").read_text(encoding="utf-8"))
    environment.globals["made"] = made
    environment.globals["has_sizes"] = has_sizes
    return environment
