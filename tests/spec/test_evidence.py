"""Every evidence level is one entry of one table."""

import pytest

from repro.papers import PAPERS
from repro.spec.evidence import EVIDENCE, OF_SCALES, evidence_level
from repro.spec.names import UnknownName


def test_the_evidence_of_a_scale_is_that_of_some_data():
    assert set(OF_SCALES) == set(EVIDENCE) - {"architecture"}
    assert {scale.evidence for paper in PAPERS.values() for scale in paper.scales} <= set(OF_SCALES)


def test_an_unknown_level_is_an_error_that_says_what_to_do():
    with pytest.raises(UnknownName, match=r"unknown evidence level 'demo'.*judge again"):
        evidence_level("demo")
