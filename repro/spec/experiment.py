"""Variants, scales and papers, and how a name becomes a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property, reduce
from typing import Any, NoReturn

from repro.spec.claims import Claim
from repro.spec.claims.planted import PlantedEffect
from repro.spec.claims.questions import Question
from repro.spec.datasets import Printed, PrintedSet
from repro.spec.differences import Difference
from repro.spec.lineage import earlier_data
from repro.spec.names import UnknownName, named, replaced
from repro.spec.run import Ensemble, Experiment, Method, Run, Timed, Timing
from repro.spec.scales.declared import Sizes
from repro.spec.scales.derived import scale_of_search, unscored, variant_at_rate
from repro.spec.scales.series import scale_at_size
from repro.spec.scales.sizings import AnyDataset as AnyDataset
from repro.spec.scales.sizings import AnySizing as AnySizing
from repro.spec.scales.sizings import MethodSizing as MethodSizing
from repro.spec.scales.sizings import ModelSizing as ModelSizing
from repro.spec.scales.sizings import Sizing as Sizing
from repro.spec.scales.sizings import scaled as scaled
from repro.spec.terms.figures import Figure

#: What the numbers of a printed table are: errors, or hits, 1 - error.
SHOWS = ("errors", "hits")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A named experiment. A root has an `experiment`; any other has a `base` and exactly one changed `key`.

    key: dotted path into the experiment, such as `network.lrn`, or several joined by ` + ` for one choice that the spec
        writes at several places; value: what stands there instead.
    family: of a root, the kind of network by which a scale sizes it and all variants based on it.
    alias: another name under which the variant is found.
    """

    name: str
    title: str
    why: str
    source: str
    experiment: Method | None = None
    base: str | None = None
    key: str = ""
    value: Any = None
    family: str = ""
    alias: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The dotted paths of `key`, one or several."""
        return tuple(self.key.split(" + ")) if self.key else ()


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How large everything is. A scale changes no part that a variant ablates.

    evidence: what a verdict at this scale is worth (repro.spec.terms.evidence.OF_SCALES).
    sizings: one for each family of networks that the scale has; variants of other families are not run at it.
    variants_per_job: about so many variants are trained by one process, in turn (more than 1 where a run takes seconds).

    Raises:
        ValueError: a network's crops are larger than the images that are stored for it.
    """

    name: str
    title: str
    dataset: AnyDataset
    evidence: str
    num_seeds: int
    sizings: tuple[AnySizing, ...]
    variants_per_job: int = 1

    def __post_init__(self) -> None:
        for sizing in self.sizings:
            if isinstance(sizing, Sizing):
                for dataset in sizing.folds or (self.dataset,):
                    self._refuse_crops(sizing, dataset)

    def _refuse_crops(self, sizing: Sizing, dataset: AnyDataset) -> None:
        crop_px = sizing.size.input_px
        if crop_px > dataset.stored_px:
            raise ValueError(
                f"scale {self.name}: family {sizing.family!r} takes crops of {crop_px} px (size.input_px of the sizing) of data "
                f"set {dataset.name!r}, stored at {dataset.stored_px} px (its stored_px); allowed: crops of at most the stored "
                "size; make stored_px larger, or input_px smaller"
            )

    def has(self, family: str) -> bool:
        """Say whether networks of `family` are run at this scale."""
        return family in {sizing.family for sizing in self.sizings}

    def sizing(self, family: str) -> AnySizing:
        """The sizing of `family`; raise UnknownName if the scale has none."""
        for sizing in self.sizings:
            if sizing.family == family:
                return sizing
        raise UnknownName("family", family, [item.family for item in self.sizings], where=f" at scale {self.name}")

    def dataset_of(self, family: str, *, seed: int) -> AnyDataset:
        """The data of the runs of `family` with `seed`."""
        folds = self.sizing(family).folds
        return folds[seed % len(folds)] if folds else self.dataset

    @property
    def datasets(self) -> tuple[AnyDataset, ...]:
        """All data of the scale, its own first."""
        return tuple(dict.fromkeys([self.dataset, *(fold for sizing in self.sizings for fold in sizing.folds)]))


