"""The command `ledger`: print what a scale's ledger says in a few numbers, or begin it anew."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from repro.artifacts.ledger.append import begin_anew
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.summary import summary_of
from repro.cli.arguments import UsageError
from repro.system.locks import claim
from repro.system.progress import Say


def show_ledger(options: argparse.Namespace, say: Say) -> None:
    """Print the counts and the tip of the ledger of a scale, after beginning it anew if that is asked for."""
    folder = Path(options.results) / options.scale
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder of results; give those of a scale: --results DIR --scale NAME")
    if options.begin_anew is not None:
        if not options.begin_anew.strip():
            raise UsageError("--begin-anew got no reason; say in words why, the pages show it: --begin-anew WHY")
        held = claim(folder)
        try:
            begin_anew(folder, why=options.begin_anew)
        finally:
            os.close(held)
    found = summary_of(read_ledger(folder))
    if found is None:
        print(f"{folder} has no ledger: nothing shows what was started there.")
        return
    print(f"begun {found.begun_at} ({found.why}), with {found.found} runs that were there")
    print(f"started {found.started}: ended {found.ended}, diverged {found.diverged}, failed {found.failed}, ", end="")
    print(f"stopped {found.stopped}, without an end {found.open}; made again {found.made_again}")
    if found.begins > 1:
        print(f"before it was begun anew: started {found.started_before}, of which diverged {found.diverged_before}")
    print(f"line {found.line} {found.tip}")
