"""Made-up runs of AlexNet at four sizes of one scale, judged: the effects grow or shrink as a test says."""

from __future__ import annotations

import math
from pathlib import Path

from repro.papers import PAPERS
from tests.analyse.judging import judged
from tests.fabricate import Truth, fabricate

ALEXNET = PAPERS["alexnet"]
PAPERS_KNOWN = list(PAPERS.values())
#: From the smallest; each has twice the images of the one before.
SCALES = tuple(f"small_images_1of{n}" for n in (8, 4, 2)) + ("small",)
#: By variant, the log ratio of its error to that of the whole net at the smallest size, and by how much it grows a doubling.
EFFECTS = {"no_lrn": (-0.05, 0.05), "no_augment": (0.4, -0.05), "no_dropout": (0.1, 0.0)}


def make_size(results: Path, scale: str, *, place: int, seed_noise: float = 0.002, error: float = 0.5) -> Path:
    """Fabricate and judge runs at the size of that `place` in the series; return the folder."""
    whole = error - 0.05 * place
    errors = {"full": whole, **{name: whole * math.exp(at + place * by) for name, (at, by) in EFFECTS.items()}}
    truth = Truth(errors=errors, seed_noise=seed_noise, num_examples=200)
    fabricate([ALEXNET], scale=scale, results=results, truth=truth, variants=list(errors))
    judged(results, scale=scale, num_seeds=3)
    return results / scale


def make_series(results: Path) -> Path:
    """Fabricate and judge all four sizes; return the folder of the whole."""
    return [make_size(results, scale, place=place) for place, scale in enumerate(SCALES)][-1]
