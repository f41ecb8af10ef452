"""Whether prepared data are those of a data set as its scale has it now: by the settings that decide what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from repro.artifacts.provenance import plain, spec_difference
from repro.spec.experiment import AnyDataset


def other_settings(stored: Mapping[str, Any], dataset: AnyDataset) -> str:
    """What data were prepared with that `dataset` has otherwise: `stored_px 28, now 26`; empty if all is alike.

    stored: the specification in a `dataset.json`; one that is empty says nothing. Names and titles decide no byte and may differ.
    """
    changes = spec_difference(stored, plain(dataset)) if stored else ()
    if not changes:
        return ""
    from repro.data.prepare.preparation import DECIDE_NO_BYTE  # takes as long to import as all else here, and is needed rarely

    deciding = [change for change in changes if change.key.partition(".")[0] not in DECIDE_NO_BYTE]
    return ", ".join(f"{change.key} {change.base}, now {change.other}" for change in deciding)
