"""Blocks, kernels and bundles of lines, drawn obliquely: what lies behind stands higher and further to the right."""

from __future__ import annotations

from dataclasses import dataclass

from repro.report.drawing.svg import Drawing, Place

#: How far a square of side 1 reaches to the right and upwards where it is seen obliquely from its edge.
ACROSS, UP = 0.34, 0.24


@dataclass(frozen=True, kw_only=True)
class Block:
    """A box: its front from (x, y) on, `width` by `height`, and a square side of `height` that is seen obliquely."""

    x: float
    y: float
    width: float
    height: float
    deep: bool = True

    @property
    def right(self) -> float:
        """The right end of its front."""
        return self.x + self.width

    @property
    def end(self) -> float:
        """The right end of all of it."""
        return self.right + (ACROSS * self.height if self.deep else 0)

    @property
    def top(self) -> float:
        """The upper end of all of it."""
        return self.y - (UP * self.height if self.deep else 0)

    @property
    def middle(self) -> Place:
        """The middle of its front."""
        return self.x + self.width / 2, self.y + self.height / 2

    def on_side(self, along: float, down: float) -> Place:
        """A place on its right side: `along` from front to back, `down` from top to bottom, both in [0, 1]."""
        x = self.right + along * ACROSS * self.height
        return x, self.y - along * UP * self.height + down * self.height


def draw_block(drawing: Drawing, block: Block, *, colour: str) -> None:
    """Draw a box, which covers what lies behind it."""
    x, y, right, bottom = block.x, block.y, block.right, block.y + block.height
    front = ((x, y), (right, y), (right, bottom), (x, bottom))
    faces = [(front, 0.34)]
    if block.deep:
        dx, dy = ACROSS * block.height, -UP * block.height
        faces.append((((x, y), (x + dx, y + dy), (right + dx, y + dy), (right, y)), 0.2))
        faces.append((((right, y), (right + dx, y + dy), (right + dx, bottom + dy), (right, bottom)), 0.12))
    for outline, opacity in faces:
        drawing.area(outline, colour="ground")
        drawing.area(outline, colour=colour, opacity=opacity)
        drawing.line(outline, colour=colour, width=0.8, closed=True)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Where a kernel looks at: a square on the right side of a block."""

    corners: tuple[Place, Place, Place, Place]

    @property
    def back(self) -> tuple[Place, Place]:
        """The corners from which lines to what the kernel gives are seen best."""
        return self.corners[1], self.corners[3]


def window_on(block: Block, *, share: float, along: float, down: float) -> Window:
    """A square on the block's right side, `share` of its side long, whose middle stands at (`along`, `down`)."""
    half = min(max(share, 0.06), 1.0) / 2
    left, upper = min(max(along, half), 1 - half), min(max(down, half), 1 - half)
    places = ((left - half, upper - half), (left + half, upper - half), (left + half, upper + half), (left - half, upper + half))
    one, two, three, four = (block.on_side(*place) for place in places)
    return Window(corners=(one, two, three, four))


def draw_window(drawing: Drawing, window: Window, *, to: Place, colour: str, dash: str = "") -> None:
    """Draw a kernel's window and the lines from its corners to the place whose value it gives."""
    for corner in window.corners:
        drawing.line((corner, to), colour=colour, width=0.7, dash=dash, opacity=0.75)
    drawing.area(window.corners, colour=colour, opacity=0.3)
    drawing.line(window.corners, colour=colour, width=0.9, closed=True)
    drawing.dot(to, colour=colour, radius=1.5)


def draw_bundle(drawing: Drawing, start: tuple[Place, Place], end: tuple[Place, Place], *, colour: str) -> None:
    """Draw all connections between two edges as one faint band."""
    drawing.area((start[0], end[0], end[1], start[1]), colour=colour, opacity=0.1)
    for one, two in zip(start, end, strict=True):
        drawing.line((one, two), colour=colour, width=0.6, opacity=0.6)
