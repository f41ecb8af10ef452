"""Look up what the runs of one paper measured: the reading side of `judge`. Shapes: S seeds, N examples."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from repro.analyse.collect.at_rates import runs_at_rates
from repro.analyse.collect.run_files import find_run, read_collected_scores, read_run_answers
from repro.artifacts.files import FileFormatError, run_folder, sha256_bytes
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.standing import Histories
from repro.artifacts.run_json import FILE, RunJson
from repro.artifacts.runs_csv import Measurement, short_code
from repro.artifacts.scores import Scores
from repro.spec.experiment import Paper, Scale, make_run, with_needed
from repro.spec.run import Fitted, Method
from repro.spec.terms.metrics import TOP_K, TRAIN_TOP1, metric_named
from repro.spec.terms.protocols import example_of, scores_examples

#: Two ways of adding up the same share differ by less than this.
ROUNDING = 1e-9
#: Why a whole run may still not count.
NOT_COLLECTED = "it is not in runs.csv; run python -m repro collect again"

T = TypeVar("T")
#: By variant some of its seeds.
SeedsBy = Mapping[str, Collection[int]]


def scored_by(method: Method, protocol: str) -> str:
    """The protocol by which the runs of a method are measured where others are by `protocol`.

    A classical model has no crops: its one view of whole images stands for any of theirs.
    """
    own = method.evaluation.protocols
    whole = isinstance(method, Fitted) and len(own) == 1 and scores_examples(protocol)
    return own[0] if whole and example_of(own[0]) == example_of(protocol) else protocol


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Whether each example of a run is right at k (by k), and digests of the examples' keys in their order and of the scores.

    share_N: by k, for each independent unit (an example; the video of clips) the share of its examples that are right, times
        its number of examples over the mean number: its mean is the share of all examples.
    """

    correct_N: dict[int, NDArray[np.bool_]]
    share_N: dict[int, NDArray[np.float64]]
    examples: str
    scores: str


