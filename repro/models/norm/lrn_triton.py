"""The two passes of local response normalisation on a GPU, compiled by Triton, which CUDA builds of torch bring along.

A thread has one element. The neighbours of an element are as many maps apart as memory has between two
maps: one element in channels-last memory, a whole map in contiguous memory; the first-level cache serves them. Each pass reads
its inputs from memory once and writes its output once. A kernel is compiled for a number of maps and a layout, in about a
second, and serves every batch; Triton keeps it on disk.

Both compute in float32 and round once on the way out.

TRITON_INTERPRET=1 in the environment of the import runs the same code on CPU tensors, element by element.
"""

from __future__ import annotations

import contextlib
from typing import Any

import torch
import triton
import triton.language as tl

#: Elements of a program, one for each of its threads: the loads of a warp lie side by side.
ELEMENTS_OF_PROGRAM = 256
NUM_WARPS = ELEMENTS_OF_PROGRAM // 32


@triton.jit
def neighbour(x, place, within, inside, shift: tl.constexpr, STEP: tl.constexpr, MAPS: tl.constexpr):
    """Load the element `shift` maps further, 0 where the group of MAPS maps has none."""
    mask = inside & (within + shift >= 0) & (within + shift < MAPS)
    return tl.load(x + place + shift * STEP, mask=mask, other=0.0).to(tl.float32)


@triton.jit
def window_base(
    x,
    place,
    within,
    inside,
    alpha,
    k,
    middle: tl.constexpr,
    SIZE: tl.constexpr,
    STEP: tl.constexpr,
    MAPS: tl.constexpr,
):
    """K + alpha * sum of squares over the window of the map `middle` maps further."""
    total = 0.0
    for d in tl.static_range(SIZE):
        value = neighbour(x, place, within, inside, middle + d - SIZE // 2, STEP, MAPS)
        total += value * value
    return k + alpha * total


@triton.jit
def inverses(base, BETA: tl.constexpr):
    """Base^-BETA and 1 / base; the two exponents in use go by square roots, which a GPU has in hardware."""
    root = tl.rsqrt(base)
    inverse = root * root
    if BETA == 0.75:
        factor = root * tl.sqrt(root)
    elif BETA == 0.5:
        factor = root
    else:
        factor = tl.exp2(-BETA * tl.log2(base))
    return factor, inverse


@triton.jit
def forward_pass(
    x,
    y,
    num,
    alpha,
    k,
    BETA: tl.constexpr,
    SIZE: tl.constexpr,
    STEP: tl.constexpr,
    MAPS: tl.constexpr,
    LENGTH: tl.constexpr,
    INDEX: tl.constexpr,
):
    """Write y = x base^-beta."""
    place = tl.program_id(0).to(INDEX) * LENGTH + tl.arange(0, LENGTH)
    inside = place < num
    within = ((place // STEP) % MAPS).to(tl.int32)
    base = window_base(x, place, within, inside, alpha, k, 0, SIZE, STEP, MAPS)
    value = neighbour(x, place, within, inside, 0, STEP, MAPS) * inverses(base, BETA)[0]
    tl.store(y + place, value.to(y.dtype.element_ty), mask=inside)


@triton.jit
def backward_pass(
    x,
    dy,
    dx,
    num,
    alpha,
    k,
    BETA: tl.constexpr,
    SIZE: tl.constexpr,
    STEP: tl.constexpr,
    MAPS: tl.constexpr,
    LENGTH: tl.constexpr,
    INDEX: tl.constexpr,
):
    """Write dx_j = dy_j base_j^-beta - 2 alpha beta x_j * sum over the i in whose window j is of dy_i x_i base_i^(-beta - 1).

    The compiler sees that most of the loads are of the same places and does each of them once.
    """
    place = tl.program_id(0).to(INDEX) * LENGTH + tl.arange(0, LENGTH)
    inside = place < num
    within = ((place // STEP) % MAPS).to(tl.int32)
    own = 0.0
    passed_on = 0.0
    for d in tl.static_range(SIZE):
        base = window_base(x, place, within, inside, alpha, k, d - (SIZE - 1) // 2, SIZE, STEP, MAPS)
        factor, inverse = inverses(base, BETA)
        kept = neighbour(dy, place, within, inside, d - (SIZE - 1) // 2, STEP, MAPS) * factor
        passed_on += kept * neighbour(x, place, within, inside, d - (SIZE - 1) // 2, STEP, MAPS) * inverse
        if d == (SIZE - 1) // 2:
            own = kept
    value = own - 2 * alpha * BETA * neighbour(x, place, within, inside, 0, STEP, MAPS) * passed_on
    tl.store(dx + place, value.to(dx.dtype.element_ty), mask=inside)


def run(name: str, tensors: tuple[torch.Tensor, ...], *, channels_last: bool, setting: tuple[Any, ...]) -> None:
    """Run the pass `forward` (x, y) or `backward` (x, dy, dx) over dense tensors of one layout.

    setting: size, alpha, beta, k, groups, as in repro.models.norm.lrn.LocalResponseNorm.
    """
    size, alpha, beta, k, groups = setting
    x_BCHW = tensors[0]
    _, maps, height, width = x_BCHW.shape
    num = x_BCHW.numel()
    if num == 0:
        return
    index = tl.int64 if num + ELEMENTS_OF_PROGRAM + size * height * width > 2**31 else tl.int32
    constants = {
        "BETA": beta,
        "SIZE": size,
        "STEP": 1 if channels_last else height * width,
        "MAPS": maps // groups,
        "LENGTH": ELEMENTS_OF_PROGRAM,
        "INDEX": index,
    }
    compiled = forward_pass if name == "forward" else backward_pass
    with torch.cuda.device(x_BCHW.device) if x_BCHW.is_cuda else contextlib.nullcontext():
        compiled[(triton.cdiv(num, ELEMENTS_OF_PROGRAM),)](*tensors, num, alpha, k, **constants, num_warps=NUM_WARPS)
