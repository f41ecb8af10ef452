"""What runs on a paper's own data would take, for a page that says what would decide a question."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from repro.planning.cost import Rate, cost_of, representatives, sizes_at
from repro.planning.plan import planned_runs
from repro.report.site.deciding import TFLOPS, Price
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper, Scale, make_run, needed_runs


def own_data_prices(papers: Sequence[Paper]) -> dict[str, tuple[Price, ...]]:
    """By paper the price of a run of each variant at each scale on its own data, on a GPU that attains `TFLOPS`."""
    return {paper.name: tuple(_price(paper, scale) for scale in paper.scales if scale.evidence == SAME_DATA) for paper in papers}


def _price(paper: Paper, scale: Scale) -> Price:
    runs = planned_runs(paper, scale=scale.name)
    rate = Rate(train_flops_per_s=TFLOPS * 1e12, score_flops_per_s=TFLOPS * 1e12)
    cost = cost_of(
        paper,
        scale=scale.name,
        runs=runs,
        rates=dict.fromkeys(representatives(paper, scale=scale.name), rate),
        sizes=sizes_at(paper, scale=scale.name, results=None),
    )
    by_variant: dict[str, list[float]] = {}
    for run_id, seconds in cost.seconds_by_run.items():
        by_variant.setdefault(run_id.split("/")[2], []).append(seconds)
    needed = {}
    for name in dict.fromkeys(run.variant for run in runs):
        first = make_run(paper, scale=scale.name, variant=name, seed=0)
        needed[name] = tuple(dict.fromkeys(run.variant for run in needed_runs(first, paper)))
    return Price(
        scale=scale.name,
        data=frozenset(dataset.of for dataset in scale.datasets if dataset.of),
        seconds={name: fmean(values) for name, values in by_variant.items()},
        needed=needed,
    )
