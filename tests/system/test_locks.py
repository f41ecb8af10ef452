"""One open file is locked by one holder at a time, who signs it; a lock ends with its descriptor."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from repro.system import locks
from repro.system.filesystem import NoOwnFile
from repro.system.locks import holder, lock, locked, sign, signed_by, try_lock, writer
from repro.system.progress import Say


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


def no_locks(*arguments: object) -> None:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def test_without_flock_the_other_kind_of_lock_is_taken_and_is_as_strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", no_locks)
    descriptor = try_lock(tmp_path)
    assert descriptor is not None and try_lock(tmp_path) is None
    os.close(descriptor)
    again = try_lock(tmp_path)
    assert again is not None
    os.close(again)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_without_locks_is_worked_on_with_one_warning(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", lacking)
    monkeypatch.setattr(fcntl, "fcntl", lacking)
    monkeypatch.setattr(locks, "_told", set())
    said: list[str] = []
    for name in "ab":
        with locked(tmp_path / name, say=said.append):
            (tmp_path / name / "made").touch()
    assert len(said) == 1 and "keeps no locks" in said[0]


def test_a_link_in_the_place_of_a_lock_is_refused_and_what_it_leads_to_is_whole(tmp_path: Path) -> None:
    precious = tmp_path / "mine"
    precious.write_text("precious")
    for name, target in (("a", precious), ("b", tmp_path / "nothing"), ("c", Path("/dev/zero")), ("d", tmp_path)):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".lock").symlink_to(target)
        with pytest.raises(NoOwnFile, match="is a link"):
            try_lock(tmp_path / name)
    (tmp_path / "e").mkdir()
    os.mkfifo(tmp_path / "e" / ".lock")
    with pytest.raises(NoOwnFile, match="is no regular file"):
        try_lock(tmp_path / "e")
    assert precious.read_text() == "precious" and not (tmp_path / "nothing").exists()


def test_what_is_no_signature_is_not_written_over(tmp_path: Path) -> None:
    """A second name of another file, or a file of another's: it is locked, and stays as it is."""
    precious = tmp_path / "mine"
    for content in ("7", "precious", "1" * 30):
        precious.write_text(content)
        if content == "7":
            os.link(precious, tmp_path / ".lock")
        descriptor = try_lock(tmp_path)
        assert descriptor is not None and precious.read_text() == content
        os.close(descriptor)
        (tmp_path / ".lock").unlink()
        (tmp_path / ".lock").write_text("precious")
    assert holder(tmp_path) == "unknown"


def test_folders_that_were_made_for_a_lock_and_stay_empty_are_removed(tmp_path: Path) -> None:
    with locked(tmp_path / "results" / "smoke" / "data", say=print):
        pass
    assert not (tmp_path / "results").exists()
    with locked(tmp_path / "results" / "data", say=print):
        (tmp_path / "results" / "data" / "made").touch()
    assert sorted(path.name for path in (tmp_path / "results" / "data").iterdir()) == [".lock", "made"]
    (tmp_path / "there").mkdir()
    with locked(tmp_path / "there", say=print):
        pass
    assert (tmp_path / "there").is_dir(), "it was there before"


def test_a_lock_of_a_folder_that_its_holder_removed_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited for the file that is gone would hold a lock that nobody else sees."""
    taken = locks.lock
    removed: list[int] = []

    def removing(descriptor: int, *, wait: bool = False, say: Say = print) -> bool:
        if not removed:
            removed.append(descriptor)
            (tmp_path / ".lock").unlink()
        return taken(descriptor, wait=wait, say=say)

    monkeypatch.setattr(locks, "lock", removing)
    descriptor = try_lock(tmp_path)
    assert descriptor is not None and os.path.samestat(os.fstat(descriptor), os.stat(tmp_path / ".lock"))
    os.close(descriptor)


@pytest.mark.parametrize("which", ["folder", "parent"])
def test_a_folder_that_its_holder_removes_as_it_is_opened_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    folder = tmp_path / "parent" / "folder"
    opened, left = locks.open_own, [3]

    def open_after_removal(path: Path, *others: int) -> int:
        if left[0]:
            left[0] -= 1
            folder.rmdir()
            if which == "parent":
                folder.parent.rmdir()
        return opened(path, *others)

    monkeypatch.setattr(locks, "open_own", open_after_removal)
    descriptor = try_lock(folder)
    assert descriptor is not None and (folder / ".lock").is_file() and not left[0]
    os.close(descriptor)


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it() -> None:
    with pytest.raises(OSError, match="/proc/nothing"):
        try_lock(Path("/proc/nothing/below"))


def test_who_writes_a_folder_is_named_and_nothing_is_written_to_find_out(tmp_path: Path) -> None:
    assert writer(tmp_path) is None
    assert not list(tmp_path.iterdir())
    descriptor = try_lock(tmp_path)
    assert descriptor is not None
    assert writer(tmp_path) == str(os.getpid())
    os.close(descriptor)
    assert writer(tmp_path) is None


def test_who_only_asks_keeps_nobody_from_taking_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = try_lock(tmp_path)
    assert first is not None
    monkeypatch.setattr(locks.time, "sleep", lambda seconds: os.close(first))
    os.close(locks.claim(tmp_path))
