"""Whether a paper can be run as it is written: every name leads somewhere, every network can be built at every scale.

What is found is said in sentences for whoever wrote the file; `paper_faults` is also what tests hold the built-in papers to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from repro.catalogue.claims import claim_faults, unknown_variant
from repro.catalogue.fields import faults
from repro.catalogue.questions import question_faults
from repro.catalogue.sizes import size_faults
from repro.spec.claims import Claim
from repro.spec.claims.planted import SAME
from repro.spec.experiment import AnyDataset, Paper, Scale, Sizing, Table, Variant, make_run, needed_runs
from repro.spec.geometry.clips import geometry_of
from repro.spec.names import UnknownName
from repro.spec.run import Ensemble, Experiment, Method, Run
from repro.spec.scales.names import AT_RATE, OF_SEARCH
from repro.spec.scales.series import looks_sized
from repro.spec.terms.figures import needed_measure

#: Names become folders, targets of the workflow and parts of run ids; those of papers begin the names of the workflow's rules.
NAME = re.compile(r"[a-z][a-z0-9_]*")
CLAIM_ID = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
RESERVED = ("prepare", "train")
#: How names end that stand in no catalogue.
TUNED_ENDS = {"variant": "such as _rate_x2", "scale": "such as _search_5000"}


def paper_faults(paper: Paper) -> Iterator[str]:
    """Give what keeps `paper` from being run as it is written; later checks presume that earlier ones find nothing."""
    for check in (
        _wrong_fields,
        _wrong_names,
        _wrong_bases,
        _wrong_experiments,
        _wrong_scales,
        _twins,
        claim_faults,
        _wrong_tables,
        question_faults,
        size_faults,
    ):
        found = list(check(paper))
        yield from found
        if found:
            return


def catalogue_faults(papers: Sequence[Paper]) -> Iterator[str]:
    """Give what keeps `papers` from being known side by side: names and ids that two of them have."""
    for kind, names in (
        ("paper", [paper.name for paper in papers]),
        ("claim", [claim.id for paper in papers for claim in paper.claims]),
        ("table", [table.name for paper in papers for table in paper.tables]),
    ):
        for name in _repeated(names):
            owners = [paper.name for paper in papers if name in _names_of(paper, kind)]
            found = f"is in {' and in '.join(owners)}" if kind != "paper" else f"is described {len(owners)} times"
            yield f"{kind} {name!r} {found}; allowed: each {kind} once; give one of them another name"
    yield from _different_data(papers)


def _names_of(paper: Paper, kind: str) -> list[str]:
    if kind == "paper":
        return [paper.name]
    return [claim.id for claim in paper.claims] if kind == "claim" else [table.name for table in paper.tables]


def _different_data(papers: Sequence[Paper]) -> Iterator[str]:
    """Papers share the folder of a data set that they name alike, so that it must be the same."""
    known: dict[tuple[str, str], tuple[Paper, AnyDataset]] = {}
    for paper in papers:
        for scale in paper.scales:
            for dataset in scale.datasets:
                first, other = known.setdefault((scale.name, dataset.name), (paper, dataset))
                if other != dataset:
                    yield (
                        f"data {dataset.name!r} of {paper.name} at scale {scale.name} are others than those of {first.name}; "
                        "allowed: one data set a name; give them another name, or import those that are there"
                    )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _wrong_fields(paper: Paper) -> Iterator[str]:
    yield from faults(paper, Paper, where=paper.name if isinstance(paper.name, str) else "Paper")


def _wrong_names(paper: Paper) -> Iterator[str]:
    datasets = {dataset.name for scale in paper.scales for dataset in scale.datasets}
    groups = (
        ("paper", [paper.name]),
        ("variant", [item.name for item in paper.variants] + [item.alias for item in paper.variants if item.alias]),
        ("scale", [item.name for item in paper.scales]),
        ("table", [item.name for item in paper.tables]),
        ("data set", sorted(datasets)),
        ("claim", [item.id for item in paper.claims]),
        ("question", list(dict.fromkeys(item.name for item in paper.questions))),
    )
    for kind, names in groups:
        for name in _repeated(names):
            yield f"{kind} {name!r} of {paper.name} is there twice; allowed: each name once"
        pattern, form = (
            (CLAIM_ID, "words of letters, digits and _ joined by dots") if kind == "claim" else (NAME, "a-z, 0-9 and _")
        )
        for name in names:
            if not pattern.fullmatch(name):
                yield f"{kind} {name!r}{f' of {paper.name}' * (kind != 'paper')}; allowed in its name: {form}"
            if (kind == "variant" and AT_RATE.fullmatch(name)) or (kind == "scale" and OF_SEARCH.fullmatch(name)):
                yield f"{kind} {name!r} of {paper.name} is called as one at another rate; allowed: no end {TUNED_ENDS[kind]}"
    for scale in paper.scales:
        if looks_sized(scale.name):
            yield f"scale {scale.name!r} of {paper.name} is called like a scale at a size; allowed: names that end otherwise"
    if paper.name in RESERVED:
        yield f"a paper cannot be called {paper.name!r}, by which rules of the workflow are called; give it another name"
    for table in paper.tables:
        if not table.name.startswith(f"{paper.name}_"):
            yield f"table {table.name!r} of {paper.name}; allowed: names that begin with {paper.name + '_'!r}"


def _wrong_bases(paper: Paper) -> Iterator[str]:
    for variant in paper.variants:
        where = f"variant {variant.name} of {paper.name}"
        if variant.base is None:
            if variant.experiment is None or not variant.family or variant.key:
                yield f"{where} has no base; allowed: an experiment and its family, or a base, a key and a value"
        elif variant.experiment is not None or variant.family or not variant.key:
            yield f"{where} has the base {variant.base}; allowed with a base: a key and a value, no experiment and no family"
        else:
            yield from _wrong_base(paper, variant, where=where)


def _wrong_base(paper: Paper, variant: Variant, *, where: str) -> Iterator[str]:
    name, passed = variant.base, [variant.name]
    while name is not None:
        unknown = unknown_variant(paper, name)
        if unknown:
            yield f"{where}: its base is an {unknown}"
            return
        found = paper.variant(name)
        if found.name in passed:
            yield f"{where} is based on itself ({' on '.join([*passed, found.name])}); allowed: bases that lead to an experiment"
            return
        passed.append(found.name)
        name = found.base


def _wrong_experiments(paper: Paper) -> Iterator[str]:
    for variant in paper.variants:
        where = f"variant {variant.name} of {paper.name}"
        try:
            method = paper.experiment(variant.name)
        except ValueError as error:
            yield f"{where}: its key is {variant.key!r}: {error}"
            continue
        found = list(faults(method, Method, where=f"{where}: its experiment"))
        yield from found
        if not found and variant.base is not None and method == paper.experiment(variant.base):
            yield f"{where} is {variant.base} itself: {variant.key} has that value there; allowed: a value that differs"
        if not found and isinstance(method, Ensemble):
            yield from _shared_draws(paper, method, where=where)


def _shared_draws(paper: Paper, ensemble: Ensemble, *, where: str) -> Iterator[str]:
    """Say which members share what is drawn: runs of one seed that begin from chance, or that do not."""
    taken: dict[tuple[bool, int], str] = {}
    for member in ensemble.members:
        if unknown_variant(paper, member.variant):
            return
        method = paper.experiment(member.variant)
        begun = isinstance(method, Experiment) and method.initial_weights is not None
        for seed in member.seeds(0):
            other = taken.setdefault((begun, seed), member.variant)
            if other != member.variant:
                yield (
                    f"{where} averages {other} and {member.variant} of seed {seed}, which share their random numbers; "
                    f"allowed: members of different seeds, such as cycle={len(ensemble.members)} and turn=0, 1, 2 and so on"
                )


def _wrong_scales(paper: Paper) -> Iterator[str]:
    families = {paper.family(variant.name) for variant in paper.variants}
    for scale in paper.scales:
        where = f"scale {scale.name} of {paper.name}"
        for sizing in scale.sizings:
            if sizing.family not in families:
                yield f"{where}: {UnknownName('family', sizing.family, sorted(families))}"
            yield from (f"{where}, family {sizing.family}: {fault}" for fault in _wrong_drops(sizing))
        for family in _repeated(sizing.family for sizing in scale.sizings):
            yield f"{where} sizes family {family!r} twice; allowed: one sizing a family"
        for variant in paper.variants:
            if scale.has(paper.family(variant.name)):
                yield from _wrong_run(paper, scale, variant, where=f"{where}, variant {variant.name}")


def _wrong_drops(sizing: object) -> Iterator[str]:
    schedule = sizing.schedule if isinstance(sizing, Sizing) else None
    if schedule is None or schedule.rule != "epochs":
        return
    drops = schedule.drops
    if list(drops) != sorted(set(drops)) or any(not 0 < drop < schedule.num_epochs for drop in drops):
        got = f"({', '.join(f'{drop:g}' for drop in drops)})"
        yield f"its rate drops after epochs {got} of {schedule.num_epochs}; allowed: numbers that rise, above 0 and below that"


def _wrong_run(paper: Paper, scale: Scale, variant: Variant, *, where: str) -> Iterator[str]:
    """Build what the scale makes of a variant, as far as that needs no pixels."""
    try:
        run = make_run(paper, scale=scale.name, variant=variant.name, seed=0)
        if isinstance(run.experiment, Experiment):
            geometry_of(run.experiment.network)
    except (ValueError, TypeError, ArithmeticError) as error:
        yield f"{where}: {error}"
        return
    try:
        needed_runs(run, paper)
    except ValueError as error:
        yield f"{where} starts from runs that the scale lacks ({error}); size their family too"


def twins(paper: Paper) -> list[tuple[str, str]]:
    """The pairs of variants that are the same: one experiment as printed, and at every scale one size and one data set.

    Variants that coincide at some scales alone are no twins.
    """
    first: dict[tuple[object, ...], str] = {}
    found = []
    for variant in paper.variants:
        same = (paper.experiment(variant.name), *(_at(paper, scale, variant) for scale in paper.scales))
        if first.setdefault(same, variant.name) != variant.name:
            found.append((first[same], variant.name))
    return found


def _at(paper: Paper, scale: Scale, variant: Variant) -> tuple[object, ...]:
    """What a variant is at a scale: its method, at the scale's size, and its data."""
    family = paper.family(variant.name)
    if not scale.has(family):
        return ()
    run: Run = make_run(paper, scale=scale.name, variant=variant.name, seed=0)
    return run.experiment, scale.sizing(family).folds or (scale.dataset,)


