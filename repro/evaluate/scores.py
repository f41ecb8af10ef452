"""Read and write per-example scores: the one file in which every method's predictions end. Shapes: N examples, K classes."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.files import FileFormatError, atomic_writer, canonical_json

SCHEMA = "scores/1"
ARRAYS = ("scores_NK", "label_N", "example_N", "meta")


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Class scores of every example of a split, in a stable order.

    scores_NK: float32, softmax averaged over the crops of the protocol. label_N: int32. example_N: bytes, the examples' keys.
    """

    scores_NK: NDArray[np.float32]
    label_N: NDArray[np.int32]
    example_N: NDArray[np.bytes_]
    run: str
    split: str
    protocol: str


def scores_file(split: str, protocol: str) -> str:
    """Return the name of the file of `split` and `protocol` in a run's folder."""
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
    with atomic_writer(path) as stream:
        np.savez(
            stream,
            scores_NK=scores.scores_NK.astype(np.float32, copy=False),
            label_N=scores.label_N.astype(np.int32, copy=False),
            example_N=scores.example_N.astype(np.bytes_),
            meta=np.array(meta),
        )


def read_scores(path: Path) -> Scores:
    """Return the scores stored at `path`.

    Raises:
        FileFormatError: the file is missing, damaged, of another schema, or its arrays do not fit each other.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise FileFormatError(f"{path} does not exist; train its run again") from None
    return parse_scores(content, path=path)


def parse_scores(content: bytes, *, path: Path) -> Scores:
    """Return the scores in `content`, the bytes of the file at `path` (which messages name).

    Raises:
        FileFormatError: as in `read_scores`.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in ARRAYS}
        meta = json.loads(str(arrays["meta"]))
        schema = meta["schema"]
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise FileFormatError(f"{path} is not a scores file ({error}); train its run again") from None
    if schema != SCHEMA:
        raise FileFormatError(f"{path} has schema {schema!r}, this version reads {SCHEMA!r}; train its run again")
    scores = Scores(
        scores_NK=arrays["scores_NK"],
        label_N=arrays["label_N"],
        example_N=arrays["example_N"],
        run=meta.get("run", ""),
        split=meta.get("split", ""),
        protocol=meta.get("protocol", ""),
    )
    problem = _problem(scores)
    if problem:
        raise FileFormatError(f"{path}: {problem}; train its run again")
    return scores


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
    return ""
