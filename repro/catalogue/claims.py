"""Whether what a claim names is there: its arms, its parts, and scores by its protocol."""

from __future__ import annotations

from collections.abc import Iterator

from repro.spec.claims import Claim, OfClaims, Within
from repro.spec.experiment import Paper
from repro.spec.names import UnknownName
from repro.spec.run import Experiment
from repro.spec.terms.metrics import SCORES, TIMINGS
from repro.spec.terms.protocols import protocol_named, scores_examples


def unknown_variant(paper: Paper, variant: str) -> str:
    """That no variant has this name, and which one may be meant; empty if there is one."""
    names = [item.name for item in paper.variants]
    known = variant in names or variant in [item.alias for item in paper.variants if item.alias]
    return "" if known else str(UnknownName("variant", variant, names))


def claim_faults(paper: Paper) -> Iterator[str]:
    """Give the arms, parts and protocols of claims that lead nowhere."""
    ids = {claim.id for claim in paper.claims}
    for claim in paper.claims:
        where = f"claim {claim.id} of {paper.name}"
        yield from (f"{where}: {unknown}" for unknown in (unknown_variant(paper, name) for name in claim.variants) if unknown)
        wrong = list(_wrong_measure(claim, where=where))
        yield from wrong or _unscored(paper, claim, where=where)
        for part in claim.parts if isinstance(claim, OfClaims) else ():
            if part not in ids:
                yield f"{where}: {UnknownName('part', part, sorted(ids))}"


def _wrong_measure(claim: Claim, *, where: str) -> Iterator[str]:
    """Say what is wrong with the protocols of a claim; a time is measured by a network, not by a protocol."""
    if claim.measured.of == TIMINGS:
        return
    try:
        for name in filter(None, (claim.protocol, claim.against_protocol if isinstance(claim, Within) else "")):
            protocol_named(name)
    except UnknownName as error:
        yield f"{where}: {error}"


def _unscored(paper: Paper, claim: Claim, *, where: str) -> Iterator[str]:
    """Say which arm is a net that is never scored by the claim's protocol, so that nothing could ever judge it."""
    needed = dict.fromkeys(filter(None, (claim.protocol, claim.against_protocol if isinstance(claim, Within) else "")))
    for arm in claim.variants if claim.measured.of == SCORES else ():
        method = None if unknown_variant(paper, arm) else paper.experiment(arm)
        scored = method.evaluation.protocols if isinstance(method, Experiment) else ()
        for name in needed:
            if scored and scores_examples(name) and name not in scored:
                yield f"{where}: variant {arm} is not scored by {name!r}; allowed: {', '.join(scored)}; or score it so too"
