"""List what follows from a network's spec: the sizes of its layers, its parameters and its operations."""

from __future__ import annotations

from repro.spec.geometry.clips import ClipConvShape, geometry_of
from repro.spec.geometry.image import ConvShape, DenseShape
from repro.spec.network import Network
from repro.spec.video import ClipNetwork


def geometry_summary(network: Network | ClipNetwork, *, num_classes: int | None) -> dict[str, object]:
    """Sizes of maps in pixels and frames, numbers of units, parameters and operations; JSON-ready.

    num_classes: of the data, None for the paper's own.
    """
    shapes = geometry_of(network, num_classes=num_classes)
    return {
        "input_px": shapes.input_px,
        "num_classes": shapes.dense[-1].num_units,
        "layers": [_layer(layer) for layer in shapes.layers],
        "num_parameters": shapes.num_parameters,
        "num_neurons": shapes.num_neurons,
        "num_flops": shapes.num_flops,
    }


def _layer(layer: ConvShape | ClipConvShape | DenseShape) -> dict[str, object]:
    if isinstance(layer, DenseShape):
        return {"name": layer.name, "units": layer.num_units, "num_parameters": layer.num_parameters}
    space = layer.space if isinstance(layer, ClipConvShape) else layer
    time = {"in_frames": layer.in_frames, "out_frames": layer.out_frames} if isinstance(layer, ClipConvShape) else {}
    sizes = {"maps": space.num_kernels, "map_px": space.out_px, "pooled_px": space.pooled_px, "padding_px": space.padding_px}
    return {"name": layer.name, **sizes, **time, "num_parameters": layer.num_parameters}
