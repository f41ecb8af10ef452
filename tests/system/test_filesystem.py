"""What a file system lacks is done without, what lies in the way is named, and no link leads a writer away."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.artifacts.files import atomic_writer, remove_parts, write_text
from repro.system import filesystem
from repro.system.filesystem import NoOwnFile, move_over, open_own, read_regular, set_mode


def refusing(number: int) -> Callable[..., None]:
    """A call that the file system answers with error `number`."""

    def call(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


LACKING_CALLS = [
    *(("fsync", number) for number in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)),
    *(("chmod", number) for number in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EROFS)),
    *(("replace", number) for number in (errno.EEXIST, errno.EACCES, errno.EPERM, errno.ENOSYS, errno.EINVAL, errno.EBUSY)),
]


@pytest.mark.parametrize(("call", "number"), LACKING_CALLS)
def test_a_file_is_written_whole_where_the_file_system_lacks_a_call(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    monkeypatch.setattr(os, call, refusing(number))
    write_text(path, "new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a"]


def test_a_folder_that_may_be_written_and_not_read_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def no_folders(path: str, flags: int, *rest: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", no_folders)
    write_text(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"


@pytest.mark.parametrize(
    ("call", "number"), [("fsync", errno.EIO), ("fsync", errno.ENOSPC), ("replace", errno.ENOSPC), ("replace", errno.EROFS)]
)
def test_a_disk_that_fails_leaves_the_old_file_and_no_part_and_is_named(
    call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    monkeypatch.setattr(os, call, refusing(number))
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        write_text(path, "new")
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_write_that_finds_the_disk_full_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught, atomic_writer(tmp_path / "deep" / "a"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(tmp_path / "deep" / "a")


def test_a_move_over_a_folder_is_refused_and_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").touch()
    with pytest.raises(IsADirectoryError):
        move_over(tmp_path / "b", tmp_path / "a")
    assert (tmp_path / "a").is_dir() and (tmp_path / "b").exists()


def test_modes_are_set_where_they_can_be(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.touch(0o600)
    set_mode(file, 0o644)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    with pytest.raises(FileNotFoundError):
        set_mode(tmp_path / "none", 0o644)


def traps(folder: Path) -> dict[str, Path]:
    """Paths at which something lies that is not a file of ours."""
    (folder / "precious").write_text("precious")
    made = {name: folder / name for name in ("link", "dangling", "to a device", "chain", "pipe", "folder")}
    made["link"].symlink_to(folder / "precious")
    made["dangling"].symlink_to(folder / "nothing")
    made["to a device"].symlink_to("/dev/null")
    made["chain"].symlink_to(made["link"])
    os.mkfifo(made["pipe"])
    made["folder"].mkdir()
    return made


@pytest.mark.parametrize("without_nofollow", [False, True])
def test_no_link_pipe_or_folder_is_opened_as_a_file_of_ours(
    without_nofollow: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def lacking(path: str, flags: int, *rest: int) -> int:
        if without_nofollow and flags & os.O_NOFOLLOW:
            raise OSError(errno.EINVAL, "Invalid argument", str(path))
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", lacking)
    for name, path in traps(tmp_path).items():
        with pytest.raises(IsADirectoryError if name == "folder" else NoOwnFile):
            open_own(path, os.O_RDWR | os.O_CREAT)
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "nothing").exists()
    os.close(open_own(tmp_path / "new", os.O_RDWR | os.O_CREAT))
    assert (tmp_path / "new").is_file()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", ["pipe", "link to a device", "folder", "nothing"])
def test_what_is_no_file_is_not_read_and_a_link_to_one_is(what: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "link to a device":
        path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    with pytest.raises(OSError, match="x") as refused:
        read_regular(path)
    assert refused.value.filename == str(path)
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link") == b"content"


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in (".a.x1.part", "a", "a.part", ".b", "in/.c.y.part"):
        (tmp_path / name).touch()
    remove_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".b", ".c.y.part", "a", "a.part", "in"]
    remove_parts(tmp_path, below=True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".b", "a", "a.part", "in"]


def test_no_other_module_asks_the_file_system_for_what_it_may_lack() -> None:
    lacking = ("os.fsync(", "os.replace(", "os.rename(", "os.chmod(", ".chmod(", "os.link(", "fcntl.flock(", "os.utime(")
    package = Path(filesystem.__file__).parents[1]
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any(call in path.read_text() for call in lacking)
    }
    assert found <= {"system/filesystem.py", "system/locks.py"}
