"""What a drawing of a net shows, before it has a place: rows (towers or streams), stages, slabs and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repro.report.nets.sized import AnyNet, ClipNet, ImageNet
from repro.report.text.formatting import TIMES, by, counted, listed
from repro.spec.geometry.clips import ClipConvShape
from repro.spec.geometry.image import NUM_COLOURS, ConvShape, DenseShape
from repro.spec.network import Pooling
from repro.spec.video import TimeWindow

#: What a slab is, with its colour and what the legend calls it.
KINDS = {
    "input": ("muted", "input"),
    "conv": ("paper-effect", "convolution"),
    "norm": ("good", "response normalisation"),
    "pool": ("accent", "pooling"),
    "dense": ("second", "dense layer"),
}
POOLINGS = {"max": "max", "average": "mean"}
REGION_NAMES = {"whole": "whole frame", "center": "centre"}
STEP_WORDS = {"lrn": "norm", "map_norm": "norm inside maps"}


@dataclass(frozen=True, kw_only=True)
class Slab:
    """A block of maps of `px` x `px`, or of units (`px` 0). frames: how many of them in time; num: 0 if not known."""

    kind: str
    px: int
    num: int
    frames: int = 1

    @property
    def text(self) -> str:
        """Its size in numbers; units that nobody can count yet have none."""
        if not self.px:
            return str(self.num) if self.num else ""
        if self.kind in ("norm", "pool"):
            return square(self.px)
        return by(self.px, self.px, self.num, *([self.frames] if self.frames > 1 else []))


@dataclass(frozen=True, kw_only=True)
class Word:
    """A line of text above a stage, in the colour of the kind of layer that it is about."""

    text: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A layer with what follows it.

    slabs: for each row its blocks, or one row of them where all rows end in one.
    window_px: the side of its kernels (0: dense). crosses: whether a row of it sees all rows before it.
    """

    name: str
    words: tuple[Word, ...]
    slabs: tuple[tuple[Slab, ...], ...]
    window_px: int
    crosses: bool


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What streams see parts of: the frame's side, and of each row the region and by how much it is smaller."""

    px: int
    num: int
    regions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """A net as rows and stages. rows: their names; inputs: one for all rows, or one a row.

    edge_px: zeros that the first layer's last windows read beyond the right and lower edge of the input.
    """

    rows: tuple[str, ...]
    inputs: tuple[Slab, ...]
    stages: tuple[Stage, ...]
    frame: Frame | None = None
    edge_px: int = 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of slabs that there are, in the order of KINDS."""
        there = {slab.kind for stage in self.stages for row in stage.slabs for slab in row}
        return tuple(kind for kind in KINDS if kind in there)


def square(px: int) -> str:
    """The size of a map or a kernel."""
    return by(px, px)


def diagram_of(net: AnyNet) -> Diagram:
    """The net as rows and stages."""
    return _of_images(net) if isinstance(net, ImageNet) else _of_clips(net)


def _of_images(net: ImageNet) -> Diagram:
    towers, coarse = net.network.towers.num, net.shapes.blurred
    stages = [
        _conv_stage(
            [shape] * towers,
            share=towers,
            crosses=towers > 1 and index > 0 and shape.groups == 1,
            coarse_px=coarse.kernel_px if coarse and coarse.layer == shape.name else 0,
        )
        for index, shape in enumerate(net.shapes.conv)
    ]
    names = tuple(f"tower {number}" for number in range(1, towers + 1)) if towers > 1 else ("",)
    image = Slab(kind="input", px=net.shapes.input_px, num=NUM_COLOURS)
    return Diagram(
        rows=names, inputs=(image,), stages=(*stages, *_dense_stages(net, rows=towers)), edge_px=net.shapes.conv[0].extra_px
    )


def _of_clips(net: ClipNet) -> Diagram:
    streams = net.shapes.streams
    frames = net.shapes.num_frames
    stages = [
        _conv_stage(
            [shape.space for shape in shapes],
            share=1,
            crosses=False,
            name=streams[0].conv[index].space.name,
            frames=shapes[0].out_frames,
            window=shapes[0].window,
        )
        for index, shapes in enumerate(_side_by_side([stream.conv for stream in streams]))
    ]
    inputs = tuple(Slab(kind="input", px=stream.input_px, num=NUM_COLOURS, frames=frames) for stream in streams)
    parts = net.network.streams is not None
    regions = tuple((stream.region, stream.divide_by) for stream in streams)
    return Diagram(
        rows=tuple(f"{stream.name}: {REGION_NAMES[stream.region]}" if parts else "" for stream in streams),
        inputs=inputs,
        stages=(*stages, *_dense_stages(net, rows=1)),
        frame=Frame(px=net.shapes.input_px, num=frames, regions=regions) if parts else None,
    )


def _side_by_side(convs: Sequence[Sequence[ClipConvShape]]) -> list[tuple[ClipConvShape, ...]]:
    return list(zip(*convs, strict=True))


def _conv_stage(
    shapes: Sequence[ConvShape],
    *,
    share: int,
    crosses: bool,
    name: str = "",
    frames: int = 1,
    window: TimeWindow | None = None,
    coarse_px: int = 0,
) -> Stage:
    """A convolution with what follows it, in each row.

    share: rows over which its kernels are spread. coarse_px: of its kernels on a coarse view of the image, 0 if it has none.
    """
    first = shapes[0]
    num = first.num_kernels // share
    kernels = by(share, num) if share > 1 else str(num)
    words = [Word(text=name or first.name), Word(text=f"{kernels} kernels", kind="conv")]
    words.append(Word(text=square(first.kernel_px) + (f", stride {first.stride_px}" if first.stride_px > 1 else ""), kind="conv"))
    if window is not None:
        step = f", stride {window.stride}" if window.stride > 1 else ""
        words.append(Word(text=f"{TIMES} {window.num_frames} in time{step}", kind="conv"))
    if coarse_px:
        words.append(Word(text=f"and {square(coarse_px)} of a coarse image", kind="conv"))
    if not first.shared:
        words.append(Word(text="own at each place", kind="conv"))
    for step in first.order:
        if step in STEP_WORDS:
            words.append(Word(text=STEP_WORDS[step], kind="norm"))
        elif step == "pool" and first.pooling:
            words.append(Word(text=pooling_words(first.pooling), kind="pool"))
    return Stage(
        name=name or first.name,
        words=tuple(words),
        slabs=tuple(_conv_slabs(shape, num=num, frames=frames) for shape in shapes),
        window_px=first.kernel_px,
        crosses=crosses,
    )


def pooling_words(pooling: Pooling) -> str:
    """A pooling's kind, window and stride."""
    return f"{POOLINGS[pooling.kind]} {square(pooling.size_px)}, stride {pooling.stride_px}"


