"""Whether what a paper shows at several sizes leads somewhere: claims of two arms, sizes that there can be, printed sets."""

from __future__ import annotations

from collections.abc import Iterator

from repro.spec.claims import OfTwoArms, Within
from repro.spec.experiment import Paper
from repro.spec.names import UnknownName
from repro.spec.scales.series import IMAGES, WrongSize, split_name
from repro.spec.terms.metrics import metric_named
from repro.spec.terms.protocols import protocol_named


def size_faults(paper: Paper) -> Iterator[str]:
    """Give what is wrong with the effects that `paper` shows at several sizes."""
    if paper.sizes is None:
        return
    claims = {claim.id: claim for claim in paper.claims}
    for item in paper.sizes.effects:
        where = f"effect {item.title!r} at several sizes of {paper.name}"
        claim = claims.get(item.claim)
        if claim is None:
            yield f"{where}: {UnknownName('claim', item.claim, claims)}"
        elif not isinstance(claim, OfTwoArms | Within):
            yield f"{where}: claim {item.claim} compares no two nets; allowed: a claim about a difference"
        else:
            try:
                metric = metric_named(item.metric or claim.metric)
                protocol_named(item.protocol or claim.protocol)
            except UnknownName as error:
                yield f"{where}: {error}"
                continue
            if not metric.is_test_error:
                yield f"{where} is of {metric.name}; allowed: a test error, whose ratio means the same at every size"
    for share in paper.sizes.shares:
        try:
            fits = split_name(f"any_{IMAGES}_{share}", ["any"]) is not None
        except WrongSize:
            fits = False
        if not fits:
            yield f"share {share!r} of the sizes of {paper.name}; allowed: a fraction below 1 as names have it, such as 1of4"
    for data in paper.sizes.trained_on:
        if data.of not in {item.name for item in paper.printed_sets}:
            yield f"sizes of {paper.name}: {UnknownName('printed data set', data.of, [item.name for item in paper.printed_sets])}"
