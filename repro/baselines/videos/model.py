"""A fitted feature-histogram baseline: score videos, store it in one .npz file, read it back.

The same model gives the same bytes.

Shape suffixes: N videos, D values of a vector, K classes.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.frames import Video
from repro.baselines.encoders.vocabularies import Vocabulary
from repro.baselines.fitting.costs import Costs
from repro.baselines.fitting.model_file import load_model, write_model
from repro.baselines.videos.describe import describe_video
from repro.baselines.videos.mlp import Choice, Classifier, Trial
from repro.spec.histograms import FeatureHistograms
from repro.system.workers import in_order

SCHEMA = "feature_histograms/1"


@dataclass(frozen=True, kw_only=True)
class HistogramModel:
    """Vocabularies by feature, and the classifier on the vectors they give. costs: of fitting; None in a stored model."""

    spec: FeatureHistograms
    key: int
    num_classes: int
    vocabularies: dict[str, Vocabulary]
    classifier: Classifier
    costs: Costs | None = None

    def vectors(self, videos: Iterable[Video], *, num_processes: int = 1) -> tuple[NDArray[np.float32], Costs]:
        """The vectors of videos, vector_ND, and what it took.

        Raises:
            ValueError: a video is no array of colour frames, or its frames are too small for a feature.
        """
        costs, begin = Costs(), time.perf_counter()
        described = described_videos(videos, self.spec, self.vocabularies, num_processes=num_processes, costs=costs)
        vector_ND = np.stack([np.empty(self.spec.num_values, np.float32), *described])[1:]
        costs.finish("describe", begin)
        return vector_ND, costs

    def scores_NK(self, videos: Iterable[Video], *, num_processes: int = 1, device: str = "cpu") -> NDArray[np.float32]:
        """The class probabilities of videos; errors as in `vectors`."""
        vector_ND, _ = self.vectors(videos, num_processes=num_processes)
        return self.classifier.probabilities_NK(vector_ND, device=device)

    def save(self, path: Path) -> None:
        """Write the model to `path` atomically, without its costs."""
        classifier = self.classifier
        meta = {
            "key": self.key,
            "num_classes": self.num_classes,
            "choice": dataclasses.asdict(classifier.choice),
            "trials": [_plain_trial(trial) for trial in classifier.trials],
        }
        arrays: dict[str, NDArray[Any]] = {}
        for name, vocabulary in self.vocabularies.items():
            arrays[f"vocabulary.{name}.words_WD"] = vocabulary.words_WD
            arrays[f"vocabulary.{name}.scale"] = np.array(vocabulary.scale)
            if vocabulary.mean_D is not None and vocabulary.components_DD is not None:
                arrays[f"vocabulary.{name}.mean_D"] = vocabulary.mean_D
                arrays[f"vocabulary.{name}.components_DD"] = vocabulary.components_DD
        arrays["classifier.shift_D"], arrays["classifier.factor_D"] = classifier.shift_D, classifier.factor_D
        for place, (weight_UU, bias_U) in enumerate(zip(classifier.weights_UU, classifier.biases_U, strict=True)):
            arrays[f"classifier.{place}.weight_UU"], arrays[f"classifier.{place}.bias_U"] = weight_UU, bias_U
        write_model(path, arrays, meta=meta, schema=SCHEMA, spec=self.spec)

    @classmethod
    def load(cls, path: Path, *, spec: FeatureHistograms) -> HistogramModel:
        """The model stored at `path`, which must have been fitted with `spec`.

        Raises:
            FileFormatError: the file is missing, damaged, of another schema or of another spec.
        """
        return load_model(path, _model, schema=SCHEMA, spec=spec, what="feature histograms")


def described_videos(
    videos: Iterable[Video],
    spec: FeatureHistograms,
    vocabularies: dict[str, Vocabulary],
    *,
    num_processes: int,
    costs: Costs,
) -> Iterator[NDArray[np.float32]]:
    """Yield the vector of each video; `costs` is added to."""
    work = functools.partial(describe_video, spec=spec, vocabularies=vocabularies)
    for described in in_order(work, enumerate(videos), num_processes=num_processes):
        costs.add(described.cpu_s, peak_mib=described.peak_mib)
        yield described.arrays["vector"]


def _model(arrays: dict[str, NDArray[Any]], meta: dict[str, Any], spec: FeatureHistograms) -> HistogramModel:
    vocabularies = {}
    for name in _names(arrays):
        prefix = f"vocabulary.{name}"
        vocabularies[name] = Vocabulary(
            words_WD=arrays[f"{prefix}.words_WD"],
            scale=float(arrays[f"{prefix}.scale"]),
            mean_D=arrays.get(f"{prefix}.mean_D"),
            components_DD=arrays.get(f"{prefix}.components_DD"),
        )
    places = range(len(meta["choice"]["hidden_units"]) + 1)
    classifier = Classifier(
        choice=_choice(meta["choice"]),
        shift_D=arrays["classifier.shift_D"],
        factor_D=arrays["classifier.factor_D"],
        weights_UU=tuple(arrays[f"classifier.{place}.weight_UU"] for place in places),
        biases_U=tuple(arrays[f"classifier.{place}.bias_U"] for place in places),
        trials=tuple(_trial(trial) for trial in meta["trials"]),
    )
    return HistogramModel(
        spec=spec, key=meta["key"], num_classes=meta["num_classes"], vocabularies=vocabularies, classifier=classifier
    )


def _names(arrays: dict[str, NDArray[Any]]) -> list[str]:
    """The names of the features that have a vocabulary."""
    return [key[len("vocabulary.") : -len(".words_WD")] for key in arrays if key.endswith(".words_WD")]


def _plain_trial(trial: Trial) -> dict[str, Any]:
    """A trial for JSON, which has no infinity: a trial without a finite epoch has no cross-entropy."""
    return {**dataclasses.asdict(trial), "cross_entropy": trial.cross_entropy if trial.epoch else None}


def _trial(plain: dict[str, Any]) -> Trial:
    cross_entropy = float("inf") if plain["cross_entropy"] is None else plain["cross_entropy"]
    return Trial(choice=_choice(plain["choice"]), epoch=plain["epoch"], hit1=plain["hit1"], cross_entropy=cross_entropy)


def _choice(plain: dict[str, Any]) -> Choice:
    return Choice(**{**plain, "hidden_units": tuple(plain["hidden_units"])})
