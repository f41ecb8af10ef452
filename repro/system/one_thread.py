"""Let the libraries under numpy, scipy and scikit-learn compute with one thread: sums in one order, whatever the machine.

Looking for these libraries takes milliseconds, which small images notice, so it is done again only after modules were imported:
that is when libraries are loaded.
"""

from __future__ import annotations

import functools
import sys
from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """A context in which they take one thread."""
    context: AbstractContextManager[Any] = _controller(len(sys.modules)).limit(limits=1)
    return context


@functools.lru_cache(maxsize=1)
def _controller(num_modules: int) -> ThreadpoolController:
    return ThreadpoolController()
