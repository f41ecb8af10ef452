"""The methods that make runs: one table of what each is called and what its runs hold.

A method's name stands at its class in repro.spec.run; run.json records it.
"""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.names import UnknownName
from repro.spec.run import Ensemble, Experiment, Fitted, Timing

#: What a run may leave beside its run.json: a training log with weights, scores of examples, times round by round.
LOG, SCORES, TIMINGS = "log", "scores", "timings"


@dataclass(frozen=True, kw_only=True)
class RunMethod:
    """How a run was made. title: as a page calls it; holds: of LOG, SCORES and TIMINGS."""

    name: str
    title: str
    holds: tuple[str, ...]


METHODS = {
    item.name: item
    for item in (
        RunMethod(name=Experiment.method, title="trained network", holds=(LOG, SCORES)),
        RunMethod(name=Ensemble.method, title="average of other runs", holds=(SCORES,)),
        RunMethod(name=Fitted.method, title="classical model", holds=(SCORES,)),
        RunMethod(name=Timing.method, title="timing", holds=(TIMINGS,)),
    )
}


def run_method(name: str) -> RunMethod:
    """Look up a method.

    Raises:
        UnknownName: there is none called `name`.
    """
    if name not in METHODS:
        raise UnknownName("method", name, METHODS)
    return METHODS[name]
