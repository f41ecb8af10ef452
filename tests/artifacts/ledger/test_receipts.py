"""Receipts join codes that give the same numbers, and no further than what was made again shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from repro.artifacts.ledger.chain import Ledger, Line, OfKind
from repro.artifacts.ledger.events import Receipt
from repro.artifacts.ledger.receipts import bridges_of, made_again_words, way_words

A, B, C, D = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)


def receipt(
    before: str, after: str, *, equal: bool = True, same_machine: bool = True, run: str = "smoke/alexnet/full/0"
) -> Receipt:
    return Receipt(
        run=run,
        equal=equal,
        compared="scores",
        code_before=before,
        code_after=after,
        host="here",
        device="cpu",
        same_machine=same_machine,
    )


def lines(*receipts: Receipt) -> Iterator[OfKind[Receipt]]:
    for number, one in enumerate(receipts, start=1):
        yield OfKind(number=number, at="2026-11-30T00:00:00Z", sha256="", event=one)


def test_equal_runs_join_two_codes_in_both_directions_and_from_code_to_code() -> None:
    bridges = bridges_of(lines(receipt(A, B), receipt(C, B)))
    assert bridges.joins(A, B) and bridges.joins(B, A) and bridges.joins(A, C)
    assert [bridge.lines for bridge in bridges.way(A, C)] == [(1,), (2,)]
    assert not bridges.joins(A, D)
    assert bridges.groups({A, B, C, D}) == [frozenset({A, B, C}), frozenset({D})]


def test_a_receipt_of_one_code_says_nothing_of_another() -> None:
    assert bridges_of(lines(receipt(A, A))).equal == ()


@pytest.mark.parametrize("refuted", [(A, B), (A, C), (B, C)])
def test_one_run_that_came_out_different_cuts_all_that_its_codes_are_joined_with(refuted: tuple[str, str]) -> None:
    bridges = bridges_of(lines(receipt(A, B), receipt(B, C), receipt(*refuted, equal=False, run="smoke/alexnet/tanh/0")))
    assert not bridges.joins(A, C) and not bridges.joins(A, B)


def test_another_machine_may_differ_and_refutes_nothing() -> None:
    bridges = bridges_of(lines(receipt(A, B), receipt(A, B, equal=False, same_machine=False)))
    assert bridges.joins(A, B)


def test_words_name_the_lines_and_count_the_last_receipt_of_each_run() -> None:
    bridges = bridges_of(lines(receipt(A, B), receipt(A, B, run="smoke/alexnet/full/1")))
    assert way_words(bridges.way(A, B)) == "2 runs made again by the other code, equal to the bit (lines 1, 2 of the ledger)"
    assert way_words(()) == ""
    told = [receipt(A, A, equal=False), receipt(A, A), receipt(A, A, run="smoke/alexnet/full/1", equal=False)]
    ledger = Ledger(lines=tuple(Line(number=i, previous="", at="", event=one, sha256=str(i)) for i, one in enumerate(told, 1)))
    assert made_again_words(ledger) == "2 made again: 1 equal to the bit"
    assert made_again_words(Ledger()) == ""
