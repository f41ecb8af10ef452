"""The drawing of a net over time shows as many responses as there are, each above what it sees."""

from __future__ import annotations

import pytest

from repro.papers.karpathy import KARPATHY
from repro.report.nets.fusions import draw_fusion, spans_of
from repro.report.nets.kernels_over_time import draw_kernel, kernel_words
from repro.report.nets.sized import ClipNet, sized_nets
from repro.report.text.formatting import TIMES
from tests.report.nets.drawn import every_net, labels, outside, overlapping, results_at


def net_of(variant: str, *, key: str = "printed") -> ClipNet:
    net = next(item.net for item in sized_nets(variant, paper=KARPATHY, results=results_at("smoke")) if item.key == key)
    assert isinstance(net, ClipNet)
    return net


def fusion(net: ClipNet) -> str:
    return draw_fusion(net, num_frames=net.network.frames[-1] + 1, figure_id="f", title="a net")


def spans(variant: str) -> list[list[tuple[int, int]]]:
    """First and last response that each response sees, layer by layer."""
    return [[(span[0], span[-1]) for span in spans_of(layer)] for layer in net_of(variant).shapes.conv]


def test_what_responses_see_by_hand() -> None:
    assert spans("slow_fusion")[:3] == [[(0, 3), (2, 5), (4, 7), (6, 9)], [(0, 1), (2, 3)], [(0, 1)]]
    assert spans("early_fusion")[0] == [(0, 9)]
    assert spans("late_fusion") == [[(0, 0), (1, 1)]] * 5
    assert spans("conv3d")[0] == [(-1, 1), (1, 3), (3, 5), (5, 7), (7, 9)]


@pytest.mark.parametrize(
    ("variant", "responses"),
    [
        ("single_frame", (1, 1, 1, 1, 1)),
        ("early_fusion", (1, 1, 1, 1, 1)),
        ("late_fusion", (2, 2, 2, 2, 2)),
        ("slow_fusion", (4, 2, 1, 1, 1)),
        ("conv3d", (5, 3, 3, 3, 1)),
    ],
)
def test_each_response_in_time_has_a_block_of_its_own(variant: str, responses: tuple[int, ...]) -> None:
    net = net_of(variant)
    svg = fusion(net)
    steps = [1 + sum(step == kind for step in layer.space.order for kind in ("lrn", "pool")) for layer in net.shapes.conv]
    assert svg.count("fill:var(--paper-effect);opacity:0.42") == sum(responses)
    norms = sum(num for num, layer in zip(responses, net.shapes.conv, strict=True) if layer.space.normalised)
    assert svg.count("fill:var(--good);opacity:0.42") == norms
    assert svg.count("opacity:0.42") == sum(num * step for num, step in zip(responses, steps, strict=True))
    assert svg.count("fill:var(--muted);opacity:0.35") == len(net.network.frames)


def test_the_numbers_beside_the_layers_are_those_of_the_geometry() -> None:
    found = [label.text for label in labels(fusion(net_of("slow_fusion")))]
    assert {
        "96 of 11 x 11 x 4",
        "27 x 27, 4 in time",
        "256 of 5 x 5 x 2",
        "384 of 3 x 3 x 2",
        "4096 units",
        "487 classes",
    } <= set(found)
    assert {"170 x 170", "10 frames", "3", "12"} <= set(found)


def test_a_kernel_says_what_it_sees_and_gives() -> None:
    assert kernel_words(net_of("single_frame").shapes.conv[0]).replace(TIMES, "x") == (
        "96 kernels of 11 x 11 pixels in 3 colours: 363 weights; 1 response in time."
    )
    moved = net_of("conv3d").shapes.conv[0]
    assert (
        kernel_words(moved)
        .replace(TIMES, "x")
        .endswith("11 x 11 x 3 pixels in 3 colours: 1089 weights, moved by 2 frames; 5 responses in time.")
    )


def test_every_net_of_whole_frames_is_drawn_and_no_label_hides_another_or_is_cut_off() -> None:
    nets = [item for item in every_net() if isinstance(item.net, ClipNet) and item.net.network.streams is None]
    assert len(nets) > 10
    for item in nets:
        assert isinstance(item.net, ClipNet)
        for svg in (fusion(item.net), draw_kernel(item.net, figure_id="f", title="a kernel")):
            assert overlapping(svg) == [], item
            assert outside(svg) == [], item
            assert "#" not in svg.replace("aria-", ""), item
