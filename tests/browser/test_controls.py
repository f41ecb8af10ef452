"""What a reader does on the pages: sort, filter, copy, come back by an address, print, and all of it without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.opened import Opened, Tree

pytestmark = pytest.mark.browser

SHOWN = "(rows) => rows.filter((row) => row.getClientRects().length).map((row) => row.id)"
KEYS = "(table, index) => [...table.tBodies[0].rows].map((row) => row.cells[index].dataset.sort ?? '')"
FOLDED = "details:not([open])"
COUNT_FOLDED = (
    f"() => addEventListener('beforeprint', () => {{ window.printed = document.querySelectorAll('{FOLDED}').length; }})"
)
UNFOLDED = "(one) => { for (let at = one; at; at = at.parentElement) if (at.open === false) return false; return true; }"
IN_VIEW = (
    "(one) => { const box = one.getBoundingClientRect(); return box.height > 0 && box.top < innerHeight && box.bottom > 0; }"
)


def shown(page: Any) -> list[str]:
    """The questions that the front page shows."""
    found: list[str] = page.eval_on_selector_all(".row[data-state]", SHOWN)
    return found


def as_sorted(keys: list[str], *, descending: bool) -> bool:
    """Whether keys stand in order, numbers by their size; those without one stand last."""
    filled = [key for key in keys if key]
    assert keys[: len(filled)] == filled, "what has nothing to sort by stands last"
    numbers = [float(key) for key in filled]
    return numbers == sorted(numbers, reverse=descending)


def test_a_click_sorts_by_number_and_another_turns_it_round(opened: Opened, tree: Tree) -> None:
    page = opened.go(tree.of_kind("list of runs"))
    table = page.locator("table.data").first
    heads = table.locator("thead tr").last.locator("th")
    index = next(i for i in range(heads.count()) if "num" in (heads.nth(i).get_attribute("class") or "") and i > 1)
    before = table.evaluate(KEYS, index)
    for state in ("ascending", "descending"):
        heads.nth(index).get_by_role("button").click()
        assert heads.nth(index).get_attribute("aria-sort") == state
        assert as_sorted(table.evaluate(KEYS, index), descending=state == "descending")
    assert sorted(table.evaluate(KEYS, index)) == sorted(before)
    assert page.locator("th[aria-sort]").count() == 1


def test_words_leave_those_rows_that_have_all_of_them(opened: Opened, tree: Tree) -> None:
    page = opened.go(tree.of_kind("list of runs"))
    rows = page.locator("[data-filter] table.data tbody tr")
    num = rows.count()
    page.get_by_role("searchbox").first.fill("full 1")
    visible = [row.inner_text() for row in rows.all() if row.is_visible()]
    assert 0 < len(visible) < num
    assert all("full" in text and "1" in text for text in visible)
    assert page.get_by_role("status").first.inner_text() == f"{len(visible)} of {num}"
    page.get_by_role("searchbox").first.fill("")
    assert len([row for row in rows.all() if row.is_visible()]) == num


def test_the_order_and_the_filter_of_a_table_are_kept_in_the_address(opened: Opened, tree: Tree) -> None:
    page = opened.go(tree.of_kind("list of runs"))
    table = page.locator("table.data").first
    heads = table.locator("thead tr").last.locator("th")
    heads.nth(1).get_by_role("button").click()
    heads.nth(1).get_by_role("button").click()
    page.get_by_role("searchbox").first.fill("full")
    rows = [row.inner_text() for row in table.locator("tbody tr").all() if row.is_visible()]
    address = page.url
    assert f"sort.{table.get_attribute('id')}=1d" in address and "q=full" in address
    page.goto("about:blank")
    page.goto(address)
    assert [row.inner_text() for row in table.locator("tbody tr").all() if row.is_visible()] == rows
    assert heads.nth(1).get_attribute("aria-sort") == "descending"


def test_on_a_phone_a_choice_sorts_the_cards_and_only_what_scrolls_is_a_stop(browser: Any, tree: Tree) -> None:
    with Opened.new(browser, width=390, theme="light") as window:
        page = window.go(tree.of_kind("list of runs"))
        table = page.locator("table.data").first
        page.get_by_label("Sort by").first.select_option("1d")
        assert as_sorted(table.evaluate(KEYS, 1), descending=True)
        idle = "() => [...document.querySelectorAll('.scroll[tabindex]')].filter((one) => one.scrollWidth <= one.clientWidth + 1)"
        assert page.evaluate(f"({idle})().length") == 0


def test_the_filter_of_questions_is_kept_in_the_address(opened: Opened, tree: Tree) -> None:
    page = opened.go(tree.of_kind("front"))
    everything = shown(page)
    button = page.locator("button[data-show]").nth(1)
    button.click()
    chosen = shown(page)
    assert 0 < len(chosen) < len(everything)
    assert button.get_attribute("aria-pressed") == "true"
    page.locator("#find").fill("fusion")
    found = shown(page)
    assert len(found) < len(chosen)
    address = page.url
    assert "show=" in address and "q=fusion" in address
    opened.page.goto("about:blank")
    opened.page.goto(address)
    assert shown(page) == found
    assert page.locator("#find").input_value() == "fusion"
    page.reload()
    assert shown(page) == found
    page.locator("#find").fill("")
    page.locator("button[data-show='']").click()
    assert shown(page) == everything
    assert "#?" not in page.url


def test_an_address_with_markup_in_it_is_text(opened: Opened, tree: Tree) -> None:
    page = opened.go(tree.of_kind("front"), "?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&show=__proto__")
    assert shown(page) == []
    assert page.locator("img[src=x]").count() == 0
    assert opened.said == []


def test_copying_takes_the_sentence_whole(opened: Opened, tree: Tree) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened.go(tree.of_kind("question with data"))
    for name in ("sentence", "bibtex"):
        button = page.locator(f"button[data-copy={name}]")
        button.click()
        page.wait_for_function("(one) => /Copied|Selected/.test(one.textContent)", arg=button.element_handle())
        copied = page.evaluate("() => getSelection().toString()")
        if button.inner_text() == "Copied":
            copied = page.evaluate("() => navigator.clipboard.readText()")
        assert copied.strip() == page.locator(f"#{name}").inner_text().strip()


@pytest.mark.parametrize("kind", ["question with data", "claims of real data", "front"])
def test_a_permanent_link_shows_what_it_names(opened: Opened, tree: Tree, kind: str) -> None:
    path = tree.of_kind(kind)
    ids = opened.go(path).eval_on_selector_all("tr[id]", "(rows) => rows.map((row) => row.id)")
    assert ids
    for name in dict.fromkeys((ids[0], ids[len(ids) // 2], ids[-1])):
        page = opened.go(path, name)
        assert page.locator(f'[id="{name}"]').evaluate(IN_VIEW), name


def test_a_link_to_something_folded_unfolds_it(opened: Opened, tree: Tree) -> None:
    inside = "() => [...document.querySelectorAll('details:not([open]) [id]')].map((one) => one.id)"
    kinds = ("question with data", "scale", "kernels and gallery", "run of a net", "front")
    folded = [(tree.of_kind(kind), name) for kind in kinds for name in opened.go(tree.of_kind(kind)).evaluate(inside)]
    assert folded
    for path, name in folded[:: max(1, len(folded) // 5)]:
        place = opened.go(path, name).locator(f'[id="{name}"]')
        assert place.evaluate(UNFOLDED)


@pytest.mark.parametrize("kind", ["front", "question with data", "claims of real data", "list of runs", "run of a net"])
def test_pages_say_the_same_without_javascript(browser: Any, tree: Tree, kind: str) -> None:
    counts = []
    for enabled in (True, False):
        with Opened.new(browser, width=1280, theme="light", java_script_enabled=enabled) as window:
            page = window.go(tree.of_kind(kind))
            rows = [row for row in page.locator("tbody tr").all() if row.is_visible()]
            counts.append((len(rows), page.locator("main h2").all_inner_texts()))
            if not enabled:
                assert not [one for one in page.locator("button, input").all() if one.is_visible()], "a control does nothing"
                for one in page.locator("details > summary").all()[:2]:
                    if one.is_visible():
                        one.click()
                        assert one.locator("..").get_attribute("open") is not None
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", ["front", "question with data", "claims of real data", "run of a net"])
def test_it_prints_with_what_is_folded(opened: Opened, tree: Tree, kind: str) -> None:
    page = opened.go(tree.of_kind(kind))
    page.evaluate(COUNT_FOLDED)
    folded = page.locator(FOLDED).count()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    assert page.evaluate("() => window.printed") == 0, "reasons that are folded are not on paper"
    assert page.locator(FOLDED).count() == folded, "afterwards all is as it was"
