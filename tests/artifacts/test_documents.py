"""Typed JSON documents: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.artifacts.documents import (
    MissingFileError,
    digest_of,
    document_from,
    json_schema,
    read_document,
    text_of,
    write_document,
)
from repro.artifacts.files import FileFormatError


@dataclass(frozen=True, kw_only=True)
class Part:
    share: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sample:
    SCHEMA: ClassVar[str] = "sample/3"
    STAGE: ClassVar[str] = "train"

    name: str
    status: Literal["ok", "diverged"] = "ok"
    part: Part | None = None
    spec: dict[str, Any] = field(default_factory=dict)


FULL = Sample(name="caf\udce9 é <b>", part=Part(share=1e-05, names=("a", "b")), spec={"layers": [{"kernel_px": 11}], "x": None})
TEXT = text_of(FULL).encode()


def signed(**changes: Any) -> bytes:
    """The text of a document with other fields and the digest that belongs to them, which no accident makes."""
    stored = {**json.loads(TEXT), **changes}
    fields = {key: value for key, value in stored.items() if key not in ("schema", "sha256")}
    return (json.dumps({**stored, "sha256": digest_of(fields)}, indent=1) + "\n").encode()


def read(content: bytes) -> Sample:
    return document_from(content, Sample, name="run/sample.json")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_document(tmp_path / "sample.json", FULL)
    assert read_document(tmp_path / "sample.json", Sample) == FULL
    assert read(signed()) == FULL


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@pytest.mark.parametrize("name", ["café", "half of a pair: \udce9"])
@given(value=JSON)
def test_the_text_is_the_one_that_json_writes_line_by_line(name: str, value: Any) -> None:
    text = text_of(Sample(name=name, spec={"any": value}))
    assert text == json.dumps(json.loads(text), indent=1) + "\n"
    assert document_from(text.encode(), Sample, name="sample.json").spec == {"any": value}


def test_a_whole_number_of_a_measured_field_is_written_as_a_measured_number() -> None:
    assert '"share": 1.0' in text_of(Sample(name="x", part=Part(share=1)))


@given(position=st.integers(0, len(TEXT) - 1), byte=st.integers(0, 255))
def test_any_changed_byte_is_refused_in_one_line_that_names_file_and_next_step(position: int, byte: int) -> None:
    damaged = bytearray(TEXT)
    damaged[position] = byte
    if bytes(damaged) == TEXT:
        assert read(bytes(damaged)) == FULL
        return
    with pytest.raises(FileFormatError, match=r"^run/sample\.json .*; run python -m repro train again$") as caught:
        read(bytes(damaged))
    assert "\n" not in str(caught.value)


@given(length=st.integers(0, len(TEXT) - 1))
def test_a_file_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(FileFormatError, match=r"^run/sample\.json "):
        read(TEXT[:length])


@given(content=st.one_of(st.binary(max_size=40), st.text(max_size=40).map(str.encode)))
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(FileFormatError):
        read(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[" * 200_000, "no JSON document"),
        (b"[]", "no JSON document"),
        (b"{}", "schema None"),
        (b'{"schema": "sample/3", "value": NaN}', "NaN is no number of JSON"),
        (b'{"schema": "sample/3", "value": 1e999}', "no JSON document"),
        (b'{"schema": "sample/3", "value": ' + b"9" * 5000 + b"}", "no JSON document"),
        (b"\xff\xfe{}", "no JSON document"),
        (TEXT.replace(b"sample/3", b"sample/2"), "schema 'sample/2', this version reads 'sample/3'"),
        (TEXT.replace(b"diverged", b"ok").replace(b'"ok"', b'"diverged"'), "changed since it was written"),
        (signed(status="perhaps"), r"Invalid enum value 'perhaps' - at `\$\.status`"),
        (signed(part={"share": "1"}), r"Expected `float`, got `str` - at `\$\.part\.share`"),
        (signed(part={"share": 1.0}), "not as sample/3 is written"),
        (signed(part={"share": 1.0, "names": [], "more": 1}), "not as sample/3 is written"),
        (signed(more=1), "not as sample/3 is written"),
        (TEXT.replace(b"\n ", b"\n  "), "not as sample/3 is written"),
        (TEXT.replace(b"\n", b"\r\n"), "not as sample/3 is written"),
        (b"\xef\xbb\xbf" + TEXT, "no JSON document"),
    ],
)
def test_each_kind_of_damage_is_named(content: bytes, problem: str) -> None:
    with pytest.raises(FileFormatError, match=problem):
        read(content)


def test_a_missing_file_and_a_folder_in_its_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"sample\.json does not exist; make it with python -m repro train$"):
        read_document(tmp_path / "sample.json", Sample)
    with pytest.raises(FileFormatError, match=r"cannot be read \(Is a directory\)"):
        read_document(tmp_path, Sample)


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"Expected `str`, got `int` - at `\$\.name`"):
        write_document(tmp_path / "sample.json", Sample(name=3))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_the_json_schema_takes_what_the_writer_writes_and_refuses_other_fields() -> None:
    validator = jsonschema.Draft202012Validator(json_schema(Sample))
    stored = json.loads(TEXT)
    for good in (stored, {**stored, "part": None}):
        validator.validate(good)
    wrong: list[dict[str, Any]] = [
        {**stored, "more": 1},
        {**stored, "status": "perhaps"},
        {**stored, "sha256": "x"},
        {**stored, "schema": "sample/2"},
        {**stored, "part": {"share": 1.0}},
        {key: value for key, value in stored.items() if key != "spec"},
    ]
    assert all(not validator.is_valid(value) for value in wrong)
