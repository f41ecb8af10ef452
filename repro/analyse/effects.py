"""Measure every variant of a table against its control, whether or not the paper claims anything about it."""

from __future__ import annotations

from functools import reduce
from typing import Any

from repro.analyse.comparison import compare
from repro.analyse.gates import gate
from repro.analyse.ledger import Ledger
from repro.provenance import plain, spec_difference
from repro.spec.experiment import Table

METRIC = "top1_error"


def table_effects(table: Table, ledger: Ledger, *, scale: str) -> list[dict[str, Any]]:
    """Return the effect of each variant but the control in the table's order: metric(variant) - metric(control)."""
    protocols = ledger.paper.experiment(table.control).evaluation.protocols
    protocol = "ten_crop" if "ten_crop" in protocols else "center"
    return [_effect(table, name, ledger, protocol=protocol, scale=scale) for name in table.variants if name != table.control]


def _effect(table: Table, name: str, ledger: Ledger, *, protocol: str, scale: str) -> dict[str, Any]:
    compared = compare(
        ledger,
        arm=table.control,
        against=name,
        pool=table.variants,
        control=table.control,
        metric=METRIC,
        protocol=protocol,
        decided_on="points",
    )
    measured: dict[str, Any] = {
        **dict.fromkeys(
            ("estimate", "ci90", "ci95", "points", "log_ratio", "total_ci90", "sd_pooled", "df", "p_raw", "p_adjusted")
        ),
        "test": "",
        "n": {},
        "means": {},
        "sds": {},
    }
    measured |= compared.entry() if compared else {}
    pair = [table.control, name]
    stop, reason = gate(ledger, pair, control=table.control, metric=METRIC, protocol=protocol, scale=scale)
    return {
        "paper": ledger.paper.name,
        "table": table.name,
        "variant": name,
        "control": table.control,
        **changed(ledger, name),
        "metric": METRIC,
        "protocol": protocol,
        **{key: value for key, value in measured.items() if key not in ("estimate", "ci90", "ci95")},
        "gate": stop,
        "reason": reason,
        "runs": [run["id"] for arm in pair for run in ledger.runs(arm)],
    }


def changed(ledger: Ledger, name: str) -> dict[str, Any]:
    """Return the title of a variant and what it changes in its base, at the size that the paper printed."""
    variant = ledger.paper.variant(name)
    if variant.base is None:
        return {"title": variant.title, "key": "", "base_value": None, "value": None, "difference": []}
    base = plain(ledger.paper.experiment(variant.base))
    return {
        "title": variant.title,
        "key": variant.key,
        "base_value": reduce(_step, variant.key.split("."), base),
        "value": plain(variant.value),
        "difference": spec_difference(base, ledger.paper.experiment(name)),
    }


def _step(spec: Any, key: str) -> Any:
    return next(item for item in spec if item["name"] == key) if isinstance(spec, list) else spec[key]
