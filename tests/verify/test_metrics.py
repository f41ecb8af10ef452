"""Every metric is computed again, so that a number that is edited in runs.csv is found whichever it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest

from repro.artifacts.runs_csv import Measurement, read_runs_csv, write_runs_csv
from repro.spec.terms.metrics import CLOCK, KERNELS, LOG, METRICS, SCORES, TIMINGS
from repro.verify.check import FAILED, OK
from repro.verify.metrics import Again, compared, computed_again, metrics_checked
from repro.verify.stored import Stored
from tests.verify.made import made, stored_in

MEASURED = [name for name, item in METRICS.items() if item.of in (SCORES, LOG, KERNELS, CLOCK, TIMINGS)]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    with pytest.MonkeyPatch.context() as patch:
        yield stored_in(made(tmp_path_factory.mktemp("metrics"), patch))


@pytest.fixture(scope="module")
def rows(stored: Stored) -> tuple[Measurement, ...]:
    return read_runs_csv(stored.folder / "runs.csv").rows


@pytest.fixture(scope="module")
def again(stored: Stored, rows: tuple[Measurement, ...]) -> Again:
    return computed_again(stored, rows)


def test_what_is_as_it_was_collected_is_equal_in_every_cell(stored: Stored, rows: tuple[Measurement, ...], again: Again) -> None:
    assert compared(rows, again) == (len(rows), [], {})
    assert metrics_checked(stored).state == OK


@pytest.mark.parametrize("metric", MEASURED)
def test_an_edit_of_any_metric_is_found(metric: str, rows: tuple[Measurement, ...], again: Again) -> None:
    places = [i for i, row in enumerate(rows) if row.metric.partition(".")[0] == metric]
    assert places, f"no fabricated run has {metric}: this test would see nothing"
    for i in places:
        value = rows[i].value
        other = 12.0 if math.isinf(value) else value + 1e-9 * max(1.0, abs(value))
        edited = [*rows[:i], replace(rows[i], value=other), *rows[i + 1 :]]
        num, problems, lacking = compared(edited, again)
        assert (num, lacking) == (len(rows) - 1, {})
        assert len(problems) == 1 and rows[i].metric in problems[0] and rows[i].run in problems[0]


@pytest.mark.parametrize("column", ["dataset", "evidence", "n_examples", "wall_s", "device", "code", "seed", "variant"])
def test_an_edit_of_any_other_column_is_found(column: str, rows: tuple[Measurement, ...], again: Again) -> None:
    value = getattr(rows[0], column)
    edited = [replace(rows[0], **{column: value + 1 if isinstance(value, int | float) else f"{value}x"}), *rows[1:]]
    _, problems, _ = compared(edited, again)
    assert len(problems) == 1 and column in problems[0]


def test_a_row_that_is_lost_added_or_doubled_is_found(rows: tuple[Measurement, ...], again: Again) -> None:
    assert compared(rows[1:], again)[2] == {rows[0].run: [f"{rows[0].metric} ({rows[0].protocol})"]}
    assert "twice" in compared([*rows, rows[0]], again)[1][0]
    _, problems, _ = compared([*rows, replace(rows[0], protocol="nine_crop")], again)
    assert "nine_crop" in problems[0]


def test_rows_in_another_order_are_no_table_of_ours(stored: Stored, rows: tuple[Measurement, ...]) -> None:
    path = stored.folder / "runs.csv"
    content = path.read_bytes()
    try:
        write_runs_csv(path, [*rows[1:], rows[0]])
        check = metrics_checked(stored)
        assert check.state == FAILED and "not as collect writes it" in check.problems[0]
    finally:
        path.write_bytes(content)
