"""Pages say which runs were carried over a change of code, from which code to which, and by which lines of the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from repro.analyse.judge.judge import judge
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import Receipt
from repro.artifacts.ledger.receipts import Bridge, Bridges
from repro.report.text.carried import carried_words, run_carried_words
from tests.artifacts.made import recorded
from tests.fabricate import CODE_DIGEST, Truth
from tests.report.conftest import Rendered, judged, rerendered, smaller
from tests.report.reading import Page

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def bridge(before: str, after: str, line: int) -> Bridge:
    return Bridge(before=before, after=after, runs=(f"smoke/alexnet/full/{line}",), lines=(line,))


def made_by(code: str, variant: str = "full", seed: int = 0):
    return replace(recorded(variant, seed), code_digest=code)


def test_runs_are_carried_to_the_newest_code_by_every_receipt_on_the_way() -> None:
    bridges = Bridges(equal=(bridge(A, B, 4), bridge(B, C, 9)))
    words = carried_words([made_by(A), made_by(A, "no_lrn"), made_by(B), made_by(C)], bridges)
    assert words == (
        "2 runs (full, no_lrn) of code aaaaaaaaaaaa count as of code cccccccccccc: 2 runs made again by the other code, equal "
        "to the bit (lines 4, 9 of the ledger). 1 run (full) of code bbbbbbbbbbbb counts as of code cccccccccccc: 1 run made "
        "again by the other code, equal to the bit (line 9 of the ledger)."
    )


def test_a_run_names_the_runs_that_were_made_again_for_it() -> None:
    assert run_carried_words(made_by(A), Bridges(equal=(bridge(A, B, 4),))).endswith(
        "(line 4 of the ledger), namely smoke/alexnet/full/4"
    )


def test_nothing_is_said_of_the_newest_code_without_receipts_or_where_one_run_came_out_different() -> None:
    assert run_carried_words(made_by(B), Bridges(equal=(bridge(A, B, 4),))) == ""
    assert carried_words([made_by(A)], Bridges()) == ""
    refuted = Bridges(equal=(bridge(A, B, 4),), refuted=frozenset({frozenset((A, B))}))
    assert carried_words([made_by(A)], refuted) == "" and run_carried_words(made_by(A), refuted) == ""


def test_the_head_of_the_report_a_table_and_a_run_say_it(tmp_path: Path) -> None:
    made = judged([smaller()], tmp_path, truth=Truth(num_examples=100))
    receipt = Receipt(
        run="smoke/alexnet/no_lrn/1",
        equal=True,
        compared="scores",
        code_before=CODE_DIGEST,
        code_after=B,
        host="h",
        device="cpu",
    )
    line = append(made.results / made.scale, receipt)[-1].number
    judge(made.papers, scale=made.scale, results=made.results)
    rerendered(made)
    told = f"of code {CODE_DIGEST[:12]} count as of code {B[:12]}: 1 run made again by the other code"
    for page in ("index.html", "alexnet/alexnet_ablations.html"):
        assert told in text(made, page) and f"(line {line} of the ledger)" in text(made, page)
    of_run = text(made, "runs/alexnet/full-0.html")
    assert f"counts as of code {B[:12]}" in of_run and "namely smoke/alexnet/no_lrn/1" in of_run


def text(made: Rendered, page: str) -> str:
    return Page((made.folder / page).read_text()).text
