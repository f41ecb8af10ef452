"""What a paper declares before a run: the digest of each claim and of each table, words left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro.artifacts.provenance import plain, spec_digest

if TYPE_CHECKING:
    from repro.spec.claims.kinds import Claim
    from repro.spec.experiment import Paper, Table

#: Fields of a claim, and of a table, that are read by people alone: they decide no verdict and may be corrected any time.
WORDS_OF_CLAIMS = ("where", "statement", "row", "column", "confidence", "note", "reproductions")
#: Which claims stand on a page is in their own digests: one more changes nothing of the others.
WORDS_OF_TABLES = ("title", "where", "about", "figures", "measures", "shows", "differences", "claims")


def claim_digest(claim: Claim, *, page: str = "") -> str:
    """The SHA-256 of all by which a claim is judged; page: on which it stands, whose variants lend their spread."""
    fields = {name: value for name, value in plain(claim).items() if name not in WORDS_OF_CLAIMS}
    return spec_digest({"kind": claim.kind, "page": page, **fields})


def table_digest(table: Table) -> str:
    """The SHA-256 of what a table decides: its arms and their controls."""
    return spec_digest({name: value for name, value in plain(table).items() if name not in WORDS_OF_TABLES})


def claim_digests(paper: Paper) -> dict[str, str]:
    """By `paper/claim` the digest of each claim."""
    pages = {name: table.name for table in reversed(paper.tables) for name in table.claims}
    return {f"{paper.name}/{claim.id}": claim_digest(claim, page=pages.get(claim.id, "")) for claim in paper.claims}


def table_digests(paper: Paper) -> dict[str, str]:
    """By `paper/table` the digest of each table."""
    return {f"{paper.name}/{table.name}": table_digest(table) for table in paper.tables}
