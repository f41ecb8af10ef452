"""Every evidence level is one entry of one table."""

import pytest

from repro.papers import PAPERS
from repro.spec.datasets import EVIDENCE
from repro.spec.names import UnknownName
from repro.spec.terms.evidence import ARCHITECTURE, LEVELS, evidence_level


def test_the_evidence_of_a_scale_is_that_of_some_data():
    assert set(EVIDENCE) == set(LEVELS) - {ARCHITECTURE}
    assert {scale.evidence for paper in PAPERS.values() for scale in paper.scales} <= set(EVIDENCE)


def test_an_unknown_level_is_an_error_that_says_what_to_do():
    with pytest.raises(UnknownName, match=r"unknown evidence level 'demo'.*judge again"):
        evidence_level("demo")
