"""One open file is locked by one holder at a time, who signs it; a lock ends with its descriptor."""

from __future__ import annotations

import os
from pathlib import Path

from repro.system.locks import lock, sign, signed_by, try_lock


def test_a_lock_is_held_until_its_descriptor_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    first, second = (os.open(file, os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert lock(first)
    assert not lock(second)
    os.close(first)
    assert lock(second, wait=True)
    os.close(second)


def test_a_signature_replaces_the_one_before_and_none_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "a"
    assert signed_by(file) == "unknown"
    file.write_text("123456789012345")
    descriptor = os.open(file, os.O_RDWR)
    sign(descriptor)
    os.close(descriptor)
    assert signed_by(file) == str(os.getpid())


def test_a_lock_that_may_not_be_written_is_held_unsigned(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("7")
    descriptor = os.open(file, os.O_RDONLY)
    sign(descriptor)
    assert lock(descriptor) and signed_by(file) == "7"
    os.close(descriptor)


def test_a_folder_is_locked_once_and_names_its_holder(tmp_path: Path) -> None:
    descriptor = try_lock(tmp_path / "new")
    assert descriptor is not None and try_lock(tmp_path / "new") is None
    assert signed_by(tmp_path / "new" / ".lock") == str(os.getpid())
    os.close(descriptor)
