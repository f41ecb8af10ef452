"""Ask before any test whether two arms may be compared at all; each gate returns a reason, or an empty text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from repro.analyse.evidence import reasons, verdict
from repro.analyse.evidence.arms.copies import copied
from repro.analyse.evidence.arms.machines import confounded
from repro.analyse.evidence.population import Population
from repro.artifacts.ledger.receipts import bridges_in
from repro.artifacts.provenance import plain, spec_difference
from repro.artifacts.run_json import FAITHFUL
from repro.spec.experiment import Paper, make_run
from repro.spec.terms.metrics import (
    CHANCE_SHARE,
    EARLY,
    EPOCHS,
    LEAVING,
    LOG,
    TOP1,
    TOP5,
    TRAIN_TOP1,
    chance_floor,
    metric_named,
)
from repro.spec.terms.protocols import TRAINING, example_of, score_protocol

#: The fewest classes with which a top-5 error says anything.
TOP5_CLASSES = 50


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of the runs: a metric of `arms`, by one protocol or, inside runs, by several.

    control: the arm that must have learned. considered: all variants on whose runs the answer rests, the arms included.
    """

    arms: tuple[str, ...]
    control: str
    metric: str
    protocols: tuple[str, ...]
    considered: tuple[str, ...]

    @property
    def protocol(self) -> str:
        return self.protocols[0]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why a question is not decided by an interval: INVALID, INCOMPLETE or DID-NOT-TRAIN. brief: a shorter reason, if any."""

    verdict: str
    reason: str
    brief: str = ""


def gate(population: Population, question: Question) -> Stop | None:
    """What keeps a question from being decided; None if nothing does.

    The control must have learned. Another arm that has not is a result of its own, of no size. A pace has no control that
    must have learned: a run that never gets there is censored.
    """
    arms, metric = question.arms, question.metric
    invalid = (
        diverged(population, arms)
        or control_not_learned(population, question)
        or early_at_chance(population, arms, metric=metric)
        or other_precision(population, question.considered)
        or mixed_sources(population, question.considered)
        or mixed_specs(population, arms)
        or other_specs(population, question.considered)
        or mixed_examples(population, question)
        or copied(population, question.considered, protocol=question.protocol)
        or confounded(population, arms, metric=metric)
    )
    if invalid:
        return Stop(verdict=verdict.INVALID, reason=invalid)
    missing = missing_runs(population, question)
    if missing:
        reason, brief = reasons.missing_words(missing, population.why_missing)
        return Stop(verdict=verdict.INCOMPLETE, reason=reason, brief=brief)
    return untrained(population, question)


def control_not_learned(population: Population, question: Question) -> str:
    """Say so if the control is hardly better than chance; a pace has none."""
    if question.metric in (EPOCHS, LEAVING):
        return ""
    return not_learned(population, question.control, role="control", protocol=question.protocol)


def untrained(population: Population, question: Question) -> Stop | None:
    """Whether an arm never left chance while the control did: that is a result, and its error is no size of an effect.

    Of the training error, of epochs and of what is measured while training it is what the claim is about, and is judged.
    """
    if metric_named(question.metric).of == LOG or question.metric == TRAIN_TOP1:
        return None
    found = [not_learned(population, arm, role="arm", protocol=question.protocol) for arm in question.arms]
    said = " ".join(filter(None, found))
    if not said:
        return None
    names = " and ".join(arm for arm, one in zip(question.arms, found, strict=True) if one)
    brief = f"{names} did not train here: a result of its own, from which no size of an effect follows."
    return Stop(verdict=verdict.DID_NOT_TRAIN, reason=f"{said} {brief}", brief=brief)


def missing_runs(population: Population, question: Question) -> list[str]:
    """The runs without which the answer is not decided: all of the arms, one of what was not chosen."""
    others = [name for name in question.considered if name not in question.arms and not population.runs(name)]
    return population.missing_of([*question.arms, *others])


def not_at_this_scale(population: Population, arms: Sequence[str]) -> str:
    """Say so if the scale runs no networks of the families of `arms`."""
    lacking = [arm for arm in arms if arm and not population.has(arm)]
    if not lacking:
        return ""
    families = sorted({population.paper.family(arm) for arm in lacking})
    few = "family" if len(families) == 1 else "families"
    runs = f"scale {population.scale.name} runs no networks of the {few} {' and '.join(families)}"
    return f"Nothing is run for {' and '.join(lacking)} here: {runs}."


def diverged(population: Population, arms: Sequence[str]) -> str:
    """Name the runs of `arms` that diverged."""
    found = population.diverged_of(arms)
    num = len({*found, *(record.id for arm in arms for record in population.runs(arm))})
    return reasons.diverged_words(found, num=num) if found else ""


def not_learned(population: Population, arm: str, *, role: str, protocol: str) -> str:
    """Say so if an arm is hardly better than chance by `protocol`, or by the plain crop where that has no scores."""
    scored = score_protocol(protocol, scored=population.paper.experiment(arm).evaluation.protocols)
    values = population.arms([arm], metric=TOP1, protocol=scored).get(arm)
    if not values:
        return ""
    num_classes = population.finished(arm)[0].num_classes
    error = sum(values) / len(values)
    if not verdict.control_failed(error, num_classes=num_classes):
        return ""
    chance = 1 - 1 / num_classes
    return (
        f"The {role} {arm} has not learned: its mean top-1 error is {error:.1%}, "
        f"chance is {chance:.1%} and the sanity floor {CHANCE_SHARE * chance:.1%}."
    )


def early_at_chance(population: Population, arms: Sequence[str], *, metric: str) -> str:
    """Say so if early learning is to be measured where no arm has left chance yet: all errors there are that of a guess."""
    if metric != EARLY:
        return ""
    found = {arm: population.arms([arm], metric=EARLY, protocol=TRAINING).get(arm, []) for arm in arms}
    floors = [chance_floor(population.finished(arm)[0].num_classes) for arm in arms if found[arm]]
    if not floors or not all(sum(values) / len(values) > max(floors) for values in found.values() if values):
        return ""
    return (
        f"In the first epochs {' and '.join(arms)} are still at chance, so that their errors there say nothing; count {LEAVING}."
    )


def untrained_words(population: Population, arms: Sequence[str], *, metric: str, protocol: str) -> str:
    """A sentence about arms that never left chance, where the claim is about the training itself."""
    if metric != TRAIN_TOP1:
        return ""
    lost = [arm for arm in arms if not_learned(population, arm, role="arm", protocol=protocol)]
    return f"{' and '.join(lost)} did not train here: the training error is that of a guess." if lost else ""


def mixed_sources(population: Population, arms: Sequence[str]) -> str:
    """Say so if the runs of `arms` saw different data, or those made by one method were made by different code.

    Runs of different seeds may be of different folds; those of one seed saw the same, and a fold is one version of it.
    Codes are the same if receipts show that one gives the numbers of the other (repro.artifacts.ledger.receipts).
    """
    runs = [record for arm in arms for record in population.runs(arm)]
    methods = dict.fromkeys(record.method for record in runs)
    codes = [_codes({record.code_digest for record in runs if record.method == method}, population) for method in methods]
    seeds = {record.seed for record in runs}
    of_seeds = [{record.dataset.digest for record in runs if record.seed == seed} for seed in seeds]
    names = {record.dataset.name for record in runs}
    of_names = [{record.dataset.digest for record in runs if record.dataset.name == name} for name in names]
    for what, digests in (
        *(("saw differently prepared data", digests) for digests in (*of_seeds, *of_names)),
        *(("were trained by different code", digests) for digests in codes),
    ):
        if len(digests) > 1:
            return f"The runs of {' and '.join(arms)} {what} ({len(digests)} digests); train them again together."
    return ""


def _codes(codes: set[str], population: Population) -> Collection[object]:
    """`codes`, those as one that give the same numbers as receipts show."""
    return codes if len(codes) < 2 else bridges_in(Path(population.results) / population.scale.name).groups(codes)


def other_precision(population: Population, arms: Sequence[str]) -> str:
    """Say so if runs of `arms` were trained in another number format than float32, as no faithful run is."""
    found = sorted({record.precision for arm in arms for record in population.runs(arm)} - {FAITHFUL})
    if not found:
        return ""
    return f"Runs of {' and '.join(arms)} were trained in {' and '.join(found)}; train them again without --precision."


def ablated_keys(paper: Paper, arms: Sequence[str]) -> set[str] | None:
    """The keys that stand between `arms` in the tree of variants: all in which their specs may differ.

    None if they come from different roots, which are experiments of their own: those may differ in all that they declare.
    """
    chains: list[list[tuple[str, str]]] = []
    roots = set()
    for name in arms:
        chain = []
        variant = paper.variant(name)
        while variant.base is not None:
            chain += [(variant.name, place) for place in variant.places]
            variant = paper.variant(variant.base)
        roots.add(variant.name)
        chains.append(chain)
    if len(roots) > 1:
        return None
    shared = set(chains[0]).intersection(*chains[1:])
    return {key for chain in chains for name, key in chain if (name, key) not in shared}


def mixed_specs(population: Population, arms: Sequence[str]) -> str:
    """Say so if the runs of `arms` differ in more than the ablated key, or in more than the seed within an arm."""
    allowed = ablated_keys(population.paper, arms)
    groups = [arms] if allowed is not None else [[arm] for arm in arms]
    return next(filter(None, (_beyond(population, group, allowed or set()) for group in groups)), "")


def _beyond(population: Population, arms: Sequence[str], allowed: set[str]) -> str:
    """Name the keys outside `allowed` in which the runs of `arms` differ from the first of them."""
    runs = [record for arm in arms for record in population.runs(arm)]
    compared = [record.spec for record in runs[:1]]
    for record in runs[1:]:
        if record.spec in compared:
            continue
        compared.append(record.spec)
        keys = [item.key for item in spec_difference(runs[0].spec, record.spec)]
        extra = [key for key in keys if not any(key == one or key.startswith(f"{one}.") for one in allowed)]
        if extra:
            return f"The runs {runs[0].id} and {record.id} differ in more than {_ablated(allowed)}: {', '.join(extra)}."
    return ""


def _ablated(allowed: set[str]) -> str:
    return " and ".join(sorted(allowed)) or "the seed"


def other_specs(population: Population, arms: Sequence[str]) -> str:
    """Say so if a run was trained by another specification than its name stands for now.

    A run of before an optional part existed did without it, which is what the part's absence says now.
    """
    said = (population.kept(("other specs", arm), partial(_other_spec, population, arm)) for arm in arms)
    return next(filter(None, said), "")


def _other_spec(population: Population, arm: str) -> str:
    now = None
    for record in population.runs(arm):
        # The seed is no part of an experiment: one stands for all.
        now = now or plain(make_run(population.paper, scale=population.scale.name, variant=arm, seed=record.seed).experiment)
        keys = [] if record.spec == now else [item.key for item in spec_difference(record.spec, now)]
        if keys:
            other = ", ".join(keys)
            return f"The run {record.id} was trained by another specification than its name has now: {other}; train it again."
    return ""


def mixed_examples(population: Population, question: Question) -> str:
    """Say so if runs of the arms on the same data were scored on different examples; without scores none can fail.

    Seeds that are folds of the data have different examples; arms are compared seed by seed, each on its fold.
    """
    arms = question.arms
    if not any(population.finished(arm) for arm in arms):
        return ""
    for split in metric_named(question.metric).splits:
        for protocol in question.protocols:
            if not population.same_examples_of_data(arms, split=split, protocol=protocol):
                seen = example_of(protocol)
                return f"The runs of {' and '.join(arms)} were scored on different {split} {seen}s; train them again together."
    return ""


def untestable_metric(metric: str, *, num_classes: int | None) -> str:
    """Say why `metric` has no meaning with `num_classes` (None: not known yet), or return an empty text."""
    if metric == TOP5 and num_classes is not None and num_classes < TOP5_CLASSES:
        return f"A top-5 error needs at least {TOP5_CLASSES} classes to mean anything; here are {num_classes}."
    return ""


def chance_note(metric: str, *, num_classes: int | None) -> str:
    """A sentence about chance where it is close to what a network reaches."""
    if metric == TOP5 and num_classes is not None and num_classes < 100:
        return f"With {num_classes} classes a guess has a top-5 error of {1 - 5 / num_classes:.0%}."
    return ""
