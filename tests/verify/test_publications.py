"""A tree of published results says what was put into it and taken out: nothing goes without a trace."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from repro import cli
from repro.analyse.publish import publish, restate
from repro.artifacts.ledger.chain import FILE, TIP_FILE, read_ledger
from repro.artifacts.ledger.events import Note, Publish
from repro.artifacts.published.publications import FOLDER, NotPublished, add, standing, take_out, tree_of
from repro.artifacts.published.published_json import FILE as PUBLISHED
from repro.verify.chain import publications_checked
from repro.verify.check import OK, UNCHECKED, Check
from repro.verify.stored import scale_folders


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    """The same results published under two names."""
    for name in ("first", "second"):
        publish(whole, out=tmp_path / "tree", name=name)
    return tmp_path / "tree"


def checked(tree: Path) -> Check | None:
    return publications_checked(tree, scale_folders(tree))


def said_of(tree: Path) -> str:
    found = checked(tree)
    assert found is not None
    return "\n".join(found.problems)


def test_what_is_as_it_was_published_holds(tree: Path) -> None:
    found = checked(tree)
    assert found is not None and found.state == OK and "2 folders as published" in found.found
    assert list(standing(tree)) == ["first/smoke", "second/smoke"]
    assert [path.relative_to(tree).as_posix() for path in scale_folders(tree)] == ["first/smoke", "second/smoke"]


def gone(tree: Path) -> None:
    shutil.rmtree(tree / "first")


def edited(tree: Path) -> None:
    path = tree / "second/smoke" / PUBLISHED
    path.write_text(path.read_text() + "\n")


def put_in(tree: Path) -> None:
    shutil.copytree(tree / "first", tree / "third")


def exchanged(tree: Path) -> None:
    """By results that were published elsewhere and look as well."""
    edited(tree)
    (tree / "first").rename(tree / "other")


def without_last_line(tree: Path) -> None:
    path = tree / FOLDER / FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def without_last_line_and_tip(tree: Path) -> None:
    without_last_line(tree)
    (tree / FOLDER / TIP_FILE).unlink()


def other_reason(tree: Path) -> None:
    path = tree / FOLDER / FILE
    path.write_bytes(path.read_bytes().replace(b'"num_runs":', b'"num_runs":1', 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (gone, "first/smoke was published and is gone"),
        (edited, "second/smoke/published.json is not the one that was published"),
        (put_in, "third/smoke is in no line of"),
        (exchanged, "other/smoke is in no line of"),
        (without_last_line, "line 3 is lost"),
        (without_last_line_and_tip, "second/smoke is in no line of"),
        (other_reason, "was edited"),
    ],
)
def test_what_was_changed_behind_its_back_is_named(change: Callable[[Path], None], said: str, tree: Path) -> None:
    change(tree)
    assert said in said_of(tree)


def test_the_command_that_verifies_looks_at_the_tree(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take_out(tree, "first/smoke", why="one is enough here")
    assert cli.main(["verify", str(tree)]) == 0
    assert "publications: 4 lines" in capsys.readouterr().out
    put_in_again = shutil.copytree(tree / "second", tree / "third")
    assert cli.main(["verify", str(tree), "--json"]) == 1
    assert f"{put_in_again / 'smoke'} is in no line of" in capsys.readouterr().out


def test_without_a_ledger_that_is_said_and_never_called_ok(tree: Path) -> None:
    shutil.rmtree(tree / FOLDER)
    found = checked(tree)
    assert found is not None and found.state == UNCHECKED and "taken away" in found.unchecked[0]
    assert checked(tree / "first") is None  # one folder that was given away


def test_results_are_taken_out_with_a_reason(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["publish", "--take-out", "first/smoke", "--out", str(tree)]
    for typed, lack in ((command, "needs --why TEXT"), ([*command, "--why", " "], "needs --why TEXT")):
        assert cli.main(typed) == 2
        assert lack in capsys.readouterr().err
    assert cli.main(["publish", "--out", str(tree)]) == 2
    assert (tree / "first/smoke").is_dir()
    assert cli.main([*command, "--why", "made again with more seeds"]) == 0
    assert not (tree / "first/smoke").exists() and said_of(tree) == ""
    last = read_ledger(tree / FOLDER).events(Publish)[-1]
    assert (last.place, last.published, last.why) == ("first/smoke", "", "made again with more seeds")
    with pytest.raises(NotPublished, match="allowed: second/smoke"):
        take_out(tree, "first/smoke", why="again")
    assert cli.main([*command, "--why", "again"]) == 2


def test_what_was_taken_out_may_come_again(tree: Path, whole: Path) -> None:
    take_out(tree, "first/smoke", why="a fault")
    publish(whole, out=tree, name="first")
    assert list(standing(tree)) == ["second/smoke", "first/smoke"] and said_of(tree) == ""


def test_a_new_form_is_stated_again_with_its_reason(tree: Path) -> None:
    path = tree / "second/smoke/runs.csv"
    path.write_text(path.read_text() + "\n")
    restate(tree / "second/smoke", why="rows end with an empty one")
    assert said_of(tree) == ""
    assert tree_of(tree / "second/smoke") == tree.resolve()
    assert [event.why for event in read_ledger(tree / FOLDER).events(Publish)] == ["", "", "rows end with an empty one"]


def test_a_folder_without_results_gets_no_line(tree: Path) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(NotPublished, match="allowed: a folder that publish has written"):
        add(tree, tree / "empty")
    assert not read_ledger(tree / FOLDER).events(Note)


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "", "-x", "a b"])
def test_a_name_is_that_of_one_folder(name: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["publish", str(whole), "--out", str(tmp_path / "out"), f"--name={name}"])
    assert left.value.code == 2 and "allowed: letters" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
