"""Verify folders of results: every check of a scale, in the order in which one rests on another."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.receipts import made_again_words
from repro.catalogue.known import Catalogue
from repro.report.text.formatting import counted
from repro.verify.calibration import calibration_checked
from repro.verify.chain import chain_checked, publications_checked
from repro.verify.challenges import challenges_checked
from repro.verify.check import Check, Verified
from repro.verify.files import data_checked, files_checked, records_checked
from repro.verify.made_again.sizes import sizes_checks
from repro.verify.metrics import metrics_checked
from repro.verify.stored import Stored, read_stored
from repro.verify.tuned.searches import rates_checked
from repro.verify.verdicts import claims_checked

CHECKS: tuple[Callable[[Stored], Check], ...] = (
    chain_checked,
    records_checked,
    files_checked,
    data_checked,
    metrics_checked,
    claims_checked,
    calibration_checked,
    challenges_checked,
    rates_checked,
)


def verified(folder: Path, known: Catalogue, *, further: Sequence[Check] = ()) -> Verified:
    """Check a scale's folder of results; `further`: checks that were made besides.

    Raises:
        NothingToVerify: no known paper has this scale.
    """
    stored = read_stored(folder, known)
    checks = [*(check(stored) for check in CHECKS), *sizes_checks(stored)]
    tip, made_again = "", ""
    try:
        ledger = read_ledger(folder)
        tip, made_again = ledger.tip, made_again_words(ledger)
    except FileFormatError:
        pass  # the chain's own check says so
    head = ", ".join(filter(None, (counted(len(stored.records), "run"), made_again)))
    return Verified(folder=str(folder), head=head, tip=tip, checks=(*checks, *further))


def verified_tree(tree: Path, folders: Sequence[Path]) -> Verified | None:
    """Check the ledger of what was published in `tree`, which holds the scales' `folders`; None if nothing was."""
    tree = Path(tree).resolve()
    check = publications_checked(tree, folders)
    return Verified(folder=str(tree), head="what was published", tip="", checks=(check,)) if check is not None else None


def json_of(folders: Sequence[Verified]) -> str:
    """What was verified, as JSON."""
    holds = all(item.holds for item in folders)
    return json.dumps({"holds": holds, "folders": [item.plain() for item in folders]}, indent=1)
