"""The commands by which results are checked, given away and taken in: verify, publish, export, challenge, bring."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from repro.catalogue.claim_ids import find_claim
from repro.catalogue.known import Catalogue, catalogue
from repro.cli.arguments import UsageError, chosen_device
from repro.system.locks import writer
from repro.system.progress import Say
from repro.system.startup import importing

if TYPE_CHECKING:  # a command that checks nothing imports none of it
    from repro.verify.check import Check
    from repro.verify.stored import Stored


def verify_results(options: argparse.Namespace, say: Say) -> int:
    """Check results and print a line for each check; 1 if anything differs."""
    known = catalogue(options.catalogue)
    for name in ("rerun", "carry"):
        if getattr(options, name) < 0:
            raise UsageError(f"--{name} {getattr(options, name)}; allowed: 0 and above")
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    with importing():
        from repro.verify.stored import scale_folders
        from repro.verify.verify import json_of, verified, verified_tree

    found = []
    folders = scale_folders(options.results)
    for folder in folders:
        process = writer(folder)
        if process is not None:
            say(f"process {process} is writing {folder}: what it has not written yet is missing below; check again when it ends")
        further = _made_again(folder, known, options, seed=seed, say=say)
        found.append(verified(folder, known, further=further))
        if not options.json:
            print("\n".join(found[-1].lines()), flush=True)
    tree = verified_tree(options.results, folders)
    if tree is not None:
        found.append(tree)
        if not options.json:
            print("\n".join(tree.lines()), flush=True)
    if options.json:
        print(json_of(found))
    return 0 if all(item.holds for item in found) else 1


def publish_results(options: argparse.Namespace, say: Say) -> int:
    """Write results without what is large to a folder, and check what was written; or take published ones out again."""
    if options.take_out is not None:
        return _take_out(options, say)
    if options.results is None or options.why is not None:
        raise UsageError("publish takes RESULTS and --out DIR, or --take-out PLACE --why TEXT and --out DIR (publish --help)")
    with importing():
        from repro.analyse.publish import publish
        from repro.verify.stored import read_stored, scale_folders
        from repro.verify.verify import verified

    known, held, folders = catalogue(options.catalogue), True, scale_folders(options.results)
    for folder in folders:
        for problem in read_stored(folder, known).problems:
            raise UsageError(f"{folder} cannot be published: {problem}")
    for folder in folders:
        name = options.name or ""
        published, place = publish(folder, out=options.out, name=name), options.out / name / folder.name
        say(f"wrote {place}: {len(published.runs)} runs")
        found = verified(place.resolve(), known)
        print("\n".join(found.lines()))
        held = held and found.holds
    return 0 if held else 1


def _take_out(options: argparse.Namespace, say: Say) -> int:
    from repro.artifacts.published.publications import take_out

    if options.results is not None or options.name:
        raise UsageError("--take-out takes no RESULTS and no --name; give --out DIR, the tree that holds the place")
    if not (options.why or "").strip():
        raise UsageError("--take-out needs --why TEXT; allowed: a reason, which stands in the ledger of what was published")
    gone = take_out(options.out, options.take_out, why=options.why)
    say(f"took {gone.place} out of {options.out}: {gone.num_runs} runs; its ledger says why")
    return 0


def bring_runs(options: argparse.Namespace, say: Say) -> None:
    """Take in runs that were made where no folder is shared, with what the ledger of there says of them."""
    with importing():
        from repro.artifacts.published.published_json import FILE as PUBLISHED
        from repro.train.runs.brought import Elsewhere, bring, finished_runs

    there, here = options.elsewhere / options.scale, options.results / options.scale
    if not there.is_dir():
        raise UsageError(f"{there} is no folder; give results that have the scale {options.scale}")
    if here.is_dir() and here.samefile(there):
        raise UsageError(f"{there} is where the runs would be taken to; give other results, or into which: --results DIR")
    if (there / PUBLISHED).is_file():
        bring_published(options, there, to=here, say=say)
        return
    ledger = options.ledger or options.elsewhere / options.scale / "ledger.jsonl"
    named = [f"{options.scale}/{name}" for names in options.runs or () for name in names]
    runs = named or finished_runs(options.elsewhere, options.scale)
    brought = bring(runs, Elsewhere(results=options.elsewhere, ledger=ledger), results=options.results, say=say)
    kept = len(runs) - brought
    say(f"brought {brought} run{'s' * (brought != 1)} to {here}" + f"; {kept} were there already" * bool(kept))


def bring_published(options: argparse.Namespace, there: Path, *, to: Path, say: Say) -> None:
    """Take over published results whole, with their ledger, to go on with them."""
    with importing():
        from repro.artifacts.published.taken_over import take_over

    if options.runs or options.ledger:
        raise UsageError(f"{there} was published, and is taken over whole; leave out --runs and --ledger")
    brought = take_over(there, to=to)
    runs = f"{len(brought.runs)} published run{'s' * (len(brought.runs) != 1)}"
    say(f"took over {runs} to {to}; the workflow's command goes on from there, with the same folders of data")


def export_named(options: argparse.Namespace, say: Say) -> None:
    """Write what a name means to a folder: a run's weights and card, the card of prepared data, or the figure of a table."""
    with importing():
        from repro.readers.export import DATA, export_data, export_run
        from repro.readers.figures import TABLE, export_table

    scale, *rest = options.name.split("/")
    if len(rest) != 3 and not (len(rest) == 2 and rest[0] in (TABLE, DATA)):
        raise UsageError(f"got {options.name!r}; allowed: scale/paper/variant/seed, scale/data/NAME or scale/table/NAME")
    if len(rest) == 2 and rest[0] == TABLE:
        written = export_table(scale, rest[1], results=options.results, out=options.to)
    elif len(rest) == 2 and rest[0] == DATA:
        written = export_data(scale, rest[1], results=options.results, out=options.to)
    else:
        written = export_run(options.name, results=options.results, out=options.to)
    say(f"wrote {', '.join(str(path) for path in written)}")


