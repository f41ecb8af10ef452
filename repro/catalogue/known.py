"""The catalogue: built-in papers, those of installed packages, and those of files that a user names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from repro.catalogue.check import catalogue_faults, paper_faults
from repro.catalogue.fields import faults
from repro.catalogue.files import NEXT, Additions, CatalogueError, module_file, read_file
from repro.papers import PAPERS
from repro.spec.experiment import Extension, Paper, extended
from repro.spec.names import UnknownName

#: The entry points by which an installed package adds papers: each names a module that is written as a catalogue file is.
GROUP = "repro.papers"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The papers that are known, and the files that added some, as they were typed."""

    papers: tuple[Paper, ...]
    files: tuple[str, ...] = ()

    def paper(self, name: str) -> Paper:
        """The paper called `name`; raise UnknownName if there is none."""
        for paper in self.papers:
            if paper.name == name:
                return paper
        raise UnknownName("paper", name, [paper.name for paper in self.papers], hint="python -m repro list")

    def papers_at(self, scale: str, names: Sequence[str] | None = None) -> list[Paper]:
        """Those papers (of `names`; default: all) that have `scale`; raise UnknownName if none has."""
        papers = list(self.papers) if names is None else [self.paper(name) for name in names]
        found = [paper for paper in papers if paper.has_scale(scale)]
        if not found:
            allowed = dict.fromkeys(item.name for paper in papers for item in paper.scales)
            where = f" of {', '.join(paper.name for paper in papers)}"
            raise UnknownName("scale", scale, allowed, where=where, hint="python -m repro list")
        return found


def catalogue(files: Iterable[str | Path] = ()) -> Catalogue:
    """The papers built in, of installed packages, and of `files`, in this order.

    Raises:
        CatalogueError: a file or package cannot be read, describes a paper that cannot be run as written, or has a name or id
            that another one has.
    """
    named = tuple(dict.fromkeys(str(file) for file in files))
    papers = tuple(PAPERS.values())
    for added in (*_installed(), *(read_file(Path(file).expanduser(), source=file) for file in named)):
        papers = _with(papers, added)
    return Catalogue(papers=papers, files=named)


def _with(papers: tuple[Paper, ...], added: Additions) -> tuple[Paper, ...]:
    """`papers` and what is added to them, once it is found to be in order."""
    known = [*papers, *added.papers]
    changed = {paper.name for paper in added.papers}
    for extension in added.extensions:
        for fault in faults(extension, Extension, where=f"Extension of {extension.paper}"):
            raise CatalogueError(f"{added.source}: {fault}; {NEXT}")
        names = [paper.name for paper in known]
        if extension.paper not in names:
            raise CatalogueError(f"{added.source}: {UnknownName('paper', str(extension.paper), names)}; {NEXT}")
        place = names.index(extension.paper)
        try:
            known[place] = extended(known[place], extension)
        except ValueError as error:
            raise CatalogueError(f"{added.source}: {error}; {NEXT}") from None
        changed.add(extension.paper)
    for fault in _faults(known, changed):
        raise CatalogueError(f"{added.source}: {fault}; {NEXT}")
    return tuple(known)


def _faults(known: Sequence[Paper], changed: set[str]) -> Iterator[str]:
    for paper in known:
        if paper.name in changed:
            yield from paper_faults(paper)
    yield from catalogue_faults(known)


def _installed() -> Iterator[Additions]:
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        yield _read_entry(point)


def _read_entry(point: EntryPoint) -> Additions:
    """Read the module that an entry point names, as a file."""
    owner = f" of package {point.dist.name}" if point.dist is not None else ""
    source = f"entry point {point.name} = {point.value}{owner}"
    found = module_file(point.module)
    if found is None:
        raise CatalogueError(f"{source} names no module with a file; allowed: one written in Python; mend the package")
    return read_file(found, source=source, package=point.module.partition(".")[0])
