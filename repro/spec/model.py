"""What classical models of images and of videos share: that they are fitted, where patches lie, gradients in patches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Model:
    """The settings of a classical model. Each method has its own (repro.spec.classical, repro.spec.histograms)."""


@dataclass(frozen=True, kw_only=True)
class DenseGrid:
    """Points on a grid of `step_px`; those of cuboids also every `step_frames` frames."""

    step_px: int
    step_frames: int = 1


@dataclass(frozen=True, kw_only=True)
class InterestPoints:
    """The `max_points` strongest points of a frame or, for cuboids, of a window of frames.

    In frames they are Harris corners, at least `threshold` times as strong as the strongest of the frame; in windows local
    maxima of the response of the periodic detector above `threshold`, for grey values in [0, 1].
    min_distance_px: between two points; between cuboids in frames as well.
    """

    max_points: int
    min_distance_px: int
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Hog:
    """Histograms of oriented gradients of `num_cells` x `num_cells` cells of `cell_px`, together one normalised block."""

    cell_px: int
    num_cells: int
    num_orientations: int
