"""The commands by which results are checked: verify."""

from __future__ import annotations

import argparse

from repro.catalogue.known import catalogue
from repro.system.progress import Say
from repro.system.startup import importing


def verify_results(options: argparse.Namespace, say: Say) -> int:
    """Check results and print a line for each check; 1 if anything differs."""
    known = catalogue(options.catalogue)
    with importing():
        from repro.verify.stored import scale_folders
        from repro.verify.verify import json_of, verified

    found = []
    for folder in scale_folders(options.results):
        found.append(verified(folder, known))
        if not options.json:
            print("\n".join(found[-1].lines()), flush=True)
    if options.json:
        print(json_of(found))
    return 0 if all(item.holds for item in found) else 1
