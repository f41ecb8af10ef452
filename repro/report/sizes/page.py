"""Make what is shown of effects over sizes: small drawings side by side, and beside each its words and its numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from repro.artifacts.judged.sizes_json import EffectOverSizes, PointAtSize, SizesJson
from repro.report.sizes.plot import drawing
from repro.report.sizes.words import (
    NOUNS,
    change_words,
    drawn_on_words,
    left_out_words,
    size_words,
    slope_words,
)

PAGE = "sizes.html"


@dataclass(frozen=True, kw_only=True)
class SizeRow:
    """An effect at one size, in words."""

    share: str
    size: str
    effect: str
    seeds: str
    verdict: str
    why: str


@dataclass(frozen=True, kw_only=True)
class EffectView:
    """An effect over sizes. href: of the page of its question, "" if there is none. words: sentences below the drawing."""

    anchor: str
    title: str
    claim: str
    statement: str
    href: str
    figure: Markup
    words: tuple[str, ...]
    rows: tuple[SizeRow, ...]


@dataclass(frozen=True, kw_only=True)
class SeriesView:
    """Effects of one scale along one axis. noun: what there is more or less of. shown: those side by side; further: the rest."""

    anchor: str
    title: str
    noun: str
    sizes: str
    shown: tuple[EffectView, ...]
    further: tuple[EffectView, ...]

    @property
    def effects(self) -> tuple[EffectView, ...]:
        """All of them."""
        return self.shown + self.further


def series_view(sizes: SizesJson, *, key: str, hrefs: Mapping[str, str], only: Collection[str] = ()) -> SeriesView:
    """What is shown of a series, limited to the claims of `only` if any. key: of its source. hrefs: of claims' questions."""
    chosen = [effect for effect in sizes.effects if not only or effect.claim in only]
    views = [_effect_view(effect, sizes, key=key, href=hrefs.get(effect.claim, "")) for effect in chosen]
    pairs = list(zip(chosen, views, strict=True))
    told = sorted({point.size for effect in chosen for point in effect.points if point.size > 0})
    return SeriesView(
        anchor=f"{key}-{sizes.along}",
        title=f"{sizes.data}: {NOUNS[sizes.along]}",
        noun=NOUNS[sizes.along],
        sizes=", ".join(size_words(size, sizes.along) for size in told),
        shown=tuple(view for effect, view in pairs if effect.title),
        further=tuple(view for effect, view in pairs if not effect.title),
    )


def _effect_view(effect: EffectOverSizes, sizes: SizesJson, *, key: str, href: str) -> EffectView:
    along, anchor = sizes.along, f"{key}-{sizes.along}-{effect.claim}".replace(".", "-").lower()
    words = [f"No line: {effect.reason}."] if effect.line is None else [_sentence(slope_words(effect, along=along))]
    if effect.drawn_on is not None:
        words.append(_sentence(drawn_on_words(effect.drawn_on, along=along)))
    return EffectView(
        anchor=anchor,
        title=effect.title or effect.statement,
        claim=effect.claim,
        statement=effect.statement,
        href=href,
        figure=drawing(effect, along=along, figure_id=anchor),
        words=(*words, *left_out_words(effect)),
        rows=tuple(_row(point, along=along) for point in effect.points),
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _row(point: PointAtSize, *, along: str) -> SizeRow:
    return SizeRow(
        share=point.share,
        size=size_words(point.size, along) if point.size > 0 else "",
        effect="" if point.effect is None else change_words(point.effect.estimate, point.effect.ci90),
        seeds=" and ".join(str(num) for num in point.n.values()),
        verdict=point.verdict,
        why=point.why.partition(":")[0] if point.why else "",
    )