def _twins(paper: Paper) -> Iterator[str]:
    effects = [item for table in paper.tables for item in table.planted]
    planted = [{item.variant, item.against} for item in effects if item.expected == SAME]
    for one, other in twins(paper):
        if {one, other} in planted:
            continue
        yield (
            f"variant {other} of {paper.name} is {one} again: the same experiment and data at all scales; "
            f"allowed: variants that differ; use {one}"
        )


def _wrong_tables(paper: Paper) -> Iterator[str]:
    claims = {claim.id: claim for claim in paper.claims}
    for table in paper.tables:
        yield from _wrong_table(paper, table, claims)
    for variant in paper.variants:
        if not any(variant.name in table.variants for table in paper.tables):
            yield f"variant {variant.name} of {paper.name} is in no table, so that nothing runs it; name it in one"
    for claim in paper.claims:
        if not any(claim.id in table.claims for table in paper.tables):
            yield f"claim {claim.id} of {paper.name} is in no table, so that no page shows it; name it in one"


def _wrong_table(paper: Paper, table: Table, claims: dict[str, Claim]) -> Iterator[str]:
    where = f"table {table.name} of {paper.name}"
    named = dict.fromkeys((*table.variants, table.control, *(name for pair in table.controls for name in pair)))
    yield from (f"{where}: {unknown}" for unknown in (unknown_variant(paper, name) for name in named) if unknown)
    for name in named:
        if name not in table.variants:
            yield f"{where} compares with {name}, which is not among its variants; allowed: one of them"
    for variant, control in table.controls:
        if table.control_of(control) not in (control, table.control):
            yield f"{where} compares {variant} with {control}, which has another control itself; allowed: one that has none"
    for figure in table.figures:
        needed = needed_measure(figure.name)
        if needed and needed not in table.measures:
            yield f"{where} has figure {figure.name}, but not what it shows; name {needed} in its measures"
    for name in table.claims:
        if name not in claims:
            yield f"{where}: {UnknownName('claim', name, claims)}"
            continue
        missing = [arm for arm in claims[name].variants if arm not in table.variants]
        if missing:
            yield f"{where} has claim {name}, but not variant {missing[0]}, which the claim needs; name it in its variants"
