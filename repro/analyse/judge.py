"""Judge every claim of the papers by the runs of one scale and write `claims.json`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repro.analyse import reasons, verdict
from repro.analyse.comparison import Comparison, Level, compare, measure_level
from repro.analyse.effects import table_effects
from repro.analyse.gates import chance_note, gate, untestable_metric
from repro.analyse.ledger import Ledger, read_table
from repro.analyse.statistics import equivalence_p
from repro.files import sha256_bytes, write_json
from repro.provenance import plain
from repro.spec.claims import Claim
from repro.spec.experiment import Paper, Scale, Table
from repro.spec.geometry import geometry

#: The verdict of an effect is decided by its own interval, not by one widened for all claims of its table.
MODE = "per-claim"
#: What the verdict on an exact claim rests on: no data at all.
ARCHITECTURE = "architecture"
EXACT_METRICS = ("num_parameters", "num_neurons", "num_flops")


def judge(papers: Sequence[Paper], *, scale: str, results: Path) -> None:
    """Write `results/<scale>/claims.json` from `runs.csv` and the scores beside it, in the papers' own order.

    Raises:
        FileFormatError: a file that a verdict rests on is missing, damaged or newer than `runs.csv`.
    """
    table, content = read_table(Path(results) / scale / "runs.csv")
    claims, effects, missing, diverged, num_runs = [], [], [], [], 0
    for paper in papers:
        ledger = Ledger(table, paper=paper, scale=scale, results=results)
        claims += [judged(claim, ledger, chosen=paper.scale(scale)) for claim in paper.claims]
        effects += [effect for page in paper.tables for effect in table_effects(page, ledger, scale=scale)]
        missing += ledger.missing
        diverged += [
            {"run": run["id"], "reason": run["reason"]} for run in ledger.records.values() if run["status"] == "diverged"
        ]
        num_runs += len(ledger.records)
    found = {
        "scale": scale,
        "evidence": papers[0].scale(scale).evidence if papers else "",
        "mode": MODE,
        "runs_sha256": sha256_bytes(content),
        "runs": num_runs,
        "missing": missing,
        "diverged": diverged,
        "claims": claims,
        "effects": effects,
    }
    write_json(Path(results) / scale / "claims.json", found, schema="claims/1")


def judged(claim: Claim, ledger: Ledger, *, chosen: Scale) -> dict[str, Any]:
    """Return the entry of one claim in `claims.json`."""
    entry = _stated(claim, paper=ledger.paper, evidence=evidence_for(claim, chosen))
    if claim.kind == "exact":
        return entry | _exact(claim, ledger.paper)
    arms = [claim.arm] if claim.against is None else [claim.arm, claim.against]
    page = table_of(claim, ledger.paper)
    pool = page.variants if page and set(arms) <= set(page.variants) else tuple(arms)
    runs = [run["id"] for arm in arms for run in ledger.runs(arm)]
    entry |= {"runs": runs, "post_hoc": post_hoc(ledger, arms, pool)}
    if claim.kind == "level":
        entry |= _level(claim, ledger, pool=pool, evidence=entry["evidence"])
    else:
        entry |= _effect(claim, ledger, pool=pool, evidence=entry["evidence"], control=page.control if page else claim.arm)
    control = page.control if page and page.control in arms else claim.arm
    stop, reason = gate(ledger, arms, control=control, metric=claim.metric, protocol=claim.protocol, scale=chosen.name)
    if stop and entry["verdict"] != verdict.UNTESTABLE:
        entry |= {"verdict": stop, "size": "", "reason": reason, "total_flips": False}
    return entry


def evidence_for(claim: Claim, chosen: Scale) -> str:
    """Return what a verdict on `claim` is worth: at a scale of a paper's own data, a claim about another set is a stand-in."""
    if chosen.evidence == "same data" and claim.dataset and not claim.dataset.startswith(chosen.dataset.title):
        return "stand-in"
    return chosen.evidence


def table_of(claim: Claim, paper: Paper) -> Table | None:
    """Return the first table of `paper` that lists `claim`."""
    return next((table for table in paper.tables if claim.id in table.claims), None)


def post_hoc(ledger: Ledger, arms: Sequence[str], pool: Sequence[str]) -> bool:
    """Say whether an arm has seeds beyond the plan that not all arms of the table have: they were added after a look."""
    extra = {arm: {run["seed"] for run in ledger.runs(arm)} - set(ledger.planned_seeds) for arm in {*arms, *pool}}
    return any(extra[arm] for arm in arms) and any(extra[arm] != extra[arms[0]] for arm in pool)


