"""The papers' numbered claims as facts/claims.csv states them."""

import csv

from repro.artifacts.provenance import PACKAGE

CLAIMS_FILE = PACKAGE.parent / "facts" / "claims.csv"


def stated_claims(paper: str) -> dict[str, dict[str, str]]:
    """Return the rows of the paper with this letter by the claim's id."""
    with CLAIMS_FILE.open(newline="", encoding="utf-8") as stream:
        return {row["id"]: row for row in csv.DictReader(stream) if row["paper"] == paper}
