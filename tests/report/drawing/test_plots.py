"""Drawings are text that follows the page and is the same every time."""

import re

from repro.report.drawing.plots import Curve, learning_curves


def curves(figure_id: str = "curves-a", title: str = "Learning") -> str:
    return learning_curves(
        epochs=(1, 2, 3),
        losses=(Curve(name="training loss", values=(2.3, None, 1.1)),),
        errors=(Curve(name="training", values=(90.0, 80.0, 70.0)), Curve(name="validation", values=(91.0, 85.0, 80.0))),
        drops=(3,),
        title=title,
        figure_id=figure_id,
    )


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert curves() == curves()


def test_every_colour_comes_from_the_page() -> None:
    assert re.findall(r"#[0-9a-fA-F]{6}", curves()) == []


def test_no_drawing_refers_to_the_network() -> None:
    assert "http" not in curves()


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