def paper_log_ratio(claim: Claim) -> float | None:
    """Return the logarithm of the ratio of the paper's two errors, signed like its effect; None where it prints none."""
    if not claim.paper_arm or not claim.paper_against:
        return None
    return math.log(claim.paper_against / claim.paper_arm)


def sizes(claim: Claim, *, decided_on: str) -> tuple[float | None, float | None]:
    """Return the paper's effect and the smallest effect of interest on the deciding scale, None where there is none."""
    if claim.kind == "direction":
        return None, claim.smallest_effect
    d0 = claim.paper_delta if decided_on == "points" else paper_log_ratio(claim)
    if d0 is None:
        return None, None
    share = verdict.SMALLEST_SHARE
    if claim.smallest_effect is not None and claim.paper_delta:
        share = claim.smallest_effect / claim.paper_delta
    return d0, share * d0


def decided_on(claim: Claim, *, evidence: str) -> str:
    """Return the deciding scale: points on the paper's own data, for gaps and for bare directions, else the log error ratio."""
    if evidence == "same data" or claim.kind == "direction" or claim.metric == "top1_gap":
        return "points"
    return "log_ratio"


def _stated(claim: Claim, *, paper: Paper, evidence: str) -> dict[str, Any]:
    """Return what the paper states, with every measured field still empty."""
    stated = (
        "id",
        "where",
        "statement",
        "kind",
        "metric",
        "protocol",
        "dataset",
        "paper_value",
        "paper_delta",
        "confidence",
        "note",
    )
    empty = ("estimate", "ci90", "ci95", "points", "log_ratio", "total_ci90", "smallest_effect", "d0", "sd_pooled", "df")
    return {
        **{name: getattr(claim, name) for name in stated},
        "paper": paper.name,
        "arms": [claim.arm, claim.against],
        "paper_log_ratio": paper_log_ratio(claim),
        "reproductions": plain(claim.reproductions),
        "decided_on": "value",
        **dict.fromkeys(empty),
        "total_flips": False,
        "n": {},
        "means": {},
        "sds": {},
        "test": "",
        "p_raw": None,
        "p_adjusted": None,
        "p_equivalence": None,
        "seeds_needed": None,
        "evidence": evidence,
        "verdict": "",
        "size": "",
        "reason": "",
        "post_hoc": False,
        "runs": [],
    }


def _exact(claim: Claim, paper: Paper) -> dict[str, Any]:
    if claim.metric not in EXACT_METRICS or claim.paper_value is None:
        raise ValueError(
            f"exact claim {claim.id} measures {claim.metric!r}; allowed: {', '.join(EXACT_METRICS)}, with a paper_value"
        )
    value = getattr(geometry(paper.experiment(claim.arm).network), claim.metric)
    return {
        "estimate": value,
        "evidence": ARCHITECTURE,
        "means": {claim.arm: value},
        "verdict": verdict.decide_exact(value, printed=claim.paper_value, tolerance=claim.tolerance),
        "reason": reasons.exact_compared(
            metric=claim.metric, arm=claim.arm, value=value, printed=claim.paper_value, tolerance=claim.tolerance
        ),
    }


def _level(claim: Claim, ledger: Ledger, *, pool: Sequence[str], evidence: str) -> dict[str, Any]:
    if claim.paper_value is None:
        raise ValueError(f"level claim {claim.id} has no paper_value; give the printed number")
    level = measure_level(ledger, arm=claim.arm, pool=pool, metric=claim.metric, protocol=claim.protocol)
    entry: dict[str, Any] = level.entry() if level else {}
    entry["smallest_effect"] = verdict.LEVEL_BAND
    measured = _level_sentence(claim, level)
    cannot = untestable_metric(claim.metric, num_classes=_num_classes(ledger, claim.arm)) or _unmeasured(
        claim, ledger, [claim.arm]
    )
    if evidence != "same data":
        cannot = f"The printed value was measured on {claim.dataset}; on other data a level cannot be compared."
    if cannot:
        return entry | {"verdict": verdict.UNTESTABLE, "reason": f"{cannot} {measured}".strip()}
    if level is None or level.ci90 is None or level.total_ci90 is None:
        return entry | {"verdict": verdict.INCONCLUSIVE, "reason": f"{measured} {reasons.no_spread(entry.get('n', {}))}".strip()}
    name = verdict.decide_level(level.ci90, printed=claim.paper_value)
    flips = name != verdict.decide_level(level.total_ci90, printed=claim.paper_value)
    return entry | {"verdict": name, "total_flips": flips, "reason": f"{measured} {reasons.level_meaning(name)}"}


