"""Render every page again and compare it with the one that lies there, byte for byte."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from repro.analyse.judge.again import WITHOUT_SCORES, lacks_scores
from repro.artifacts.files import FileFormatError
from repro.catalogue.known import Catalogue
from repro.report.render import render
from repro.report.text.formatting import counted
from repro.spec.experiment import Paper
from repro.system.some import some
from repro.verify.check import Check
from repro.verify.stored import Stored


def pages_made_again(stored: Stored, known: Catalogue, *, reports: Path) -> Check:
    """Compare `reports/<scale>/` with what is rendered from the results, of all papers of the scale or of those judged."""
    folder = Path(reports) / stored.scale
    if not (folder / "index.html").is_file():
        return Check(name="pages", unchecked=(f"there are no pages in {folder}",))
    chosen = [tuple(paper for paper in known.papers if paper.has_scale(stored.scale)), stored.papers]
    try:
        found = min((_differing(stored, papers, reports=Path(reports)) for papers in chosen), key=len)
    except (FileFormatError, ValueError) as error:
        return Check(name="pages", problems=(str(error),))
    again = f"type python -m repro report --scale {stored.scale} --results {shlex.quote(str(stored.results))}"
    problems = (f"{some(found)} in {folder} not as the results give; {again} --reports {shlex.quote(str(reports))}",)
    num = len(_pages(folder))
    return Check(name="pages", found=f"{counted(num, 'file')} rendered again, equal", problems=problems if found else ())


def _differing(stored: Stored, papers: Sequence[Paper], *, reports: Path) -> list[str]:
    """The files that are others than are rendered, are lacking, or are of no page."""
    # Beside the pages: from there files of runs are referred to by the same way.
    with TemporaryDirectory(prefix=".pages-", dir=reports.resolve().parent) as root:
        unjudged = WITHOUT_SCORES if lacks_scores(stored.results, stored.scale) else ""
        render(papers, scale=stored.scale, results=stored.results, reports=Path(root), unjudged=unjudged)
        ours, theirs = _pages(Path(root) / stored.scale), _pages(reports / stored.scale)
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def _pages(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
