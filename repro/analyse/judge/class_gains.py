"""Measure which classes one net of clips knows better than another, such as one that sees motion.

Source: Karpathy et al. 2014, section 4.1, "Contributions of motion", Table 2.
"""

from __future__ import annotations

import math

from repro.analyse.collect.average_precisions import PROTOCOL
from repro.analyse.evidence.comparison import Pair, compare, counts, deviations, estimated, means
from repro.analyse.evidence.population import Population
from repro.analyse.evidence.precisions import gain_se_K
from repro.analyse.evidence.statistics import total_interval
from repro.artifacts.claims_json import ClassGain
from repro.spec.experiment import Table
from repro.spec.terms.figures import CLASS_GAINS
from repro.spec.terms.metrics import AVERAGE_PRECISION, class_slug


def class_gains(table: Table, population: Population) -> list[ClassGain]:
    """What the page's other variant gains over its control in average precision of each class, in the data's order.

    Nothing where the page does not ask for it, or a variant has no finished run. `total_ci90` is over seeds and videos, where all
    runs were scored on the same videos: these were sampled, and their clips are not samples of their own.
    """
    if CLASS_GAINS not in table.measures:
        return []
    control = table.control
    other = next(name for name in table.variants if name != control)
    if not (population.finished(control) and population.finished(other)):
        return []
    classes = population.finished(control)[0].dataset.classes
    errors = gain_se_K(population, control, other)
    return [
        entry
        for k, name in enumerate(classes)
        if (entry := _gain(table, population, control, other, name=name, se=None if errors is None else float(errors[k])))
    ]


def _gain(table: Table, population: Population, control: str, other: str, *, name: str, se: float | None) -> ClassGain | None:
    pair = Pair(
        arm=control,
        against=other,
        pool=table.variants,
        control=control,
        family=(control, other),
        metric=f"{AVERAGE_PRECISION}.{class_slug(name)}",
        protocol=PROTOCOL,
    )
    compared = compare(population, pair, decided_on="points")
    if compared is None:
        return None
    known = se is not None and math.isfinite(se)
    total = total_interval(compared.points, example_se=se) if known and se is not None else None
    values = compared.compared
    return ClassGain(
        paper=population.paper.name,
        table=table.name,
        control=control,
        variant=other,
        class_name=name,
        metric=pair.metric,
        protocol=PROTOCOL,
        n=counts(values),
        means=means(values),
        sds=deviations(values),
        gain=estimated(compared.points),
        total_ci90=total,
    )
