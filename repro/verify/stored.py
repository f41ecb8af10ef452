"""A scale's folder of results as it lies there: its runs, its papers, and what was published of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from repro.artifacts import claims_json
from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import FILE as LEDGER_FILE
from repro.artifacts.published import publications, published_json
from repro.artifacts.published.brought_json import Brought, read_brought
from repro.artifacts.published.published_json import Published, PublishedRun, read_published
from repro.artifacts.run_json import FILE, FINISHED, RunJson, read_run
from repro.catalogue.known import Catalogue
from repro.spec.experiment import Paper

#: What a folder of a scale holds, one of these at least.
SIGNS = ("runs", "runs.csv", claims_json.FILE, LEDGER_FILE, published_json.FILE)
#: How deep below a folder those of scales are looked for.
DEPTH = 2


class NothingToVerify(ValueError):
    """A folder holds no results, or those of no known scale."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A scale's folder. papers: those that have runs or verdicts there; known: all that have the scale. runs: ids of all folders.

    records: of finished runs, by id. broken: what is wrong with the records of others, by id.
    """

    folder: Path
    papers: tuple[Paper, ...]
    runs: tuple[str, ...]
    records: dict[str, RunJson]
    broken: dict[str, str]
    published: Published | None
    brought: Brought | None = None
    problems: tuple[str, ...] = field(default=())
    known: tuple[Paper, ...] = field(default=())

    @property
    def results(self) -> Path:
        """The folder that holds the scale's."""
        return self.folder.parent

    @property
    def scale(self) -> str:
        return self.folder.name

    def place(self, run_id: str) -> Path:
        """The folder of a run."""
        return self.folder / "runs" / Path(*run_id.split("/")[1:])

    def left_out(self, run_id: str) -> tuple[str, ...]:
        """The files of a run that were not published."""
        known = self.published_run(run_id)
        return known.left_out if known else ()

    def published_run(self, run_id: str) -> PublishedRun | None:
        """What a run has in place of the files that were left out when it was published, here or before it was taken over."""
        if self.published is not None:
            return self.published.runs.get(run_id)
        return self.brought.known(self.folder, run_id) if self.brought else None

    def data_left_out(self, name: str) -> tuple[str, ...]:
        """The files of a data set that were not published, and are not here."""
        if self.published is not None:
            return self.published.data_left_out.get(name, ())
        names = self.brought.data_left_out.get(name, ()) if self.brought else ()
        return tuple(file for file in names if not (self.folder / "data" / name / file).is_file())


def scale_folders(folder: Path) -> list[Path]:
    """The folders of scales that `folder` is or holds.

    Raises:
        NothingToVerify: there is none.
    """
    folder = Path(folder).resolve()
    found = list(_scales_in(folder, DEPTH)) if folder.is_dir() else []
    if not found:
        raise NothingToVerify(
            f"{folder} holds no results; allowed: a folder of results, such as results or results/small (what snakemake writes)"
        )
    return found


def _scales_in(folder: Path, depth: int) -> Iterator[Path]:
    if any((folder / name).exists() for name in SIGNS):
        yield folder
    elif depth:
        for inner in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != publications.FOLDER):
            yield from _scales_in(inner, depth - 1)


def read_stored(folder: Path, known: Catalogue) -> Stored:
    """What lies in a scale's folder; what is damaged there is among its problems.

    Raises:
        NothingToVerify: no known paper has this scale.
    """
    scale = folder.name
    papers = [paper for paper in known.papers if paper.has_scale(scale)]
    if not papers:
        raise NothingToVerify(f"{folder}: no paper has a scale {scale}; if it is one of a file of yours, add --catalogue FILE")
    problems: list[str] = []
    published = brought = None
    try:
        published, brought = read_published(folder), read_brought(folder)
    except FileFormatError as error:
        problems.append(str(error))
    runs = tuple(f"{scale}/{'/'.join(path.parts[-3:])}" for path in sorted((folder / "runs").glob("*/*/*")) if path.is_dir())
    records, broken = {}, {}
    for run_id in runs:
        place = folder / "runs" / Path(*run_id.split("/")[1:])
        if not (place / FILE).exists() and not (place / FINISHED).exists():
            continue
        try:
            records[run_id] = read_run(folder.parent, run_id)
        except FileFormatError as error:
            broken[run_id] = str(error)
    judged = _judged(folder)
    there = {run_id.split("/")[1] for run_id in runs}
    unknown = sorted((there | judged) - {paper.name for paper in papers})
    problems += [f"paper {name} has runs or verdicts here and is not known; add --catalogue FILE" for name in unknown]
    chosen = tuple(paper for paper in papers if paper.name in (judged or there))
    return Stored(
        folder=folder,
        papers=chosen,
        runs=runs,
        records=records,
        broken=broken,
        published=published,
        brought=brought,
        problems=tuple(problems),
        known=tuple(papers),
    )


def _judged(folder: Path) -> set[str]:
    """The papers whose claims are judged there; none if the file is not there or damaged, which another check says."""
    try:
        return set(read_document(folder / claims_json.FILE, claims_json.Judgement).evidence)
    except FileFormatError:
        return set()