@dataclass(frozen=True, kw_only=True)
class Table:
    """A page of the report: rows of variants and the claims they decide.

    figures: drawings that the page has beside its effects. measures: of repro.spec.terms.figures, what is measured for it
        beside the claims and the test error of each variant, whatever is drawn.
    controls: for variants that are compared with another one than `control`: (variant, its control).
    shows: what the paper's table prints, of SHOWS; claims and runs hold errors whatever it is.
    differences: what remains different from the paper or its released code.
    planted: effects that were put into it on purpose.
    """

    name: str
    title: str
    where: str
    control: str
    variants: tuple[str, ...]
    claims: tuple[str, ...]
    about: str = ""
    figures: tuple[Figure, ...] = ()
    measures: tuple[str, ...] = ()
    controls: tuple[tuple[str, str], ...] = ()
    shows: str = "errors"
    differences: tuple[Difference, ...] = ()
    planted: tuple[PlantedEffect, ...] = ()

    def control_of(self, variant: str) -> str:
        """The variant with which `variant` is compared on this page."""
        return dict(self.controls).get(variant, self.control)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """All choices of one paper.

    printed_sets: the data of which it prints numbers; claims and data sets of the scales name them.
    questions: what a reader asks of it, each with the claims that answer it. doi: by which it is found.
    sizes: effects that are measured at several sizes; None if none is named.

    Raises:
        UnknownName: a claim or a data set names data that are not among the printed sets or near them.
    """

    name: str
    title: str
    authors: str
    year: int
    variants: tuple[Variant, ...]
    scales: tuple[Scale, ...]
    claims: tuple[Claim, ...]
    tables: tuple[Table, ...]
    printed_sets: tuple[PrintedSet, ...] = ()
    questions: tuple[Question, ...] = ()
    doi: str = ""
    sizes: Sizes | None = None

    def __post_init__(self) -> None:
        for claim in self.claims:
            if claim.dataset is not None:
                self.printed_set(claim.dataset.of, asked_by=f"claim {claim.id}")
        known = {name for item in self.printed_sets for name in (item.name, *(near.data for near in item.near))}
        for scale in self.scales:
            for dataset in scale.datasets:
                if dataset.of and dataset.of not in known:
                    self._refuse_set(dataset.of, sorted(known), asked_by=f"data set {dataset.name} of scale {scale.name}")

    def printed_set(self, name: str, *, asked_by: str = "") -> PrintedSet:
        """The printed data set called `name`; raise UnknownName if there is none."""
        for item in self.printed_sets:
            if item.name == name:
                return item
        return self._refuse_set(name, [item.name for item in self.printed_sets], asked_by=asked_by)

    def _refuse_set(self, name: str, allowed: list[str], *, asked_by: str) -> NoReturn:
        by = f", named by {asked_by}" if asked_by else ""
        raise UnknownName("printed data set", name, allowed, where=f" of {self.name}{by}", hint="add it to Paper.printed_sets")

    @cached_property
    def made_runs(self) -> dict[tuple[str, str, int], Run]:
        """Runs that were made of this paper, by scale, variant and seed: each is made once."""
        return {}

    @cached_property
    def _variants(self) -> dict[str, Variant]:
        """The variants by name and by alias."""
        names = {item.name: item for item in self.variants}
        return {**names, **{item.alias: item for item in self.variants if item.alias}}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        """The scales by name, those at sizes and of searches as they are asked for."""
        return {item.name: item for item in self.scales}

    @cached_property
    def _experiments(self) -> dict[str, Method]:
        """What variants that have a base came to, each made once."""
        return {}

    def data_words(self, printed: Printed | None) -> str:
        """How the data that a number is of are called; "" where it is of no data."""
        return f"{self.printed_set(printed.of).title} {printed.split}".strip() if printed else ""

    def variant(self, name: str) -> Variant:
        """The variant called `name`, or with that alias, or one of these at another rate; raise UnknownName if there is none."""
        found = self._variants.get(name) or variant_at_rate(self, name)
        if found is not None:
            return self._variants.setdefault(name, found)
        return named("variant", name, self.variants, where=f" of {self.name}", hint=f"python -m repro list {self.name}")

    def has_variant(self, name: str) -> bool:
        """Say whether there is a variant called `name`, one at another rate included."""
        return name in self._variants or variant_at_rate(self, name) is not None

    def scale(self, name: str) -> Scale:
        """The scale called `name`, or the one that it is at a size or in a search; raise UnknownName if there is none."""
        found = self._scales.get(name) or scale_at_size(self, name) or scale_of_search(self, name)
        if found is not None:
            return self._scales.setdefault(name, found)
        return named("scale", name, self.scales, where=f" of {self.name}", hint=f"python -m repro list {self.name}")

    def has_scale(self, name: str) -> bool:
        """Say whether there is a scale called `name`, one at a size or of a search included.

        Raises:
            WrongSize: a size that cannot be.
        """
        return name in self._scales or scale_at_size(self, name) is not None or scale_of_search(self, name) is not None

    def table(self, name: str) -> Table:
        """The table called `name`; raise UnknownName if there is none."""
        return named("table", name, self.tables, where=f" of {self.name}", hint=f"python -m repro list {self.name}")

    def experiment(self, variant: str) -> Method:
        """The method of `variant` at the size that the paper printed."""
        found = self.variant(variant)
        if found.experiment is not None:
            return found.experiment
        assert found.base is not None, f"variant {found.name} has neither an experiment nor a base"
        if found.name not in self._experiments:
            base = self.experiment(found.base)
            self._experiments[found.name] = reduce(lambda method, at: replaced(method, at, found.value), found.places, base)
        return self._experiments[found.name]

    def trained(self, variant: str) -> Experiment:
        """The experiment of `variant`, a network; raise TypeError where it is another method."""
        method = self.experiment(variant)
        if not isinstance(method, Experiment):
            raise TypeError(f"variant {variant} of {self.name} is {type(method).__name__}, not a network that is trained")
        return method

    def family(self, variant: str) -> str:
        """The family of `variant`: that of the root it is based on."""
        found = self.variant(variant)
        return found.family if found.base is None else self.family(found.base)


