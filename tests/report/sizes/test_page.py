"""What is shown of effects over sizes: words that are no verdict, drawings with a text beside them, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from repro.analyse.evidence.verdict import VERDICTS
from repro.analyse.sizes.line import FittedLine, fit
from repro.artifacts.judged import Estimated
from repro.artifacts.judged.sizes_json import (
    DrawnOn,
    EffectOverSizes,
    LineOverSizes,
    OthersEffect,
    PointAtSize,
    SizeFolder,
    SizesJson,
)
from repro.report.sizes.page import series_view
from repro.report.sizes.plot import drawing
from repro.report.sizes.words import SAID, drawn_on_words, effect_words, left_out_words, slope_words
from repro.report.text.formatting import MINUS
from tests.report.reading import Page

SIZES = (6250.0, 12500.0, 25000.0, 50000.0)


def point(number: int, value: float, **changes) -> PointAtSize:
    one = PointAtSize(
        scale=f"cifar10_images_1of{2 ** (3 - number)}",
        share=("1/8", "1/4", "1/2", "1")[number],
        size=SIZES[number],
        verdict="DIRECTION",
        effect=Estimated(estimate=value, ci90=(value - 0.02, value + 0.02), ci95=None),
        se=0.011,
        df=8.0,
        n={"full": 3, "no_lrn": 3},
        runs=(),
    )
    return replace(one, **changes)


def line_of(values) -> LineOverSizes:
    line = fit(SIZES, values, [0.011] * 4, df_seeds=32)
    names = ("middle", "level", "slope", "se_level", "se_slope", "tau", "scatter", "df", "df_seeds", "per_doubling")
    return LineOverSizes(**{name: getattr(line, name) for name in names})


def effect(values=(0.0, 0.03, 0.06, 0.09), **changes) -> EffectOverSizes:
    line = line_of(values)
    drawn_on = DrawnOn(
        size=1_200_000.0,
        times=24.0,
        effect=FittedLine.of(line).estimated(1_200_000),
        predicted90=FittedLine.of(line).predicted(1_200_000),
        paper=0.033,
        says="neither",
    )
    one = EffectOverSizes(
        paper="alexnet",
        claim="A.S3.3.lrn.top1",
        title="Response normalisation",
        statement="It helps.",
        arm="full",
        against="no_lrn",
        metric="top1_error",
        protocol="ten_crop",
        points=tuple(point(number, value) for number, value in enumerate(values)),
        line=line,
        drawn_on=drawn_on,
        others=(
            OthersEffect(who="one", effect=-0.002, same_quantity=True, note=""),
            OthersEffect(who="another", effect=0.1, same_quantity=False, note=""),
        ),
    )
    return replace(one, **changes)


def sizes(*effects: EffectOverSizes) -> SizesJson:
    folders = (SizeFolder(scale="cifar10", share="1", claims_sha256="0" * 64),)
    return SizesJson(scale="cifar10", along="images", data="CIFAR-10", folders=folders, effects=effects)


def test_a_slope_in_words_says_whether_it_can_be_told() -> None:
    assert slope_words(effect(), along="images").startswith("with each doubling of the training images it grows: +3.0 % [")
    assert f"it shrinks: {MINUS}3.0 % [" in slope_words(effect((0.09, 0.06, 0.03, 0.0)), along="images")
    assert "does not change as far as can be told" in slope_words(effect((0.05, 0.06, 0.05, 0.06)), along="images")
    assert slope_words(effect(line=None), along="images") == ""


def test_a_line_that_is_drawn_on_is_called_an_extrapolation_and_has_the_papers_effect_beside() -> None:
    drawn = effect().drawn_on
    assert drawn is not None
    text = drawn_on_words(drawn, along="images")
    assert text.startswith("an extrapolation, no verdict: at the paper's 1,200,000 training images (24 times the largest here)")
    assert "the paper's is +3.4 %" in text
    assert text.endswith("zero and the paper's effect both lie outside that range")
    near = drawn_on_words(replace(drawn, size=0.5, times=0.8), along="width")
    assert "the paper's 0.5 width (within the sizes here)" in near


@pytest.mark.parametrize("says", SAID)
@pytest.mark.parametrize("paper", [0.033, None])
def test_no_outcome_is_told_in_the_words_of_a_verdict(says: str, paper: float | None) -> None:
    drawn = effect().drawn_on
    assert drawn is not None
    text = drawn_on_words(replace(drawn, says=says, paper=paper), along="images")
    assert not [name for name in VERDICTS if name in text]
    assert "None" not in text
    assert "{" not in text
    assert ("too wide to tell" in text) == (says == "too_wide")


def test_a_size_that_is_left_out_is_named_with_the_reason_and_drawn_hollow() -> None:
    why = "DID-NOT-TRAIN: no_lrn never left chance."
    one = effect()
    one = replace(one, points=(replace(one.points[0], why=why, verdict="DID-NOT-TRAIN"), *one.points[1:]))
    assert left_out_words(one) == ("cifar10_images_1of8 is left out: DID-NOT-TRAIN: no_lrn never left chance.",)
    svg = drawing(one, along="images", figure_id="a")
    assert svg.count("fill:var(--ground);stroke:var(--muted)") == 1
    assert drawing(effect(), along="images", figure_id="a").count("fill:var(--ground);stroke:var(--muted)") == 0
    view = series_view(sizes(one), key="c", hrefs={})
    assert [row.why for row in view.shown[0].rows] == ["DID-NOT-TRAIN", "", "", ""]


def test_without_a_line_the_reason_stands_there_and_the_points_are_drawn() -> None:
    one = effect(line=None, drawn_on=None, reason="2 sizes have an effect; a line needs 3")
    view = series_view(sizes(one), key="c", hrefs={}).shown[0]
    assert view.words[0] == "No line: 2 sizes have an effect; a line needs 3."
    assert "stroke-dasharray" not in view.figure
    assert view.figure.count("<circle") == 4
    nothing = replace(one, points=tuple(replace(item, effect=None, why="not run at this size") for item in one.points))
    assert drawing(nothing, along="images", figure_id="a") == ""


def test_a_drawing_has_a_title_a_text_for_who_does_not_see_it_and_marks_of_the_paper_and_others() -> None:
    svg = str(drawing(effect(), along="images", figure_id="lrn"))
    assert '<title id="lrn-title">Response normalisation against the training images</title>' in svg
    assert '<desc id="lrn-description">' in svg
    assert effect_words(effect(), along="images").replace("'", "&#x27;") in svg
    assert "dashed: an extrapolation" in svg
    assert svg.count("opacity:0.1") == svg.count("opacity:0.2") == 1, "the band of an effect, and within it that of the line"
    squares = svg.count("fill:var(--second)")
    without = str(drawing(effect(others=()), along="images", figure_id="lrn"))
    assert squares - without.count("fill:var(--second)") == 1, "another quantity is no mark beside the paper's"


def test_shown_effects_come_first_and_a_page_of_one_question_has_its_own_alone() -> None:
    other = effect(claim="A.S6.crops.top1", title="")
    view = series_view(sizes(effect(), other), key="c", hrefs={"A.S3.3.lrn.top1": "question/alexnet/lrn.html"})
    assert [item.claim for item in view.shown] == ["A.S3.3.lrn.top1"]
    assert [item.claim for item in view.further] == ["A.S6.crops.top1"]
    assert view.sizes == "6,250, 12,500, 25,000, 50,000"
    assert view.shown[0].href == "question/alexnet/lrn.html"
    assert series_view(sizes(effect(), other), key="c", hrefs={}, only=["A.S9"]).effects == ()


def test_the_page_has_every_id_once_and_scopes_in_its_tables() -> None:
    from repro.report.site.tree import Made, site_environment

    environment = site_environment(Made(date="", commit="", folders="4 folders", version="0"), has_sizes=True)
    views = [series_view(sizes(effect(), effect(claim="A.S6.crops.top1", title="")), key="c", hrefs={})]
    text = environment.get_template("site/sizes.html.j2").render(views=views, up="")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert all("scope" in values for tag, values in page.tags if tag == "th")
    assert "Extrapolations, and no verdicts." in text
    assert 'href="sizes.html"' in text
    assert "1 further claim</summary>" in text