def challenge_claim(options: argparse.Namespace, say: Say) -> None:
    """Judge a claim alone by seeds that follow from a text, and write that into the ledger."""
    if not options.beacon.strip():
        raise UsageError(f"--beacon {options.beacon!r}; allowed: a text that is not empty; give one that nobody knew before")
    papers = catalogue(options.catalogue).papers_at(options.scale)
    with importing():
        from repro.verify.challenge import Challenged, challenge, seeds_of

    paper, claim = find_claim(papers, options.claim)
    challenged = Challenged(
        paper=paper,
        claim=claim,
        scale=options.scale,
        beacon=options.beacon,
        seeds=seeds_of(claim.id, beacon=options.beacon, num=options.seeds),
        results=options.results,
    )
    found = challenge(challenged, device=chosen_device(options.device), say=say)
    print(f"{claim.id} by {len(found.seeds)} seeds of {found.beacon!r}: {found.verdict}. {found.reason}")


def _made_again(folder: Path, known: Catalogue, options: argparse.Namespace, *, seed: int, say: Say) -> list[Check]:
    """What is made again, as far as it is asked for: runs, data, pages."""
    if not (options.rerun or options.carry or options.data or options.pages):
        return []
    from repro.verify.stored import read_stored

    stored = read_stored(folder, known)
    checks = []
    if options.rerun or options.carry:
        checks += _runs_made_again(stored, options, seed=seed, say=say)
    if options.data:
        with importing():
            from repro.verify.made_again.data import data_made_again

        checks.append(data_made_again(stored, say=say))
    if options.pages:
        from repro.verify.made_again.pages import pages_made_again

        checks.append(pages_made_again(stored, known, reports=options.pages))
    return checks


def _runs_made_again(stored: Stored, options: argparse.Namespace, *, seed: int, say: Say) -> list[Check]:
    with importing():
        from repro.verify.rerun import carry_checked, rerun_checked

    device, checks = chosen_device(options.device), []
    if options.carry:
        checks.append(carry_checked(stored, num=options.carry, seed=seed, device=device, say=say))
    if options.rerun:
        checks.append(rerun_checked(stored, num=options.rerun, seed=seed, device=device, say=say))
    return checks
