"""Train one-vs-rest linear support vector machines by averaged stochastic gradient descent on stored signatures.

For each class the mean of max(0, 1 - y (w x + b)) over the examples drawn, plus regularization / 2 |w|^2, is descended in
mini-batches; the answer is the mean of the weights over the steps.
Sources: Bottou 2010; Xu 2011 (averaging); Perronnin, Akata, Harchaoui, Schmid 2012 (negatives drawn against positives).

Shape suffixes: N images, L values of a signature, K classes, B batch, M machines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.baselines.fitting.randomness import generator
from repro.baselines.images.signatures import OpenSignatures
from repro.spec.classical import LinearSvm

#: Signatures whose mean squared norm sets the unit of the learning rate.
NUM_FOR_NORM = 256


@dataclass(frozen=True, kw_only=True)
class LinearClassifier:
    """Weights and biases of classes, and the regularisation they were trained with."""

    weight_KL: NDArray[np.float32]
    bias_K: NDArray[np.float32]
    regularization: float

    def margins_NK(self, signature_NL: NDArray[np.float32]) -> NDArray[np.float32]:
        """W x + b: above 0 where a signature is taken for one of the class."""
        return signature_NL @ self.weight_KL.T + self.bias_K


def joined_classes(parts: list[LinearClassifier]) -> LinearClassifier:
    """The classes of several classifiers in one, in their order."""
    return LinearClassifier(
        weight_KL=np.concatenate([part.weight_KL for part in parts]),
        bias_K=np.concatenate([part.bias_K for part in parts]),
        regularization=parts[0].regularization,
    )


def check_svm(svm: LinearSvm) -> None:
    """Refuse settings that train nothing.

    Raises:
        ValueError: a number is out of its range.
    """
    positive = (*svm.regularizations, svm.learning_rate, svm.num_epochs, svm.batch_size, svm.classes_per_job)
    share = svm.negatives_per_positive
    if not svm.regularizations or min(positive) <= 0 or (share is not None and share <= 0):
        raise ValueError(f"classifier {svm}; allowed: at least one regularisation, and numbers above 0")
    if not 0 <= svm.average_from < svm.num_epochs:
        raise ValueError(f"averaging begins in epoch {svm.average_from} of {svm.num_epochs}; allowed: 0 to {svm.num_epochs - 1}")


def train_svm(
    signatures: OpenSignatures,
    *,
    index_N: NDArray[np.int64],
    labels_N: NDArray[np.int64],
    classes: range,
    num_classes: int,
    svm: LinearSvm,
    regularizations: tuple[float, ...],
    key: int,
) -> list[LinearClassifier]:
    """The classifiers of `classes` with each regularisation, trained on the images `index_N`, labelled `labels_N`.

    All are trained in one pass. They see the images in the same order; which negatives a class takes is its own, whatever
    classes it is trained with.
    """
    machines = _Machines(len(classes), signatures.num_values, regularizations)
    share_K = _share_of_negatives_K(labels_N, num_classes=num_classes, per_positive=svm.negatives_per_positive)
    first_rate = svm.learning_rate / _mean_squared_norm(signatures, index_N)
    step = 0
    for epoch in range(svm.num_epochs):
        order_N = generator(key, "order of images", epoch).permutation(len(index_N))
        for start in range(0, len(order_N), svm.batch_size):
            batch_B = np.sort(order_N[start : start + svm.batch_size])
            label_B = labels_N[batch_B]
            draw_BK = generator(key, "negatives", step).random((len(batch_B), num_classes), np.float32)
            is_own_BK = label_B[:, None] == np.array(classes)
            drawn_BK = is_own_BK | (draw_BK < share_K)[:, classes.start : classes.stop]
            sign_BK = np.where(is_own_BK, np.float32(1), np.float32(-1))
            machines.update(signatures.rows_NL(index_N[batch_B]), sign_BK, drawn_BK, first_rate=first_rate, step=step)
            if epoch >= svm.average_from:
                machines.average()
            step += 1
    return machines.averaged()


class _Machines:
    """Classes with each of several regularisations in training: rows M are the classes of the first, then of the second..."""

    def __init__(self, num_classes: int, num_values: int, regularizations: tuple[float, ...]) -> None:
        self._num_classes, self._regularizations = num_classes, regularizations
        self._regularization_M = np.repeat(np.array(regularizations), num_classes)
        self._weight_ML = np.zeros((len(self._regularization_M), num_values), np.float32)
        self._bias_M = np.zeros(len(self._regularization_M), np.float32)
        self._mean_ML, self._mean_bias_M, self._num_averaged = self._weight_ML.copy(), self._bias_M.copy(), 0

    def update(
        self,
        signature_BL: NDArray[np.float32],
        sign_BK: NDArray[np.float32],
        drawn_BK: NDArray[np.bool_],
        *,
        first_rate: float,
        step: int,
    ) -> None:
        """Descend by one batch: sign_BK is 1 for images of a class and -1 for others; what is not drawn does not count."""
        num = len(self._regularizations)
        sign_BM, drawn_BM = np.tile(sign_BK, (1, num)), np.tile(drawn_BK, (1, num))
        margin_BM = signature_BL @ self._weight_ML.T + self._bias_M
        rate_M = first_rate / (1 + self._regularization_M * first_rate * step)
        push_BM = (sign_BM * (drawn_BM & (sign_BM * margin_BM < 1)) * (rate_M / len(sign_BK))).astype(np.float32)
        self._weight_ML *= (1 - rate_M * self._regularization_M)[:, None].astype(np.float32)
        self._weight_ML += push_BM.T @ signature_BL
        self._bias_M += push_BM.sum(axis=0)

    def average(self) -> None:
        """Count the weights as they are into the mean."""
        self._num_averaged += 1
        share = np.float32(1 / self._num_averaged)
        self._mean_ML += (self._weight_ML - self._mean_ML) * share
        self._mean_bias_M += (self._bias_M - self._mean_bias_M) * share

    def averaged(self) -> list[LinearClassifier]:
        """The mean classifiers of each regularisation."""
        num = self._num_classes
        return [
            LinearClassifier(
                weight_KL=self._mean_ML[place * num : (place + 1) * num],
                bias_K=self._mean_bias_M[place * num : (place + 1) * num],
                regularization=regularization,
            )
            for place, regularization in enumerate(self._regularizations)
        ]


def _share_of_negatives_K(labels_N: NDArray[np.int64], *, num_classes: int, per_positive: float | None) -> NDArray[np.float64]:
    """The chance that an image of another class is drawn in an epoch."""
    if per_positive is None:
        return np.ones(num_classes)
    positives_K = np.bincount(labels_N, minlength=num_classes)
    return np.minimum(per_positive * positives_K / np.maximum(len(labels_N) - positives_K, 1), 1)


def _mean_squared_norm(signatures: OpenSignatures, index_N: NDArray[np.int64]) -> float:
    """It of images evenly spread; 1 where all signatures are zeros."""
    some_N = index_N[:: max(1, len(index_N) // NUM_FOR_NORM)][:NUM_FOR_NORM]
    return float((signatures.rows_NL(some_N).astype(np.float64) ** 2).sum(axis=1).mean()) or 1.0
