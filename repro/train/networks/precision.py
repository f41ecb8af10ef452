"""The number formats in which a network is trained. Every faithful run is in `float32`, which the papers' GPUs computed in.

- float32: products and sums in float32. On GPUs that would round products to 19 bits (TF32) by default this is switched off.
- tf32: what float32 numbers become in the convolutions and matrix products of such GPUs if it is left on.
- bfloat16: mixed precision. Convolutions and matrix products are in bfloat16 and what needs more in float32, as torch's autocast
  has it; weights, gradients of weights, velocities and the loss stay float32.

A run in another format than float32 says so in its identity (it is never taken for the other, nor goes on from its checkpoint),
in run.json and beside the name of its device wherever that is shown. Networks are scored in float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from repro.artifacts.run_json import FAITHFUL

PRECISIONS = (FAITHFUL, "tf32", "bfloat16")


def checked_precision(name: str, *, device: str) -> str:
    """`name` if networks can be trained so on `device`, `cpu` or `cuda`.

    Raises:
        ValueError: the format is unknown, or the device has it not.
    """
    if name not in PRECISIONS:
        raise ValueError(f"unknown precision {name!r}; allowed: {', '.join(PRECISIONS)}")
    if name == "tf32" and device != "cuda":
        raise ValueError(f"precision tf32 on device {device}; allowed: on cuda alone; use float32 or bfloat16")
    return name


@contextmanager
def products_in(name: str, *, device: str) -> Iterator[None]:
    """Say for the time of a run whether GPUs may round the factors of products of float32 numbers."""
    backends: tuple[Any, ...] = (torch.backends.cudnn, torch.backends.cuda.matmul)
    before = [backend.allow_tf32 for backend in backends]
    for backend in backends:
        backend.allow_tf32 = checked_precision(name, device=device) == "tf32"
    try:
        yield
    finally:
        for backend, value in zip(backends, before, strict=True):
            backend.allow_tf32 = value


@contextmanager
def forward_in(name: str, *, device: torch.device) -> Iterator[None]:
    """Compute a forward pass, and with it the backward pass, in the format."""
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=name == "bfloat16"):
        yield
