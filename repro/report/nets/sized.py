"""The nets that a page draws: each as its paper printed it, and as it is built at the scale of the page."""

from __future__ import annotations

from dataclasses import dataclass

from repro.report.inputs.results import Results
from repro.spec.experiment import Paper, Sizing, scaled
from repro.spec.geometry.clips import ClipGeometry, clip_geometry
from repro.spec.geometry.image import Geometry, geometry
from repro.spec.names import UnknownName
from repro.spec.network import Network
from repro.spec.run import Experiment
from repro.spec.video import ClipNetwork


@dataclass(frozen=True, kw_only=True)
class ImageNet:
    """A network of images with every number filled in. num_classes: None where the data are not known yet."""

    network: Network
    shapes: Geometry
    num_classes: int | None

    @property
    def frame(self) -> Network:
        """The network of one image."""
        return self.network


@dataclass(frozen=True, kw_only=True)
class ClipNet:
    """A network of clips with every number filled in. num_classes: None where the data are not known yet."""

    network: ClipNetwork
    shapes: ClipGeometry
    num_classes: int | None

    @property
    def frame(self) -> Network:
        """The network of one frame."""
        return self.network.frame


AnyNet = ImageNet | ClipNet


@dataclass(frozen=True, kw_only=True)
class SizedNet:
    """A variant's net at one size. words: which size that is; key: the same as part of a name."""

    variant: str
    title: str
    key: str
    words: str
    net: AnyNet


def network_of(variant: str, *, paper: Paper) -> Network | ClipNetwork | None:
    """The network of a variant at the size that its paper printed; None where it is no network that is trained."""
    method = paper.experiment(variant)
    return method.network if isinstance(method, Experiment) else None


def sized_nets(variant: str, *, paper: Paper, results: Results) -> tuple[SizedNet, ...]:
    """The variant's net as printed, and as it is built at the scale of `results` if that has such nets and differs."""
    printed = network_of(variant, paper=paper)
    assert printed is not None, f"variant {variant} of {paper.name} is no network"
    title = paper.variant(variant).title
    own = _own_classes(printed)
    found = [SizedNet(variant=variant, title=title, key="printed", words="as printed", net=_filled(printed, own))]
    try:
        sizing = paper.scale(results.scale).sizing(paper.family(variant))
    except UnknownName:
        return tuple(found)
    if isinstance(sizing, Sizing):
        here = scaled(paper.trained(variant), sizing)
        assert isinstance(here, Experiment)
        classes = _classes_here(variant, paper=paper, results=results)
        if here.network != printed or classes not in (None, own):
            words = f"at scale {results.scale}"
            found.append(SizedNet(variant=variant, title=title, key="here", words=words, net=_filled(here.network, classes)))
    return tuple(found)


def _own_classes(network: Network | ClipNetwork) -> int:
    return network.frame.num_classes if isinstance(network, ClipNetwork) else network.num_classes


def _filled(network: Network | ClipNetwork, num_classes: int | None) -> AnyNet:
    if isinstance(network, ClipNetwork):
        return ClipNet(network=network, shapes=clip_geometry(network, num_classes=num_classes), num_classes=num_classes)
    return ImageNet(network=network, shapes=geometry(network, num_classes=num_classes), num_classes=num_classes)


def _classes_here(variant: str, *, paper: Paper, results: Results) -> int | None:
    """The classes of the data on which the variant is trained here; None as long as nobody knows them."""
    runs = results.of_variant(paper.name, variant)
    if runs:
        return runs[0].record.num_classes
    data = paper.scale(results.scale).dataset_of(paper.family(variant), seed=0)
    prepared = results.datasets.get(data.name)
    return len(prepared.classes) if prepared else None
