"""Judge a claim that holds if all its parts hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.looks.levels import one_sided
from repro.analyse.evidence.several import widened
from repro.analyse.judge.differences import decided, sides_of
from repro.analyse.judge.sizes import size_of
from repro.artifacts.judged import Interval, JudgedByRuns, JudgedClaim, JudgedDifference, JudgedParts, JudgedSized, Part
from repro.spec.claims import Claim, Every, OfClaims


def judged_parts(claim: Every, entry: JudgedParts, judged: Mapping[str, JudgedClaim], claims: Sequence[Claim]) -> JudgedParts:
    """Judge a claim of kind every from the entries of its parts, by id.

    A part holds at its own level; it refutes the whole only with an interval adjusted for all parts.
    """
    parts = parts_of(claim, judged)
    sizes = {item.id: item for item in claims}
    refutes = [_refutes(part, sizes[part.id], num=len(parts)) for part in parts]
    name = verdict.decide_every([part.verdict for part in parts], adjusted=refutes)
    flags = {part.size for part in parts if part.verdict == verdict.DIRECTION}
    found = tuple(Part(id=part.id, verdict=part.verdict, refutes=one) for part, one in zip(parts, refutes, strict=True))
    return replace(
        entry,
        parts=found,
        verdict=name,
        size="" if name != verdict.DIRECTION else flags.pop() if len(flags) == 1 else "open",
        reason=reasons.every_part(name, parts=found, listed=True),
        brief=reasons.every_part(name, parts=found, listed=False),
        decided_on=parts[0].decided_on,
        remarks=tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        total_flips=any(part.total_flips for part in parts),
        runs=tuple(dict.fromkeys(run for part in parts for run in part.runs)),
    )


def parts_of(claim: OfClaims, judged: Mapping[str, JudgedClaim]) -> list[JudgedClaim]:
    """The entries of a claim's parts.

    Raises:
        ValueError: a part is not judged.
    """
    unknown = [name for name in claim.parts if name not in judged]
    if unknown:
        raise ValueError(f"claim {claim.id} has the parts {claim.parts}, unknown: {unknown}; allowed: ids of judged claims")
    return [judged[name] for name in claim.parts]


def _refutes(part: JudgedClaim, claim: Claim, *, num: int) -> str:
    """The verdict on a part with its interval adjusted for all `num`, if an interval decides it."""
    if not isinstance(part, JudgedSized) or part.verdict not in verdict.DECIDED:
        return part.verdict
    size, interval = size_of(claim, decided_on=part.decided_on), _wide(part, part.ci90, num=num)
    if size is None or interval is None:
        return part.verdict
    if not isinstance(part, JudgedDifference):
        return verdict.decide(interval, size)
    return decided(part, interval, size, sides=_wide(part, sides_of(part), num=num))


def _wide(part: JudgedByRuns, interval: Interval | None, *, num: int) -> Interval | None:
    return widened(interval, df=part.df, num=num, one_sided=one_sided(part.look.level)) if interval and part.df else None
