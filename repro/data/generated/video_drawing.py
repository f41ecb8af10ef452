"""Draw the parts of generated videos: backgrounds, sprites that move, fine marks, and where a camera looks.

Lengths are in frame widths and times in seconds unless a name says px.

A sprite's state is its place on a torus a little wider than the frame (what leaves at one side enters at the other), its
angle and the phase of its size. All are drawn evenly at the start, and every motion moves them so that they stay evenly
distributed at every later moment: one frame has the same distribution whatever the motion, and two tell the motions apart.
No motion is the mirror image of another, since training mirrors half of the clips: those that go sideways or turn take
either direction at random.

Shape suffixes: H height, W width, C colour channels (R, G, B).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from repro.data.generated.drawing import (
    SILHOUETTES,
    Field,
    Placement,
    Points,
    blotches,
    coverage,
    ellipse,
    object_coordinates,
    paint,
    polygon,
    rgb,
    texture,
)

#: Side of the background behind a frame: the camera moves within it.
CANVAS = 2.0
CLUTTER_SHAPES = 5
#: Largest saturation of a background's colours: those of sprites stand out.
DULL = 0.2
#: Mean diameter of a sprite, and how its logarithm swings.
DIAMETER, SWING = 0.42, 0.22
#: Side of the torus.
TORUS = 1.1
#: Largest distance of the camera from the middle of its canvas, and of the logarithm of its zoom from 0.
PAN_REACH, ZOOM_REACH = 0.25, 0.18
#: Radii of a mark and of its inner disc; grey levels by which its pattern swings around its mean.
MARK_RADIUS, INNER_RADIUS, MARK_SWING = 0.2, 0.12, 56.0
#: Width of a border, which leaves the central half free even where a crop is an eighth smaller; stripes from edge to edge.
BORDER, STRIPES = 0.2, 14

#: Pairs of patterns that alternate from pixel to pixel: halving the resolution turns each into the same grey.
MARKS = (
    ("rows", "rows"),
    ("columns", "columns"),
    ("checks", "checks"),
    ("rows", "columns"),
    ("columns", "rows"),
    ("checks", "rows"),
    ("rows", "checks"),
    ("columns", "checks"),
    ("checks", "columns"),
)

#: What moves in the classes told apart by motion: no object of a class of its own, and no texture that hides a turn.
PLAIN_SHAPES: tuple[tuple[Points, ...], ...] = (
    (ellipse(0, 0, 0.85, 0.85),),
    (polygon((-0.75, -0.75), (0.75, -0.75), (0.75, 0.75), (-0.75, 0.75)),),
    (polygon((0, -0.95), (0.85, 0.6), (-0.85, 0.6)),),
)
PLAIN_TEXTURES = ("stripes", "checks", "dots")


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How a sprite moves: velocity to the right and down in frame widths a second; the rest in cycles a second.

    circle: around a circle of radius CIRCLE. bob: up and down by BOB. pulse: larger and smaller.
    """

    name: str
    right: float = 0.0
    down: float = 0.0
    spin_hz: float = 0.0
    circle_hz: float = 0.0
    bob_hz: float = 0.0
    pulse_hz: float = 0.0

    @property
    def on_the_spot(self) -> bool:
        """Say whether the sprite comes back to where it was, again and again."""
        return not (self.right or self.down)


CIRCLE, BOB = 0.18, 0.22
#: The first two differ in nothing but direction, the next two in nothing but speed.
MOTIONS = (
    Motion(name="rise", down=-0.8),
    Motion(name="fall", down=0.8),
    Motion(name="sweep", right=0.8),
    Motion(name="dash", right=1.6),
    Motion(name="spin", spin_hz=0.9),
    Motion(name="circle", circle_hz=1.0),
    Motion(name="pulse", pulse_hz=1.2),
    Motion(name="bob", bob_hz=1.0),
    Motion(name="climb", down=-1.6),
    Motion(name="plunge", down=1.6),
)


@dataclass(frozen=True, kw_only=True)
class Flight:
    """One sprite's motion: `motion` at `pace` times its speed, mirrored or not, from a start drawn evenly."""

    motion: Motion
    pace: float
    mirror: bool
    x: float
    y: float
    angle: float
    phase: float
    circle_phase: float

    def at(self, time_s: float) -> tuple[float, float, float, float]:
        """Place (x, y) on the torus, angle in cycles clockwise, and size relative to DIAMETER."""
        cycles, side = self.pace * time_s, -1.0 if self.mirror else 1.0
        turn = 2 * math.pi * (self.circle_phase + side * self.motion.circle_hz * cycles)
        radius = CIRCLE if self.motion.circle_hz else 0.0
        bob = BOB * math.sin(2 * math.pi * (self.circle_phase + self.motion.bob_hz * cycles)) if self.motion.bob_hz else 0.0
        x = self.x + side * self.motion.right * cycles + radius * math.cos(turn)
        y = self.y + self.motion.down * cycles + radius * math.sin(turn) + bob
        angle = self.angle + side * self.motion.spin_hz * cycles
        size = math.exp(SWING * math.sin(2 * math.pi * (self.phase + self.motion.pulse_hz * cycles)))
        return x, y, angle, size


