"""Keep signatures as one byte for several values: a product quantiser.

Source: Jegou, Douze, Schmid 2011; of Fisher vectors: Sanchez, Perronnin 2011. The codes are read back when the classifier is
trained; signatures that are scored are not compressed.

Shape suffixes: N signatures, L values of one, G groups of values, W words of a group, V values of a group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repro.baselines.fitting.randomness import generator

#: As many as a byte tells apart.
NUM_WORDS = 256
#: Distances that are held at a time while words are made.
DISTANCES_AT_ONCE = 2**24


@dataclass(frozen=True, kw_only=True)
class Quantizer:
    """The words of each group of values."""

    word_GWV: NDArray[np.float32]

    def codes_G(self, signature_L: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The nearest word of each group; of equally near ones the first."""
        num_groups, _, num_values = self.word_GWV.shape
        return _nearest_GN(signature_L.reshape(num_groups, 1, num_values), self.word_GWV)[:, 0].astype(np.uint8)

    def decoded_NL(self, code_NG: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The signatures that codes stand for."""
        num_groups = len(self.word_GWV)
        return self.word_GWV[np.arange(num_groups), code_NG].reshape(len(code_NG), -1)


def fit_quantizer(
    signature_NL: NDArray[np.floating], *, values_per_code: int, num_iterations: int, key: int, name: str
) -> Quantizer:
    """The quantiser of a sample of signatures: k-means in each group, started at signatures drawn at random.

    A word that is nearest to none stays where it is. With fewer signatures than words there are as many words.

    Raises:
        ValueError: the values do not divide into such groups.
    """
    num, length = signature_NL.shape
    if values_per_code < 1 or length % values_per_code:
        raise ValueError(f"channel {name}: signatures of {length} values by {values_per_code} to a code; allowed: a divisor")
    num_groups, num_words = length // values_per_code, min(NUM_WORDS, num)
    drawn_W = generator(key, f"codebooks of {name}").permutation(num)[:num_words]
    word_GWV = np.empty((num_groups, num_words, values_per_code), np.float32)
    at_once = max(1, DISTANCES_AT_ONCE // (num * num_words))
    for start in range(0, num_groups, at_once):
        part = signature_NL[:, start * values_per_code : (start + at_once) * values_per_code]
        x_GNV = np.asarray(part, np.float32).reshape(num, -1, values_per_code).transpose(1, 0, 2)
        own_GWV = x_GNV[:, drawn_W].copy()
        for _ in range(num_iterations):
            own_GWV = _moved_GWV(x_GNV, own_GWV)
        word_GWV[start : start + at_once] = own_GWV
    return Quantizer(word_GWV=word_GWV)


def _moved_GWV(x_GNV: NDArray[np.float32], word_GWV: NDArray[np.float32]) -> NDArray[np.float32]:
    """The means of what is nearest to each word."""
    num_groups, num_words, num_values = word_GWV.shape
    place_GN = _nearest_GN(x_GNV, word_GWV) + num_words * np.arange(num_groups)[:, None]
    count = np.bincount(place_GN.ravel(), minlength=num_groups * num_words).reshape(num_groups, num_words, 1)
    sums = [
        np.bincount(place_GN.ravel(), weights=x_GNV[..., value].ravel(), minlength=num_groups * num_words)
        for value in range(num_values)
    ]
    mean_GWV = np.stack(sums, axis=1).reshape(num_groups, num_words, num_values) / np.maximum(count, 1)
    return np.where(count > 0, mean_GWV, word_GWV).astype(np.float32)


def _nearest_GN(x_GNV: NDArray[np.float32], word_GWV: NDArray[np.float32]) -> NDArray[np.int64]:
    half_norm_G1W = (word_GWV**2).sum(axis=2)[:, None, :] / 2
    return np.asarray((half_norm_G1W - x_GNV @ word_GWV.transpose(0, 2, 1)).argmin(axis=2), np.int64)
