"""Which variants stand on which page of a paper: read from the literals of its tables, without importing them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PAPERS = Path(__file__).resolve().parents[3] / "repro" / "papers"


@dataclass(frozen=True)
class Page:
    """A page: its variants, what most are compared with, and what others are."""

    name: str
    variants: tuple[str, ...]
    claims: tuple[str, ...]
    control: str
    controls: tuple[tuple[str, str], ...] = ()

    def control_of(self, variant: str) -> str:
        """What the page compares a variant with."""
        return dict(self.controls).get(variant, self.control)

    def family(self, variant: str) -> tuple[str, ...]:
        """All that are compared with `variant`, that included first."""
        others = tuple(name for name in self.variants if self.control_of(name) == variant)
        return tuple(dict.fromkeys((variant, *others)))


@cache
def pages_of(paper: str) -> tuple[Page, ...]:
    """The pages of a built-in paper."""
    trees = (ast.parse(path.read_text()) for path in sorted((PAPERS / paper).glob("*.py")))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return tuple(Page(**_fields(call)) for call in calls if getattr(call.func, "id", "") == "Table")


def _fields(call: ast.Call) -> dict[str, Any]:
    wanted = Page.__dataclass_fields__
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg in wanted}


@cache
def page_of(paper: str, claim: str, *, name: str = "") -> Page | None:
    """The page called `name`, or the first that has the claim."""
    return next((page for page in pages_of(paper) if page.name == name or claim in page.claims), None)
