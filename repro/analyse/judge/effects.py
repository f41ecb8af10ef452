"""Measure every variant of a table against its control, whether or not the paper claims anything about it."""

from __future__ import annotations

from functools import reduce
from typing import Any

from repro.analyse.evidence.comparison import Pair, compare
from repro.analyse.evidence.gates import Question, gate
from repro.analyse.evidence.ledger import Ledger
from repro.analyse.judge.case import family_of
from repro.artifacts.provenance import plain, spec_difference
from repro.spec.experiment import Table
from repro.spec.terms.figures import EARLY_TRAINING_ERROR
from repro.spec.terms.metrics import EARLY, TOP1
from repro.spec.terms.protocols import PLAIN_CROP, PROTOCOLS, TRAINING

MEASURED = ("points", "log_ratio", "total_ci90", "sd_pooled", "df", "p_raw", "p_adjusted")


def table_effects(table: Table, ledger: Ledger) -> list[dict[str, Any]]:
    """Return the effect of each variant but the controls in the table's order: metric(variant) - metric(its control).

    Variants that the scale does not run are left out.
    """
    metrics = (TOP1, EARLY) if EARLY_TRAINING_ERROR in table.measures else (TOP1,)
    names = [
        name
        for name in table.variants
        if name != table.control_of(name) and ledger.has(name) and ledger.has(table.control_of(name))
    ]
    return [_effect(table, name, ledger, metric=metric) for name in names for metric in metrics]


def common_protocol(ledger: Ledger, control: str, name: str) -> str:
    """Name the protocol with most crops or views by which both variants are scored; the centre crop if there is none."""
    scored = [ledger.paper.experiment(variant).evaluation.protocols for variant in (control, name)]
    return next((protocol for protocol in reversed(PROTOCOLS) if all(protocol in protocols for protocols in scored)), PLAIN_CROP)


def _effect(table: Table, name: str, ledger: Ledger, *, metric: str) -> dict[str, Any]:
    control = table.control_of(name)
    protocol = TRAINING if metric == EARLY else common_protocol(ledger, control, name)
    pair = Pair(
        arm=control,
        against=name,
        pool=table.variants,
        control=control,
        family=family_of(table, control),
        metric=metric,
        protocol=protocol,
    )
    compared = compare(ledger, pair, decided_on="points")
    measured: dict[str, Any] = {**dict.fromkeys(MEASURED), "test": "", "n": {}, "means": {}, "sds": {}}
    measured |= compared.entry() if compared else {}
    arms = (control, name)
    question = Question(arms=arms, control=control, metric=metric, protocols=(protocol,), considered=arms)
    stop, reason = gate(ledger, question)
    return {
        "paper": ledger.paper.name,
        "table": table.name,
        "variant": name,
        "control": control,
        **changed(ledger, name),
        "metric": metric,
        "protocol": protocol,
        **{key: value for key, value in measured.items() if key not in ("estimate", "ci90", "ci95")},
        "gate": stop,
        "reason": reason,
        "runs": [run["id"] for arm in arms for run in ledger.runs(arm)],
    }


def changed(ledger: Ledger, name: str) -> dict[str, Any]:
    """Return the title of a variant and what it changes in its base, at the size that the paper printed.

    `base_value` is one value where all places of the key have the same, else a list, one for each place.
    """
    variant = ledger.paper.variant(name)
    if variant.base is None:
        return {"title": variant.title, "key": "", "base_value": None, "value": None, "difference": []}
    base = plain(ledger.paper.experiment(variant.base))
    values = [reduce(_step, place.split("."), base) for place in variant.places]
    return {
        "title": variant.title,
        "key": variant.key,
        "base_value": values[0] if all(value == values[0] for value in values) else values,
        "value": plain(variant.value),
        "difference": spec_difference(base, ledger.paper.experiment(name)),
    }


def _step(spec: Any, key: str) -> Any:
    return next(item for item in spec if item["name"] == key) if isinstance(spec, list) else spec[key]
