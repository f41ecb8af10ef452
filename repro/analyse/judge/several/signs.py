"""Judge a claim that effects, claims of their own, have the signs that are printed: how many of them do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.several import share_interval, share_p
from repro.analyse.judge.several.parts import parts_of
from repro.artifacts.judged import JudgedClaim, JudgedDifference, JudgedSigns, SignedPart
from repro.spec.claims import Signs


def judged_signs(claim: Signs, entry: JudgedSigns, judged: Mapping[str, JudgedClaim]) -> JudgedSigns:
    """Count the signs of the parts' estimates in points; a part of a class that is not there has none.

    An effect of exactly 0 has no sign, and does not count as printed.
    """
    parts = parts_of(claim, judged)
    points = {part.id: part.points for part in parts if isinstance(part, JudgedDifference)}
    signed = tuple(SignedPart(id=part.id, estimate=one.estimate if (one := points.get(part.id)) else None) for part in parts)
    values = [part.estimate for part in signed if part.estimate is not None]
    num, num_printed = len(values), sum(value > 0 for value in values)
    entry = replace(
        entry,
        parts=signed,
        num_measured=num,
        num_printed=num_printed,
        remarks=tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        runs=tuple(dict.fromkeys(run for part in parts for run in part.runs)),
    )
    blocked = [part for part in parts if part.verdict in verdict.BLOCKING]
    stopped = next((part for part in blocked if part.verdict not in verdict.NO_QUESTION), None)
    if stopped is not None or not num:
        part = stopped or (blocked or list(parts))[0]
        return replace(entry, verdict=part.verdict, reason=part.reason, brief=part.brief)
    entry = replace(
        entry,
        estimate=num_printed / num,
        ci90=share_interval(num_printed, num),
        ci95=share_interval(num_printed, num, level=0.95),
        p_raw=share_p(num_printed, num, chance=1 / 2),
    )
    ends = share_interval(num_printed, num, level=entry.look.level)
    name = verdict.decide_signs(ends, every=num_printed == len(parts))
    brief = reasons.signs_meaning(name)
    return replace(entry, verdict=name, brief=brief, reason=f"{reasons.signs_measured(entry)} {brief}")
