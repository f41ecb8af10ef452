"""Marks stand where the axes say, labels do not overlap, and an image comes back from its text pixel by pixel."""

from __future__ import annotations

import base64
import io
import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from repro.report.drawing.pictures import MOST_PX, photo_uri, png_uri, tiled
from repro.report.drawing.svg import Axis, Drawing, Panel, apart, frame, reach, segments, tick_texts

NUMBERS = st.floats(-1e6, 1e6)


def drawing() -> Drawing:
    return Drawing(width=100, height=50, figure_id="f", title="T & <t>", description="what it shows")


def decoded(uri: str) -> Image.Image:
    kind, _, text = uri.partition(";base64,")
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    assert kind == f"data:image/{str(image.format).lower()}"
    return image


def test_a_value_stands_where_the_axis_says() -> None:
    axis = Axis(low=0, high=10, start_px=100, end_px=0)
    assert [axis.place(value) for value in (0, 5, 10)] == [100, 50, 0]


def test_equal_ratios_are_equally_far_apart_on_a_logarithmic_axis() -> None:
    axis = Axis(low=1, high=64, start_px=0, end_px=60, log=True)
    assert [axis.place(value) for value in (1, 2, 4, 64)] == pytest.approx([0, 10, 20, 60])


def test_ticks_by_hand() -> None:
    assert Axis(low=0, high=100, start_px=0, end_px=1).ticks(6) == (0, 20, 40, 60, 80, 100)
    assert Axis(low=-0.3, high=0.3, start_px=0, end_px=1).ticks(8) == (-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3)
    assert Axis(low=0.5, high=3.5, start_px=0, end_px=1).ticks(8, whole=True) == (1, 2, 3)
    assert Axis(low=1, high=37, start_px=0, end_px=1, log=True).ticks(9) == (1, 2, 3, 5, 10, 20, 30)
    assert Axis(low=1, high=1000, start_px=0, end_px=1, log=True).ticks(4) == (1, 10, 100, 1000)


@given(low=NUMBERS, span=st.floats(1e-3, 1e6), most=st.integers(2, 12))
def test_ticks_lie_on_the_axis_and_are_no_more_than_asked_for(low: float, span: float, most: int) -> None:
    axis = Axis(low=low, high=low + span, start_px=0, end_px=1)
    found = axis.ticks(most)
    assert len(found) <= most
    assert all(axis.low - 1e-6 * span <= value <= axis.high + 1e-6 * span for value in found)


def test_the_values_of_an_axis_have_the_same_decimals_and_a_true_minus_sign() -> None:
    assert tick_texts((-0.5, 0, 1.25)) == ["\N{MINUS SIGN}0.50", "0.00", "1.25"]
    assert tick_texts((1, 20)) == ["1", "20"]


def test_limits_hold_the_values_and_a_little_more() -> None:
    assert reach([1.0, 3.0]) == pytest.approx((0.9, 3.1))
    low, high = reach([2.0])
    assert low < 2.0 < high


def test_labels_move_apart_only_as_far_as_they_must() -> None:
    assert apart([10, 50], gap=12, low=0, high=100) == (10, 50)
    assert apart([50, 52], gap=12, low=0, high=100) == (50, 62)
    assert apart([99, 98], gap=12, low=0, high=100) == (100, 88)


@given(st.lists(st.floats(0, 100), max_size=6))
def test_labels_keep_their_distance_and_their_order_where_there_is_room(places: list[float]) -> None:
    moved = apart(places, gap=10, low=0, high=100)
    ordered = sorted(moved)
    assert all(upper - lower >= 10 - 1e-9 for lower, upper in itertools.pairwise(ordered))
    assert all(0 <= place <= 100 for place in moved)
    assert sorted(range(len(places)), key=lambda i: (places[i], i)) == sorted(range(len(moved)), key=lambda i: moved[i])


def test_a_line_is_cut_where_it_has_no_value() -> None:
    assert segments([(1, 5.0), (2, None), (3, 4.0), (4, 3.0)]) == [[(1, 5.0)], [(3, 4.0), (4, 3.0)]]
    assert segments([(1, None)]) == []


