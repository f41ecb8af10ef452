"""What of a claim and of a page decides a verdict, as a digest: a plan declares it before the first run.

Words about them may be mended at any time.
"""

from __future__ import annotations

from dataclasses import fields

from repro.artifacts.provenance import spec_digest
from repro.spec.claims import Claim
from repro.spec.experiment import Table

#: What of a claim is only said of it: its place and words, how it was read, what others measured.
WORDS = ("where", "statement", "row", "column", "confidence", "note", "reproductions")
#: What of a page decides: which spreads are lent, and what is compared with what.
OF_PAGE = ("name", "control", "variants", "controls")


def claim_digest(claim: Claim) -> str:
    """The digest of what decides `claim`: kind, arms, metric, printed sizes, and that it is tested at all."""
    named = {item.name: getattr(claim, item.name) for item in fields(claim) if item.name not in WORDS}
    return spec_digest({"kind": claim.kind, **named})


def table_digest(table: Table) -> str:
    """The digest of what of a page decides the verdicts on its claims."""
    return spec_digest({name: getattr(table, name) for name in OF_PAGE})
