"""Read pages as a reader's program would: links, ids, tables."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """A parsed page. `tables` maps a table's id to its rows, a row maps `data-column` to its text."""

    text: str
    ids: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    row_ids: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._table, self._column, self._open = "", "", []  # type: ignore[var-annotated]
        self.feed(self.text)
        assert not self._open, f"tags left open: {self._open}"

    def handle_starttag(self, tag, attrs):  # type: ignore[no-untyped-def]
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag not in VOID:
            self._open.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        self.references += [values[name] for name in ("href", "src", "action", "poster", "srcset") if name in values]
        if tag == "table":
            self._table = values["id"]
            self.tables[self._table], self.row_ids[self._table] = [], []
        if tag == "tr" and self._table:
            self.tables[self._table].append({})
            self.row_ids[self._table].append(values.get("id", ""))
        self._column = values.get("data-column", "")

    def handle_startendtag(self, tag, attrs):  # type: ignore[no-untyped-def]
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):  # type: ignore[no-untyped-def]
        self._column = ""
        if tag in VOID:
            return
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1] == tag, f"</{tag}> closes <{self._open[-1]}>"
        self._open.pop()
        if tag == "table":
            self._table = ""

    def handle_data(self, data):  # type: ignore[no-untyped-def]
        inside = self._open[-1] if self._open else ""
        if inside not in ("script", "style"):
            self.words += data
        if inside == "caption":
            self.captions[self._table] = self.captions.get(self._table, "") + data
        if self._column and self._table:
            row = self.tables[self._table][-1]
            row[self._column] = row.get(self._column, "") + data


@functools.lru_cache(maxsize=500)
def parsed(text: str) -> Page:
    """Return the page with this text; a test does not change it."""
    return Page(text)


def read(path: Path) -> Page:
    """Return the page stored at `path`."""
    return parsed(path.read_text(encoding="utf-8"))


def all_pages(folder: Path) -> dict[Path, Page]:
    """Return every page below `folder`."""
    return {path: read(path) for path in sorted(folder.rglob("*.html"))}


def numbers(text: str) -> list[str]:
    """Return the numbers of a cell as a program reads them, digits kept."""
    plain = text.replace("\N{MINUS SIGN}", "-").replace("$-$", "-").replace("{}", "")
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    return [number.lstrip("+") for number in re.findall(r"[-+]?\d+(?:\.\d+)?", plain)]
