"""What is decided of the judgeable claims; what is no question here is counted apart."""

from __future__ import annotations

from repro.analyse.evidence.verdict import ANSWERS, NO_QUESTION, VERDICTS
from repro.artifacts.judged import JudgedLevel
from repro.report.pages.tally import headline, tally
from tests.artifacts.made import entry


def test_levels_of_other_data_and_what_cannot_be_tested_are_not_among_the_judgeable() -> None:
    verdicts = ["REPRODUCED", "REVERSED", "INCONCLUSIVE", "INCOMPLETE", *["NOT-COMPARABLE"] * 5, "UNTESTABLE-HERE"]
    found = tally([entry(JudgedLevel, id=str(number), verdict=name) for number, name in enumerate(verdicts)])
    assert found.headline == "2 of 4 judgeable claims decided"
    assert [(item.words.name, item.number) for item in found.apart] == [("UNTESTABLE-HERE", "1"), ("NOT-COMPARABLE", "5")]
    assert sum(int(item.number) for item in (*found.counts, *found.apart)) == len(verdicts)


def test_an_answer_is_a_verdict_that_says_something_of_the_claim() -> None:
    assert set(ANSWERS) < set(VERDICTS)
    assert set(VERDICTS) - set(ANSWERS) - set(NO_QUESTION) == {"INCONCLUSIVE", "INVALID", "INCOMPLETE", "POST-HOC"}


def test_the_headline_counts_in_words() -> None:
    assert headline(1, 1) == "1 of 1 judgeable claim decided"
    assert headline(0, 0) == "No claim is judgeable here"
    assert tally([]).headline == "No claim has been judged yet"
