"""The pages of a site: every link leads somewhere inside it, nothing is asked of the network, and the HTML is valid."""

import os
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import html5lib

from tests.published import CIFAR10
from tests.report.reading import Page

LINK = re.compile(r'<(\w+)[^>]*?\s(?:href|src)="([^"]*)"([^>]*)>')
ID = re.compile(r'\bid="([^"]*)"')
#: Where papers and others' code are found.
OUTSIDE = ("https://doi.org/10.", "https://github.com/")
MOST_BYTES, MOST_OF_THE_FRONT = 1_500_000, 500_000


def test_every_link_leads_to_a_file_of_the_site_and_every_fragment_to_an_id(published_site):
    root = Path(os.path.realpath(published_site.root))
    pages = {page: page.read_text(encoding="utf-8") for page in root.rglob("*.html")}
    ids = {page: set(ID.findall(text)) for page, text in pages.items()}
    dead, num = [], 0
    for page, text in pages.items():
        for _, href, _ in LINK.findall(text):
            if href.startswith((*OUTSIDE, "data:", "#?")):
                continue
            path, _, fragment = unquote(href).partition("#")
            target = Path(os.path.normpath(page.parent / path)) if path else page
            num += 1
            if not target.is_relative_to(root) or not target.is_file() or (fragment and fragment not in ids.get(target, ())):
                dead.append((page.relative_to(root).as_posix(), href))
    assert num > 1000
    assert dead == []


def test_nothing_is_asked_of_the_network_and_links_out_are_those_of_the_papers(published_site):
    for page in published_site.root.rglob("*.html"):
        for tag, href, rest in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" in href:
                assert tag == "a", f"{page} loads {href}"
                assert href.startswith(OUTSIDE)
                assert 'rel="external"' in rest
        assert "@import" not in page.read_text(encoding="utf-8")


def test_every_tag_is_closed_every_id_stands_once_and_every_page_has_one_first_heading(published_site):
    for path in published_site.own_pages:
        page = Page(path.read_text(encoding="utf-8"))
        assert len(page.ids) == len(set(page.ids)), path
        assert [tag for tag, _ in page.tags].count("h1") == 1
        assert all("scope" in values for tag, values in page.tags if tag == "th"), path
        assert all(values.get("tabindex") == "0" for tag, values in page.tags if tag == "pre"), path
        assert not [values for tag, values in page.tags if tag == "span" and "aria-label" in values], path


def test_the_html_is_valid_by_a_strict_parser(published_site):
    for path in (published_site.root / "index.html", *published_site.own_pages[:12]):
        html5lib.HTMLParser(strict=True).parse(path.read_bytes())


def test_headings_leave_no_level_out(published_site):
    for path in published_site.own_pages:
        levels = [int(tag[1]) for tag, _ in Page(path.read_text(encoding="utf-8")).tags if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_the_pages_are_light_enough_for_a_phone(published_site):
    assert (published_site.root / "index.html").stat().st_size < MOST_OF_THE_FRONT
    large = {page: page.stat().st_size for page in published_site.root.rglob("*.html") if page.stat().st_size > MOST_BYTES}
    assert large == {}


def test_one_header_stands_over_every_page_and_leads_to_the_front_page(published_site):
    for page in published_site.root.rglob("*.html"):
        match = re.search(r'<a class="brand" href="([^"]*)">', page.read_text(encoding="utf-8"))
        assert match, page
        assert (page.parent / match[1]).resolve() == (published_site.root / "index.html").resolve()


def test_a_page_says_when_and_by_what_code_it_was_written_and_what_it_is_about(published_site):
    for path in published_site.own_pages:
        page = Page(path.read_text(encoding="utf-8"))
        assert "Written 2026-11-30 by repro" in page.words
        assert "code c0ffee" in page.words
        assert any(values.get("name") == "description" and values["content"] for tag, values in page.tags if tag == "meta")
        assert any(
            values.get("rel") == "icon" and values["href"].startswith("data:") for tag, values in page.tags if tag == "link"
        )


def test_records_and_curves_of_the_runs_lie_inside(published_site):
    runs = [run for source in published_site.sources for run in source.results.runs.values()]
    records = list(published_site.root.glob("scales/*/results/*/runs/*/*/*/run.json"))
    assert len(records) == len(runs)
    assert list(published_site.root.glob("scales/*/results/*/runs.csv"))
    assert not list(published_site.root.rglob("weights*"))


def test_a_run_differs_from_its_base_in_what_was_changed_though_records_have_grown_since(published_site):
    for run in ("no_lrn-0", "no_lrn-2"):
        page = published_site.text(f"scales/{CIFAR10}/cifar10/runs/alexnet/{run}.html")
        said = page.partition('id="difference"')[2].partition("</section>")[0]
        keys = re.findall(r"(?:network|recipe|evaluation)\.[a-z_.]+", said)
        assert keys
        assert {key.rstrip(".") for key in keys if not key.startswith("network.lrn")} == set(), run
