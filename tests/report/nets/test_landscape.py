"""The drawing of a net says what the net is: its numbers are those that are built, and no label hides another."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.report.nets.diagram import Diagram, diagram_of
from repro.report.nets.landscape import draw_net
from repro.report.nets.sized import ImageNet, SizedNet, sized_nets
from repro.report.text.formatting import TIMES
from repro.spec.experiment import Paper
from repro.spec.geometry.clips import geometry_of
from tests.report.nets.drawn import every_net, labels, outside, overlapping, results_at


def drawn(item: SizedNet) -> tuple[Diagram, str]:
    diagram = diagram_of(item.net)
    return diagram, draw_net(diagram, figure_id="f", title="a net")


def net_at(paper: Paper, variant: str, scale: str, *, key: str = "here") -> SizedNet:
    return next(item for item in sized_nets(variant, paper=paper, results=results_at(scale)) if item.key == key)


def texts(item: SizedNet) -> list[str]:
    return [label.text for label in labels(drawn(item)[1])]


# By hand, from what the papers print.


def test_the_printed_alexnet_has_the_numbers_of_the_papers_figure_2() -> None:
    found = texts(net_at(ALEXNET, "full", "paper", key="printed"))
    assert "224 x 224 x 3" in found and "and 3 px of zeros: 227" in found
    for maps in ("55 x 55 x 48", "27 x 27 x 128", "13 x 13 x 128"):
        assert found.count(maps) == 2
    assert found.count("13 x 13 x 192") == 4
    assert [found.count(pooled) for pooled in ("27 x 27", "13 x 13", "6 x 6")] == [2, 2, 2]
    assert (found.count("2048"), found.count("1000")) == (4, 1)
    for words in ("11 x 11, stride 4", "5 x 5", "max 3 x 3, stride 2", "tower 1", "tower 2"):
        assert words in found
    assert found.count("3 x 3") == 3


def test_towers_see_each_other_in_the_third_layer_and_in_dense_ones_alone() -> None:
    diagram, svg = drawn(net_at(ALEXNET, "full", "paper", key="printed"))
    assert [stage.name for stage in diagram.stages if stage.crosses] == ["conv3", "fc6", "fc7", "fc8"]
    assert "from one tower to the other" in svg
    apart, svg = drawn(net_at(ALEXNET, "towers_never_cross", "paper", key="printed"))
    assert [stage.name for stage in apart.stages if stage.crosses] == ["fc8"]
    assert "from one tower to the other" not in svg


def test_the_printed_net_with_two_streams_has_the_numbers_of_the_papers_figure_2() -> None:
    item = net_at(KARPATHY, "single_frame_multires", "paper", key="printed")
    diagram, _ = drawn(item)
    found = texts(item)
    assert found.count("178 x 178") == 1 and found.count("89 x 89 x 3") == 2
    assert found.count("27 x 27 x 96") == 2 and found.count("7 x 7 x 256") == 2
    assert "context: whole frame" in found and "fovea: centre" in found
    assert [stage.name for stage in diagram.stages if not stage.window_px] == ["fc6", "fc7", "fc8"]
    kinds = ["".join(slab.kind[0] for slab in stage.slabs[0]) for stage in diagram.stages]
    assert kinds == ["cnp", "cnp", "c", "c", "c", "d", "d", "d"]


# What is built.

BUILT = [
    (ALEXNET, "full", "smoke", "here"),
    (ALEXNET, "full", "smoke", "printed"),
    (ALEXNET, "as_released", "smoke", "here"),
    (ALEXNET, "one_tower_full", "smoke", "here"),
    (ALEXNET, "towers_never_cross", "smoke", "here"),
    (ALEXNET, "pool_2x2", "smoke", "here"),
    (ALEXNET, "cifar_11pct", "smoke", "here"),
    (KARPATHY, "single_frame_multires", "smoke", "here"),
    (KARPATHY, "slow_fusion_multires", "smoke", "here"),
    (KARPATHY, "single_frame", "smoke", "here"),
]


def sizes_built(item: SizedNet) -> dict[str, tuple[int, ...]]:
    """What each convolution, pooling and dense layer of the built net gives for one example, by its name."""
    net, classes = item.net, 10
    if isinstance(net, ImageNet):
        built = build_network(net.network, num_classes=classes, key=1)
        example = torch.zeros(1, 3, net.shapes.input_px, net.shapes.input_px)
    else:
        built = build_clip_network(net.network, num_classes=classes, key=1)
        example = torch.zeros(1, 3, net.shapes.num_frames, net.shapes.input_px, net.shapes.input_px)
    built.eval()
    found: dict[str, tuple[int, ...]] = {}
    wanted = {layer.name for layer in net.shapes.layers} | {f"{layer.name}_pool" for layer in net.shapes.conv}

    def keep(name: str) -> None:
        def hook(_module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            found[name] = tuple(output.shape)

        modules[name].register_forward_hook(hook)

    modules = dict(built.named_modules())
    for name in modules:
        if name in wanted:
            keep(name)
    with torch.no_grad():
        built(example)
    return found


@pytest.mark.parametrize(("paper", "variant", "scale", "key"), BUILT, ids=lambda value: getattr(value, "name", value))
def test_the_numbers_drawn_are_those_of_the_net_that_is_built(paper: Paper, variant: str, scale: str, key: str) -> None:
    item = net_at(paper, variant, scale, key=key)
    diagram, found = drawn(item)[0], texts(item)
    built = sizes_built(item)
    streams = [] if isinstance(item.net, ImageNet) else [stream.name for stream in item.net.shapes.streams]
    rows = len(diagram.rows)
    for stage in diagram.stages:
        for row, slabs in enumerate(stage.slabs):
            prefix = f"{streams[row]}." if len(streams) > 1 and stage.window_px else ""
            shape = built[prefix + stage.name]
            if not stage.window_px:
                assert stage.name == diagram.stages[-1].name or shape[-1] == slabs[0].num * len(stage.slabs)
                continue
            share = rows if not streams else 1
            assert shape[-1] == shape[-2] == slabs[0].px
            assert slabs[0].num * share in shape
            drawn_size = f"{shape[-1]} x {shape[-1]} x {slabs[0].num}"
            assert any(text.startswith(drawn_size) for text in found)
            pooled = built.get(f"{prefix}{stage.name}_pool")
            assert (pooled is not None) == ("pool" in [slab.kind for slab in slabs])
            if pooled is not None:
                assert pooled[-1] == next(slab.px for slab in slabs if slab.kind == "pool")
                assert f"{pooled[-1]} x {pooled[-1]}" in found


# Every net of every paper.


def test_every_net_of_every_paper_is_drawn_with_its_own_numbers_and_no_label_hides_another() -> None:
    nets = list(every_net())
    assert len(nets) > 100
    for item in nets:
        diagram, svg = drawn(item)
        where = f"{item.variant}, {item.words}"
        shapes = geometry_of(item.net.network, num_classes=item.net.num_classes)
        found = [label.text for label in labels(svg)]
        for layer, stage in zip(shapes.dense, diagram.stages[-len(shapes.dense) :], strict=True):
            number = sum(slab.num for row in stage.slabs for slab in row)
            assert number == layer.num_units or item.net.num_classes is None, where
        for stage in diagram.stages:
            for slab in (slab for row in stage.slabs for slab in row if slab.text and slab.kind != "norm"):
                assert slab.text.replace(TIMES, "x") in found, where
            assert stage.name in found, where
        assert overlapping(svg) == [], where
        assert outside(svg) == [], where


def test_the_layers_are_told_one_by_one_to_those_who_do_not_see_them() -> None:
    _, svg = drawn(net_at(ALEXNET, "full", "paper", key="printed"))
    description = svg[svg.index("<desc") : svg.index("</desc>")].replace(TIMES, "x")
    for words in ("input: 224 x 224 x 3", "conv1: 2 x 48 kernels, 11 x 11, stride 4", "conv3:", "it sees all that is before it"):
        assert words in description


def test_classes_that_nobody_knows_yet_are_not_counted() -> None:
    found = texts(net_at(ALEXNET, "full", "smoke"))
    assert "as many as classes" in found and "1000" not in found
