"""log.jsonl: what is written is read, and what is damaged is refused by file and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repro.artifacts.files import FileFormatError
from repro.artifacts.log_jsonl import LayerSaturation, log_text, parse_log, read_log
from repro.artifacts.stored_files import stored_file
from tests.artifacts.made import log_entry

AGAIN = "train the run again"
ENTRIES = (
    log_entry(1, 0.8, saturation={"conv1": LayerSaturation(saturated=0.5, dead=0.0)}),
    log_entry(2, 0.4, train_loss=None, validation_top1_error=0.45),
)
TEXT = log_text(ENTRIES)


def parsed(text: str) -> Any:
    return parse_log(text.encode(), path=Path("run/log.jsonl"), again=AGAIN)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(TEXT)
    assert read_log(tmp_path, stored_file(path), again=AGAIN) == ENTRIES


def test_a_line_without_the_field_that_older_logs_lack_is_read() -> None:
    stored = json.loads(TEXT.splitlines()[0])
    del stored["saturation"]
    assert parsed(json.dumps(stored))[0].saturation is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, len(TEXT) - 1), byte=st.integers(0, 255))
def test_any_changed_byte_is_refused_by_the_hash_that_the_run_recorded(tmp_path: Path, position: int, byte: int) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(TEXT)
    recorded, damaged = stored_file(path), bytearray(TEXT.encode())
    if damaged[position] == byte:
        return
    damaged[position] = byte
    path.write_bytes(damaged)
    with pytest.raises(FileFormatError, match=r"log\.jsonl was changed.*; train the run again$"):
        read_log(tmp_path, recorded, again=AGAIN)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "is no epoch"),
        ("{half a li", "is no epoch"),
        ("[]", "is no epoch"),
        ("\0", "is no epoch"),
        ("[" * 200_000, "is no epoch"),
        ('{"epoch": 2}', "missing required field"),
        (json.dumps({**json.loads(TEXT.splitlines()[1]), "more": 1}), "fields that are not known: more"),
        (TEXT.splitlines()[1].replace("0.4,", '"0.4",'), "Expected `float`, got `str`"),
        (TEXT.splitlines()[1].replace("0.4,", "NaN,"), "NaN is no number"),
        (TEXT.splitlines()[0], "is of epoch 1; allowed: 2"),
        (TEXT.splitlines()[1].replace('"epoch": 2', '"epoch": 3'), "is of epoch 3; allowed: 2"),
    ],
)
def test_a_line_that_is_no_epoch_is_named_with_file_and_number(line: str, problem: str) -> None:
    with pytest.raises(FileFormatError, match=rf"^run/log\.jsonl, line 2 .*{problem}.*; train the run again$") as caught:
        parsed(f"{TEXT.splitlines()[0]}\n{line}\n")
    assert "\n" not in str(caught.value)


def test_an_empty_log_is_refused() -> None:
    with pytest.raises(FileFormatError, match=r"run/log\.jsonl has no epoch"):
        parsed("")
