"""The results that are published in this repository, by the names of their folders."""

from __future__ import annotations

from pathlib import Path

PUBLISHED = Path(__file__).parents[1] / "results" / "published"
CIFAR10, GESTURES, PARTS, IMAGENETTE, SPEED, UCF101 = (
    "cifar10-cpu-2026-11-25",
    "gestures",
    "imagenette",
    "imagenette-cpu-2026-11-28",
    "speed",
    "ucf101",
)
