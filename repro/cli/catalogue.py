"""The commands that say what there is: list, show, diff."""

from __future__ import annotations

import argparse
import json
from typing import Any

from repro.artifacts.provenance import flatten, plain, spec_difference, spec_digest
from repro.catalogue.known import catalogue
from repro.cli.arguments import parse_run
from repro.spec.experiment import Paper, Variant
from repro.spec.geometry.summary import geometry_summary
from repro.spec.run import Experiment, Run
from repro.system.progress import Say

#: Characters of a value that `list` shows; `show` and `diff` show all of it.
MOST_SHOWN = 90


def list_papers(options: argparse.Namespace, say: Say) -> None:
    """Print the papers, or only the one that is named, with scales, variants and tables."""
    known = catalogue(options.catalogue)
    papers = [known.paper(options.paper)] if options.paper else known.papers
    for paper in papers:
        print(f"{paper.name}: {paper.title} ({paper.authors}, {paper.year})")
        names = [scale.name for scale in paper.scales] + [variant.name for variant in paper.variants]
        width = 2 + max(map(len, names + [table.name for table in paper.tables]))
        print("  scales")
        for scale in paper.scales:
            seeds = f"{scale.num_seeds} seed{'s' if scale.num_seeds > 1 else ''}"
            print(f"    {scale.name:{width}}{scale.title}; {scale.evidence}; {seeds}")
        print("  variants")
        for variant in paper.variants:
            print(f"    {variant.name:{width}}{variant.title}{_change(paper, variant)}")
        print("  tables (each is a target of the workflow)")
        for table in paper.tables:
            print(f"    {table.name:{width}}{table.title}; {len(table.variants)} variants, {len(table.claims)} claims")


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
    """Print each leaf in which two runs differ, names and seed apart."""
    known = catalogue(options.catalogue)
    base, other = parse_run(options.base, known), parse_run(options.other, known)
    left, right = flatten(_compared(base)), flatten(_compared(other))
    changes = spec_difference(_compared(base), _compared(other))
    for item in changes:
        print(f"{item.key}: {left.get(item.key, 'absent')} -> {right.get(item.key, 'absent')}")
    if not changes:
        print("no difference but the name")


def _compared(run: Run) -> dict[str, Any]:
    return {**plain(run.experiment), "dataset": plain(run.dataset)}
