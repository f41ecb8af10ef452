"""Read and write per-example scores: the one file in which every method's predictions end.

Shape suffixes: N examples, K classes, L labels.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.files import FileFormatError, atomic_writer, canonical_json
from repro.system.filesystem import read_regular

SCHEMA = "scores/1"
ARRAYS = ("scores_NK", "label_N", "example_N", "meta")
#: Arrays that a file has only where they say something.
FURTHER_ARRAYS = ("label_NL", "unit_N")


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Class scores of every example of a split, in a stable order.

    scores_NK: float32, softmax averaged over the crops of the protocol. label_N: int32. example_N: bytes, the examples' keys.
    label_NL: int32, all labels where an example may have several (-1: none); its first column is label_N.
    unit_N: bytes, what was sampled independently, where that is not the example: the video of a clip.
    """

    scores_NK: NDArray[np.float32]
    label_N: NDArray[np.int32]
    example_N: NDArray[np.bytes_]
    run: str
    split: str
    protocol: str
    label_NL: NDArray[np.int32] | None = None
    unit_N: NDArray[np.bytes_] | None = None

    @property
    def labels(self) -> NDArray[np.int32]:
        """The labels by which an example counts as right: (N,), or (N, L) where it may have several."""
        return self.label_N if self.label_NL is None else self.label_NL


def scores_file(split: str, protocol: str) -> str:
    """The name of the file of `split` and `protocol` in a run's folder."""
    return f"scores.{split}.{protocol}.npz"


def write_scores(path: Path, scores: Scores) -> None:
    """Write `scores` to `path` atomically; the same scores give the same bytes.

    Raises:
        ValueError: the arrays do not fit each other, or a score is not finite.
    """
    problem = _problem(scores)
    if problem:
        raise ValueError(f"scores of run {scores.run}, {scores.split}, {scores.protocol}: {problem}")
    meta = canonical_json({"schema": SCHEMA, "run": scores.run, "split": scores.split, "protocol": scores.protocol})
    further: dict[str, Any] = {}
    if scores.label_NL is not None:
        further["label_NL"] = scores.label_NL.astype(np.int32, copy=False)
    if scores.unit_N is not None:
        further["unit_N"] = scores.unit_N.astype(np.bytes_)
    with atomic_writer(path) as stream:
        np.savez(
            stream,
            scores_NK=scores.scores_NK.astype(np.float32, copy=False),
            label_N=scores.label_N.astype(np.int32, copy=False),
            example_N=scores.example_N.astype(np.bytes_),
            meta=np.array(meta),
            **further,
        )


def read_scores(path: Path) -> Scores:
    """The scores stored at `path`.

    Raises:
        FileFormatError: the file is missing, damaged, of another schema, or its arrays do not fit each other.
    """
    try:
        content = read_regular(path)
    except FileNotFoundError:
        raise FileFormatError(f"{path} does not exist; train its run again") from None
    return parse_scores(content, path=path)


def parse_scores(content: bytes, *, path: Path) -> Scores:
    """The scores in `content`, the bytes of the file at `path` (which messages name).

    Raises:
        FileFormatError: as in `read_scores`.
    """
    scores = load_scores(content, path=path)
    problem = _problem(scores)
    if problem:
        raise FileFormatError(f"{path}: {problem}; train its run again")
    return scores


def load_scores(content: bytes, *, path: Path) -> Scores:
    """The scores in `content` without looking into them: for bytes that were parsed before, as their hash says.

    Raises:
        FileFormatError: the file is damaged or of another schema.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in (*ARRAYS, *(set(FURTHER_ARRAYS) & set(stored.files)))}
        meta = json.loads(str(arrays["meta"]))
        schema = meta["schema"]
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise FileFormatError(f"{path} is not a scores file ({error}); train its run again") from None
    if schema != SCHEMA:
        raise FileFormatError(f"{path} has schema {schema!r}, this version reads {SCHEMA!r}; train its run again")
    return Scores(
        scores_NK=arrays["scores_NK"],
        label_N=arrays["label_N"],
        example_N=arrays["example_N"],
        run=meta.get("run", ""),
        split=meta.get("split", ""),
        protocol=meta.get("protocol", ""),
        **{name: arrays.get(name) for name in FURTHER_ARRAYS},
    )


def _problem(scores: Scores) -> str:
    """Say what is wrong with `scores`, or return an empty text."""
    shape = scores.scores_NK.shape
    if len(shape) != 2 or scores.label_N.shape != shape[:1] or scores.example_N.shape != shape[:1] or 0 in shape:
        return f"shapes are {shape}, {scores.label_N.shape} and {scores.example_N.shape}; allowed: (N, K), (N,) and (N,)"
    if not np.isfinite(scores.scores_NK).all():
        return "a score is not finite; allowed: numbers"
    if scores.label_N.min() < 0 or scores.label_N.max() >= shape[1]:
        return f"labels go from {scores.label_N.min()} to {scores.label_N.max()}; allowed: 0 to {shape[1] - 1}"
    if len(np.unique(scores.example_N)) != len(scores.example_N):
        return "an example occurs twice; allowed: every example once"
    return _problem_of_further(scores)


def _problem_of_further(scores: Scores) -> str:
    num, num_classes = scores.scores_NK.shape
    labels, unit_N = scores.label_NL, scores.unit_N
    if labels is not None:
        if labels.ndim != 2 or len(labels) != num or not np.array_equal(labels[:, 0], scores.label_N):
            return f"label_NL has shape {labels.shape}; allowed: ({num}, L), the first column equal to label_N"
        if labels.min() < -1 or labels.max() >= num_classes:
            return f"labels go from {labels.min()} to {labels.max()}; allowed: 0 to {num_classes - 1}, or -1 for none"
    if unit_N is not None and unit_N.shape != (num,):
        return f"unit_N has shape {unit_N.shape}; allowed: ({num},)"
    return ""
