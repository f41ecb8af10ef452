"""The command `export`: a finished run or prepared data, for others."""

from __future__ import annotations

import argparse

from repro.system.progress import Say
from repro.system.startup import importing


def export_named(options: argparse.Namespace, say: Say) -> None:
    """Write what the name means to the folder: a run's weights and card, or the card of data."""
    with importing():
        from repro.readers.export import DATA, export_data, export_run

    scale, *rest = options.name.split("/")
    if len(rest) == 2 and rest[0] == DATA:
        written = export_data(scale, rest[1], results=options.results, out=options.to)
    else:
        written = export_run(options.name, results=options.results, out=options.to)
    say(f"wrote {', '.join(str(path) for path in written)}")
