"""Count what follows from a printed architecture and compare it with what the paper prints: no run is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from repro.analyse.evidence import reasons, verdict
from repro.artifacts.judged import JudgedExact
from repro.spec.claims import Exact
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper
from repro.spec.geometry.image import Geometry, geometry
from repro.spec.terms.evidence import ARCHITECTURE
from repro.spec.terms.metrics import CONV_SHARE, NUM_CROPS, parameter
from repro.spec.video import ClipNetwork


@dataclass(frozen=True, kw_only=True)
class Count:
    """A counted number, and in words what it is made of."""

    value: float
    detail: str = ""


def judged_exact(claim: Exact, paper: Paper, entry: JudgedExact) -> JudgedExact:
    """Count what an exact claim is about and compare it with the printed number."""
    found = exact_count(claim, paper)
    name = verdict.decide_exact(found.value, printed=entry.paper_value, tolerance=claim.tolerance, bound=claim.bound)
    reason = reasons.exact_compared(
        metric=claim.metric,
        arm=claim.arm,
        value=found.value,
        printed=entry.paper_value,
        tolerance=claim.tolerance,
        bound=claim.bound,
        detail=found.detail,
    )
    return replace(entry, estimate=found.value, evidence=ARCHITECTURE, verdict=name, reason=reason)


def exact_count(claim: Exact, paper: Paper) -> Count:
    """The number that `claim` is about, of its arm at the size that the paper printed."""
    network = paper.trained(claim.arm).network
    if isinstance(network, ClipNetwork):
        raise ValueError(f"exact claim {claim.id} is about {claim.arm}, a network of clips; allowed: networks of images")
    shapes = geometry(network)
    layer = parameter(claim.metric)
    if layer:
        return _neurons(claim, shapes, layer)
    if claim.metric == CONV_SHARE:
        return Count(value=shapes.largest_conv_share, detail=_conv_shares(shapes, largest=claim.paper_value))
    if claim.metric == NUM_CROPS:
        return _crops(paper, input_px=network.printed_px)
    return Count(value=getattr(shapes, claim.metric))


def _neurons(claim: Exact, shapes: Geometry, layer: str) -> Count:
    by_layer = shapes.neurons_by_layer
    if layer not in by_layer:
        raise ValueError(f"exact claim {claim.id} asks for the neurons of {layer!r}; allowed: {', '.join(by_layer)}")
    detail = next(
        (f"{item.out_px} x {item.out_px} px of {item.num_kernels} kernels" for item in shapes.conv if item.name == layer), ""
    )
    return Count(value=by_layer[layer], detail=detail)


def _conv_shares(shapes: Geometry, *, largest: float) -> str:
    """Name the convolutions that hold more than `largest` of the parameters, or the one that holds most."""
    shares = {layer.name: layer.num_parameters / shapes.num_parameters for layer in shapes.conv}
    ordered = sorted(shares, key=lambda name: -shares[name])
    named = [name for name in ordered if shares[name] > largest] or ordered[:1]
    return ", ".join(f"{name} holds {shares[name]:.2%}" for name in named)


def _crops(paper: Paper, *, input_px: int) -> Count:
    """Count the places of a crop in a stored image, each plain and mirrored, at the scale of the paper's own data."""
    stored_px = next(scale.dataset.stored_px for scale in paper.scales if scale.evidence == SAME_DATA)
    places = stored_px - input_px + 1
    detail = f"{stored_px} px hold {places} x {places} places of {input_px} px, each plain and mirrored"
    return Count(value=2 * places**2, detail=detail)
