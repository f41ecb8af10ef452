"""The command that fits lines of effects against the size of what was trained on."""

from __future__ import annotations

import argparse

from repro.catalogue.known import catalogue
from repro.cli.arguments import UsageError
from repro.system.progress import Say
from repro.system.startup import importing


def fit_sizes(options: argparse.Namespace, say: Say) -> None:
    """Write the lines of each axis into the folder of its largest size, and print one line for each effect."""
    known = catalogue(options.catalogue)
    with importing():
        from repro.analyse.sizes.series import siblings, sizes_in
        from repro.artifacts.documents import text_of
        from repro.artifacts.sizes_json import write_sizes
        from repro.report.text.sizes import effect_words

    folders = list(dict.fromkeys(folder.resolve() for folder in options.folders))
    for folder in folders:
        if not (folder / "claims.json").is_file():
            raise UsageError(
                f"FOLDER {folder} has no claims.json; allowed: results of a scale that were judged, such as results/cifar10; "
                f"type python -m repro report --scale {folder.name} --results {folder.parent} first"
            )
    if len(folders) == 1:
        folders = siblings(folders[0], known.papers)
    for folder, sizes in sizes_in(folders, known.papers):
        path = write_sizes(folder, sizes)
        if options.json:
            print(text_of(sizes), end="")
            continue
        num = sum(effect.line is not None for effect in sizes.effects)
        say(f"wrote {path}: {num} of {len(sizes.effects)} effects have a line over {len(sizes.folders)} sizes; no verdicts")
        for effect in sizes.effects:
            print(f"  {effect.claim}: {effect_words(effect, along=sizes.along)}")
