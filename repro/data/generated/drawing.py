"""Draw the parts of generated images: silhouettes of ten objects (repro.data.generated.further_objects has
more), textures, colours.

Coordinates of silhouettes: x to the right, y down, the object within the unit circle. Fields are (H, W) float32.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Field = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

#: Polygons are drawn at this multiple of the size and averaged down, which smooths their edges.
SUPERSAMPLING = 4
TEXTURES = ("stripes", "dots", "checks", "rings", "blotches")


def polygon(*points: tuple[float, float]) -> Points:
    """The corners of a polygon, (K, 2)."""
    return np.array(points, np.float64)


def ellipse(x: float, y: float, half_width: float, half_height: float, *, start: float = 0.0, stop: float = 360.0) -> Points:
    """An ellipse, or the sector's chord piece from `start` to `stop` degrees clockwise from the right, as a polygon."""
    angle = np.radians(np.linspace(start, stop, 25))
    return np.stack([x + half_width * np.cos(angle), y + half_height * np.sin(angle)], axis=1)


def star(num_points: int, inner: float) -> Points:
    """A star whose points lie on the unit circle and whose notches at `inner` from its centre."""
    angle = np.radians(np.arange(2 * num_points) * 180.0 / num_points - 90.0)
    radius = np.where(np.arange(2 * num_points) % 2, inner, 1.0)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _handle() -> Points:
    outer, inner = ellipse(0.5, 0.02, 0.46, 0.44, start=-90, stop=90), ellipse(0.5, 0.02, 0.26, 0.24, start=-90, stop=90)
    return np.concatenate([outer, inner[::-1]])


@dataclass(frozen=True, kw_only=True)
class Silhouette:
    """One kind of object: polygons of its textured body, of its second colour and of its dark details."""

    name: str
    body: tuple[Points, ...]
    second: tuple[Points, ...]
    detail: tuple[Points, ...] = ()


