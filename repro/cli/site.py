"""The commands over several folders of results: one site, and lines of effects over sizes."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import repro
from repro.artifacts.files import remove_parts
from repro.artifacts.provenance import environment
from repro.catalogue.known import Catalogue, catalogue
from repro.cli.arguments import UsageError
from repro.system.processors import num_usable
from repro.system.progress import Say
from repro.system.startup import importing


def write_pages(options: argparse.Namespace, say: Say) -> None:
    """Write the site; verdicts that `judge` would not write are refused."""
    known = catalogue(options.catalogue)
    with importing():
        from repro.analyse.sizes.series import series_among
        from repro.planning.prices import own_data_prices
        from repro.report.site.answers import stale_lines
        from repro.report.site.folders import find
        from repro.report.site.place import refuse_place
        from repro.report.site.tree import write_site

    found = find(options.folders)
    refuse_place(options.out, typed=options.folders, results=found.scales)
    for folder in found.scales:
        if not (folder / "runs").is_dir():
            say(f"{folder} has no runs/, as if half of it was copied: its runs have no page, curve or log; copy the whole folder")
    unjudged = {folder: _unjudged(folder, known, say) for folder in found.scales}
    series, refused = series_among(found.scales, known.papers)
    for line in refused:
        say(line)
    remove_parts(options.out, below=True)
    written = write_site(
        found,
        known.papers,
        out=options.out,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        commit=environment()["commit"],
        version=repro.__version__,
        unjudged=unjudged,
        prices=own_data_prices(known.papers),
        series=series,
        num_processes=num_usable(),
    )
    for line in stale_lines(written.answers):
        say(line)
    say(f"wrote {written.page}: {written.words}")


def fit_sizes(options: argparse.Namespace, say: Say) -> None:
    """Write the lines of each axis into the folder of its largest size, and print one line for each effect."""
    known = catalogue(options.catalogue)
    with importing():
        from repro.analyse.sizes.series import siblings, sizes_in
        from repro.artifacts.documents import text_of
        from repro.artifacts.judged.sizes_json import write_sizes
        from repro.report.sizes.words import effect_words

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


def _unjudged(folder: Path, known: Catalogue, say: Say) -> str:
    """Why the verdicts of a folder could not be judged again, "" if they were."""
    from repro.analyse.judge.again import refuse_other_verdicts

    papers = [paper for paper in known.papers if paper.has_scale(folder.name)]
    why = refuse_other_verdicts(papers, scale=folder.name, results=folder.parent) if papers else ""
    if why:
        say(f"the verdicts of {folder} could not be judged again: {why}; the pages say so")
    return why
