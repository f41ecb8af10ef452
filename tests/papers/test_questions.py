"""Every claim is asked about, by questions whose names and claims lead somewhere."""

from dataclasses import replace

import pytest

from repro.catalogue.check import paper_faults
from repro.catalogue.questions import questions_of
from repro.papers import PAPERS
from repro.spec.claims.questions import Question
from repro.spec.experiment import Extension, Paper, extended
from tests.known import ALL

ALEXNET = PAPERS["alexnet"]


@pytest.mark.parametrize("paper", [paper for paper in ALL if paper.questions], ids=lambda paper: paper.name)
def test_every_claim_of_a_paper_belongs_to_a_question(paper: Paper):
    asked = {claim for question in paper.questions for claim in question.claims}
    assert asked == {claim.id for claim in paper.claims}


def test_every_known_paper_asks_questions_of_its_own():
    assert [paper.name for paper in ALL if not paper.questions] == []


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_the_headline_is_a_claim_that_runs_or_layers_can_decide_unless_all_are_levels(paper: Paper):
    claims = {claim.id: claim for claim in paper.claims}
    for question in paper.questions:
        kinds = {claims[name].kind for name in question.claims}
        assert claims[question.headline].kind != "level" or kinds == {"level"}, question.name


@pytest.mark.parametrize("paper", ALL, ids=lambda paper: paper.name)
def test_a_doi_has_the_form_of_one(paper: Paper):
    assert paper.doi.startswith("10.") and "/" in paper.doi


FAULTS = [
    ({"title": "Normalisation helps"}, "a sentence that ends with [?]"),
    ({"claims": ()}, "one and more ids, each once"),
    ({"claims": ("A.S5.wd", "A.S5.wd")}, "each once"),
    ({"headline": "A.S5.biasinit"}, "headline 'A.S5.biasinit'; allowed: one of its claims [(]A.S5.wd[)]"),
]


@pytest.mark.parametrize(("changed", "message"), FAULTS)
def test_a_question_that_cannot_be_asked_is_refused(changed, message):
    good = Question(name="decay", title="Does it help?", headline="A.S5.wd", claims=("A.S5.wd",))
    with pytest.raises(ValueError, match=message):
        replace(good, **changed)


def test_an_unknown_claim_and_a_second_question_of_one_name_are_named():
    asked = Question(name="decay", title="Does it help?", headline="A.S5.dw", claims=("A.S5.dw",))
    found = list(paper_faults(replace(ALEXNET, questions=(asked, asked))))
    assert any("'decay' of alexnet is there twice" in fault for fault in found)
    assert any("unknown claim 'A.S5.dw'; did you mean 'A.S5.wd'?" in fault for fault in found)


def test_a_name_that_is_no_name_of_a_file_is_refused():
    asked = Question(name="../decay", title="Does it help?", headline="A.S5.wd", claims=("A.S5.wd",))
    assert any("'../decay'" in fault for fault in paper_faults(replace(ALEXNET, questions=(asked,))))


def test_claims_that_no_question_names_are_asked_page_by_page_so_that_none_is_lost():
    bare = replace(ALEXNET, questions=())
    asked = [claim for question in questions_of(bare) for claim in question.claims]
    assert sorted(asked) == sorted(claim.id for claim in bare.claims)
    assert questions_of(ALEXNET) == ALEXNET.questions


def test_an_extension_brings_questions_of_its_own():
    asked = Question(name="mine", title="Does it help?", headline="A.S5.wd", claims=("A.S5.wd",))
    assert extended(ALEXNET, Extension(paper="alexnet", questions=(asked,))).questions[-1] == asked