SILHOUETTES = (
    Silhouette(
        name="apple",
        body=(ellipse(-0.28, 0.18, 0.56, 0.7), ellipse(0.28, 0.18, 0.56, 0.7)),
        second=(ellipse(0.34, -0.72, 0.34, 0.15),),
        detail=(polygon((-0.06, -0.4), (0.06, -0.4), (0.1, -0.95), (-0.02, -0.95)),),
    ),
    Silhouette(
        name="fish",
        body=(ellipse(-0.2, 0, 0.75, 0.45), polygon((0.3, 0), (0.98, -0.5), (0.8, 0), (0.98, 0.5))),
        second=(polygon((-0.4, -0.36), (0.15, -0.36), (0.1, -0.78)), polygon((-0.25, 0.38), (0.1, 0.36), (0.1, 0.66))),
        detail=(ellipse(-0.6, -0.1, 0.1, 0.1),),
    ),
    Silhouette(
        name="house",
        body=(polygon((-0.66, -0.12), (0.66, -0.12), (0.66, 0.8), (-0.66, 0.8)),),
        second=(polygon((-0.9, -0.1), (0, -0.9), (0.9, -0.1)),),
        detail=(polygon((-0.16, 0.24), (0.2, 0.24), (0.2, 0.8), (-0.16, 0.8)),),
    ),
    Silhouette(
        name="tree",
        body=(
            polygon((0, -1), (0.44, -0.36), (-0.44, -0.36)),
            polygon((0, -0.66), (0.6, 0.12), (-0.6, 0.12)),
            polygon((0, -0.3), (0.74, 0.6), (-0.74, 0.6)),
        ),
        second=(polygon((-0.16, 0.6), (0.16, 0.6), (0.16, 0.98), (-0.16, 0.98)),),
    ),
    Silhouette(
        name="mushroom",
        body=(ellipse(0, 0.02, 0.92, 0.86, start=180, stop=360),),
        second=(polygon((-0.26, 0.02), (0.26, 0.02), (0.36, 0.88), (-0.36, 0.88)),),
    ),
    Silhouette(name="star", body=(star(5, 0.45),), second=(ellipse(0, 0, 0.2, 0.2),)),
    Silhouette(
        name="butterfly",
        body=(
            ellipse(-0.5, -0.38, 0.46, 0.42),
            ellipse(0.5, -0.38, 0.46, 0.42),
            ellipse(-0.4, 0.42, 0.34, 0.36),
            ellipse(0.4, 0.42, 0.34, 0.36),
        ),
        second=(ellipse(-0.52, -0.38, 0.16, 0.16), ellipse(0.52, -0.38, 0.16, 0.16)),
        detail=(ellipse(0, 0, 0.09, 0.72),),
    ),
    Silhouette(
        name="cup",
        body=(polygon((-0.78, -0.66), (0.56, -0.66), (0.42, 0.76), (-0.64, 0.76)),),
        second=(_handle(),),
        detail=(ellipse(-0.11, -0.66, 0.67, 0.13),),
    ),
    Silhouette(
        name="bottle",
        body=(
            polygon((-0.38, -0.08), (-0.14, -0.42), (-0.14, -0.8), (0.14, -0.8), (0.14, -0.42), (0.38, -0.08)),
            polygon((-0.38, -0.08), (0.38, -0.08), (0.38, 0.96), (-0.38, 0.96)),
        ),
        second=(polygon((-0.18, -0.98), (0.18, -0.98), (0.18, -0.74), (-0.18, -0.74)),),
    ),
    Silhouette(
        name="boat",
        body=(polygon((-0.94, 0.36), (0.94, 0.36), (0.6, 0.82), (-0.62, 0.82)),),
        second=(polygon((0.06, -0.92), (0.74, 0.22), (0.06, 0.22)), polygon((-0.08, -0.7), (-0.08, 0.22), (-0.6, 0.22))),
        detail=(polygon((-0.05, -0.98), (0.05, -0.98), (0.05, 0.38), (-0.05, 0.38)),),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where and how an object lies: half its size, turn in degrees clockwise, width to height, mirrored or not, centre."""

    half_px: float
    turn: float
    aspect: float
    mirror: bool
    x_px: float
    y_px: float

    def matrix(self) -> tuple[float, float, float, float]:
        """(xx, xy, yx, yy), the matrix from silhouette coordinates to pixels."""
        c, s = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        stretch = math.sqrt(self.aspect)
        width, height = self.half_px * stretch * (-1 if self.mirror else 1), self.half_px / stretch
        return c * width, -s * height, s * width, c * height


def coverage(polygons: Sequence[Points], *, placement: Placement, image_px: int) -> Field:
    """The share of each pixel, in [0, 1], that the placed polygons cover."""
    matrix, centre = np.array(placement.matrix()).reshape(2, 2), np.array([placement.x_px, placement.y_px])
    canvas = Image.new("L", (image_px * SUPERSAMPLING, image_px * SUPERSAMPLING))
    pen = ImageDraw.Draw(canvas)
    for points in polygons:
        pen.polygon(((points @ matrix.T + centre) * SUPERSAMPLING).ravel().tolist(), fill=255)
    return np.asarray(canvas.reduce(SUPERSAMPLING), np.float32) / np.float32(255)


def object_coordinates(placement: Placement, *, image_px: int) -> tuple[Field, Field]:
    """The silhouette coordinates (x, y) of every pixel's centre."""
    xx, xy, yx, yy = placement.matrix()
    inverse = np.array([[yy, -xy], [-yx, xx]], np.float32) / np.float32(xx * yy - xy * yx)
    centres = np.arange(image_px, dtype=np.float32) + np.float32(0.5)
    x, y = centres[None, :] - np.float32(placement.x_px), centres[:, None] - np.float32(placement.y_px)
    return inverse[0, 0] * x + inverse[0, 1] * y, inverse[1, 0] * x + inverse[1, 1] * y


def blotches(generator: np.random.Generator, *, cells: int, image_px: int) -> Field:
    """Smooth noise in about [0, 1] with `cells` random values along each side."""
    coarse = Image.fromarray(generator.random((cells, cells), dtype=np.float32))
    return np.asarray(coarse.resize((image_px, image_px), Image.Resampling.BICUBIC), np.float32)


def texture(name: str, generator: np.random.Generator, *, x: Field, y: Field, waves: float) -> Field:
    """A pattern in [0, 1] with about `waves` periods across the unit circle of the coordinates (x, y)."""
    phase = generator.random(2, dtype=np.float32) * np.float32(2 * np.pi)
    k = np.float32(np.pi * waves)
    if name == "blotches":
        noise = blotches(generator, cells=max(int(2 * waves), 3), image_px=len(x))
        return _clipped((noise - np.float32(0.5)) * 2 + np.float32(0.5))
    if name == "stripes":
        wave = np.sin(k * y + phase[0])
    elif name == "rings":
        wave = np.sin(k * np.hypot(x, y) + phase[0])
    elif name == "checks":
        wave = np.sin(k * x + phase[0]) * np.sin(k * y + phase[1])
    elif name == "dots":
        wave = np.sin(k * x + phase[0]) + np.sin(k * y + phase[1]) - np.float32(0.8)
    else:
        raise ValueError(f"unknown texture {name!r}; allowed: {', '.join(TEXTURES)}")
    return _clipped(np.float32(1.5) * wave + np.float32(0.5))


def _clipped(field: Field) -> Field:
    clipped: Field = np.clip(field, 0, 1)
    return clipped


def rgb(hue: float, saturation: float, value: float) -> Field:
    """A colour as (3,) floats in [0, 1]; the hue is a share of the colour circle and wraps."""
    return np.array(colorsys.hsv_to_rgb(hue % 1.0, saturation, value), np.float32)


def paint(image_HWC: Field, colors: Field, mask: Field) -> None:
    """Cover `image_HWC` in place with `colors` (H, W, 3 or 3) where `mask` is 1."""
    image_HWC += (colors - image_HWC) * mask[:, :, None]
