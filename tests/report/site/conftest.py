"""The published results as a site, written once for all tests of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from repro.papers import PAPERS
from repro.planning.prices import own_data_prices
from repro.report.site.folders import Source, find, read_sources
from repro.report.site.standing import Asked, asked_of
from repro.report.site.tree import write_site
from tests.once import made_once
from tests.published import PUBLISHED


@dataclass(frozen=True)
class Site:
    """A site with the results that it was written from."""

    root: Path

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        return read_sources(find([PUBLISHED]).scales, list(PAPERS.values()), unjudged={}, out=self.root)

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        return asked_of(list(PAPERS.values()), self.sources)

    def text(self, page: str) -> str:
        return (self.root / page).read_text(encoding="utf-8")

    @cached_property
    def own_pages(self) -> list[Path]:
        """The pages that are no part of the report of a scale."""
        return [page for page in self.root.rglob("*.html") if "scales" not in page.parts and "speed" not in page.parts]


@pytest.fixture(scope="session")
def published_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    def write(folder: Path) -> None:
        papers = list(PAPERS.values())
        by = {"date": "2026-11-30", "commit": "c0ffee", "version": "0.2.0"}
        write_site(find([PUBLISHED]), papers, out=folder, unjudged={}, prices=own_data_prices(papers), **by)

    return Site(root=made_once(tmp_path_factory, "site", write))