class Population:
    """The runs of one paper at one scale: their values from `runs.csv`, their records and their correctness per example."""

    def __init__(self, table: Sequence[Measurement], *, paper: Paper, scale: str, results: Path) -> None:
        """Keep the rows of `paper` and read the record of every run that is planned or in `table`."""
        self.paper = paper
        self.results = results
        self.scale = paper.scale(scale)
        self._planned = planned_seeds(paper, self.scale)
        rows = [row for row in table if (row.paper, row.scale) == (paper.name, scale)]
        self.records: dict[str, RunJson] = {}
        #: Runs that are planned or were started and are not whole, and of those that were started or are there, why.
        self.missing: list[str] = []
        self.why_missing: dict[str, str] = {}
        #: Why each run that ever diverged did, its folder there or not.
        self.diverged: dict[str, str] = {}
        self._histories = Histories(read_ledger(Path(results) / scale))
        self.values: dict[tuple[str, str, str], dict[int, float]] = {}
        self._num_examples: dict[tuple[str, str, str], int] = {}
        seeds_of: dict[str, set[int]] = {}
        for row in rows:
            key = (row.variant, row.metric, row.protocol)
            self._num_examples[key] = min(row.n_examples, self._num_examples.get(key, row.n_examples))
            self.values.setdefault(key, {})[row.seed] = row.value
            seeds_of.setdefault(row.variant, set()).add(row.seed)
        codes = {row.run: row.code for row in rows}
        self._runs: dict[str, list[RunJson]] = {}
        listed = [item.name for item in paper.variants if self.has(item.name)]
        for variant in [*listed, *self._at_rates()]:
            # Further seeds, those of members of an ensemble, are missing where the ensemble is, and nowhere else.
            planned = set(range(self.scale.num_seeds)) if variant in listed else set()
            seeds = planned | seeds_of.get(variant, set()) | self._begun_seeds(variant)
            for seed in sorted(seeds):
                self._read(f"{scale}/{paper.name}/{variant}/{seed}", codes)
        self._read_answers: dict[tuple[str, str, str], Answers] = {}
        self._kept: dict[tuple[str, ...], Any] = {}

    def _read(self, run_id: str, codes: dict[str, str]) -> None:
        record = find_run(self.results, run_id)
        if run_id in codes and (record is None or record.diverged or short_code(record.code_digest) != codes[run_id]):
            raise FileFormatError(f"runs.csv holds another state of run {run_id} than its folder; collect again")
        standing = self._histories.standing(run_id, record)
        if standing.diverged and record is not None:
            record = replace(record, status="diverged", reason=standing.diverged)
        if standing.diverged or (record is not None and record.diverged):
            self.diverged[run_id] = standing.diverged or (record.reason if record else "")
        why = standing.incomplete or ("" if run_id in codes or record is None or record.diverged else NOT_COLLECTED)
        if why:
            self.why_missing[run_id] = why
        if why or (record is None and not standing.diverged):
            self.missing.append(run_id)
        elif record is not None:
            self.records[run_id] = record
            self._runs.setdefault(record.variant, []).append(record)
        if run_id in codes and (why or standing.diverged):
            self._leave_out(run_id)

    def _begun_seeds(self, variant: str) -> set[int]:
        """The seeds of `variant` that were started, or that have a folder with a record: all of them count."""
        head = f"{self.scale.name}/{self.paper.name}/{variant}/"
        started = {run.removeprefix(head) for run in self._histories.started if run.startswith(head)}
        there = {path.parent.name for path in run_folder(self.results, f"{head}0").parent.glob(f"*/{FILE}")}
        return {int(seed) for seed in started | there if seed.isdigit()}

    def _at_rates(self) -> list[str]:
        """The variants at rates of their own that were started or have a folder: the catalogue lists none of them."""
        head = f"{self.scale.name}/{self.paper.name}/"
        started = {run.split("/")[2] for run in self._histories.started if run.startswith(head)}
        known = {item.name for item in self.paper.variants}
        there = runs_at_rates(self.paper, scale=self.scale.name, results=self.results)
        return sorted({*there, *(name for name in started - known if self.paper.has_variant(name))} - known)

    def about(self, paper: Paper) -> Population:
        """The same runs, asked by another state of their paper."""
        found = copy(self)
        found.paper, found._kept = paper, {}
        return found

    def _leave_out(self, run_id: str) -> None:
        """Forget what runs.csv has of a run that does not count."""
        _, _, variant, seed = run_id.split("/")
        for key in [key for key in self.values if key[0] == variant]:
            self.values[key].pop(int(seed), None)
            if not self.values[key]:
                del self.values[key]

    def of_seeds(self, wanted: SeedsBy, *, required: SeedsBy | None = None, known: SeedsBy | None = None) -> Population:
        """The same runs without those of other seeds than are `wanted` of a variant; of one that is not named all stay.

        required: by variant the seeds without which it lacks runs. known: the seeds that are planned at all; one beyond them
        that was started and does not count, or that diverged, does not vanish.
        """

        def keeps(variant: str, seed: int) -> bool:
            return variant not in wanted or seed in wanted[variant]

        def bars(run: str) -> bool:
            _, _, variant, seed = run.split("/")
            return keeps(variant, int(seed)) or (known is not None and int(seed) not in known.get(variant, ()))

        found = copy(self)
        found.values = {
            key: {seed: value for seed, value in values.items() if keeps(key[0], seed)} for key, values in self.values.items()
        }
        found.records = {name: run for name, run in self.records.items() if keeps(run.variant, run.seed)}
        found._runs = {name: [run for run in runs if keeps(name, run.seed)] for name, runs in self._runs.items()}
        lacking = [(name, seed) for name, seeds in (required or {}).items() if self.has(name) for seed in sorted(seeds)]
        names = [f"{self.scale.name}/{self.paper.name}/{name}/{seed}" for name, seed in lacking]
        missing = [name for name in self.missing if bars(name)]
        found.missing = list(dict.fromkeys([*missing, *(name for name in names if name not in self.records)]))
        found.diverged = {name: reason for name, reason in self.diverged.items() if bars(name)}
        found._kept = {}
        return found

    def planned_seeds(self, variant: str) -> set[int]:
        """The seeds that the scale plans for `variant`, those of runs that others average or start from included."""
        return self._planned.get(variant, set())

    def has(self, variant: str) -> bool:
        """Say whether the scale runs networks of the family of `variant`."""
        return self.scale.has(self.paper.family(variant))

    def runs(self, variant: str) -> list[RunJson]:
        """The records of the runs of `variant` by seed, diverged ones included."""
        return self._runs.get(variant, [])

    def finished(self, variant: str) -> list[RunJson]:
        """The records of the runs of `variant` by seed that have scores."""
        return [record for record in self.runs(variant) if not record.diverged]

    def missing_of(self, variants: Sequence[str]) -> list[str]:
        """The runs of `variants` that are planned or were started, and are not whole."""
        return [run for run in self.missing if _variant_of(run) in variants]

    def diverged_of(self, variants: Sequence[str]) -> dict[str, str]:
        """The runs of `variants` that ever diverged, variant by variant, and why."""
        return {run: self.diverged[run] for name in variants for run in self.diverged if _variant_of(run) == name}

    def arms(self, variants: Sequence[str], *, metric: str, protocol: str) -> dict[str, list[float]]:
        """The values of each of `variants` by seed; variants without any are left out."""
        found = {variant: self.by_seed(variant, metric=metric, protocol=protocol) for variant in variants}
        return {variant: list(values.values()) for variant, values in found.items() if values}

    def by_seed(self, variant: str, *, metric: str, protocol: str) -> dict[int, float]:
        """The values of `variant` by seed, in the order of the seeds."""
        return dict(sorted(self.values.get((variant, metric, self.scored_by(variant, protocol)), {}).items()))

    def scored_by(self, variant: str, protocol: str) -> str:
        """The protocol by which `variant` is measured where others are by `protocol`."""
        return scored_by(self.paper.experiment(variant), protocol)

    def num_examples(self, variants: Sequence[str], *, metric: str, protocol: str) -> int:
        """The fewest examples that a value of `variants` rests on, each by the protocol by which it is scored."""
        return min(self._num_examples[variant, metric, self.scored_by(variant, protocol)] for variant in variants)

    def least_value(self, variants: Sequence[str], *, metric: str, protocol: str) -> float:
        """What a value counts as at least in a logarithm: of shares of examples half an example's, since they may be 0.

        Times and epochs are above 0, and as small as their unit makes them: they count as they are.
        """
        if not metric_named(metric).unit.share:
            return 0.0
        return 0.5 / (1 + self.num_examples(variants, metric=metric, protocol=protocol))

    def correct_SN(
        self, variant: str, *, split: str, protocol: str, k: int, seeds: Collection[int] | None = None
    ) -> NDArray[np.float64]:
        """For each finished run of `variant` and each independent unit how far it is right at `k` (Answers.share_N).

        seeds: of the runs (default: all), in whose order they come.

        Raises:
            FileFormatError: a run's file is damaged, or `runs.csv` was collected from other scores.
        """
        runs = [record for record in self.finished(variant) if seeds is None or record.seed in seeds]
        return np.stack([self._answers(record, split=split, protocol=protocol).share_N[k] for record in runs])

    def kept(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made once for each key and kept as long as this is."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def same_examples(self, variants: Sequence[str], *, split: str, protocol: str) -> bool:
        """Say whether all finished runs of `variants` were scored on the same examples in the same order."""
        records = [record for variant in variants for record in self.finished(variant)]
        return len({self._answers(record, split=split, protocol=protocol).examples for record in records}) <= 1

    def same_examples_of_data(self, variants: Sequence[str], *, split: str, protocol: str) -> bool:
        """Say whether all finished runs of `variants` on one data set were scored on the same examples.

        The folds of a data set are data sets of their own, one a seed.
        """
        records = [record for variant in variants for record in self.finished(variant)]
        seen = {(record.dataset.name, self._answers(record, split=split, protocol=protocol).examples) for record in records}
        return len(seen) == len({name for name, _ in seen})

    def scores_digest(self, record: RunJson, *, protocol: str) -> str:
        """The SHA-256 of the scores of a finished run on the test examples, that of no two seeds; "" where they are left out."""
        return self._answers(record, split="test", protocol=protocol).scores

    def scores(self, record: RunJson, *, split: str, protocol: str) -> Scores:
        """The scores of a finished run.

        Raises:
            FileFormatError: the run has no such scores, or their file was changed since it was collected.
        """
        return read_collected_scores(record, split=split, protocol=protocol, results=self.results)

    def _answers(self, record: RunJson, *, split: str, protocol: str) -> Answers:
        protocol = self.scored_by(record.variant, protocol)
        key = (record.id, split, protocol)
        if key not in self._read_answers:
            found = read_run_answers(record, split=split, protocol=protocol, results=self.results, collected=True)
            correct_N = dict(found.correct_N)
            share_N = {k: by_unit(right_N, found.examples.unit_N) for k, right_N in correct_N.items()}
            # A digest stands for the keys: those of all runs together would be most of the memory that judging takes.
            examples = sha256_bytes(b"\n".join(found.examples.example_N.tolist()))
            self._read_answers[key] = Answers(correct_N=correct_N, share_N=share_N, examples=examples, scores=found.scores_sha256)
            self._compare(record, split=split, protocol=protocol, correct_N=correct_N)
        return self._read_answers[key]

    def _compare(self, record: RunJson, *, split: str, protocol: str, correct_N: dict[int, NDArray[np.bool_]]) -> None:
        """Refuse a table that was collected from other scores than the folder holds now."""
        metrics = TOP_K if split == "test" else {TRAIN_TOP1: 1}
        for metric, k in metrics.items():
            collected = self.values.get((record.variant, metric, protocol), {}).get(record.seed)
            if collected is not None and abs(collected - (1 - float(correct_N[k].mean()))) > ROUNDING:
                found = f"runs.csv has {metric} ({protocol}) {collected} of run {record.id}"
                raise FileFormatError(f"{found}, its scores give another; collect again")


@cache
def _variant_of(run: str) -> str:
    """The variant of a run: each claim asks it of all that are missing."""
    return run.split("/")[2]


def planned_seeds(paper: Paper, scale: Scale, *, num_seeds: int = 0) -> dict[str, set[int]]:
    """By variant the seeds that `scale` plans, or would with more seeds than it has: `num_seeds` of each variant."""
    num = max(scale.num_seeds, num_seeds)
    names = [variant.name for variant in paper.variants if scale.has(paper.family(variant.name))]
    runs = [make_run(paper, scale=scale.name, variant=name, seed=seed) for name in names for seed in range(num)]
    found: dict[str, set[int]] = {}
    for run in with_needed(runs, paper):
        found.setdefault(run.variant, set()).add(run.seed)
    return found


def by_unit(correct_N: NDArray[np.bool_], unit_N: NDArray[np.bytes_] | None) -> NDArray[np.float64]:
    """For each unit the number of its right examples over the mean number of examples of a unit; no units: each its own.

    Clips of one video succeed and fail together: the videos were sampled, and are what is resampled.
    """
    if unit_N is None:
        return correct_N.astype(np.float64)
    _, place_N = np.unique(unit_N, return_inverse=True)
    right_U = np.bincount(place_N, weights=correct_N)
    return np.asarray(right_U * len(right_U) / len(correct_N), np.float64)
