"""An id that no claim has is answered by those that may be meant, whatever part of one was typed."""

from __future__ import annotations

import pytest

from repro.catalogue.claim_ids import UnknownClaimError, find_claim, meant
from repro.papers import PAPERS

IDS = ("A.S3.3.lrn.top1", "A.S3.3.lrn.top5", "A.S3.4.pool.top1", "A.T1.full.top1", "B.T1.slow.clip1", "B.T10.slow.clip1")


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("A.S3.3", ["A.S3.3.lrn.top1", "A.S3.3.lrn.top5"]),
        ("A.S3.3.", ["A.S3.3.lrn.top1", "A.S3.3.lrn.top5"]),
        ("B.T1", ["B.T1.slow.clip1"]),
        ("lrn", ["A.S3.3.lrn.top1", "A.S3.3.lrn.top5"]),
        ("lrn.top5", ["A.S3.3.lrn.top5"]),
        ("a.s3.3.LRN.top1", ["A.S3.3.lrn.top1"]),
        ("A.S3.3.lrn.top2", ["A.S3.3.lrn.top5"]),
        ("A.S3.3.nrm.top1", ["A.S3.3.lrn.top1"]),
        ("A.S3.3/lrn/top1", ["A.S3.3.lrn.top1"]),
        ("", []),
        ("of another kind", []),
    ],
)
def test_what_may_be_meant_by_a_part_a_slip_or_another_case(typed: str, ids: list[str]) -> None:
    assert meant(typed, IDS) == ids


def test_every_claim_is_found_and_any_beginning_of_its_id_leads_to_it() -> None:
    papers = tuple(PAPERS.values())
    every = [claim.id for paper in papers for claim in paper.claims]
    for paper in papers:
        for claim in paper.claims:
            assert find_claim(papers, claim.id) == (paper, claim)
            start = claim.id.rpartition(".")[0]
            if start not in every:
                assert claim.id in meant(start, every)


def test_many_are_counted_and_none_is_answered_by_where_to_look() -> None:
    papers = tuple(PAPERS.values())
    with pytest.raises(UnknownClaimError, match=r"^unknown claim 'A'; did you mean one of A\.[^ ]+,.* and \d+ more\? \(python"):
        find_claim(papers, "A")
    with pytest.raises(
        UnknownClaimError, match=r"^unknown claim 'nonsense'; allowed: an id such as A\.[^ ]+ \(python -m repro li"
    ):
        find_claim(papers, "nonsense")
