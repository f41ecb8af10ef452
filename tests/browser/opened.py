"""The tree of a site and its kinds of pages; a window of the browser that notes what a page asks for and complains of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

#: By kind of page: a pattern below the root of the site, of which the first file stands for all.
KINDS = {
    "front": "index.html",
    "question with data": "question/alexnet/ten_crops.html",
    "question without data": "question/karpathy/camera.html",
    "tables as printed": "tables.html",
    "data sets": "data.html",
    "what is not said": "unsaid.html",
    "how to read": "reading.html",
    "speed": "speed/index.html",
    "scale": "scales/smoke/smoke/index.html",
    "claims of real data": "scales/imagenette*/folders/alexnet/alexnet_ablations.html",
    "printed table": "scales/smoke/smoke/alexnet/alexnet_table1.html",
    "learning curves": "scales/smoke/smoke/alexnet/alexnet_figure1.html",
    "kernels and gallery": "scales/smoke/smoke/alexnet/alexnet_figures.html",
    "streams": "scales/smoke/smoke/karpathy/karpathy_table1.html",
    "film strips": "scales/smoke/smoke/karpathy/karpathy_table2.html",
    "times": "scales/smoke/smoke/karpathy/karpathy_speed.html",
    "list of runs": "scales/smoke/smoke/runs.html",
    "calibration": "scales/smoke/smoke/calibration.html",
    "run of a net": "scales/smoke/smoke/runs/alexnet/full-0.html",
    "run that diverged": "scales/smoke/smoke/runs/alexnet/tanh-1.html",
    "run of clips": "scales/smoke/smoke/runs/karpathy/single_frame_multires-0.html",
    "run of a fit": "scales/smoke/smoke/runs/alexnet/sift_fisher-0.html",
    "run of an average": "scales/smoke/smoke/runs/karpathy/cnn_average-0.html",
    "run of times": "scales/smoke/smoke/runs/karpathy/clip_speed-0.html",
}
COMPARISON = "comparison"


@dataclass(frozen=True)
class Tree:
    """A built site, and the page of a comparison, which stands alone."""

    root: Path
    comparison: Path

    @cached_property
    def pages(self) -> tuple[Path, ...]:
        """Every page of the site."""
        return tuple(sorted(self.root.rglob("*.html")))

    def of_kind(self, kind: str) -> Path:
        """The page that stands for a kind."""
        if kind == COMPARISON:
            return self.comparison
        found = sorted(self.root.glob(KINDS[kind]))
        assert found, f"no page of the kind {kind!r}: {KINDS[kind]}"
        return found[0]


@dataclass
class Opened:
    """A window of the browser. said: on the console, or as an error. asked: every address that a page asked for."""

    context: Any
    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def new(cls, browser: Any, *, width: int, theme: str, **options: Any) -> Iterator[Opened]:
        """Open a window of this width in px, in the light or the dark theme."""
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options)
        window = cls(context=context, page=context.new_page())
        window.page.on("console", lambda message: window.said.append(f"{window.page.url}: {message.text}"))
        window.page.on("pageerror", lambda error: window.said.append(f"{window.page.url}: {error}"))
        window.page.on("request", lambda request: window.asked.append(request.url))
        try:
            yield window
        finally:
            context.close()

    def go(self, path: Path, fragment: str = "") -> Any:
        """Load a page, also where only its fragment is another."""
        self.page.goto("about:blank")
        self.page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        return self.page
