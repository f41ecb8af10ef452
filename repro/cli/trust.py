"""The commands by which results are checked: verify."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from repro.catalogue.known import Catalogue, catalogue
from repro.cli.arguments import UsageError, chosen_device
from repro.system.progress import Say
from repro.system.startup import importing

if TYPE_CHECKING:  # a command that checks nothing imports none of it
    from repro.verify.check import Check


def verify_results(options: argparse.Namespace, say: Say) -> int:
    """Check results and print a line for each check; 1 if anything differs."""
    known = catalogue(options.catalogue)
    for name in ("rerun", "carry"):
        if getattr(options, name) < 0:
            raise UsageError(f"--{name} {getattr(options, name)}; allowed: 0 and above")
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    with importing():
        from repro.verify.stored import scale_folders
        from repro.verify.verify import json_of, verified

    found = []
    for folder in scale_folders(options.results):
        further = _made_again(folder, known, options, seed=seed, say=say) if options.rerun or options.carry else []
        found.append(verified(folder, known, further=further))
        if not options.json:
            print("\n".join(found[-1].lines()), flush=True)
    if options.json:
        print(json_of(found))
    return 0 if all(item.holds for item in found) else 1


def _made_again(folder: Path, known: Catalogue, options: argparse.Namespace, *, seed: int, say: Say) -> list[Check]:
    with importing():
        from repro.verify.rerun import carry_checked, rerun_checked
        from repro.verify.stored import read_stored

    device = chosen_device(options.device)
    stored = read_stored(folder, known)
    checks = []
    if options.carry:
        checks.append(carry_checked(stored, num=options.carry, seed=seed, device=device, say=say))
    if options.rerun:
        checks.append(rerun_checked(stored, num=options.rerun, seed=seed, device=device, say=say))
    return checks
