"""Look for garbage only where some may be: what imports make lives as long as the process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Import modules without looking for garbage among what they make, which takes a tenth of a start."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def leave_it() -> None:
    """Say that the process ends: what is left goes with it, and looking for garbage among it would take half a second."""
    gc.freeze()
