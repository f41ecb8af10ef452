"""The paper's update in one pass over weights, velocities and gradients, compiled by numba.

Three operations on whole tensors would read and write the same memory three times.
"""

from __future__ import annotations

from typing import Any

import numba

from repro.system.startup import may_cache

#: Whether what is compiled here can be kept for the next process.
CACHED = may_cache(__file__)


@numba.njit(nogil=True, fastmath={"contract"}, cache=CACHED, error_model="numpy")
def update(weight: Any, velocity: Any, gradient: Any, momentum: Any, decayed: Any, rate: Any, first: int, last: int) -> None:
    """Write v <- momentum v - decayed w - rate g and w <- w + v for the elements first to last."""
    w, v, g = weight[first:last], velocity[first:last], gradient[first:last]
    for j in range(last - first):
        v[j] = momentum * v[j] - decayed * w[j] - rate * g[j]
        w[j] += v[j]
