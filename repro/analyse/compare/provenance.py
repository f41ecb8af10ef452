"""Say in what two runs of one name differ in how they were made."""

from __future__ import annotations

from collections.abc import Iterator

from repro.artifacts.provenance import Change, spec_difference
from repro.artifacts.run_json import RunJson

#: What the ledger calls the line of a start: another in every folder, and no difference.
PLACE = "ledger"


def provenance_difference(one: RunJson, other: RunJson) -> tuple[Change, ...]:
    """Each fact about how two runs were made that is not the same: data, code, specification, versions, machine."""
    return tuple(_differences(one, other))


def _differences(one: RunJson, other: RunJson) -> Iterator[Change]:
    facts = [
        ("code", one.code_digest[:12], other.code_digest[:12]),
        ("data", one.dataset.digest[:12], other.dataset.digest[:12]),
        ("device", one.device, other.device),
        ("precision", one.precision, other.precision),
        ("threads", one.num_threads, other.num_threads),
    ]
    yield from (Change(key=key, base=mine, other=theirs) for key, mine, theirs in facts if mine != theirs)
    own = {"run", "spec", "code", "data", "device", "precision"}
    for name, mine, theirs in (
        ("identity", one.identity, other.identity),
        ("environment", one.environment, other.environment),
    ):
        keys = sorted((set(mine) | set(theirs)) - own - {PLACE} - (set(one.identity) if name == "environment" else set()))
        for key in keys:
            if mine.get(key) != theirs.get(key):
                yield Change(key=key, base=mine.get(key), other=theirs.get(key))
    for change in spec_difference(one.spec, other.spec):
        yield Change(key=f"spec.{change.key}", base=change.base, other=change.other)
