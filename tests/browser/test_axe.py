"""axe-core finds nothing serious on any kind of page, at the widths of a phone and a laptop, light and dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.opened import COMPARISON, KINDS, Opened, Tree

pytestmark = pytest.mark.browser

#: Leave out items of lists, rows and drawings in which every element is like one that stands before: axe takes seconds for each
#: hundred of them, and finds the same in each.
LIKE_OTHERS = """() => {
  const style = (one) => (one.getAttribute("style") ?? "").replace(/[\\d.]+/g, "");
  const kind = (one) => `${one.tagName}.${one.className.baseVal ?? one.className}.${style(one)}.${one.getAttribute("role")}`;
  const seen = new Set();
  for (const list of document.querySelectorAll("tbody, ul, ol, dl, svg, svg g"))
    for (const item of [...list.children].filter((one) => !/^(title|desc)$/.test(one.tagName))) {
      const kinds = [item, ...item.querySelectorAll("*")].map((one) => `${kind(one)} in ${kind(one.parentElement)}`);
      if (kinds.every((one) => seen.has(one))) item.remove();
      else kinds.forEach((one) => seen.add(one));
    }
}"""
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => [one.id, one.impact, one.nodes.length, one.nodes[0].html.slice(0, 160)]);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_on_any_kind_of_page(browser: Any, tree: Tree, axe: str, width: int, theme: str) -> None:
    serious: list[str] = []
    with Opened.new(browser, width=width, theme=theme) as window:
        for kind in (*KINDS, COMPARISON):
            page = window.go(tree.of_kind(kind))
            page.evaluate(LIKE_OTHERS)
            page.evaluate(axe)
            found = [one for one in page.evaluate(RUN) if one[1] in ("serious", "critical")]
            serious += [f"{kind}: {name} ({impact}) in {num} places, the first {html}" for name, impact, num, html in found]
    assert not serious, "\n".join(serious)


def test_axe_sees_what_is_wrong(opened: Opened, tree: Tree, axe: str) -> None:
    page = opened.go(tree.of_kind("how to read"))
    page.evaluate(
        "() => { document.documentElement.removeAttribute('lang'); document.querySelector('h1').style.color = '#eee'; }"
    )
    page.evaluate(axe)
    assert {"html-has-lang", "color-contrast"} <= {one[0] for one in page.evaluate(RUN)}
