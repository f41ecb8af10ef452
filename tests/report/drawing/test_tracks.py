"""Places along a track by hand."""

import itertools
import math

import pytest

from repro.report.drawing.tracks import Track, track_of


def test_a_value_stands_at_its_share_of_the_width() -> None:
    track = Track(low=-1.0, high=3.0)
    assert [track.left(value) for value in (-1.0, 0.0, 2.0, 3.0)] == ["0%", "25%", "75%", "100%"]


def test_what_lies_beyond_an_end_is_an_arrow_there_that_says_of_what() -> None:
    track = Track(low=-1.0, high=1.0)
    far, near = track.spot("mean", 2.0), track.spot("paper", -2.0)
    assert (far.kind, far.left, far.text) == ("beyond mean", "100%", "▶")
    assert (near.kind, near.left, near.text) == ("beyond paper", "0%", "◀")
    assert track.spot("mean", 0.5).kind == "mean"


def test_an_interval_is_cut_at_the_ends_of_the_track() -> None:
    spot = Track(low=0.0, high=10.0).span("ci90", (-5.0, 5.0))
    assert (spot.left, spot.width) == ("0%", "50%")


def test_ticks_of_a_relative_track_are_changes_in_percent_at_their_logarithms() -> None:
    track = Track(low=math.log(0.4), high=math.log(2.5), relative=True)
    ticks = {tick.text: tick.left for tick in track.ticks()}
    assert ticks["0"] == "50%"
    assert ticks["+100 %"] == track.left(math.log(2))
    assert ticks["\N{MINUS SIGN}50 %"] == track.left(-math.log(2))


@pytest.mark.parametrize("limits", [(-0.01, 0.02), (-0.1, 0.5), (-2.5, 0.1), (-3.0, 3.0), (-0.4, 0.004)])
def test_ticks_of_a_relative_track_never_crowd_and_always_name_zero(limits: tuple[float, float]) -> None:
    track = Track(low=limits[0], high=limits[1], relative=True)
    places = [float(tick.left.removesuffix("%")) for tick in track.ticks()]
    assert all(after - before >= 10.9 for before, after in itertools.pairwise(places))
    assert "0" in [tick.text for tick in track.ticks()]


def test_a_row_far_beyond_the_others_does_not_stretch_the_track() -> None:
    assert track_of([[1.0], [1.2], [0.9]], relative=False).high < 3
    assert track_of([[1.0], [1.2], [0.9], [60.0]], relative=False).high < 3
    assert track_of([[1.0], [1.2], [0.9], [-60.0]], relative=False).low > -3
    assert track_of([[1.0], [1.2], [0.9], [4.0]], relative=False).high > 3


def test_a_track_holds_zero_and_is_there_for_no_row_at_all() -> None:
    track = track_of([[5.0, 6.0]], relative=False)
    assert track.low < 0 < track.high
    empty = track_of([], relative=False)
    assert empty.low < 0 < empty.high
