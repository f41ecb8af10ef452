"""Train one-vs-rest linear support vector machines by averaged stochastic gradient descent on stored signatures.

For each class the mean of max(0, 1 - y (w x + b)) over the examples drawn, plus regularization / 2 |w|^2, is descended in
mini-batches; the answer is the mean of the weights over the steps.
Sources: Bottou 2010; Xu 2011 (averaging); Perronnin, Akata, Harchaoui, Schmid 2012 (negatives drawn against positives).

Legend: N images, L values of a signature, K classes, B batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.baselines.draws import generator
from repro.baselines.signatures import OpenSignatures
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
        """Return w x + b: above 0 where a signature is taken for one of the class."""
        return signature_NL @ self.weight_KL.T + self.bias_K


def joined(parts: list[LinearClassifier]) -> LinearClassifier:
    """Return the classes of several classifiers in one, in their order."""
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
    regularization: float,
    key: int,
) -> LinearClassifier:
    """Return the classifiers of `classes`, trained on the images `index_N`, whose labels are `labels_N`.

    Every class sees the images in the same order; which negatives it takes is its own, whatever `classes` it is trained with.
    """
    weight_KL, bias_K = np.zeros((len(classes), signatures.num_values), np.float32), np.zeros(len(classes), np.float32)
    mean_KL, mean_bias_K = weight_KL.copy(), bias_K.copy()
    share_K = _share_of_negatives_K(labels_N, num_classes=num_classes, per_positive=svm.negatives_per_positive)
    first_rate = svm.learning_rate / _mean_squared_norm(signatures, index_N)
    step, num_averaged = 0, 0
    for epoch in range(svm.num_epochs):
        order_N = generator(key, "order of images", epoch).permutation(len(index_N))
        for start in range(0, len(order_N), svm.batch_size):
            batch_B = np.sort(order_N[start : start + svm.batch_size])
            signature_BL, label_B = signatures.rows_NL(index_N[batch_B]), labels_N[batch_B]
            draw_BK = generator(key, "negatives", step).random((len(batch_B), num_classes), np.float32)
            is_own_BK = label_B[:, None] == np.array(classes)
            drawn_BK = is_own_BK | (draw_BK < share_K)[:, classes.start : classes.stop]
            sign_BK = np.where(is_own_BK, np.float32(1), np.float32(-1))
            margin_BK = signature_BL @ weight_KL.T + bias_K
            push_BK = sign_BK * (drawn_BK & (sign_BK * margin_BK < 1)) / np.float32(len(batch_B))
            rate = np.float32(first_rate / (1 + regularization * first_rate * step))
            weight_KL *= 1 - rate * np.float32(regularization)
            weight_KL += rate * (push_BK.T @ signature_BL)
            bias_K += rate * push_BK.sum(axis=0)
            step += 1
            if epoch >= svm.average_from:
                num_averaged += 1
                mean_KL += (weight_KL - mean_KL) / np.float32(num_averaged)
                mean_bias_K += (bias_K - mean_bias_K) / np.float32(num_averaged)
    return LinearClassifier(weight_KL=mean_KL, bias_K=mean_bias_K, regularization=regularization)


def _share_of_negatives_K(labels_N: NDArray[np.int64], *, num_classes: int, per_positive: float | None) -> NDArray[np.float64]:
    """Return the chance that an image of another class is drawn in an epoch."""
    if per_positive is None:
        return np.ones(num_classes)
    positives_K = np.bincount(labels_N, minlength=num_classes)
    return np.minimum(per_positive * positives_K / np.maximum(len(labels_N) - positives_K, 1), 1)


def _mean_squared_norm(signatures: OpenSignatures, index_N: NDArray[np.int64]) -> float:
    """Return it of images evenly spread; 1 where all signatures are zeros."""
    some_N = index_N[:: max(1, len(index_N) // NUM_FOR_NORM)][:NUM_FOR_NORM]
    return float((signatures.rows_NL(some_N).astype(np.float64) ** 2).sum(axis=1).mean()) or 1.0
