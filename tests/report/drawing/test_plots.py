"""Drawings are text that follows the page and is the same every time."""

import re

from repro.report.drawing.plots import Bar, Curve, EffectPanel, EffectRow, effect_plot, learning_curves

SCALES = (("points", "points"),)


def plot(*, figure_id: str = "effects-t", **panel: object) -> str:
    given = {"ours": Bar(estimate=1.0, ci90=(0.5, 1.5), ci95=(0.3, 1.7), seeds=(0.9, 1.1)), "paper": 1.4, "smallest": 0.35}
    row = EffectRow(label="no_lrn", detail="top-1 error", panels={"points": EffectPanel(**{**given, **panel})})  # type: ignore[arg-type]
    return effect_plot([row], scales=SCALES, title="Effects", figure_id=figure_id)


def curves(figure_id: str = "curves-a", title: str = "Learning") -> str:
    return learning_curves(
        epochs=(1, 2, 3),
        losses=(Curve(name="training loss", values=(2.3, None, 1.1)),),
        errors=(Curve(name="training", values=(90.0, 80.0, 70.0)), Curve(name="validation", values=(91.0, 85.0, 80.0))),
        drops=(3,),
        title=title,
        figure_id=figure_id,
    )


def drawn(svg: str, colour: str) -> int:
    """Count the strokes and fills in a colour of the page."""
    return svg.count(f"var(--{colour})")


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert plot() == plot()
    assert curves() == curves()


def test_another_estimate_gives_another_drawing() -> None:
    assert plot() != plot(ours=Bar(estimate=1.2, ci90=(0.5, 1.5), ci95=(0.3, 1.7)))


def test_the_papers_effect_is_marked_only_where_it_printed_one() -> None:
    assert drawn(plot(), "paper-effect") > drawn(plot(paper=None), "paper-effect") == 0


def test_the_smallest_effect_of_interest_is_shaded_only_where_it_decides() -> None:
    assert drawn(plot(), "band") > drawn(plot(smallest=None), "band") == 0


def test_reproductions_have_a_colour_of_their_own() -> None:
    assert drawn(plot(reproductions=(("^", 0.2),)), "second") > drawn(plot(), "second") == 0


def test_a_single_seed_is_drawn_without_interval() -> None:
    alone = plot(ours=Bar(estimate=1.0, ci90=None, ci95=None))
    assert 0 < drawn(alone, "accent") < drawn(plot(), "accent")


def test_every_colour_comes_from_the_page() -> None:
    for svg in (plot(), curves()):
        assert re.findall(r"#[0-9a-fA-F]{6}", svg) == []


def test_no_drawing_refers_to_the_network() -> None:
    assert "http" not in plot() + curves()


def test_ids_of_two_drawings_differ_and_references_stay_inside() -> None:
    one, two = plot(figure_id="effects-a"), plot(figure_id="effects-b")
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
    assert not ids[0] & ids[1]
    for svg, own in zip((one, two), ids, strict=True):
        used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
        assert used
        assert {a or b for a, b in used} <= own


def test_ids_of_two_learning_curves_differ() -> None:
    ids = [set(re.findall(r'\bid="([^"]+)"', curves(name))) for name in ("curves-a", "curves-b")]
    assert ids == [{"curves-a-title"}, {"curves-b-title"}]


def test_an_epoch_without_a_number_breaks_the_curve() -> None:
    def points(*values: float | None) -> list[int]:
        losses = (Curve(name="loss", values=values),)
        svg = learning_curves(epochs=range(1, 6), losses=losses, errors=losses, drops=(), title="t", figure_id="f")
        return [path.count("L") + 1 for path in re.findall(r'd="([^"]+)" style="[^"]*var\(--accent\)', svg)]

    assert points(5, 4, 3, 2, 1) == [5, 5]
    assert points(5, 4, None, 2, 1) == [2, 2, 2, 2]


def test_a_drop_of_the_learning_rate_is_a_dashed_line_in_both_panels() -> None:
    svg = curves()
    assert svg.count("stroke-dasharray:4 3") == 2


def test_a_drawing_says_its_title_to_a_screen_reader_escaped() -> None:
    svg = curves(title="<b> & more")
    assert svg.startswith('<svg role="img" aria-labelledby="curves-a-title"')
    assert '<title id="curves-a-title">&lt;b&gt; &amp; more</title>' in svg


def test_a_run_that_never_logged_a_number_says_so() -> None:
    bare = {"epochs": (1,), "errors": (Curve(name="training", values=(90.0,)),), "drops": (), "title": "t", "figure_id": "f"}
    assert "no number was logged" in learning_curves(losses=(Curve(name="loss", values=(None,)),), **bare)
    assert "no number was logged" not in learning_curves(losses=(Curve(name="loss", values=(1.0,)),), **bare)


def test_drawing_leaves_the_global_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot()
    assert dict(mpl.rcParams) == before


def lines(*estimates: float) -> str:
    """Draw one row for each estimate, with an interval of half its size to both sides."""
    rows = []
    for estimate in estimates:
        ends = (estimate - abs(estimate) / 2, estimate + abs(estimate) / 2)
        panel = EffectPanel(ours=Bar(estimate=estimate, ci90=ends, ci95=ends), paper=None, smallest=None)
        rows.append(EffectRow(label=f"row {estimate}", detail="", panels={"points": panel}))
    return effect_plot(rows, scales=SCALES, title="Effects", figure_id="effects-f")


def ticks(svg: str) -> list[float]:
    """Return the numbers along the axis."""
    return [float(text.replace("\N{MINUS SIGN}", "-")) for text in re.findall(r">([\N{MINUS SIGN}\d.]+)</text>", svg)]


def test_a_row_far_beyond_the_others_is_an_arrow_and_does_not_stretch_the_axis() -> None:
    assert max(ticks(lines(1.0, 1.2, 0.9))) < 3
    assert max(ticks(lines(1.0, 1.2, 0.9, 60.0))) < 3
    assert min(ticks(lines(1.0, 1.2, 0.9, -60.0))) > -3
    assert max(ticks(lines(1.0, 1.2, 0.9, 4.0))) > 3
    assert drawn(lines(1.0, 1.2, 0.9, 60.0), "accent") > drawn(lines(1.0, 1.2, 0.9), "accent")