@dataclass(frozen=True, kw_only=True)
class Extension:
    """What a user adds to a paper that is there: scales of one's own, or variants with the table and claims that they need.

    paper: the name of the paper.
    """

    paper: str
    variants: tuple[Variant, ...] = ()
    scales: tuple[Scale, ...] = ()
    claims: tuple[Claim, ...] = ()
    tables: tuple[Table, ...] = ()
    printed_sets: tuple[PrintedSet, ...] = ()
    questions: tuple[Question, ...] = ()


def extended(paper: Paper, extension: Extension) -> Paper:
    """`paper` with what `extension` adds, behind what it has."""
    added = [field.name for field in fields(extension) if field.name != "paper"]
    return replace(paper, **{name: getattr(paper, name) + getattr(extension, name) for name in added})


def make_run(paper: Paper, *, scale: str, variant: str, seed: int) -> Run:
    """The run `scale/paper/variant/seed`.

    Raises:
        UnknownName: the paper has no such scale or variant, or the scale does not run networks of the variant's family.
        ValueError: the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}; allowed: 0 and above")
    made, key = paper.made_runs, (scale, variant, seed)
    if key not in made:
        made[key] = _run(paper, scale=scale, variant=variant, seed=seed)
    return made[key]


def _run(paper: Paper, *, scale: str, variant: str, seed: int) -> Run:
    chosen, family = paper.scale(scale), paper.family(variant)
    method = unscored(scaled(paper.experiment(variant), chosen.sizing(family)), scale=scale)
    if isinstance(method, Timing):
        timed = [(name, make_run(paper, scale=scale, variant=name, seed=seed).trained) for name in method.variants]
        method = replace(method, networks=tuple(Timed(name=name, experiment=experiment) for name, experiment in timed))
    return Run(
        scale=scale,
        paper=paper.name,
        variant=paper.variant(variant).name,
        seed=seed,
        evidence=chosen.evidence,
        dataset=chosen.dataset_of(family, seed=seed),
        experiment=method,
        earlier_data=earlier_data(paper, chosen, variant=variant, seed=seed),
    )


def needed_runs(run: Run, paper: Paper) -> list[Run]:
    """The runs whose results `run` starts from: the members of an ensemble, the run that gives a network its weights."""
    method = run.experiment
    if isinstance(method, Ensemble):
        pairs = [(member.variant, seed) for member in method.members for seed in member.seeds(run.seed)]
    else:
        pairs = [(method.initial_weights.variant, run.seed)] if isinstance(method, Experiment) and method.initial_weights else []
    return [make_run(paper, scale=run.scale, variant=variant, seed=seed) for variant, seed in pairs]


def with_needed(runs: Iterable[Run], paper: Paper) -> list[Run]:
    """`runs` and all that they start from, each once: what is started from comes first."""
    found: dict[str, Run] = {}
    for run in runs:
        for needed in with_needed(needed_runs(run, paper), paper):
            found.setdefault(needed.id, needed)
        found.setdefault(run.id, run)
    return list(found.values())