def _conv_slabs(shape: ConvShape, *, num: int, frames: int) -> tuple[Slab, ...]:
    """The convolution's maps, and those after each normalisation and pooling, in the layer's order."""
    slabs = [Slab(kind="conv", px=shape.out_px, num=num, frames=frames)]
    for step in shape.order:
        if step in STEP_WORDS:
            slabs.append(Slab(kind="norm", px=slabs[-1].px, num=num, frames=frames))
        elif step == "pool":
            slabs.append(Slab(kind="pool", px=shape.pooled_px, num=num, frames=frames))
    return tuple(slabs)


def _dense_stages(net: AnyNet, *, rows: int) -> list[Stage]:
    """The dense layers; the units of hidden ones are spread over the towers, as the kernels are."""
    stages = []
    layers = net.shapes.dense
    for shape in layers:
        last = shape is layers[-1]
        split = rows if not last and shape.num_units % rows == 0 else 1
        known = not last or net.num_classes is not None
        words = _dense_words(shape, split=split, last=last, known=known)
        slab = Slab(kind="dense", px=0, num=shape.num_units // split if known else 0)
        stages.append(Stage(name=shape.name, words=words, slabs=((slab,),) * split, window_px=0, crosses=shape.groups == 1))
    return stages


def _dense_words(shape: DenseShape, *, split: int, last: bool, known: bool) -> tuple[Word, ...]:
    units = by(split, shape.num_units // split) if split > 1 else str(shape.num_units)
    lines = [f"{units} classes" if known else "as many as classes"] if last else [f"{units} units"]
    if shape.dropped_out:
        lines.append("dropout")
    return (Word(text=shape.name), *(Word(text=line, kind="dense") for line in lines))


def sentence(stage: Stage) -> str:
    """What a stage is, for a reader who does not see the drawing."""
    _, *about = (word.text for word in stage.words)
    sizes = listed(list(dict.fromkeys(" to ".join(dict.fromkeys(slab.text for slab in row)) for row in stage.slabs)))
    seen = "; it sees all that is before it" if stage.crosses and stage.window_px else ""
    rows = f" in each of {counted(len(stage.slabs), 'row')}" if len(stage.slabs) > 1 else ""
    return f"{stage.name}: {', '.join(about)}; {sizes}{rows}{seen}."
