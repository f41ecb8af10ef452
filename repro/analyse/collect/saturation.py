"""Measure how many units of a network are saturated while it learns."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from repro.analyse.collect.measures import Measured
from repro.artifacts.log_jsonl import LogEntry
from repro.spec.terms.metrics import DEAD, SATURATED
from repro.spec.terms.protocols import TRAINING


def of_saturation(log: Sequence[LogEntry], *, num_images: int) -> list[Measured]:
    """The shares of saturated activations and of units saturated for every image, mean of hidden layers and epochs.

    Nothing for a log that holds none.
    """
    probed = [layer for entry in log for layer in (entry.saturation or {}).values()]
    if not probed:
        return []
    shares = {SATURATED: fmean(layer.saturated for layer in probed), DEAD: fmean(layer.dead for layer in probed)}
    return [(metric, TRAINING, share, num_images) for metric, share in shares.items()]