def _level_sentence(claim: Claim, level: Level | None) -> str:
    if level is None or claim.paper_value is None:
        return ""
    return reasons.level_measured(
        metric=claim.metric,
        arm=claim.arm,
        estimate=level.estimate.value,
        interval=level.ci90,
        n=level.n[claim.arm],
        printed=claim.paper_value,
    )


def _effect(claim: Claim, ledger: Ledger, *, pool: Sequence[str], evidence: str, control: str) -> dict[str, Any]:
    assert claim.against is not None, f"claim {claim.id} of kind {claim.kind} compares with nothing"
    scale = decided_on(claim, evidence=evidence)
    d0, smallest = sizes(claim, decided_on=scale)
    compared = compare(
        ledger,
        arm=claim.arm,
        against=claim.against,
        pool=pool,
        control=control,
        metric=claim.metric,
        protocol=claim.protocol,
        decided_on=scale,
    )
    entry: dict[str, Any] = {"decided_on": scale, "d0": d0, "smallest_effect": smallest}
    entry |= compared.entry() if compared else {}
    cannot = _untestable_effect(claim, ledger, compared, smallest=smallest)
    if cannot:
        return entry | {"verdict": verdict.UNTESTABLE, "reason": cannot}
    if compared is None or smallest is None:
        return entry
    entry["seeds_needed"] = compared.seeds_needed(d0 if d0 is not None else smallest)
    entry |= _decided(claim, compared, d0=d0, smallest=smallest, seeds_needed=entry["seeds_needed"])
    note = chance_note(claim.metric, num_classes=_num_classes(ledger, claim.arm))
    return entry | {"reason": f"{entry['reason']} {note}".strip()}


def _untestable_effect(claim: Claim, ledger: Ledger, compared: Comparison | None, *, smallest: float | None) -> str:
    if smallest is None:
        return "The paper prints no size of the effect that holds on other data, so there is nothing to compare ours with here."
    if compared is not None and compared.deciding is None:
        return "A run makes no error at all on the test images, so a ratio of errors cannot be formed."
    arms = [claim.arm, claim.against or claim.arm]
    return untestable_metric(claim.metric, num_classes=_num_classes(ledger, claim.arm)) or _unmeasured(claim, ledger, arms)


def _unmeasured(claim: Claim, ledger: Ledger, arms: Sequence[str]) -> str:
    """Say so if finished runs were never measured by the metric and protocol of `claim`."""
    values = ledger.arms(arms, metric=claim.metric, protocol=claim.protocol)
    lacking = [arm for arm in arms if ledger.finished(arm) and arm not in values]
    return f"The runs of {' and '.join(lacking)} hold no {claim.metric} by the protocol {claim.protocol}." if lacking else ""


def _decided(
    claim: Claim, compared: Comparison, *, d0: float | None, smallest: float, seeds_needed: int | None
) -> dict[str, Any]:
    estimate = compared.deciding
    assert estimate is not None
    assert claim.against is not None
    interval = estimate.ci90
    measured = reasons.effect_measured(
        metric=claim.metric,
        arm=claim.arm,
        against=claim.against,
        decided_on=compared.decided_on,
        estimate=estimate.value,
        interval=interval,
        n=compared.n,
        d0=d0,
    )
    if interval is None or compared.total_ci90 is None:
        return {"verdict": verdict.INCONCLUSIVE, "reason": f"{measured} {reasons.no_spread(compared.n)}"}
    name = verdict.decide_effect(interval, d0=d0, smallest_effect=smallest)
    size = verdict.size_flag(interval, d0=d0) if name == verdict.DIRECTION else ""
    meaning = reasons.meaning(
        name, size=size, decided_on=compared.decided_on, smallest_effect=smallest, d0=d0, seeds_needed=seeds_needed
    )
    return {
        "verdict": name,
        "size": size,
        "p_equivalence": equivalence_p(estimate, smallest_effect=smallest),
        "total_flips": name != verdict.decide_effect(compared.total_ci90, d0=d0, smallest_effect=smallest),
        "reason": f"{measured} {meaning}",
    }


def _num_classes(ledger: Ledger, arm: str) -> int | None:
    runs = ledger.runs(arm)
    return int(runs[0]["num_classes"]) if runs else None
