"""The commands that say what there is: list, show, diff."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sized
from pathlib import Path
from typing import Any

from repro.artifacts.provenance import flatten, plain, spec_difference, spec_digest
from repro.catalogue.known import catalogue
from repro.cli.arguments import UsageError, parse_run
from repro.spec.experiment import Paper, Variant
from repro.spec.geometry.summary import geometry_summary
from repro.spec.run import Experiment, Run
from repro.spec.scales.series import ALLOWED
from repro.system.progress import Say
from repro.system.startup import importing

#: Characters of a value that `list` shows; `show` and `diff` show all of it.
MOST_SHOWN = 90


def list_papers(options: argparse.Namespace, say: Say) -> None:
    """Print the papers, or only the one that is named, with scales, variants and tables."""
    known = catalogue(options.catalogue)
    papers = [known.paper(options.paper)] if options.paper else known.papers
    for paper in papers:
        print(f"{paper.name}: {paper.title} ({paper.authors}, {paper.year})")
        if options.claims:
            _list_claims(paper)
            continue
        names = [scale.name for scale in paper.scales] + [variant.name for variant in paper.variants]
        width = 2 + max(map(len, names + [table.name for table in paper.tables]))
        print("  scales")
        for scale in paper.scales:
            seeds = _counted(range(scale.num_seeds), "seed")
            data = ", ".join(dataset.name for dataset in scale.datasets)
            print(f"    {scale.name:{width}}{scale.title}; {scale.evidence}; {seeds}; data: {data}")
        print(f"    each also at a size, {ALLOWED}")
        print("  variants")
        for variant in paper.variants:
            print(f"    {variant.name:{width}}{variant.title}{_change(paper, variant)}")
        print("  tables (each is a target of the workflow)")
        for table in paper.tables:
            holds = f"{_counted(table.variants, 'variant')}, {_counted(table.claims, 'claim')}"
            print(f"    {table.name:{width}}{table.title}; {holds}")


def _counted(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}{'s' * (len(items) != 1)}"


def _list_claims(paper: Paper) -> None:
    width = 2 + max((len(claim.id) for claim in paper.claims), default=0)
    for claim in paper.claims:
        print(f"  {claim.id:{width}}{claim.where}: {claim.statement}")


def _change(paper: Paper, variant: Variant) -> str:
    if variant.base is None:
        return ""
    value = json.dumps(plain(variant.value))
    shown = value if len(value) <= MOST_SHOWN else f"{value[: MOST_SHOWN - 3]}..."
    return f"; {variant.base} with {variant.key} = {shown}"


def show_run(options: argparse.Namespace, say: Say) -> None:
    """Print the specification of a run and its network's geometry as JSON."""
    run = parse_run(options.run, catalogue(options.catalogue))
    num_classes = run.dataset.procedural.num_classes if run.dataset.procedural else None
    value = {"id": run.id, "spec_digest": spec_digest(run.experiment), "run": plain(run)}
    print(
        json.dumps(
            value
            | (
                {"geometry": geometry_summary(run.trained.network, num_classes=num_classes)}
                if isinstance(run.experiment, Experiment)
                else {}
            ),
            indent=1,
        )
    )


def diff_runs(options: argparse.Namespace, say: Say) -> None:
    """Print each leaf in which two runs differ, names and seed apart; or how two folders of results do."""
    folders = [name for name in (options.base, options.other) if Path(name).is_dir()]
    if len(folders) == 2:
        return _diff_folders(options, say)
    if folders:
        other = next(name for name in (options.base, options.other) if name not in folders)
        raise UsageError(
            f"{folders[0]} is a folder and {other} is none; allowed: two folders of results, or two runs (scale/...)"
        )
    if options.json or options.page:
        raise UsageError("--json and --page are for two folders of results; got two runs, whose difference is printed as lines")
    known = catalogue(options.catalogue)
    base, other = parse_run(options.base, known), parse_run(options.other, known)
    left, right = flatten(_compared(base)), flatten(_compared(other))
    changes = spec_difference(_compared(base), _compared(other))
    for item in changes:
        print(f"{item.key}: {left.get(item.key, 'absent')} -> {right.get(item.key, 'absent')}")
    if not changes:
        print("no difference but the name")


def _diff_folders(options: argparse.Namespace, say: Say) -> None:
    """Print how two folders of results differ, cell by cell."""
    if not 0 < options.margin < 1:
        raise UsageError(f"--margin {options.margin}; allowed: between 0 and 1, such as .01 for one point")
    with importing():
        from repro.analyse.compare import words
        from repro.analyse.compare.compare import compare

    found = compare(Path(options.base), Path(options.other), margin=options.margin)
    print(words.json_of(found, margin=options.margin) if options.json else "\n".join(words.lines(found, margin=options.margin)))
    if options.page is not None:
        with importing():
            from repro.report.comparison import render_comparison

        render_comparison(found, options.page, margin=options.margin)
        say(f"wrote {options.page}")


def _compared(run: Run) -> dict[str, Any]:
    return {**plain(run.experiment), "dataset": plain(run.dataset)}
