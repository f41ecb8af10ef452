"""The table of statements is complete: every row leads to claims or says why not, and all that it names is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest

from repro.artifacts.provenance import PACKAGE
from repro.spec.claims import Level
from repro.spec.terms.figures import FIGURES
from tests.known import KNOWN

FILE = PACKAGE.parent / "docs" / "statements.md"
PAPERS = [KNOWN.paper(name) for name in ("alexnet", "karpathy")]
CLAIMS = {claim.id: claim for paper in PAPERS for claim in paper.claims}
PAGE_OF = {claim: table for paper in PAPERS for table in paper.tables for claim in table.claims}
TABLES = {table.name: table for paper in PAPERS for table in paper.tables}
OTHERS = {scale.name for paper in PAPERS for scale in paper.scales} | {
    variant.name for paper in PAPERS for variant in paper.variants
}
#: How many statements each part of the two papers' presentation has.
NUM_ROWS = {
    "Both papers": 2,
    "A: the task and the data": 9,
    "A: units that do not saturate (section 3.1)": 5,
    "A: two GPUs (section 3.2)": 2,
    "A: local response normalisation (section 3.3)": 2,
    "A: overlapping pooling (section 3.4)": 2,
    "A: the architecture (section 3.5)": 8,
    "A: data augmentation (section 4.1)": 9,
    "A: dropout (section 4.2)": 3,
    "A: learning (section 5)": 3,
    "A: Table 1, ILSVRC-2010 test images": 4,
    "A: Table 2, ILSVRC-2012 validation and test images": 6,
    "B: background": 6,
    "B: architectures": 11,
    "B: Table 1, 200,000 test videos of Sports-1M": 10,
    "B: contributions of motion": 4,
    "B: conclusion": 6,
}


@dataclass(frozen=True)
class Statement:
    """A row: what is said, the ids of its claims, where it is shown, and why it has no claim."""

    section: str
    said: str
    claims: tuple[str, ...]
    shown: str
    why: str


def statements() -> list[Statement]:
    """Return the rows of the file, a row being a line of five bars that is no head."""
    section, found = "", []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        section = line[3:] if line.startswith("## ") else section
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[0] != "said" and not set(cells[0]) <= {"-"}:
            said, claims, shown, why = cells
            found.append(Statement(section, said, tuple(re.findall(r"`([^`]+)`", claims)), shown, why))
    return found


ROWS = statements()
EACH = [pytest.param(row, id=f"{number}-{row.said[:40]}") for number, row in enumerate(ROWS)]


def test_every_part_has_all_its_statements():
    counts = {section: sum(row.section == section for row in ROWS) for section in dict.fromkeys(row.section for row in ROWS)}
    assert counts == NUM_ROWS


@pytest.mark.parametrize("row", EACH)
def test_a_statement_has_claims_or_a_reason_why_not(row):
    assert row.said.endswith((".", ". "))
    assert row.claims or row.why.endswith(".")
    assert row.shown or row.why


@pytest.mark.parametrize("row", EACH)
def test_its_claims_are_judged(row):
    for name in row.claims:
        assert [claim for claim in CLAIMS if fnmatchcase(claim, name)], f"no claim {name}"


@pytest.mark.parametrize("row", EACH)
def test_what_shows_it_is_there(row):
    """A figure is on the page that is named before it; other names are of scales, variants or claims."""
    page = ""
    for word, name in re.findall(r"(figure )?`([^`]+)`", row.shown):
        if word:
            assert name in FIGURES
            assert name in [figure.name for figure in TABLES[page].figures], f"{page} has no figure {name}"
            continue
        page = name if name in TABLES else page
        assert name in TABLES or name in OTHERS, f"no page, scale or variant {name}"
    for name in re.findall(r"`([^`]+)`", row.why):
        assert name in OTHERS or name in CLAIMS or name == "prepare"


@pytest.mark.parametrize("row", EACH)
def test_its_claims_stand_on_pages_that_are_named(row):
    pages = {name for name in re.findall(r"`([^`]+)`", row.shown) if name in TABLES}
    for name in row.claims:
        assert {table.name for claim, table in PAGE_OF.items() if fnmatchcase(claim, name)} <= pages


def printed_number(claim: Level) -> str:
    """Return an error or hit as its table prints it."""
    hits = claim.id.startswith("B.T1.")
    return f"{100 * (1 - claim.paper_value if hits else claim.paper_value):.1f} %"


PRINTED = [
    claim
    for claim in CLAIMS.values()
    if isinstance(claim, Level) and claim.id.startswith(("A.T1.", "A.T2.", "B.T1.")) and ".released." not in claim.id
]


def test_the_three_tables_have_42_numbers():
    assert [sum(claim.id.startswith(table) for claim in PRINTED) for table in ("A.T1.", "A.T2.", "B.T1.")] == [6, 11, 25]


@pytest.mark.parametrize("claim", PRINTED, ids=lambda claim: claim.id)
def test_every_number_of_the_three_tables_stands_in_the_row_of_its_claim(claim):
    (row,) = [row for row in ROWS if claim.id in row.claims and row.section.partition(" Table ")[2]]
    assert printed_number(claim) in row.said
    assert row.said.startswith((claim.row, claim.row.partition(" (")[0]))


def test_sections_of_one_paper_stand_together():
    papers = [row.section.partition(":")[0] for row in ROWS]
    assert sum(one != other for one, other in pairwise(papers)) == 2
