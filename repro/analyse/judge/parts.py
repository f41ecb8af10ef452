"""Judge a claim that holds if all its parts hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from repro.analyse.evidence import reasons, verdict
from repro.artifacts.judged import JudgedClaim, JudgedParts, Part
from repro.spec.claims import Every


def judged_parts(claim: Every, entry: JudgedParts, judged: Mapping[str, JudgedClaim]) -> JudgedParts:
    """Judge a claim of kind every from the entries of its parts, by id.

    Raises:
        ValueError: a part is not judged.
    """
    unknown = [name for name in claim.parts if name not in judged]
    if unknown:
        raise ValueError(f"claim {claim.id} has the parts {claim.parts}, unknown: {unknown}; allowed: ids of judged claims")
    parts = [judged[name] for name in claim.parts]
    name = verdict.decide_every([part.verdict for part in parts])
    sizes = {part.size for part in parts if part.verdict == verdict.DIRECTION}
    return replace(
        entry,
        parts=tuple(Part(id=part.id, verdict=part.verdict) for part in parts),
        verdict=name,
        size="" if name != verdict.DIRECTION else sizes.pop() if len(sizes) == 1 else "open",
        reason=reasons.every_part(name, verdicts={part.id: part.verdict for part in parts}),
        brief=reasons.every_part(name, verdicts={}),
        decided_on=parts[0].decided_on,
        post_hoc=any(part.post_hoc for part in parts),
        total_flips=any(part.total_flips for part in parts),
        runs=tuple(dict.fromkeys(run for part in parts for run in part.runs)),
    )
