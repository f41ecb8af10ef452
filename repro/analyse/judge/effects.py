"""Measure every variant of a table against its control, whether or not the paper claims anything about it."""

from __future__ import annotations

from functools import reduce
from typing import Any

from repro.analyse.evidence.comparison import Pair, compare, counts, deviations, estimated, means
from repro.analyse.evidence.gates import Question, gate
from repro.analyse.evidence.population import Population
from repro.analyse.judge.case import family_of
from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.provenance import Change, plain, spec_difference
from repro.spec.experiment import Paper, Table
from repro.spec.terms.figures import EARLY_TRAINING_ERROR
from repro.spec.terms.metrics import EARLY, TOP1
from repro.spec.terms.protocols import PLAIN_CROP, PROTOCOLS, TRAINING

#: The value that a variant replaces, and in which leaves it differs.
Changed = tuple[Any, tuple[Change, ...]]
#: Of each paper by variant, each found once. The paper is kept, so that its id stays its own.
_CHANGED: dict[int, tuple[Paper, dict[str, Changed]]] = {}


def table_effects(table: Table, population: Population) -> list[MeasuredEffect]:
    """The effect of each variant but the controls in the table's order: metric(variant) - metric(its control).

    Variants that the scale does not run are left out. Planted effects, some of them in the data, are no question to a paper:
    calibration judges them.
    """
    if table.planted:
        return []
    metrics = (TOP1, EARLY) if EARLY_TRAINING_ERROR in table.measures else (TOP1,)
    names = [
        name
        for name in table.variants
        if name != table.control_of(name) and population.has(name) and population.has(table.control_of(name))
    ]
    return [_effect(table, name, population, metric=metric) for name in names for metric in metrics]


def common_protocol(population: Population, control: str, name: str) -> str:
    """Name the protocol with most crops or views by which both variants are scored; the centre crop if there is none."""
    scored = [population.paper.experiment(variant).evaluation.protocols for variant in (control, name)]
    return next((protocol for protocol in reversed(PROTOCOLS) if all(protocol in protocols for protocols in scored)), PLAIN_CROP)


def _effect(table: Table, name: str, population: Population, *, metric: str) -> MeasuredEffect:
    control = table.control_of(name)
    protocol = TRAINING if metric == EARLY else common_protocol(population, control, name)
    pair = Pair(
        arm=control,
        against=name,
        pool=table.variants,
        control=control,
        family=family_of(table, control),
        metric=metric,
        protocol=protocol,
    )
    compared = compare(population, pair, decided_on="points")
    arms = (control, name)
    stop = gate(population, Question(arms=arms, control=control, metric=metric, protocols=(protocol,), considered=arms))
    variant = population.paper.variant(name)
    base_value, difference = changed(population.paper, name)
    points = compared.points if compared else None
    values = compared.compared if compared else {}
    return MeasuredEffect(
        paper=population.paper.name,
        table=table.name,
        variant=name,
        control=control,
        title=variant.title,
        key=variant.key,
        base_value=base_value,
        value=plain(variant.value) if variant.base else None,
        difference=difference,
        metric=metric,
        protocol=protocol,
        points=estimated(points) if points else None,
        log_ratio=estimated(compared.log_ratio) if compared and compared.log_ratio else None,
        total_ci90=compared.total_ci90 if compared else None,
        sd_pooled=points.sd if points and points.df > 0 else None,
        df=points.df if points else None,
        test=points.test if points else "",
        p_raw=points.p if points else None,
        p_adjusted=compared.p_adjusted if compared else None,
        n=counts(values),
        means=means(values),
        sds=deviations(values),
        gate=stop.verdict if stop else "",
        reason=stop.reason if stop else "",
        runs=tuple(run.id for arm in arms for run in population.runs(arm)),
    )


def changed(paper: Paper, name: str) -> Changed:
    """What a variant replaces in its base and in which leaves it differs, at the size that the paper printed.

    The former is one value where all places of the key have the same, else a list, one for each place.
    """
    _, kept = _CHANGED.setdefault(id(paper), (paper, {}))
    if name not in kept:
        kept[name] = _changed(paper, name)
    return kept[name]


def _changed(paper: Paper, name: str) -> Changed:
    variant = paper.variant(name)
    if variant.base is None:
        return None, ()
    base = plain(paper.experiment(variant.base))
    values = [reduce(_step, place.split("."), base) for place in variant.places]
    difference = spec_difference(base, paper.experiment(name))
    return values[0] if all(value == values[0] for value in values) else values, difference


def _step(spec: Any, key: str) -> Any:
    return next(item for item in spec if item["name"] == key) if isinstance(spec, list) else spec[key]