def draw_flight(generator: np.random.Generator, *, motion: Motion, upright: bool) -> Flight:
    """Draw the start of a motion. upright: the angle stays within some 15 degrees of 0 instead of anywhere."""
    x, y = generator.random(2) * TORUS
    angle, near = generator.random(), generator.normal(0, 0.04)
    return Flight(
        motion=motion,
        pace=generator.uniform(0.85, 1.15),
        mirror=bool(generator.random() < 0.5),
        x=x,
        y=y,
        angle=near if upright else angle,
        phase=generator.random(),
        circle_phase=generator.random(),
    )


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Where the camera looks: pan in frame widths a second, log zoom a second, shake as amplitude and frequency."""

    right: float
    down: float
    zoom: float
    shake: float
    shake_hz: float
    phase: float

    def at(self, time_s: float) -> tuple[float, float, float]:
        """The place (x, y) that it looks at, relative to the middle, and its zoom."""
        angle = 2 * math.pi * (self.phase + self.shake_hz * time_s)
        x = folded(self.right * time_s, reach=PAN_REACH) + self.shake * math.sin(angle)
        y = folded(self.down * time_s, reach=PAN_REACH) + self.shake * math.sin(1.7 * angle)
        return x, y, math.exp(folded(self.zoom * time_s, reach=ZOOM_REACH))


def draw_camera(generator: np.random.Generator, *, speed: float) -> Camera:
    """Draw a camera whose pan, zoom and shake are in proportion to `speed`; 0 stands still."""
    angle, pace = generator.uniform(0, 2 * math.pi), speed * generator.uniform(0.5, 1)
    return Camera(
        right=pace * math.cos(angle),
        down=pace * math.sin(angle),
        zoom=speed * generator.uniform(-0.8, 0.8),
        shake=min(0.04 * speed * generator.random(), 0.04),
        shake_hz=generator.uniform(1.5, 3),
        phase=generator.random(),
    )


def folded(value: float, *, reach: float) -> float:
    """`value` reflected at -reach and +reach as often as needed to lie between them; near 0 it is itself."""
    shifted = (value + reach) % (4 * reach)
    return (shifted if shifted <= 2 * reach else 4 * reach - shifted) - reach


def background(generator: np.random.Generator, *, frame_px: int) -> Image.Image:
    """A scene of CANVAS frame widths: two colours that run into each other, and shapes that stand still in it."""
    side_px = round(CANVAS * frame_px)
    first, second = (rgb(generator.random(), DULL * generator.random(), generator.uniform(0.25, 0.8)) for _ in range(2))
    mix = blotches(generator, cells=7, image_px=side_px)
    scene_HWC = (first + (second - first) * np.clip(mix, 0, 1)[:, :, None]).astype(np.float32)
    for _ in range(CLUTTER_SHAPES):
        shape = SILHOUETTES[generator.integers(len(SILHOUETTES))].body[:1]
        placement = Placement(
            half_px=frame_px * generator.uniform(0.08, 0.22),
            turn=generator.uniform(-180, 180),
            aspect=float(np.exp(generator.uniform(-0.4, 0.4))),
            mirror=False,
            x_px=side_px * generator.random(),
            y_px=side_px * generator.random(),
        )
        color = rgb(generator.random(), DULL * generator.random(), generator.uniform(0.3, 0.9))
        paint(scene_HWC, color, coverage(shape, placement=placement, image_px=side_px))
    return as_image(scene_HWC)


def sprite(
    generator: np.random.Generator, *, parts: tuple[tuple[Points, ...], ...], hue: float, pattern: str, frame_px: int
) -> Image.Image:
    """An object as RGBA at its largest size: polygons of its body, and then of further parts in other colours."""
    side_px = math.ceil(frame_px * DIAMETER * math.exp(SWING)) + 4
    placement = Placement(half_px=side_px / 2 - 2, turn=0, aspect=1, mirror=False, x_px=side_px / 2, y_px=side_px / 2)
    x, y = object_coordinates(placement, image_px=side_px)
    waves = texture(pattern, generator, x=x, y=y, waves=generator.uniform(2.0, 3.0))
    light = rgb(hue + generator.normal(0, 0.02), generator.uniform(0.5, 0.9), generator.uniform(0.75, 1.0))
    dark = rgb(hue + generator.normal(0, 0.04), generator.uniform(0.5, 0.95), generator.uniform(0.2, 0.45))
    colors_HWC = (dark + (light - dark) * waves[:, :, None]).astype(np.float32)
    masks = [coverage(part, placement=placement, image_px=side_px) for part in parts]
    for mask in masks[1:]:
        paint(colors_HWC, rgb(generator.random(), generator.uniform(0.1, 0.8), generator.uniform(0.2, 0.9)), mask)
    image = as_image(colors_HWC)
    image.putalpha(Image.fromarray(np.rint(np.maximum.reduce(masks) * 255).astype(np.uint8)))
    return image


def plain_sprite(generator: np.random.Generator, *, frame_px: int) -> Image.Image:
    """A disc, square or triangle of any colour with a texture."""
    parts = PLAIN_SHAPES[generator.integers(len(PLAIN_SHAPES))]
    pattern = PLAIN_TEXTURES[generator.integers(len(PLAIN_TEXTURES))]
    return sprite(generator, parts=(parts,), hue=generator.random(), pattern=pattern, frame_px=frame_px)


def view(scene: Image.Image, *, x: float, y: float, zoom: float, frame_px: int) -> Image.Image:
    """What a camera sees of a background, as a frame."""
    middle, step = scene.width / 2, 1 / zoom
    left, top = (middle + place * frame_px - frame_px / 2 * step for place in (x, y))
    box = (step, 0.0, left, 0.0, step, top)
    return scene.transform((frame_px, frame_px), Image.Transform.AFFINE, box, Image.Resampling.BILINEAR)


def premultiplied(image: Image.Image) -> Image.Image:
    """An RGBA picture with its colours multiplied by its alpha, as it is interpolated."""
    return image.convert("RGBa")


def put_sprite(frame: Image.Image, image: Image.Image, *, x: float, y: float, angle: float, size: float) -> None:
    """Paste a sprite into a frame: its middle at (x, y) in pixels, turned by `angle` cycles, `size` times its mean size.

    image: as `premultiplied` makes it, once for all frames: Pillow would do so anew at each turn.
    """
    scale = size / math.exp(SWING)
    half = math.ceil(image.width * scale * 0.75) + 1
    if not (-half < x < frame.width + half and -half < y < frame.height + half):
        return
    left, top = math.floor(x) - half, math.floor(y) - half
    c, s = math.cos(2 * math.pi * angle) / scale, math.sin(2 * math.pi * angle) / scale
    middle_x, middle_y, centre = x - left, y - top, image.width / 2
    box = (c, s, centre - c * middle_x - s * middle_y, -s, c, centre + s * middle_x - c * middle_y)
    turned = image.transform((2 * half, 2 * half), Image.Transform.AFFINE, box, Image.Resampling.BILINEAR).convert("RGBA")
    frame.paste(turned, (left, top), turned)


def mark(generator: np.random.Generator, *, patterns: tuple[str, str], frame_px: int) -> Image.Image:
    """A disc as RGBA whose inner disc and outer ring carry these patterns, all with the same mean grey."""
    side_px = 2 * round(MARK_RADIUS * frame_px)
    row, column = np.mgrid[:side_px, :side_px]
    distance = np.hypot(row - side_px / 2 + 0.5, column - side_px / 2 + 0.5) / frame_px
    phase = generator.integers(2, size=2)
    waves = {"rows": (row + phase[0]) % 2, "columns": (column + phase[1]) % 2, "checks": (row + column + phase[0]) % 2}
    wave = np.where(distance < INNER_RADIUS, waves[patterns[0]], waves[patterns[1]])
    grey = np.rint(generator.uniform(110, 146) + MARK_SWING * (2.0 * wave - 1)).astype(np.uint8)
    image = Image.fromarray(np.repeat(grey[:, :, None], 3, axis=2))
    image.putalpha(Image.fromarray(np.where(distance < MARK_RADIUS, 255, 0).astype(np.uint8)))
    return image


def border(generator: np.random.Generator, *, patterns: tuple[str, str], frame_px: int) -> Image.Image:
    """A picture frame as RGBA: one coarse pattern at its left and right, one at its top and bottom, both equally grey."""
    width_px, stripe_px = round(BORDER * frame_px), round(frame_px / STRIPES)
    row, column = np.mgrid[:frame_px, :frame_px]
    top, left = ((place + generator.integers(2 * stripe_px)) // stripe_px for place in (row, column))
    waves = {"rows": top % 2, "columns": left % 2, "checks": (top + left) % 2}
    beside = np.minimum(column, frame_px - 1 - column) < width_px
    above = np.minimum(row, frame_px - 1 - row) < width_px
    wave = np.where(beside, waves[patterns[0]], waves[patterns[1]])
    grey = np.rint(generator.uniform(110, 146) + MARK_SWING * (2.0 * wave - 1)).astype(np.uint8)
    image = Image.fromarray(np.repeat(grey[:, :, None], 3, axis=2))
    image.putalpha(Image.fromarray(np.where(beside | above, 255, 0).astype(np.uint8)))
    return image


def as_image(pixels_HWC: Field) -> Image.Image:
    """Colours in [0, 1] as a picture."""
    return Image.fromarray(np.rint(np.clip(pixels_HWC, 0, 1) * 255).astype(np.uint8))
