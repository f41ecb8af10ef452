"""Metrics and the scores file. Shapes: N examples, K classes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.artifacts.files import FileFormatError
from repro.artifacts.scores import Scores, parse_scores, read_scores, write_scores
from repro.evaluate.metrics import top_k_correct, top_k_error

SCORES_NK = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.3, 0.4, 0.3], [0.0, 0.1, 0.9]], np.float32)
LABEL_N = np.array([0, 1, 0, 0], np.int32)


def some_scores() -> Scores:
    return Scores(
        scores_NK=SCORES_NK,
        label_N=LABEL_N,
        example_N=np.array([b"a", b"b", b"c", b"d"]),
        run="smoke/alexnet/full/0",
        split="test",
        protocol="center",
    )


def test_several_labels_and_units_come_back_from_the_file(tmp_path: Path) -> None:
    label_NL = np.array([[0, 1], [1, -1], [0, -1], [0, 2]], np.int32)
    written = replace(some_scores(), label_NL=label_NL, unit_N=np.array([b"v", b"v", b"w", b"w"]))
    write_scores(tmp_path / "scores.npz", written)
    found = read_scores(tmp_path / "scores.npz")
    assert found.labels.tolist() == label_NL.tolist()
    assert found.unit_N is not None
    assert found.unit_N.tolist() == [b"v", b"v", b"w", b"w"]
    assert some_scores().labels.tolist() == LABEL_N.tolist()
    for wrong in ({"label_NL": label_NL[:, ::-1]}, {"label_NL": label_NL + 1}, {"unit_N": np.array([b"v"])}):
        with pytest.raises(ValueError, match="allowed"):
            write_scores(tmp_path / "wrong.npz", replace(written, **wrong))


def test_top1_error_by_hand() -> None:
    assert top_k_error(SCORES_NK, LABEL_N, k=1) == 3 / 4


def test_top2_counts_a_tie_for_the_second_place_as_wrong() -> None:
    # Example 2: classes 0 and 2 share the second place with .3, so label 0 is not surely among the best two.
    assert top_k_correct(SCORES_NK, LABEL_N, k=2).tolist() == [True, True, False, False]


def test_one_of_several_labels_is_enough_and_labels_do_not_compete() -> None:
    label_NL = np.array([[2, 0], [0, 1], [0, 2], [1, -1]])
    # Example 0: label 0 is first. 1: label 1 is second. 2: both labels tie for the second place. 3: label 1 is second.
    assert top_k_correct(SCORES_NK, label_NL, k=1).tolist() == [True, False, False, False]
    assert top_k_correct(SCORES_NK, label_NL, k=2).tolist() == [True, True, True, True]
    assert top_k_correct(np.array([[0.4, 0.4, 0.2]]), np.array([[0, 1]]), k=1).tolist() == [True]
    assert top_k_correct(np.array([[0.4, 0.4, 0.2]]), np.array([[0, 2]]), k=1).tolist() == [False]
    with pytest.raises(ValueError, match="at least one an example"):
        top_k_correct(SCORES_NK, np.full((4, 2), -1), k=1)


def test_a_constant_network_is_always_wrong_until_k_is_the_number_of_classes() -> None:
    scores_NK, label_N = np.full((6, 5), 0.2), np.arange(6) % 5
    assert [top_k_error(scores_NK, label_N, k=k) for k in range(1, 6)] == [1, 1, 1, 1, 0]


@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(2, 6))
def test_top_k_equals_sorting_when_there_are_no_ties(seed: int, num: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    scores_NK = rng.permutation(num * classes).reshape(num, classes) / 100
    label_N = rng.integers(0, classes, num)
    best_NK = np.argsort(-scores_NK, axis=1)
    for k in range(1, classes + 1):
        by_sorting = (best_NK[:, :k] == label_N[:, None]).any(axis=1)
        assert top_k_correct(scores_NK, label_N, k=k).tolist() == by_sorting.tolist()


@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(2, 6))
def test_error_falls_with_k_and_does_not_depend_on_the_order_of_examples_or_classes(seed: int, num: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    scores_NK, label_N = rng.integers(0, 4, (num, classes)) / 4, rng.integers(0, classes, num)
    errors = [top_k_error(scores_NK, label_N, k=k) for k in range(1, classes + 1)]
    assert errors == sorted(errors, reverse=True)
    rows, columns = rng.permutation(num), rng.permutation(classes)
    moved_NK, moved_N = scores_NK[rows][:, columns], np.argsort(columns)[label_N[rows]]
    assert [top_k_error(moved_NK, moved_N, k=k) for k in range(1, classes + 1)] == errors


@pytest.mark.parametrize(
    ("scores_NK", "label_N", "k", "says"),
    [
        (SCORES_NK, LABEL_N, 4, "k is 4; allowed: 1 to the number of classes, 3"),
        (SCORES_NK, LABEL_N, 0, "k is 0"),
        (SCORES_NK, LABEL_N[:3], 1, "shape"),
        (SCORES_NK, LABEL_N + 2, 1, "from 2 to 3; allowed: integers from 0 to 2"),
        (SCORES_NK, LABEL_N - 1, 1, "from -1"),
        (SCORES_NK, LABEL_N.astype(float), 1, "float64"),
        (np.where(SCORES_NK > 0.8, np.nan, SCORES_NK), LABEL_N, 1, "1 of 4 examples have a score that is not finite"),
    ],
)
def test_impossible_input_is_refused(scores_NK: np.ndarray, label_N: np.ndarray, k: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        top_k_error(scores_NK, label_N, k=k)


def test_scores_come_back_as_written_and_in_the_same_bytes(tmp_path: Path) -> None:
    write_scores(tmp_path / "one.npz", some_scores())
    write_scores(tmp_path / "two.npz", some_scores())
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    back = read_scores(tmp_path / "one.npz")
    assert (back.run, back.split, back.protocol) == ("smoke/alexnet/full/0", "test", "center")
    assert np.array_equal(back.scores_NK, SCORES_NK)
    assert back.scores_NK.dtype == np.float32
    assert back.label_N.dtype == np.int32
    assert back.example_N.tolist() == [b"a", b"b", b"c", b"d"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label_N": LABEL_N[:2]}, "shapes"),
        ({"label_N": LABEL_N + 3}, "labels go from 3"),
        ({"scores_NK": np.where(SCORES_NK > 0.5, np.inf, SCORES_NK)}, "not finite"),
        ({"example_N": np.array([b"a", b"b", b"c", b"a"])}, "occurs twice"),
    ],
)
def test_scores_that_do_not_fit_are_not_written(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        write_scores(tmp_path / "x.npz", replace(some_scores(), **change))
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_or_flipped_scores_file_is_refused_or_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    write_scores(path, some_scores())
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for end in rng.integers(0, len(content), 30):
        with pytest.raises(FileFormatError):
            parse_scores(content[:end], path=path)
    for place in rng.integers(0, len(content) * 8, 300):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << (place % 8)
        try:
            back = parse_scores(bytes(flipped), path=path)
        except FileFormatError:
            continue
        assert np.array_equal(back.scores_NK, SCORES_NK)
        assert np.array_equal(back.label_N, LABEL_N)


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"x\.npz does not exist"):
        read_scores(tmp_path / "x.npz")
    np.savez(tmp_path / "y.npz", a=np.zeros(3))
    with pytest.raises(FileFormatError, match=r"y\.npz is not a scores file"):
        read_scores(tmp_path / "y.npz")


def test_metrics_and_scores_import_neither_torch_nor_dali() -> None:
    check = "import sys; assert not {'torch', 'nvidia', 'numba', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"import repro.evaluate.metrics, repro.artifacts.scores; {check}"], check=True)
