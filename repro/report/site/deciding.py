"""How sure the runs can be, and what would decide a question: seeds, commands and what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from repro.analyse.evidence.statistics import power
from repro.analyse.evidence.verdict import INCOMPLETE, INCONCLUSIVE, NO_QUESTION
from repro.artifacts.judged import JudgedByRuns, JudgedClaim, JudgedEffect, JudgedWithin
from repro.report.site.folders import Source
from repro.report.site.plots.sizes import axis_of, size_text
from repro.report.site.standing import Asked, Statement
from repro.report.text.formatting import listed
from repro.spec.datasets import SAME_DATA
from repro.spec.experiment import Paper
from repro.system.durations import duration

#: For how many seeds of each net the chance is shown, beside those that were run.
SEEDS = (3, 5, 10, 20, 50)
#: Chances that are printed as more than this are certain.
SURE = 0.99
#: Seeds by which the price of the paper's own data is counted.
OWN_SEEDS = 3
#: What a GPU is taken to attain where runs on the paper's own data are counted.
TFLOPS = 30


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The chance to find the effect with so many seeds of each net. here: whether so many were run of the net with the fewest.

    equal: whether all nets have as many.
    """

    seeds: str
    share: str
    text: str
    here: bool
    equal: bool


@dataclass(frozen=True, kw_only=True)
class PowerView:
    """The power on one data set. effect: what is to be found."""

    source: Source
    effect: str
    chances: tuple[Chance, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What would decide the question on some data: what is lacking, the command, and what it costs."""

    what: str
    why: str
    command: str
    price: str


@dataclass(frozen=True, kw_only=True)
class Price:
    """What runs at a scale on the paper's own data take, on a GPU that attains `TFLOPS`.

    data: the printed sets that it holds. seconds: of a run, by variant. needed: the variants from which one starts.
    """

    scale: str
    data: frozenset[str]
    seconds: Mapping[str, float]
    needed: Mapping[str, tuple[str, ...]]

    def of(self, variants: Sequence[str]) -> float:
        """The seconds of a run of each of `variants` and of all that they start from; 0 where some are not counted."""
        waiting, names = list(variants), {}
        while waiting:
            name = waiting.pop()
            if name not in names:
                names[name] = self.seconds.get(name, 0.0)
                waiting += self.needed.get(name, ())
        return sum(names.values()) if all(names.values()) else 0.0


def powers(lead: Statement, sources: Sequence[Source]) -> tuple[PowerView, ...]:
    """The power on each data set on which the statement was measured."""
    views = [_power(lead.entries[source.key], source) for source in sources if source.key in lead.entries]
    return tuple(view for view in views if view is not None)


def _power(entry: JudgedClaim, source: Source) -> PowerView | None:
    """By the noncentral t distribution, with the spread and the pool that decided."""
    if not isinstance(entry, JudgedEffect | JudgedWithin) or entry.verdict in NO_QUESTION or not (entry.sd_pooled and entry.n):
        return None
    effect = entry.d0 if entry.d0 else entry.smallest_effect
    if not effect:
        return None
    paired = isinstance(entry, JudgedWithin) or "paired" in entry.test.replace("unpaired", "")
    sd = entry.sd_pooled / math.sqrt(2) if paired else entry.sd_pooled
    arms = 1 if paired else max(len(entry.pool), 2)
    run = min(entry.n.values())
    equal = len(set(entry.n.values())) == 1
    chances = []
    for num in sorted({*SEEDS, *([run] if run > 1 else [])}):
        chance = power(effect, sd=sd, num_seeds=num, num_arms=arms)
        text = f"> {100 * SURE:.0f} %" if chance > SURE else f"{100 * chance:.0f} %"
        chances.append(Chance(seeds=str(num), share=f"{100 * chance:.0f}%", text=text, here=num == run, equal=equal))
    return PowerView(source=source, effect=_effect_words(entry, effect), chances=tuple(chances))


def _effect_words(entry: JudgedEffect | JudgedWithin, effect: float) -> str:
    kind = "the paper's effect" if entry.d0 else "the smallest effect that counts"
    on_log = entry.decided_on == "log_ratio"
    axis = axis_of(entry)
    if on_log and axis != "points":
        return f"{kind}, {size_text(math.exp(effect) if axis == 'times' else math.expm1(effect), axis=axis, claim=entry)}"
    return f"{kind}, {size_text(effect, axis='points', claim=entry)}"


def steps(asked: Asked, sources: Sequence[Source], prices: Mapping[str, Sequence[Price]]) -> tuple[Step, ...]:
    """What would decide the question: more seeds, runs that are missing, the paper's own data."""
    lead = asked.lead
    found = [step for source in sources if source.real and (step := _step(lead, source)) is not None]
    own = any(source.is_papers_own(lead.id) and source.results.judgement.evidence for source in sources)
    of = lead.claim.dataset.of if lead.claim.dataset is not None else ""
    known = prices.get(asked.paper.name, ())
    price = next((item for item in known if not of or of in item.data), None)
    if price is not None and not own:
        found.append(_own_step(lead, price))
    return tuple(found)


def _step(lead: Statement, source: Source) -> Step | None:
    entry = lead.entries.get(source.key)
    if entry is None or entry.verdict not in (INCONCLUSIVE, INCOMPLETE):
        return None
    needed = getattr(entry, "seeds_needed", None)
    if entry.verdict == INCONCLUSIVE and needed and isinstance(entry, JudgedByRuns):
        more = {name: max(needed - num, 0) for name, num in entry.n.items()}
        return Step(
            what=f"{source.title}: {needed} seeds of each net",
            why="would find an effect of the paper's size four times out of five",
            command=_command(lead, source, seeds=needed),
            price=_price(more, lead, source),
        )
    if entry.verdict == INCONCLUSIVE:
        why = "more seeds than can be counted on would be needed, or the rule asks for more than seeds"
        return Step(what=f"{source.title}: another design", why=why, command="", price="")
    seeds = lead.paper.scale(source.scale).num_seeds
    lacking = {name: seeds for name in lead.claim.variants if not source.results.of_variant(lead.paper.name, name)}
    return Step(
        what=f"{source.title}: the runs that are missing",
        why=f"{listed([f'{num} of {name}' for name, num in lacking.items()])} would be made"
        if lacking
        else "some runs are missing",
        command=_command(lead, source, seeds=None),
        price=_price(lacking, lead, source),
    )


def _command(lead: Statement, source: Source, *, seeds: int | None) -> str:
    table = next((table.name for table in lead.paper.tables if lead.id in table.claims), "report")
    key = {"folders": " images=DIR", "cifar10": " data=DIR"}.get(source.scale, "")
    if any(record.kind.startswith("video") for record in source.results.datasets.values()):
        key = " videos=DIR"
    more = f" seeds={seeds}" if seeds is not None else ""
    return f"snakemake --cores all {table} --config scale={source.scale}{key}{more}"


def _price(more: Mapping[str, int], lead: Statement, source: Source) -> str:
    """What further seeds take, by the processor time of the runs that are there."""
    every = [run.record.costs.cpu_s for run in source.results.runs.values() if run.record.paper == lead.paper.name]
    if not every or not any(more.values()):
        return ""
    total = 0.0
    for name, num in more.items():
        own = [run.record.costs.cpu_s for run in source.results.of_variant(lead.paper.name, name)]
        total += num * fmean(own or every)
    return f"about {duration(total)} of processor time, by the runs that are here"


def _own_step(lead: Statement, price: Price) -> Step:
    paper: Paper = lead.paper
    took = OWN_SEEDS * price.of(lead.claim.variants)
    return Step(
        what=f"The paper's own data, {paper.data_words(lead.claim.dataset) or paper.scale(price.scale).dataset.title}",
        why=f"would settle it: a verdict there is about the statement itself (evidence: {SAME_DATA})",
        command=f"python -m repro plan --scale {price.scale} --papers {paper.name} --gpu-tflops {TFLOPS} --hours 200",
        price=f"about {duration(took)} for {OWN_SEEDS} seeds of each net on a GPU that attains {TFLOPS} TFLOP/s" if took else "",
    )
