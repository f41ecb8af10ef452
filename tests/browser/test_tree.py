"""Every page of a built site: links and fragments resolve, the console is clean, nothing is asked for, all is on the screen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.opened import KINDS, Opened, Tree
from tests.report.reading import Page

pytestmark = pytest.mark.browser

#: What a phone is wide.
PHONE_PX = 390
#: What is beside the screen: the page's width and its window's, and marks of verdicts that are shown and not within it.
BESIDE = """() => {
  const width = document.documentElement.clientWidth;
  const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility !== "hidden";
  const marks = [...document.querySelectorAll(".badge, .chip, .mini")].filter(shown);
  const beside = (one) => { const box = one.getBoundingClientRect(); return box.left < -0.5 || box.right > width + 0.5; };
  return { page: document.documentElement.scrollWidth, width, marks: marks.length, beside: marks.filter(beside).length };
}"""
#: What checkers of HTML find beyond a parser: a caption that is neither first nor last, a name for what has no role.
INVALID = """() => [
  "figure > figcaption:not(:first-child):not(:last-child)", "span[aria-label]:not([role])", "div[aria-label]:not([role])",
].filter((one) => document.querySelector(one))"""
UNFOLD = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  return document.documentElement.scrollWidth;
}"""


@dataclass(frozen=True, kw_only=True)
class LookedAt:
    """What was seen of all pages. wide: px of those that scroll sideways; beside: how many verdicts are off the screen.

    invalid: what no page may have.
    """

    window: Opened
    wide: dict[str, int]
    beside: dict[str, int]
    marks: int
    invalid: dict[str, list[str]]


@pytest.fixture(scope="module")
def read(tree: Tree) -> dict[Path, Page]:
    """Every page of the site and the one that stands alone, parsed."""
    return {path: Page(path.read_text(encoding="utf-8")) for path in (*tree.pages, tree.comparison)}


def test_there_is_a_page_of_every_kind(tree: Tree) -> None:
    assert len({tree.of_kind(kind) for kind in KINDS}) == len(KINDS)


def test_every_link_and_fragment_leads_to_something_inside_the_folder(tree: Tree, read: dict[Path, Page]) -> None:
    ids = {Path(os.path.realpath(path)): set(page.ids) for path, page in read.items()}
    dead, num = [], 0
    for path in tree.pages:
        here = Path(os.path.realpath(path))
        for reference in read[path].references:
            parts = urlsplit(reference)
            if parts.scheme in ("data", "https") or reference.startswith("#?"):
                continue
            num += 1
            target = Path(os.path.normpath(here.parent / unquote(parts.path))) if parts.path else here
            there = target.is_file() and target.is_relative_to(os.path.realpath(tree.root))
            if not there or (parts.fragment and unquote(parts.fragment) not in ids.get(target, ())):
                dead.append((path.relative_to(tree.root).as_posix(), reference))
    assert num > 2000
    assert dead == []


def test_no_id_stands_twice_on_a_page(read: dict[Path, Page]) -> None:
    twice = {path.name: {one for one in page.ids if page.ids.count(one) > 1} for path, page in read.items() if page.ids}
    assert {name: ids for name, ids in twice.items() if ids} == {}


@pytest.fixture(scope="module")
def looked_at(browser: Any, tree: Tree) -> LookedAt:
    """One window of a phone's width looks at all pages, folded and unfolded."""
    wide, beside, marks, invalid = {}, {}, 0, {}
    with Opened.new(browser, width=PHONE_PX, theme="light") as window:
        for path in (*tree.pages, tree.comparison):
            found = window.go(path).evaluate(BESIDE)
            name = path.relative_to(tree.root.parent).as_posix()
            marks += found["marks"]
            if found["beside"]:
                beside[name] = found["beside"]
            if found_invalid := window.page.evaluate(INVALID):
                invalid[name] = found_invalid
            widest = max(found["page"], window.page.evaluate(UNFOLD))
            if widest > found["width"]:
                wide[name] = widest
    return LookedAt(window=window, wide=wide, beside=beside, marks=marks, invalid=invalid)


def test_every_page_loads_in_silence_and_asks_for_nothing_but_itself(tree: Tree, looked_at: LookedAt) -> None:
    own = {path.as_uri() for path in (*tree.pages, tree.comparison)}
    assert looked_at.window.said == []
    assert {url for url in looked_at.window.asked if not url.startswith(("data:", "about:"))} == own


def test_no_page_scrolls_sideways_on_a_phone(looked_at: LookedAt) -> None:
    assert not looked_at.wide, f"widths in px: {looked_at.wide}"


def test_every_verdict_is_on_the_screen_of_a_phone(looked_at: LookedAt) -> None:
    assert looked_at.marks > 500
    assert not looked_at.beside, f"verdicts beside it: {looked_at.beside}"


def test_captions_and_names_stand_where_html_allows_them(looked_at: LookedAt) -> None:
    assert not looked_at.invalid, looked_at.invalid
