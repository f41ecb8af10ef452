"""`runs.csv`: what is written is what is read, and anything else is refused in one line that says where and what to do."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repro.artifacts.files import FileFormatError, sha256_file
from repro.artifacts.runs_csv import COLUMNS, Measurement, read_runs_csv, write_runs_csv
from tests.artifacts.made import ROW, measurement

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=20)
NUMBERS = st.floats(allow_nan=False)
ROWS = st.builds(
    Measurement,
    **{name: TEXTS for name in COLUMNS if name not in ("seed", "value", "n_examples", "wall_s")},
    seed=st.integers(0, 10**6),
    value=NUMBERS,
    n_examples=st.integers(0, 10**9),
    wall_s=st.floats(allow_nan=False, allow_infinity=False),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


def refused(path: Path) -> str:
    """What the reader says of a file that it does not take: one line."""
    with pytest.raises(FileFormatError) as caught:
        read_runs_csv(path)
    text = str(caught.value)
    assert str(path) in text
    assert "python -m repro collect" in text
    assert "\n" not in text
    return text


def written(path: Path, **entries: str) -> Path:
    """A file of one row, of which some entries are others."""
    write_runs_csv(path, [ROW])
    (columns, row) = csv.reader(path.read_text().splitlines())
    changed = dict(zip(columns, row, strict=True)) | entries
    path.write_text(",".join(columns) + "\n" + ",".join(changed.values()) + "\n")
    return path


def test_the_file_is_a_line_of_columns_and_a_line_a_row(tmp_path: Path) -> None:
    write_runs_csv(tmp_path / "runs.csv", [measurement("no_lrn", 3, 0.1, device="cpu: a, b"), measurement("full", 0, math.inf)])
    assert (tmp_path / "runs.csv").read_text().splitlines() == [
        "scale,paper,variant,seed,dataset,evidence,metric,protocol,value,n_examples,wall_s,device,code,run",
        'smoke,alexnet,no_lrn,3,procedural,demonstration,top1_error,ten_crop,0.1,5000,60.0,"cpu: a, b",0123456789ab,'
        "smoke/alexnet/no_lrn/3",
        "smoke,alexnet,full,0,procedural,demonstration,top1_error,ten_crop,inf,5000,60.0,cpu: 2 cores,0123456789ab,"
        "smoke/alexnet/full/0",
    ]


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(ROWS, max_size=4))
def test_rows_are_read_as_they_were_written_to_the_last_bit(
    rows: list[Measurement], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("rows") / "runs.csv"
    write_runs_csv(path, rows)
    found = read_runs_csv(path)
    assert found.rows == tuple(rows)
    assert found.sha256 == sha256_file(path)


def test_a_table_without_runs_has_its_columns(tmp_path: Path) -> None:
    write_runs_csv(tmp_path / "runs.csv", [])
    assert read_runs_csv(tmp_path / "runs.csv").rows == ()


@pytest.mark.parametrize(
    ("column", "entry"),
    [
        ("value", "oops"),
        ("value", ""),
        ("value", "nan"),
        ("seed", "0.5"),
        ("n_examples", "many"),
        ("wall_s", ""),
        ("wall_s", "nan"),
    ],
)
def test_an_entry_that_is_none_of_its_column_names_its_line(column: str, entry: str, tmp_path: Path) -> None:
    said = refused(written(tmp_path / "runs.csv", **{column: entry}))
    assert "runs.csv, line 2: " in said
    assert repr(entry) in said


@pytest.mark.parametrize(
    "columns", ["a,b", ",".join(COLUMNS[:-1]), ",".join([*COLUMNS, "more"]), ",".join(reversed(COLUMNS)), ""]
)
def test_other_columns_are_refused(columns: str, tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_text(f"{columns}\n")
    assert f"has the columns {columns.replace(',', ', ')}; allowed: scale, paper" in refused(tmp_path / "runs.csv")


@pytest.mark.parametrize("line", ["1,2", "", ",".join(["1"] * 15)])
def test_a_line_of_fewer_or_more_entries_is_refused(line: str, tmp_path: Path) -> None:
    path = written(tmp_path / "runs.csv")
    path.write_text(path.read_text() + line + "\n")
    assert "line 3: " in refused(path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b'"half', b"a\0b"])
def test_what_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_bytes(content)
    refused(tmp_path / "runs.csv")


def test_a_table_that_is_not_there_says_what_makes_it(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "runs.csv")


@pytest.mark.parametrize("text", ["a\nb", "a\r"])
def test_a_text_of_several_lines_is_not_written(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"allowed in runs\.csv: texts of one line"):
        write_runs_csv(tmp_path / "runs.csv", [measurement("full", 0, 0.1, device=text)])
    assert not (tmp_path / "runs.csv").exists()


def test_a_value_that_is_not_a_number_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"top1_error \(ten_crop\) of run smoke/alexnet/full/0 is not a number"):
        write_runs_csv(tmp_path / "runs.csv", [measurement("full", 0, math.nan)])
    assert not (tmp_path / "runs.csv").exists()
