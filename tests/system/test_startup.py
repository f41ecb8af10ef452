"""Compiled passes are kept where something can be written, and never where others can write; want of a place fails nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest

from repro.system.startup import may_cache


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module of a package that cannot be written, of a user whose home cannot be written either, also if that is root."""
    module = tmp_path / "package" / "kernel.py"
    module.parent.mkdir()
    module.touch()
    (module.parent / "__pycache__").touch()
    (tmp_path / "nothing").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = numba.config.CACHE_DIR
    yield module
    numba.config.CACHE_DIR = before


def test_without_package_and_home_a_folder_of_the_users_own_holds_them(package: Path, tmp_path: Path) -> None:
    assert may_cache(str(package))
    folder = tmp_path / f"repro-compiled-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert str(folder) == numba.config.CACHE_DIR
    assert may_cache(str(package)), "and is found again"


@pytest.mark.parametrize("trap", ["link", "open", "file"])
def test_what_others_may_have_put_there_is_not_used(
    trap: str, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / f"repro-compiled-{os.getuid()}"
    (tmp_path / "theirs").mkdir()
    if trap == "link":
        place.symlink_to(tmp_path / "theirs")
    elif trap == "file":
        place.touch()
    else:
        place.mkdir()
        place.chmod(0o777)
    assert not may_cache(str(package))
    assert "set NUMBA_CACHE_DIR" in capsys.readouterr().err
    assert not list((tmp_path / "theirs").iterdir())


def test_without_any_place_it_is_compiled_without_one(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    assert not may_cache(str(package))
    assert numba.njit(cache=False)(lambda: 7)() == 7


def test_where_the_package_or_the_home_can_be_written_nothing_else_is_made(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert may_cache(str(package))
    (package.parent / "__pycache__").unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing"))
    assert may_cache(str(package))
    assert not (tmp_path / f"repro-compiled-{os.getuid()}").exists()
