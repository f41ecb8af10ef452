"""Store a fitted feature-histogram model in one .npz file, and read it back; the same model gives the same bytes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import FileFormatError
from repro.baselines.encoders.vocabularies import Vocabulary
from repro.baselines.fitting.model_file import read_model, write_model
from repro.baselines.videos.fit import HistogramModel
from repro.baselines.videos.mlp import Choice, Classifier, Trial
from repro.spec.histograms import FeatureHistograms

SCHEMA = "feature_histograms/1"


def save(path: Path, model: HistogramModel) -> None:
    """Write `model` to `path` atomically, without its costs."""
    classifier = model.classifier
    meta = {
        "key": model.key,
        "num_classes": model.num_classes,
        "choice": dataclasses.asdict(classifier.choice),
        "trials": [_plain_trial(trial) for trial in classifier.trials],
    }
    arrays: dict[str, NDArray[Any]] = {}
    for name, vocabulary in model.vocabularies.items():
        arrays[f"vocabulary.{name}.words_WD"] = vocabulary.words_WD
        arrays[f"vocabulary.{name}.scale"] = np.array(vocabulary.scale)
        if vocabulary.mean_D is not None and vocabulary.components_DD is not None:
            arrays[f"vocabulary.{name}.mean_D"] = vocabulary.mean_D
            arrays[f"vocabulary.{name}.components_DD"] = vocabulary.components_DD
    arrays["classifier.shift_D"], arrays["classifier.factor_D"] = classifier.shift_D, classifier.factor_D
    for place, (weight_UU, bias_U) in enumerate(zip(classifier.weights_UU, classifier.biases_U, strict=True)):
        arrays[f"classifier.{place}.weight_UU"], arrays[f"classifier.{place}.bias_U"] = weight_UU, bias_U
    write_model(path, arrays, meta=meta, schema=SCHEMA, spec=model.spec)


def load(path: Path, *, spec: FeatureHistograms) -> HistogramModel:
    """Return the model stored at `path`, which must have been fitted with `spec`.

    Raises:
        FileFormatError: the file is missing, damaged, of another schema or of another spec.
    """
    arrays, meta = read_model(path, schema=SCHEMA, spec=spec, what="feature histograms")
    try:
        return _model(arrays, meta, spec)
    except KeyError as error:
        raise FileFormatError(f"{path} lacks {error}; fit it again") from None


def _model(arrays: dict[str, NDArray[Any]], meta: dict[str, Any], spec: FeatureHistograms) -> HistogramModel:
    vocabularies = {}
    for name in _names(arrays):
        own = f"vocabulary.{name}"
        vocabularies[name] = Vocabulary(
            words_WD=arrays[f"{own}.words_WD"],
            scale=float(arrays[f"{own}.scale"]),
            mean_D=arrays.get(f"{own}.mean_D"),
            components_DD=arrays.get(f"{own}.components_DD"),
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
    """Return the names of the features that have a vocabulary."""
    return [key[len("vocabulary.") : -len(".words_WD")] for key in arrays if key.endswith(".words_WD")]


def _plain_trial(trial: Trial) -> dict[str, Any]:
    """Return a trial for JSON, which has no infinity: a trial without a finite epoch has no cross-entropy."""
    return {**dataclasses.asdict(trial), "cross_entropy": trial.cross_entropy if trial.epoch else None}


def _trial(plain: dict[str, Any]) -> Trial:
    cross_entropy = float("inf") if plain["cross_entropy"] is None else plain["cross_entropy"]
    return Trial(choice=_choice(plain["choice"]), epoch=plain["epoch"], hit1=plain["hit1"], cross_entropy=cross_entropy)


def _choice(plain: dict[str, Any]) -> Choice:
    return Choice(**{**plain, "hidden_units": tuple(plain["hidden_units"])})
