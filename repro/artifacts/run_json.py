"""Name the methods that make runs, as run.json has them. No library is imported, so that pages may ask as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A network that was trained; runs recorded before there were other methods all are of one.
NETWORK = "network"


def method_of(record: Mapping[str, Any]) -> str:
    """Return the method that made a run."""
    return str(record.get("method", NETWORK))


def trained(record: Mapping[str, Any]) -> bool:
    """Say whether the run is that of a network, which has a training log."""
    return method_of(record) == NETWORK
