"""`answers.npz`: which examples a run got right, a bit each, for every split, protocol and k that a number rests on.

It stands in for the scores where results are published: 10,000 examples take 1.25 kB. The examples' keys, and what was
sampled where that is not the example (the video of a clip), are the same for all runs on the same data: they are stored once
in `examples/<digest>.npz`. Shapes: N examples, B bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import npz_bytes
from repro.artifacts.files import FileFormatError, canonical_json, sha256_bytes
from repro.artifacts.scores import Scores
from repro.system.filesystem import read_regular

FILE, EXAMPLES = "answers.npz", "examples"
SCHEMA = "answers/1"
#: The array that holds what the others are.
META = "meta"


@dataclass(frozen=True, kw_only=True)
class Examples:
    """The keys of scored examples in their order, and the unit of each where that is not the example itself."""

    example_N: NDArray[np.bytes_]
    unit_N: NDArray[np.bytes_] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the keys in their order, and of the units."""
        parts = [sha256_bytes(b"\n".join(array.tolist())) for array in (self.example_N, self.unit_N) if array is not None]
        return parts[0] if len(parts) == 1 else sha256_bytes(" ".join(parts).encode())


@dataclass(frozen=True, kw_only=True)
class Answers:
    """For one split and protocol of a run: whether each example is right at k, by k.

    examples: what was scored. num_classes: between which the run chose. scores_sha256: of the scores themselves, where
    they are there.
    """

    correct_N: Mapping[int, NDArray[np.bool_]]
    examples: Examples
    num_classes: int
    scores_sha256: str = ""

    @property
    def num(self) -> int:
        """The number of examples."""
        return len(self.examples.example_N)

    def error(self, k: int) -> float:
        """The share of examples that are wrong at `k`, in [0, 1]."""
        correct_N = self.correct_N[k]
        return int(np.count_nonzero(~correct_N)) / len(correct_N)


def examples_of(scores: Scores) -> Examples:
    """The examples that `scores` are of."""
    return Examples(example_N=scores.example_N, unit_N=scores.unit_N)


#: By split and protocol.
AllAnswers = Mapping[tuple[str, str], Answers]


def answers_bytes(run: str, answers: AllAnswers) -> bytes:
    """The file of the answers of `run`; the same answers give the same bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    entries = []
    for (split, protocol), found in answers.items():
        entries.append(
            {
                "split": split,
                "protocol": protocol,
                "num_classes": found.num_classes,
                "num": found.num,
                "examples": found.examples.digest,
                "k": sorted(found.correct_N),
            }
        )
        for k, correct_N in found.correct_N.items():
            arrays[_name(split, protocol, k)] = np.packbits(correct_N)
    meta = canonical_json({"schema": SCHEMA, "run": run, "answers": entries})
    return npz_bytes({META: np.array(meta), **arrays})


def parse_answers(content: bytes, *, run: str, folder: Path, path: Path) -> dict[tuple[str, str], Answers]:
    """The answers in `content`, the bytes of the file at `path`; `folder` holds the examples.

    Raises:
        FileFormatError: it is damaged or of another run, or the examples are not the ones that it names.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        meta = json.loads(str(arrays.pop(META)))
        if (meta["schema"], meta["run"]) != (SCHEMA, run):
            raise ValueError(f"it is {meta['schema']} of run {meta['run']}, allowed: {SCHEMA} of run {run}")
        found = dict(_answers(entry, arrays, folder) for entry in meta["answers"])
        if answers_bytes(run, found) != content:
            raise ValueError("it is not as it would be written")
    except FileFormatError:
        raise
    except Exception as error:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        raise FileFormatError(f"{path} holds no answers ({error}); publish the results again") from None
    return found


def _answers(entry: dict[str, Any], arrays: Mapping[str, NDArray[np.uint8]], folder: Path) -> tuple[tuple[str, str], Answers]:
    split, protocol, num = entry["split"], entry["protocol"], entry["num"]
    correct_N = {}
    for k in entry["k"]:
        packed_B = arrays[_name(split, protocol, k)]
        if len(packed_B) != -(-num // 8):
            raise ValueError(f"{len(packed_B)} bytes for {num} examples")
        correct_N[k] = np.unpackbits(packed_B, count=num).astype(bool)
    examples = read_examples(folder, entry["examples"])
    if len(examples.example_N) != num:
        raise ValueError(f"{num} answers for {len(examples.example_N)} examples")
    return (split, protocol), Answers(correct_N=correct_N, examples=examples, num_classes=entry["num_classes"])


def _name(split: str, protocol: str, k: int) -> str:
    return f"{split}.{protocol}.top{k}"


def examples_file(digest: str) -> str:
    """Name of the file of examples with this digest."""
    return f"{digest[:16]}.npz"


def examples_bytes(examples: Examples) -> bytes:
    """The file of `examples`."""
    units = {} if examples.unit_N is None else {"unit_N": examples.unit_N}
    return npz_bytes({"example_N": examples.example_N, **units})


def read_examples(folder: Path, digest: str) -> Examples:
    """The examples with this digest, in the folder of a scale.

    Raises:
        FileFormatError: they are missing, or others.
    """
    path = Path(folder) / EXAMPLES / examples_file(digest)
    try:
        content = read_regular(path)
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            examples = Examples(**{name: stored[name] for name in stored.files})
    except Exception as error:  # missing, or damaged in one of many ways
        raise FileFormatError(f"{path} holds no examples ({error}); publish the results again") from None
    if examples.digest != digest or examples_bytes(examples) != content:
        raise FileFormatError(f"{path} holds other examples than the runs were scored on; publish the results again")
    return examples


def distinct(answers: Iterable[Answers]) -> dict[str, Examples]:
    """The examples of `answers` by digest, each once."""
    return {item.examples.digest: item.examples for item in answers}
