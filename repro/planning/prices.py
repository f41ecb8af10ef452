"""What runs on a paper's own data would take, for a page that says what would decide a question."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from repro.planning.cost import Rate, cost_of, representatives, sizes_at
from repro.planning.plan import planned_runs
from repro.report.site.deciding import TFLOPS, Price
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper


def own_data_prices(papers: Sequence[Paper]) -> dict[str, Price]:
    """By paper the price of a run of each variant at its first scale on its own data, on a GPU that attains `TFLOPS`."""
    found = {}
    for paper in papers:
        scale = next((scale.name for scale in paper.scales if scale.evidence == SAME_DATA), "")
        if scale:
            found[paper.name] = Price(scale=scale, seconds=_seconds(paper, scale))
    return found


def _seconds(paper: Paper, scale: str) -> dict[str, float]:
    """The seconds of a run by variant; those whose work is not counted are left out."""
    rate = Rate(train_flops_per_s=TFLOPS * 1e12, score_flops_per_s=TFLOPS * 1e12)
    cost = cost_of(
        paper,
        scale=scale,
        runs=planned_runs(paper, scale=scale),
        rates=dict.fromkeys(representatives(paper, scale=scale), rate),
        sizes=sizes_at(paper, scale=scale, results=None),
    )
    by_variant: dict[str, list[float]] = {}
    for run_id, seconds in cost.seconds_by_run.items():
        by_variant.setdefault(run_id.split("/")[2], []).append(seconds)
    return {name: fmean(values) for name, values in by_variant.items()}
