"""Show the nets of a page as drawings: layers, towers and streams, and what nets of clips do over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from repro.report.figures import view
from repro.report.figures.view import FigureView, Plate, PlateGroup
from repro.report.inputs.results import Results
from repro.report.nets.diagram import diagram_of
from repro.report.nets.fusions import draw_fusion
from repro.report.nets.kernels_over_time import draw_kernel
from repro.report.nets.landscape import draw_net, width_of
from repro.report.nets.numbers import numbers_view
from repro.report.nets.sized import ClipNet, SizedNet, network_of, sized_nets
from repro.spec.experiment import Paper, Table
from repro.spec.video import ClipNetwork

ARCHITECTURE = (
    "The net layer by layer. A block is what a layer gives: as thick as it has maps, as high and as deep as they are. A small "
    "square is what one kernel sees of the block before. All sizes follow from the layers, none is copied from the figure."
)
STREAMS = (
    "The streams and what each of them sees. A block is what a layer gives: as thick as it has maps, as high and as deep as "
    "they are. A small square is what one kernel sees of the block before."
)
FUSIONS = (
    "From the frames of a clip below to the classes above. Each block is one response in time, above what it sees: convolution, "
    "response normalisation and pooling. Blocks of one layer share their kernels. On the right: how many kernels of which size, "
    "the third number being frames, and the maps that the layer hands on."
)
KERNELS = (
    "A kernel of the first layer: in space alone, over all frames that the net reads, or over some at a time and moved along. A "
    "kernel that is moved gives a map for each of its places in time, so that layers above see motion too. Kernels "
    "are drawn larger than they are."
)
#: How many times as large as drawn a figure is shown at least and at most.
LEAST, MOST = 1.08, 1.25


def architecture(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The net of the page's control."""
    nets = _sized([table.control] if network_of(table.control, paper=paper) else [], paper=paper, results=results)
    return _figure("architecture", "The net", ARCHITECTURE, [_one(net, table, "architecture") for net in nets], nets)


def streams(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """The first of the page's nets that has several streams."""
    several = [name for name, network in _clip_networks(paper, table) if network.streams and len(network.streams.streams) > 1]
    nets = _sized(several[:1], paper=paper, results=results)
    return _figure("streams", "Two streams", STREAMS, [_one(net, table, "streams") for net in nets], nets)


def fusion_over_time(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """All nets of the page that see whole frames, each way of bringing frames together once."""
    whole = [(name, network) for name, network in _clip_networks(paper, table) if network.streams is None]
    once = {network.fusion: name for name, network in reversed(whole)}
    names = [name for name, _ in whole if name in once.values()]
    num_frames = 1 + max((network.frames[-1] for _, network in whole), default=0)
    nets = _sized(names, paper=paper, results=results)

    def drawn(net: ClipNet, figure_id: str, title: str) -> str:
        return draw_fusion(net, num_frames=num_frames, figure_id=figure_id, title=title)

    groups = _panels(nets, table, name="fusion_over_time", drawn=drawn, titles=[paper.variant(name).title for name in names])
    return _figure("fusion_over_time", "How frames are brought together", FUSIONS, groups, nets)


def kernels_over_time(paper: Paper, table: Table, *, results: Results) -> FigureView:
    """Nets whose first kernels see one frame, all at once, or some: of the latter the one with most such layers."""
    whole = [(name, network) for name, network in _clip_networks(paper, table) if network.streams is None]
    chosen: dict[str, str] = {}
    for name, network in sorted(whole, key=lambda item: -len(item[1].windows)):
        kind = _reach(network)
        if kind:
            chosen.setdefault(kind, name)
    titles = {kind: f"{kind}: {paper.variant(chosen[kind]).title}" for kind in REACHES if kind in chosen}
    nets = _sized([chosen[kind] for kind in titles], paper=paper, results=results)

    def drawn(net: ClipNet, figure_id: str, title: str) -> str:
        return draw_kernel(net, figure_id=figure_id, title=title)

    groups = _panels(nets, table, name="kernels_over_time", drawn=drawn, titles=list(titles.values()))
    return _figure("kernels_over_time", "Kernels over time", KERNELS, groups, nets)


REACHES = ("One frame", "All frames at once", "Some frames at a time")


def _reach(network: ClipNetwork) -> str:
    """What the first layer's kernels see of time; "" for several frames that are seen one by one."""
    window = next((item for item in network.windows if item.layer == network.frame.conv[0].name), None)
    if window is None:
        return REACHES[0] if len(network.frames) == 1 else ""
    return REACHES[1] if window.num_frames == len(network.frames) else REACHES[2]


def _clip_networks(paper: Paper, table: Table) -> list[tuple[str, ClipNetwork]]:
    found = [(name, network_of(name, paper=paper)) for name in table.variants]
    return [(name, network) for name, network in found if isinstance(network, ClipNetwork)]


def _sized(variants: Sequence[str], *, paper: Paper, results: Results) -> list[SizedNet]:
    """The nets of all variants, those as printed first."""
    nets = [net for name in variants for net in sized_nets(name, paper=paper, results=results)]
    return sorted(nets, key=lambda net: net.key != "printed")


def _one(item: SizedNet, table: Table, name: str) -> PlateGroup:
    diagram = diagram_of(item.net)
    figure_id = f"{view.figure_id(table, name)}-{item.key}"
    title = f"{item.title}, {item.words}"
    svg = draw_net(diagram, figure_id=figure_id, title=title)
    width = width_of(diagram)
    widths = f"min-width:{LEAST * width:.0f}px;max-width:{MOST * width:.0f}px"
    return PlateGroup(title=title, plates=(Plate(title="", svg=Markup(svg), widths=widths),), panels=False)


def _panels(
    nets: Sequence[SizedNet], table: Table, *, name: str, drawn: Callable[[ClipNet, str, str], str], titles: Sequence[str]
) -> list[PlateGroup]:
    groups: list[PlateGroup] = []
    for key in dict.fromkeys(net.key for net in nets):
        chosen = [net for net in nets if net.key == key]
        plates = []
        for item, title in zip(chosen, titles, strict=True):
            assert isinstance(item.net, ClipNet)
            figure_id = f"{view.figure_id(table, name)}-{item.variant}-{key}".replace("_", "-")
            svg = Markup(drawn(item.net, figure_id, f"{title}, {item.words}"))
            plates.append(Plate(title=title, svg=svg, widths=""))
        words = chosen[0].words
        title = words[0].upper() + words[1:]
        groups.append(PlateGroup(title=title, plates=tuple(plates), panels=True, folded=bool(groups)))
    return groups


def _figure(name: str, title: str, lead: str, groups: Sequence[PlateGroup], nets: Sequence[SizedNet]) -> FigureView:
    caption = (
        "The sizes of all layers, as printed and here." if len({net.key for net in nets}) > 1 else "The sizes of all layers."
    )
    return FigureView(
        name=name,
        title=title,
        lead=lead,
        caption="",
        plates=tuple(groups),
        table=numbers_view(nets, name=f"{name}_numbers", caption=caption) if nets else None,
        missing=() if nets else ("No net of this page can be drawn so.",),
    )
