"""Digests of modules are kept for the next process, and never believed where the file or what made them is another."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from repro.artifacts.code import modules
from repro.artifacts.code.modules import Module, keep_digests, module_at, module_digest
from repro.artifacts.files import sha256_bytes

SOURCE = b"from repro.spec.run import Run\n\n\ndef of(run: Run) -> str:\n    return run.id\n"
IMPORTS = ("repro.spec.run", "repro.spec.run.Run")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of digests of a process that has just started."""
    path = tmp_path / "kept" / "digests.json"
    monkeypatch.setattr(modules, "digests_file", lambda: path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    forget()
    yield path
    forget()


def forget() -> None:
    """Be as a process that has just started."""
    modules._kept.cache_clear()
    modules.module_at.cache_clear()
    modules._NEW.clear()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_bytes(SOURCE)
    return path


def kept(source: Path) -> Module:
    found = module_at(str(source), 1)
    keep_digests()
    forget()
    return found


def never(*arguments: object, **named: object) -> str:
    raise AssertionError("it was compiled")


def test_what_a_process_compiled_the_next_one_reads(place: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = kept(source)
    assert found == Module(IMPORTS, module_digest(SOURCE))
    monkeypatch.setattr(modules, "module_digest", never)
    assert module_at(str(source), 1) == found


def test_another_source_in_the_same_place_is_compiled(place: Path, source: Path) -> None:
    before = kept(source)
    source.write_bytes(SOURCE.replace(b"run.id", b"run.paper"))
    assert module_at(str(source), 1).sha256 != before.sha256


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: json.dumps({**json.loads(text), "modules": {}}),
        lambda text: json.dumps({"modules": json.loads(text)["modules"]}),
        lambda text: text.replace(module_digest(SOURCE), "0" * 64),
        lambda text: text.replace(sha256_bytes(SOURCE), sha256_bytes(b"another")),
    ],
    ids=["half", "empty", "list", "other modules", "no sum", "another digest", "another source"],
)
def test_a_damaged_file_is_not_believed(place: Path, source: Path, damage) -> None:
    kept(source)
    place.write_text(damage(place.read_text()))
    assert module_at(str(source), 1).sha256 == module_digest(SOURCE)


def test_of_another_python_or_another_rule_nothing_is_believed(
    place: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(source)
    monkeypatch.setattr(modules, "_rule", lambda: "another")
    monkeypatch.setattr(modules, "module_digest", lambda source: "compiled")
    assert module_at(str(source), 1).sha256 == "compiled"


def test_nothing_is_written_where_python_must_not_or_cannot(
    place: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    kept(source)
    assert not place.exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "kept").write_text("a file where the folder would be")
    assert kept(source).imports == IMPORTS


def test_nothing_new_writes_nothing(place: Path, source: Path) -> None:
    kept(source)
    place.unlink()
    forget()
    keep_digests()
    assert not place.exists()
