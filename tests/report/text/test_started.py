"""The head of the report says what was started and what came of it, also where nothing shows it."""

from dataclasses import replace

from repro.artifacts.ledger.summary import LedgerSummary
from repro.report.text.started import started_facts

SUMMARY = LedgerSummary(
    line=612,
    tip="ab" * 32,
    begins=1,
    begun_at="2026-11-30T04:45:27Z",
    why="the first of this folder",
    found=0,
    started=310,
    ended=305,
    diverged=2,
    failed=1,
    stopped=0,
    open=2,
    made_again=0,
    started_before=0,
    diverged_before=0,
)


def test_all_counts_and_the_tip_are_stated():
    assert dict(started_facts(SUMMARY)) == {
        "Started": "310 runs: 305 ended, 2 diverged, 1 failed, 0 stopped and 2 without an end; 0 made again.",
        "Ledger": f"612 lines, of which the last has the SHA-256 {'ab' * 32}.",
    }


def test_what_is_no_evidence_is_said():
    found = dict(started_facts(replace(SUMMARY, started=1, made_again=1, found=12)))
    assert found["Started"].startswith("1 run: ")
    assert found["Started"].endswith(
        "1 made again, of which the first result counts. "
        "Before, 12 runs were there already, and nothing shows what was started to get them."
    )
    assert dict(started_facts(None)) == {"Started": "No ledger: nothing shows what was started."}


def test_a_beginning_anew_is_stated_with_what_was_before():
    found = dict(started_facts(replace(SUMMARY, begins=2, why="a new disk", started_before=1, diverged_before=1)))
    assert found["Begun anew"] == "On 2026-11-30: a new disk; before that 1 run was started, of which 1 diverged."