def test_marks_are_written_in_their_order_with_the_colours_of_the_page() -> None:
    made = drawing()
    made.line([(0, 0), (1.234, 5)], colour="accent", dash="4 3")
    made.dot((2, 3), colour="second")
    made.text((4, 5), "a < b", anchor="end")
    svg = made.svg()
    line = '<path d="M0 0 L1.23 5" style="fill:none;stroke:var(--accent);stroke-width:1.6;stroke-dasharray:4 3"/>'
    dot = '<circle cx="2" cy="3" r="2.6" style="fill:var(--second)"/>'
    text = '<text x="4" y="5" text-anchor="end" style="fill:var(--muted)">a &lt; b</text>'
    assert svg.index(line) < svg.index(dot) < svg.index(text)


def test_a_line_of_one_point_is_not_drawn() -> None:
    made = drawing()
    made.line([(1, 1)], colour="accent")
    assert "<path" not in made.svg()


def test_a_drawing_tells_a_screen_reader_its_title_and_what_it_shows() -> None:
    svg = drawing().svg()
    assert svg.startswith('<svg role="img" aria-labelledby="f-title" aria-describedby="f-description" viewBox="0 0 100 50"')
    assert '<title id="f-title">T &amp; &lt;t&gt;</title>' in svg
    assert '<desc id="f-description">what it shows</desc>' in svg


def test_a_panel_has_a_label_at_each_tick() -> None:
    made = drawing()
    panel = Panel(x=Axis(low=0, high=4, start_px=10, end_px=90), y=Axis(low=0, high=1, start_px=40, end_px=5))
    frame(made, panel, title="error", x_label="epoch", x_ticks=(0, 2, 4), y_ticks=(0, 0.5, 1))
    words = re.findall(r">([^<>]+)</text>", made.svg())
    assert words == ["0.0", "0.5", "1.0", "0", "2", "4", "epoch", "error"]


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_keeps_every_pixel(channels: int) -> None:
    image_HWC = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    assert np.array_equal(np.asarray(decoded(png_uri(image_HWC))), image_HWC)


def test_only_large_images_are_shrunk() -> None:
    small, large = np.zeros((MOST_PX, MOST_PX, 3), np.uint8), np.zeros((2 * MOST_PX, MOST_PX, 3), np.uint8)
    assert (decoded(photo_uri(small)).format, decoded(photo_uri(small)).size) == ("PNG", (MOST_PX, MOST_PX))
    assert (decoded(photo_uri(large)).format, decoded(photo_uri(large)).size) == ("JPEG", (MOST_PX // 2, MOST_PX))


def test_kernels_stand_side_by_side_each_scaled_to_its_own_range_around_grey() -> None:
    kernel_KHWC = np.zeros((3, 9, 10, 3), np.float32)
    kernel_KHWC[0, 0, 0] = (0.5, 0.0, -0.5)
    kernel_KHWC[1, 0, 9] = (8.0, 8.0, 4.0)
    sheet = tiled(kernel_KHWC, columns=2)
    assert sheet.shape == (9 + 1 + 9, 10 + 1 + 10, 4)
    assert sheet[0, 0].tolist() == [255, 128, 0, 255]
    assert sheet[0, 1].tolist() == [128, 128, 128, 255]
    assert sheet[0, 10].tolist() == [0, 0, 0, 0]
    assert sheet[0, 20].tolist() == [255, 255, 191, 255]
    assert sheet[10, 0].tolist() == [128, 128, 128, 255]
    assert sheet[10, 11].tolist() == [0, 0, 0, 0]


def test_small_kernels_are_enlarged_weight_by_weight() -> None:
    kernel_KHWC = np.array([[[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, -1.0]]]])
    sheet = tiled(kernel_KHWC, columns=1)
    assert sheet.shape == (16, 16, 4)
    assert np.unique(sheet[:8, :8].reshape(-1, 4), axis=0).tolist() == [[255, 128, 128, 255]]
    assert np.unique(sheet[8:, 8:].reshape(-1, 4), axis=0).tolist() == [[128, 128, 0, 255]]
