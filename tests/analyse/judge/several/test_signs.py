"""Signs are counted where they are measured; parts that must all hold refute at a shared level."""

from __future__ import annotations

from typing import Any

import pytest

from repro.analyse.judge.several.parts import judged_parts
from repro.analyse.judge.several.signs import judged_signs
from repro.artifacts.judged import Estimated, JudgedClaim, JudgedEffect, JudgedParts, JudgedSigns
from repro.papers import PAPERS
from repro.spec.claims import Direction, Every, Signs
from tests.artifacts.made import entry

STATED: dict[str, Any] = {
    "where": "section 4",
    "statement": "It helps.",
    "metric": "top1_gap",
    "protocol": "center",
    "arm": "full",
}
SIGNS = next(claim for claim in PAPERS["karpathy"].claims if isinstance(claim, Signs))


def parts_with(estimates: dict[str, float | None]) -> dict[str, JudgedClaim]:
    """Entries of effects with these estimates in points; None: the class is not there."""
    found: dict[str, JudgedClaim] = {}
    lacks = "The data here have no class 'x'."
    for name, value in estimates.items():
        points = None if value is None else Estimated(estimate=value, ci90=None, ci95=None)
        verdict = "UNTESTABLE-HERE" if value is None else "INCONCLUSIVE"
        reason = lacks if value is None else ""
        found[name] = entry(JudgedEffect, id=name, points=points, verdict=verdict, reason=reason)
    return found


def signs_of(values: list[float | None]) -> JudgedSigns:
    found = parts_with(dict(zip(SIGNS.parts, values, strict=True)))
    return judged_signs(SIGNS, entry(JudgedSigns, id=SIGNS.id), found)


@pytest.mark.parametrize(
    ("values", "verdict", "says"),
    [
        (
            [0.1] * 20,
            "REPRODUCED",
            "20 of 20 have the printed sign (90 % interval of the share 86% to 100%; by chance",
        ),
        ([0.1] * 16 + [-0.1] * 4, "DIRECTION", "16 of 20 have the printed sign"),
        ([0.1] * 10 + [-0.1] * 10, "INCONCLUSIVE", "10 of 20 have the printed sign"),
        ([-0.1] * 20, "REVERSED", "0 of 20 have the printed sign"),
        ([0.1] * 6 + [None] * 14, "DIRECTION", "6 of 20 effects are measured here; 6 of 6 have the printed sign"),
        ([0.1] * 2 + [None] * 18, "INCONCLUSIVE", "2 of 2 have the printed sign"),
        ([None] * 20, "UNTESTABLE-HERE", "The data here have no class"),
        ([0.0] * 20, "REVERSED", "0 of 20 have the printed sign"),
    ],
)
def test_signs_are_counted_where_they_are_measured(values: list[float | None], verdict: str, says: str) -> None:
    found = signs_of(values)
    assert found.verdict == verdict
    assert says in found.reason
    assert found.num_measured == sum(value is not None for value in values)


def test_a_part_that_is_not_run_stops_the_count() -> None:
    found = parts_with(dict.fromkeys(SIGNS.parts, 0.1))
    found[SIGNS.parts[3]] = entry(JudgedEffect, id=SIGNS.parts[3], verdict="INCOMPLETE", reason="1 planned run is missing.")
    judged = judged_signs(SIGNS, entry(JudgedSigns, id=SIGNS.id), found)
    assert (judged.verdict, judged.reason) == ("INCOMPLETE", "1 planned run is missing.")


EVERY = Every(id="X.4", parts=("X.4.a", "X.4.b"), **STATED)
PARTS = tuple(Direction(id=name, against=f"no_{name}", smallest_effect=0.01, **STATED) for name in EVERY.parts)


def every_of(*intervals: tuple[float, float], verdicts: tuple[str, ...]) -> JudgedParts:
    judged: dict[str, JudgedClaim] = {
        claim.id: entry(JudgedEffect, id=claim.id, kind="direction", metric="top1_gap", ci90=ends, df=8.0, verdict=name)
        for claim, ends, name in zip(PARTS, intervals, verdicts, strict=True)
    }
    return judged_parts(EVERY, entry(JudgedParts, id=EVERY.id), judged, PARTS)


def test_a_part_that_is_reversed_alone_but_not_among_all_leaves_the_whole_open() -> None:
    found = every_of((-0.20, -0.002), (0.1, 0.3), verdicts=("REVERSED", "DIRECTION"))
    assert found.verdict == "INCONCLUSIVE"
    assert [part.refutes for part in found.parts] == ["INCONCLUSIVE", "DIRECTION"]
    assert "none is refuted at a level shared by all (Holm)" in found.reason


def test_a_part_that_is_reversed_for_certain_reverses_the_whole() -> None:
    found = every_of((-0.20, -0.10), (0.1, 0.3), verdicts=("REVERSED", "DIRECTION"))
    assert found.verdict == "REVERSED"
    assert "one is REVERSED at a level shared by all (Holm): X.4.a REVERSED, X.4.b DIRECTION." in found.reason


def test_each_part_holds_at_its_own_level() -> None:
    # The second interval reaches beyond 0 once it is widened: that none refutes is enough, as all hold.
    assert every_of((0.1, 0.3), (0.002, 0.3), verdicts=("DIRECTION", "DIRECTION")).verdict == "DIRECTION"
    assert every_of((0.1, 0.3), (-0.01, 0.3), verdicts=("DIRECTION", "INCONCLUSIVE")).verdict == "INCONCLUSIVE"


def test_what_blocks_a_part_blocks_the_whole() -> None:
    assert every_of((0.1, 0.3), (0.1, 0.3), verdicts=("DID-NOT-TRAIN", "DIRECTION")).verdict == "DID-NOT-TRAIN"
    assert every_of((0.1, 0.3), (0.1, 0.3), verdicts=("DID-NOT-TRAIN", "INCOMPLETE")).verdict == "INCOMPLETE"
