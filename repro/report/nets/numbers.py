"""List the sizes of nets layer by layer: every number of their drawings, and those that had no room in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from repro.report.nets.sized import ClipNet, SizedNet
from repro.report.text.formatting import count
from repro.report.text.tables import Cell, Column, Row, TableView
from repro.spec.geometry.clips import ClipConvShape
from repro.spec.geometry.image import ConvShape, DenseShape

TITLES = {
    "net": "Net",
    "size": "Size",
    "layer": "Layer",
    "kernels": "Kernels or units",
    "inputs": "Inputs of each",
    "kernel": "Kernel (px)",
    "stride": "Stride (px)",
    "padding": "Padding (px)",
    "frames": "Frames of a kernel",
    "frame_stride": "Stride in time",
    "in_frames": "Responses before",
    "out_frames": "Responses after",
    "map": "Map (px)",
    "pooled": "Pooled (px)",
    "parameters": "Parameters",
}
WORDS, TIME = ("net", "size", "layer"), ("frames", "frame_stride", "in_frames", "out_frames")


def numbers_view(nets: Sequence[SizedNet], *, name: str, caption: str) -> TableView:
    """A line for each layer of each net; what is about time stands there where a net reads clips."""
    timed = any(isinstance(net.net, ClipNet) for net in nets)
    titles = {key: title for key, title in TITLES.items() if timed or key not in TIME}
    rows = [row for net in nets for row in _rows(net, titles)]
    columns = tuple(
        Column(key=key, title=title, group=title, kind="text" if key in WORDS else "number") for key, title in titles.items()
    )
    return TableView(name=name, caption=caption, columns=columns, rows=tuple(rows))


def _rows(item: SizedNet, keys: Collection[str]) -> list[Row]:
    rows = []
    last = item.net.shapes.dense[-1]
    for position, layer in enumerate(item.net.shapes.layers):
        cells = {key: Cell() for key in keys} | _layer(layer)
        cells |= {"net": Cell(text=item.variant), "size": Cell(text=item.words), "layer": Cell(text=layer.name)}
        if layer is last and item.net.num_classes is None:
            cells |= {"kernels": Cell(text="as many as classes"), "parameters": Cell()}
        rows.append(Row(cells=cells, again=position > 0))
    return rows


def _layer(layer: ConvShape | ClipConvShape | DenseShape) -> dict[str, Cell]:
    numbers: dict[str, int]
    if isinstance(layer, DenseShape):
        numbers = {"kernels": layer.num_units}
    else:
        space = layer.space if isinstance(layer, ClipConvShape) else layer
        numbers = {
            "kernels": space.num_kernels,
            "kernel": space.kernel_px,
            "stride": space.stride_px,
            "padding": space.padding_px,
            "map": space.out_px,
            "pooled": space.pooled_px,
        }
    if isinstance(layer, ClipConvShape):
        numbers |= {"frames": layer.num_frames, "in_frames": layer.in_frames, "out_frames": layer.out_frames}
        numbers |= {"frame_stride": layer.window.stride} if layer.window else {}
    numbers |= {"inputs": layer.fan_in, "parameters": layer.num_parameters}
    return {key: Cell(text=count(value)) for key, value in numbers.items()}
