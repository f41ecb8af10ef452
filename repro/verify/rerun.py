"""Make runs again, compare them, and file receipts: of random runs, or of runs by which others are carried over a change."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass

from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import End, Receipt
from repro.artifacts.provenance import code_digest
from repro.artifacts.run_json import RunJson
from repro.artifacts.runs_csv import Measurement, read_runs_csv
from repro.report.text.formatting import counted
from repro.system.progress import Say
from repro.system.some import some
from repro.verify.check import Check
from repro.verify.choosing import at_random, covered, covering, of_other_code
from repro.verify.equal import Compared, compared
from repro.verify.remade import Remade, made_again
from repro.verify.stored import Stored

COMPARED = "scores, weights, kernels, pictures and log without times"


@dataclass(frozen=True, kw_only=True)
class Again:
    """What came of making runs again: receipts of those that were compared, and why others were not."""

    receipts: tuple[Receipt, ...]
    problems: tuple[str, ...]


def rerun_checked(stored: Stored, *, num: int, seed: int, device: str, say: Say) -> Check:
    """Make `num` random runs again and compare them; receipts go into the ledger."""
    chosen = at_random(stored, num=num, seed=seed)
    if not chosen:
        return Check(name="made again", unchecked=("there is no finished run that could be made again",))
    again = made_again_and_filed(chosen, stored, device=device, say=say)
    problems = [*again.problems, *(said for said in map(_wrong, again.receipts) if said)]
    apart = [receipt.run for receipt in again.receipts if not receipt.equal and receipt.within and not receipt.same_machine]
    equal = sum(receipt.equal for receipt in again.receipts)
    found = f"{counted(len(again.receipts), 'run')} of {len(stored.records)} made again (--seed {seed}): {equal} equal to the bit"
    found += f", {len(apart)} of another machine within the spread between seeds" if apart else ""
    filed = ("published results are not written: no receipt was filed",) if stored.published else ()
    return Check(name="made again", found=found if again.receipts else "", problems=tuple(problems), unchecked=filed)


def carry_checked(stored: Stored, *, num: int, seed: int, device: str, say: Say) -> Check:
    """Make runs of other code than is here again by the code that is here; where they are equal, the others are carried."""
    found: list[str] = []
    problems: list[str] = []
    unchecked: list[str] = []
    for (stage, code), records in of_other_code(stored).items():
        chosen = covering(records, num=num, seed=seed)
        again = made_again_and_filed(chosen, stored, device=device, say=say)
        problems += again.problems
        wrong = [said for said in map(_wrong, again.receipts) if said]
        elsewhere = [receipt.run for receipt in again.receipts if not receipt.equal and not _wrong(receipt)]
        problems += wrong
        change = f"{stage}: {counted(len(records), 'run')} of code {code[:12]}, here is {code_digest(stage)[:12]}"
        if wrong or elsewhere or not again.receipts:
            why = "another machine cannot show it" if elsewhere and not wrong else "what was made again is not equal"
            unchecked.append(f"{change}: not carried, {why}")
            continue
        held, there = covered(chosen, records)
        variants = some(sorted({record.variant for record in chosen}))
        found.append(
            f"{change}: carried by {counted(len(chosen), 'receipt')} ({variants}), which hold {held} of their {there} settings"
        )
    if not found and not problems and not unchecked:
        found.append("every run was made by the code that is here: there is nothing to carry")
    return Check(name="carry", found="; ".join(found), problems=tuple(problems), unchecked=tuple(unchecked))


def made_again_and_filed(chosen: Sequence[RunJson], stored: Stored, *, device: str, say: Say) -> Again:
    """Make runs again, compare each, and add a receipt of it to the ledger; published results are not written."""
    rows = _rows(stored)
    receipts, problems = [], []
    with made_again(chosen, stored, device=device, say=say) as remade:
        for one in remade:
            if one.record is None:
                problems.append(f"run {one.stored.id} could not be made again: {one.problem}")
                continue
            found = compared(one, place=stored.place(one.stored.id), rows=rows)
            receipts.append(_receipt(one, found, ledger=read_ledger(stored.folder)))
    if receipts and stored.published is None:
        append(stored.folder, *receipts)
    return Again(receipts=tuple(receipts), problems=tuple(problems))


def _rows(stored: Stored) -> tuple[Measurement, ...]:
    try:
        return read_runs_csv(stored.folder / "runs.csv").rows
    except FileFormatError:
        return ()


def _receipt(remade: Remade, found: Compared, *, ledger: Ledger) -> Receipt:
    assert remade.record is not None
    ends = [line.sha256 for line in ledger.of(End) if line.event.run == remade.stored.id and line.event.whole]
    return Receipt(
        run=remade.stored.id,
        equal=found.equal,
        compared=COMPARED,
        code_before=remade.stored.code_digest,
        code_after=remade.record.code_digest,
        host=platform.node(),
        device=remade.record.device,
        same_machine=found.same_machine,
        within=found.within,
        reason=found.reason,
        end=ends[-1] if ends else "",
    )


def _wrong(receipt: Receipt) -> str:
    """What is wrong with a run that came out otherwise; "" if it is equal, or may differ on another machine."""
    if receipt.equal or (not receipt.same_machine and receipt.within):
        return ""
    if receipt.same_machine:
        return f"run {receipt.run}, made again on the same kind of machine, is another: {receipt.reason}"
    return f"run {receipt.run}, made again on another machine, is outside the spread between seeds: {receipt.reason}"
