"""A fitted classical baseline: score images, store it in one .npz file, read it back; the same model gives the same bytes.

Shape suffixes: N images, L values of a signature, K classes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.images import Image
from repro.baselines.encoders.encoder import Encoder, encoder_arrays, encoder_of
from repro.baselines.fitting.costs import Costs
from repro.baselines.fitting.fusion import scores_NK
from repro.baselines.fitting.model_file import load_model, write_model
from repro.baselines.images.classify import Fused
from repro.baselines.images.encode import encode_image
from repro.baselines.images.linear_svm import LinearClassifier
from repro.spec.classical import Classical
from repro.system.one_thread import one_thread
from repro.system.workers import in_order

SCHEMA = "classical/1"
#: Images whose signatures are held at a time.
IMAGES_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class ClassicalModel:
    """Encoders and classifiers by channel. costs: of fitting; None in a stored model that was written without."""

    spec: Classical
    key: int
    num_classes: int
    encoders: dict[str, Encoder]
    fused: Fused
    costs: Costs | None = None

    def margins_NK(self, images: Iterable[Image], *, num_processes: int = 1) -> NDArray[np.float32]:
        """The weighted mean of the channels' margins, whatever their unit.

        Raises:
            ValueError: an image is no array of colour pixels, or too small for a channel.
        """
        work = functools.partial(encode_image, spec=self.spec, encoders=self.encoders)
        encoded = (own.arrays for own in in_order(work, enumerate(images), num_processes=num_processes))
        parts = [np.empty((0, self.num_classes), np.float32)]
        for block in _blocks(encoded, IMAGES_AT_ONCE):
            margin_NK = np.zeros((len(block), self.num_classes), np.float32)
            with one_thread():
                for name, classifier in self.fused.classifiers.items():
                    signature_NL = np.stack([row[name] for row in block])
                    margin_NK += np.float32(self.fused.weights[name]) * classifier.margins_NK(signature_NL)
            parts.append(margin_NK)
        return np.concatenate(parts)

    def scores_NK(self, images: Iterable[Image], *, num_processes: int = 1) -> NDArray[np.float32]:
        """Class scores in [0, 1], rows sum to 1: the softmax of the margins times a sharpness fitted on held-out images.

        They rank classes as the margins do, and can be averaged with the probabilities of networks. Errors as of `margins_NK`.
        """
        return scores_NK(self.margins_NK(images, num_processes=num_processes), sharpness=self.fused.sharpness)

    def save(self, path: Path) -> None:
        """Write the model to `path` atomically, without its costs."""
        fused = self.fused
        meta = {
            "key": self.key,
            "num_classes": self.num_classes,
            "weights": fused.weights,
            "sharpness": fused.sharpness,
            "top1": fused.top1,
            "fused_top1": fused.fused_top1,
            "regularizations": {name: classifier.regularization for name, classifier in fused.classifiers.items()},
        }
        arrays: dict[str, NDArray[Any]] = {}
        for name, encoder in self.encoders.items():
            arrays |= {f"encoder.{name}.{part}": array for part, array in encoder_arrays(encoder).items()}
            arrays[f"classifier.{name}.weight_KL"] = fused.classifiers[name].weight_KL
            arrays[f"classifier.{name}.bias_K"] = fused.classifiers[name].bias_K
        write_model(path, arrays, meta=meta, schema=SCHEMA, spec=self.spec)

    @classmethod
    def load(cls, path: Path, *, spec: Classical) -> ClassicalModel:
        """The model stored at `path`, which must have been fitted with `spec`.

        Raises:
            FileFormatError: the file is missing, damaged, of another schema or of another spec.
        """
        return load_model(path, _model, schema=SCHEMA, spec=spec, what="a classical baseline")


def _model(arrays: dict[str, NDArray[Any]], meta: dict[str, Any], spec: Classical) -> ClassicalModel:
    encoders, classifiers = {}, {}
    for channel in spec.channels:
        prefix = f"encoder.{channel.name}."
        encoders[channel.name] = encoder_of(
            {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
        )
        classifiers[channel.name] = LinearClassifier(
            weight_KL=arrays[f"classifier.{channel.name}.weight_KL"],
            bias_K=arrays[f"classifier.{channel.name}.bias_K"],
            regularization=meta["regularizations"][channel.name],
        )
    fused = Fused(
        classifiers=classifiers,
        weights=meta["weights"],
        sharpness=meta["sharpness"],
        top1=meta["top1"],
        fused_top1=meta["fused_top1"],
    )
    return ClassicalModel(spec=spec, key=meta["key"], num_classes=meta["num_classes"], encoders=encoders, fused=fused)


def _blocks(rows: Iterable[dict[str, NDArray[Any]]], size: int) -> Iterator[list[dict[str, NDArray[Any]]]]:
    rows = iter(rows)
    while block := list(islice(rows, size)):
        yield block
