"""Read a results folder without the package: runs.csv, claims.json, run.json and the scores behind them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: The columns by which values belong together.
KEY = ("paper", "variant", "metric", "protocol")


@dataclass(frozen=True, eq=False)
class Folder:
    """`results/<scale>`; published folders have no scores, which `shares` says by None."""

    path: Path
    examples: dict[Path, str] = field(default_factory=dict)

    @cached_property
    def rows(self) -> pd.DataFrame:
        return pd.read_csv(self.path / "runs.csv", keep_default_na=False, dtype=str)

    @cached_property
    def judged(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "claims.json").read_text())
        return found

    def values(self, paper: str, variant: str, metric: str, protocol: str) -> dict[int, float]:
        """The values of a variant by seed. A classical model has one view, which stands for any of the crops."""
        own = self._by_key.get((paper, variant, metric, self.protocol(paper, variant, metric, protocol)))
        return dict(sorted(own.items())) if own else {}

    def num_examples(self, paper: str, variant: str, metric: str, protocol: str) -> int:
        """The fewest examples of a value of a variant."""
        return self._fewest[paper, variant, metric, self.protocol(paper, variant, metric, protocol)]

    @cached_property
    def _fewest(self) -> dict[tuple[str, ...], int]:
        examples = self.rows.n_examples.astype(int).groupby([self.rows[name] for name in KEY]).min()
        return {key: int(num) for key, num in examples.items()}

    def protocol(self, paper: str, variant: str, metric: str, protocol: str) -> str:
        """The protocol by which a variant is measured where others are by `protocol`."""
        has = (paper, variant, metric, protocol) in self._by_key
        return protocol if has or not protocol or not self.is_fitted(paper, variant) else "center"

    def seeds(self, paper: str, variant: str) -> list[int]:
        """The seeds of a variant that are in runs.csv."""
        return sorted(self.all_seeds.get((paper, variant), ()))

    @cached_property
    def looks(self) -> dict[tuple[str, int, int], Folder]:
        """The folder at looks that were asked for."""
        return {}

    @cached_property
    def all_seeds(self) -> dict[tuple[str, str], set[int]]:
        found: dict[tuple[str, str], set[int]] = {}
        for paper, variant, seed in self.rows[["paper", "variant", "seed"]].itertuples(index=False):
            found.setdefault((paper, variant), set()).add(int(seed))
        return found

    def is_fitted(self, paper: str, variant: str) -> bool:
        """Whether a variant is a classical model."""
        seeds = self.seeds(paper, variant)
        return bool(seeds) and self.record(paper, variant, seeds[0]).get("fitted") is not None

    def lends(self, paper: str, variant: str, protocol: str) -> bool:
        """Whether a variant is a network that has learned: its error is at most nine tenths of that of a guess."""
        seeds = self.seeds(paper, variant)
        if not seeds or self.record(paper, variant, seeds[0]).get("network") is None:
            return False
        return not self.at_chance(paper, variant, protocol)

    def classes(self, paper: str, variant: str) -> int:
        """The classes of a variant's data; 0 without runs."""
        seeds = self.seeds(paper, variant)
        return int(self.record(paper, variant, seeds[0])["num_classes"]) if seeds else 0

    def at_chance(self, paper: str, variant: str, protocol: str) -> bool:
        """Whether a variant has hardly learned, by `protocol` or else by the plain crop."""
        for name in (protocol, "center", "clip"):
            errors = self.values(paper, variant, "top1_error", name)
            if errors:
                chance = 1 - 1 / self.classes(paper, variant)
                return float(np.mean(list(errors.values()))) > 0.9 * chance
        return False

    @cached_property
    def _by_key(self) -> dict[tuple[str, str, str, str], dict[int, float]]:
        found: dict[tuple[str, str, str, str], dict[int, float]] = {}
        columns = ["paper", "variant", "metric", "protocol", "seed", "value"]
        for paper, variant, metric, protocol, seed, value in self.rows[columns].itertuples(index=False):
            found.setdefault((paper, variant, metric, protocol), {})[int(seed)] = float(value)
        return found

    @cache  # noqa: B019 - a folder lives as long as the program
    def record(self, paper: str, variant: str, seed: int) -> dict[str, Any]:
        """The run.json of a run."""
        found: dict[str, Any] = json.loads((self._run(paper, variant, seed) / "run.json").read_text())
        return found

    def _run(self, paper: str, variant: str, seed: int) -> Path:
        return self.path / "runs" / paper / variant / str(seed)

    @cache  # noqa: B019
    def shares(self, paper: str, variant: str, seed: int, protocol: str, k: int) -> Floats | None:
        """How right a run is at `k`, unit by unit: a unit's right examples over the mean number of examples of a unit."""
        path = self._run(paper, variant, seed) / f"scores.test.{protocol}.npz"
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name != "meta"}
        self.examples[path] = hashlib.sha256(arrays["example_N"].tobytes()).hexdigest()
        right_N = right_at(arrays["scores_NK"], arrays.get("label_NL", arrays["label_N"][:, None]), k)
        units = arrays.get("unit_N")
        if units is None:
            return right_N.astype(np.float64)
        _, index_N = np.unique(units, return_inverse=True)
        sums = np.bincount(index_N, weights=right_N)
        return np.asarray(sums / (len(right_N) / len(sums)), np.float64)

    def unit_shares(self, paper: str, variant: str, metric: str, protocol: str, seeds: list[int]) -> Floats | None:
        """How right runs are unit by unit, (S, N); None without scores, or where runs were scored on other examples."""
        k = {"top1_error": 1, "top5_error": 5}.get(metric)
        if k is None:
            return None
        name = self.protocol(paper, variant, metric, protocol)
        rows = [self.shares(paper, variant, seed, name, k) for seed in seeds]
        if any(row is None for row in rows) or len({self.digest(paper, variant, seed, name) for seed in seeds}) > 1:
            return None
        return np.array(rows)

    def digest(self, paper: str, variant: str, seed: int, protocol: str) -> str:
        """Of the examples on which a run was scored, in their order."""
        return self.examples.get(self._run(paper, variant, seed) / f"scores.test.{protocol}.npz", "")


def right_at(scores_NK: NDArray[np.float32], label_NL: NDArray[np.int32], k: int) -> NDArray[np.bool_]:
    """Whether a label of each example is among its k best classes; of equal scores the lower class comes first."""
    best_NK = np.argsort(-scores_NK.astype(np.float64), axis=1, kind="stable")[:, :k]
    found: NDArray[np.bool_] = (best_NK[:, :, None] == label_NL[:, None, :]).any(axis=(1, 2))
    return found
