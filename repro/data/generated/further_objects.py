"""Thirty kinds of object beyond the ten of repro.data.generated.drawing, for larger sets of generated images to pre-train on.

The same coordinates and parts: x to the right, y down, the object within the unit circle.
"""

from __future__ import annotations

import numpy as np

from repro.data.generated.drawing import Points, Silhouette, ellipse, polygon, star


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """An upright rectangle."""
    return polygon((left, top), (right, top), (right, bottom), (left, bottom))


def _crescent() -> Points:
    outer, inner = ellipse(0.3, 0, 0.98, 0.95, start=90, stop=270), ellipse(0.3, 0, 0.36, 0.95, start=90, stop=270)
    return np.concatenate([outer, inner[::-1]])


#: The classes that follow the ten: number 10 is the first of them.
FURTHER = (
    Silhouette(
        name="heart",
        body=(
            ellipse(-0.4, -0.3, 0.46, 0.44),
            ellipse(0.4, -0.3, 0.46, 0.44),
            polygon((-0.84, -0.18), (0.84, -0.18), (0, 0.95)),
        ),
        second=(ellipse(-0.4, -0.36, 0.14, 0.12),),
    ),
    Silhouette(
        name="moon",
        body=(_crescent(),),
        second=(ellipse(-0.36, -0.26, 0.12, 0.12), ellipse(-0.36, 0.3, 0.1, 0.1)),
    ),
    Silhouette(
        name="key",
        body=(ellipse(-0.56, 0, 0.4, 0.4), box(-0.3, -0.1, 0.95, 0.1)),
        second=(box(0.5, 0.1, 0.64, 0.42), box(0.78, 0.1, 0.92, 0.36)),
        detail=(ellipse(-0.6, 0, 0.18, 0.18),),
    ),
    Silhouette(
        name="arrow",
        body=(polygon((0.1, -0.6), (0.96, 0), (0.1, 0.6)),),
        second=(box(-0.95, -0.2, 0.12, 0.2),),
    ),
    Silhouette(
        name="hammer",
        body=(polygon((-0.7, -0.9), (0.5, -0.9), (0.86, -0.66), (0.5, -0.42), (-0.7, -0.42)),),
        second=(box(-0.2, -0.42, 0.08, 0.96),),
    ),
    Silhouette(
        name="umbrella",
        body=(ellipse(0, 0.1, 0.96, 0.94, start=180, stop=360),),
        second=(ellipse(-0.64, 0.12, 0.3, 0.14), ellipse(0, 0.12, 0.3, 0.14), ellipse(0.64, 0.12, 0.3, 0.14)),
        detail=(box(-0.05, 0.1, 0.05, 0.96), box(-0.3, 0.84, 0.05, 0.96)),
    ),
    Silhouette(
        name="car",
        body=(box(-0.95, -0.06, 0.95, 0.42), polygon((-0.5, -0.5), (0.36, -0.5), (0.66, -0.04), (-0.7, -0.04))),
        second=(polygon((-0.4, -0.4), (-0.06, -0.4), (-0.06, -0.08), (-0.54, -0.08)), box(0.06, -0.4, 0.34, -0.08)),
        detail=(ellipse(-0.54, 0.44, 0.24, 0.24), ellipse(0.54, 0.44, 0.24, 0.24)),
    ),
    Silhouette(
        name="rocket",
        body=(ellipse(0, -0.1, 0.32, 0.86),),
        second=(polygon((-0.26, 0.2), (-0.74, 0.82), (-0.16, 0.66)), polygon((0.26, 0.2), (0.74, 0.82), (0.16, 0.66))),
        detail=(ellipse(0, -0.3, 0.15, 0.15),),
    ),
    Silhouette(
        name="snail",
        body=(ellipse(0.18, -0.12, 0.62, 0.6),),
        second=(ellipse(-0.1, 0.6, 0.86, 0.2), ellipse(-0.78, 0.26, 0.16, 0.42)),
        detail=(ellipse(0.22, -0.08, 0.22, 0.2),),
    ),
    Silhouette(
        name="duck",
        body=(ellipse(0.14, 0.3, 0.76, 0.46), ellipse(-0.4, -0.42, 0.36, 0.36)),
        second=(polygon((-0.7, -0.46), (-0.98, -0.3), (-0.68, -0.22)), ellipse(0.3, 0.22, 0.36, 0.18)),
        detail=(ellipse(-0.48, -0.5, 0.08, 0.08),),
    ),
    Silhouette(
        name="cat",
        body=(ellipse(0, 0.16, 0.76, 0.7),),
        second=(polygon((-0.74, 0.0), (-0.66, -0.86), (-0.14, -0.44)), polygon((0.74, 0.0), (0.66, -0.86), (0.14, -0.44))),
        detail=(ellipse(-0.3, 0.04, 0.1, 0.12), ellipse(0.3, 0.04, 0.1, 0.12), ellipse(0, 0.34, 0.1, 0.07)),
    ),
    Silhouette(
        name="flower",
        body=(
            ellipse(0, -0.56, 0.28, 0.34),
            ellipse(0.52, -0.2, 0.34, 0.28),
            ellipse(0.34, 0.4, 0.3, 0.3),
            ellipse(-0.34, 0.4, 0.3, 0.3),
            ellipse(-0.52, -0.2, 0.34, 0.28),
        ),
        second=(ellipse(0, -0.04, 0.3, 0.3),),
    ),
    Silhouette(
        name="leaf",
        body=(polygon((0, -0.96), (0.48, -0.5), (0.6, 0), (0.4, 0.46), (0, 0.76), (-0.4, 0.46), (-0.6, 0), (-0.48, -0.5)),),
        second=(box(-0.07, 0.7, 0.07, 0.98),),
        detail=(box(-0.04, -0.8, 0.04, 0.7),),
    ),
    Silhouette(
        name="cactus",
        body=(
            ellipse(0, -0.1, 0.26, 0.86),
            box(-0.66, -0.06, -0.2, 0.16),
            box(-0.7, -0.5, -0.46, 0.16),
            box(0.2, -0.26, 0.66, -0.04),
        ),
        second=(box(0.46, -0.66, 0.7, -0.04), polygon((-0.4, 0.6), (0.4, 0.6), (0.3, 0.98), (-0.3, 0.98))),
    ),
    Silhouette(
        name="carrot",
        body=(polygon((-0.42, -0.36), (0, -0.46), (0.42, -0.36), (0.06, 0.98), (-0.06, 0.98)),),
        second=(
            polygon((-0.08, -0.42), (-0.44, -0.94), (0, -0.6)),
            polygon((-0.08, -0.42), (0, -0.98), (0.1, -0.42)),
            polygon((0.08, -0.42), (0.44, -0.94), (0, -0.6)),
        ),
    ),
    Silhouette(
        name="pear",
        body=(ellipse(0, 0.4, 0.62, 0.56), ellipse(0, -0.24, 0.36, 0.46)),
        second=(ellipse(0.3, -0.74, 0.28, 0.12),),
        detail=(box(-0.05, -0.96, 0.05, -0.6),),
    ),
    Silhouette(
        name="bell",
        body=(
            ellipse(0, -0.1, 0.52, 0.76, start=180, stop=360),
            polygon((-0.52, -0.12), (0.52, -0.12), (0.84, 0.6), (-0.84, 0.6)),
        ),
        second=(box(-0.9, 0.52, 0.9, 0.68),),
        detail=(ellipse(0, 0.8, 0.17, 0.15),),
    ),
    Silhouette(
        name="lamp",
        body=(polygon((-0.36, -0.9), (0.36, -0.9), (0.8, 0.06), (-0.8, 0.06)),),
        second=(box(-0.08, 0.06, 0.08, 0.78), box(-0.46, 0.76, 0.46, 0.94)),
    ),
    Silhouette(
        name="chair",
        body=(box(-0.6, -0.96, -0.34, 0.96), box(-0.6, 0, 0.6, 0.24)),
        second=(box(0.36, 0.24, 0.6, 0.96),),
    ),
    Silhouette(
        name="table",
        body=(box(-0.96, -0.4, 0.96, -0.1),),
        second=(box(-0.8, -0.1, -0.56, 0.7), box(0.56, -0.1, 0.8, 0.7)),
    ),
    Silhouette(
        name="ladder",
        body=(box(-0.52, -0.96, -0.3, 0.96), box(0.3, -0.96, 0.52, 0.96)),
        second=(box(-0.4, -0.68, 0.4, -0.5), box(-0.4, -0.12, 0.4, 0.06), box(-0.4, 0.44, 0.4, 0.62)),
    ),
    Silhouette(
        name="anchor",
        body=(box(-0.12, -0.62, 0.12, 0.8), ellipse(0, 0.2, 0.86, 0.74, start=20, stop=160)),
        second=(box(-0.46, -0.46, 0.46, -0.26),),
        detail=(ellipse(0, -0.76, 0.2, 0.2),),
    ),
    Silhouette(
        name="plane",
        body=(ellipse(0, 0, 0.2, 0.96),),
        second=(
            polygon((0, -0.3), (0.98, 0.26), (0.98, 0.44), (0, 0.2), (-0.98, 0.44), (-0.98, 0.26)),
            box(-0.42, 0.7, 0.42, 0.86),
        ),
    ),
    Silhouette(
        name="balloon",
        body=(ellipse(0, -0.3, 0.64, 0.68),),
        second=(polygon((0, 0.3), (0.16, 0.5), (-0.16, 0.5)),),
        detail=(polygon((-0.03, 0.5), (0.03, 0.5), (0.12, 0.98), (0.06, 0.98)),),
    ),
    Silhouette(
        name="sword",
        body=(polygon((-0.14, 0.4), (-0.14, -0.76), (0, -0.98), (0.14, -0.76), (0.14, 0.4)),),
        second=(box(-0.5, 0.36, 0.5, 0.52),),
        detail=(box(-0.1, 0.52, 0.1, 0.96),),
    ),
    Silhouette(
        name="crown",
        body=(polygon((-0.86, -0.5), (-0.4, 0), (0, -0.7), (0.4, 0), (0.86, -0.5), (0.7, 0.6), (-0.7, 0.6)),),
        second=(box(-0.72, 0.4, 0.72, 0.64), ellipse(0, -0.76, 0.14, 0.14)),
    ),
    Silhouette(
        name="glasses",
        body=(ellipse(-0.5, 0, 0.44, 0.4), ellipse(0.5, 0, 0.44, 0.4)),
        second=(ellipse(-0.5, 0, 0.26, 0.24), ellipse(0.5, 0, 0.26, 0.24)),
        detail=(box(-0.14, -0.08, 0.14, 0.04),),
    ),
    Silhouette(
        name="clock",
        body=(ellipse(0, 0, 0.94, 0.94),),
        second=(ellipse(0, 0, 0.68, 0.68),),
        detail=(box(-0.05, -0.54, 0.05, 0.05), box(0, -0.05, 0.42, 0.05)),
    ),
    Silhouette(
        name="snowman",
        body=(ellipse(0, 0.52, 0.5, 0.46), ellipse(0, -0.18, 0.36, 0.34)),
        second=(ellipse(0, -0.66, 0.24, 0.24),),
        detail=(box(-0.26, -0.98, 0.26, -0.8), ellipse(0, -0.1, 0.06, 0.06), ellipse(0, 0.4, 0.06, 0.06)),
    ),
    Silhouette(name="sun", body=(star(9, 0.62),), second=(ellipse(0, 0, 0.42, 0.42),)),
)
