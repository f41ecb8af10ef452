"""Published results are gone on with: taken over whole, judged alike, published again, and never mixed with others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from repro import cli
from repro.analyse.judge.again import lacks_scores
from repro.analyse.publish import publish
from repro.artifacts.documents import read_document, write_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.events import Note
from repro.artifacts.published.brought_json import published_run, read_brought
from repro.artifacts.published.published_json import Published, read_published
from repro.artifacts.published.taken_over import CannotTakeOver, take_over
from repro.catalogue.known import catalogue
from repro.verify.verify import verified

RUN = "smoke/alexnet/full/0"


@pytest.fixture
def here(given: Path, tmp_path: Path) -> Path:
    to = tmp_path / "here" / given.name
    take_over(given, to=to)
    return to


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_that_was_published_is_there_and_verifies(here: Path, given: Path) -> None:
    runs = read_published(given).runs  # type: ignore[union-attr]
    assert read_brought(here).runs == runs  # type: ignore[union-attr]
    assert read_published(here) is None
    found = verified(here, catalogue(()))
    assert found.holds, found.lines()
    ledger = read_ledger(here)
    assert ledger.lines[:-1] == read_ledger(given).lines
    assert isinstance(ledger.lines[-1].event, Note) and f"line {len(ledger.lines) - 1}" in ledger.lines[-1].event.text


def test_no_file_is_older_than_another_so_that_the_workflow_makes_none_again(here: Path) -> None:
    assert len({path.stat().st_mtime_ns for path in here.rglob("*") if path.is_file()}) == 1
    assert all(path.stat().st_mode & 0o500 == 0o500 for path in here.rglob("*") if path.is_dir())


def test_numbers_and_verdicts_follow_again_byte_for_byte(here: Path, given: Path) -> None:
    for command in ("collect", "judge"):
        assert cli.main([command, "--scale", "smoke", "--papers", "alexnet", "karpathy", "--results", str(here.parent)]) == 0
    for name in ("runs.csv", "claims.json"):
        assert (here / name).read_bytes() == (given / name).read_bytes()
    assert not lacks_scores(here.parent, "smoke")


def test_published_again_it_is_what_was_published(here: Path, given: Path, tmp_path: Path) -> None:
    publish(here, out=tmp_path / "again")
    again, before = files_of(tmp_path / "again" / "smoke"), files_of(given)
    assert set(again) == set(before)
    changed = {name for name in before if again[name] != before[name]}
    assert changed == {"ledger.jsonl", "ledger.tip", "published.json"}
    now = read_document(tmp_path / "again" / "smoke" / "published.json", Published)
    assert now.runs == read_document(given / "published.json", Published).runs


def test_a_run_that_is_made_again_here_has_its_own_files(here: Path, whole: Path) -> None:
    place = Path("runs/alexnet/full/0")
    assert published_run(here.parent, RUN) is not None
    shutil.copytree(whole / place, here / place, dirs_exist_ok=True)
    record = here / place / "run.json"
    record.write_text(record.read_text() + "\n")
    assert published_run(here.parent, RUN) is None


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("runs/alexnet/full/0/run.json", "is not the one that was published"),
        ("runs/alexnet/full/0/answers.npz", "answers.npz"),
        ("runs/alexnet/full/0/log.jsonl", "log.jsonl"),
        ("runs.csv", "is not the one that was published"),
        ("claims.json", "is not the one that was published"),
        ("ledger.jsonl", "ledger"),
    ],
)
def test_what_was_changed_since_is_not_taken_over(given: Path, tmp_path: Path, file: str, told: str) -> None:
    other = Path(shutil.copytree(given, tmp_path / "other" / given.name))
    content = (other / file).read_bytes()
    (other / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(FileFormatError, match=told):
        take_over(other, to=tmp_path / "here" / "smoke")
    assert not (tmp_path / "here").exists() or not any((tmp_path / "here").iterdir())


def test_a_copy_with_fewer_lines_in_its_ledger_is_refused(given: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(given, tmp_path / "other" / given.name))
    shutil.copy(given / "ledger.jsonl", other / "ledger.jsonl")
    lines = (other / "ledger.jsonl").read_text().splitlines(keepends=True)
    (other / "ledger.jsonl").write_text("".join(lines[:-1]))
    (other / "ledger.tip").unlink()
    with pytest.raises(FileFormatError, match="was published"):
        take_over(other, to=tmp_path / "here" / "smoke")


def test_results_that_are_there_are_not_mixed_with_them(given: Path, here: Path) -> None:
    before = files_of(here)
    with pytest.raises(CannotTakeOver, match="already; published results come with their ledger"):
        take_over(given, to=here)
    assert files_of(here) == before


def test_without_right_answers_there_is_nothing_to_go_on_from(given: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(given, tmp_path / "other" / given.name))
    known = read_document(other / "published.json", Published)
    for run in known.runs.values():
        object.__setattr__(run, "answers", None)
    write_document(other / "published.json", known)
    with pytest.raises(CannotTakeOver, match="without the right answers of smoke/alexnet"):
        take_over(other, to=tmp_path / "here" / "smoke")


def test_what_a_killed_one_left_is_no_results_and_in_nobodys_way(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    to = tmp_path / "here" / "smoke"
    with monkeypatch.context() as patched:
        patched.setattr("repro.artifacts.published.taken_over.append", killed)
        with pytest.raises(KeyboardInterrupt):
            take_over(given, to=to)
    assert not to.exists()
    take_over(given, to=to)
    assert [path.name for path in to.parent.iterdir()] == ["smoke"]


def test_the_command_takes_a_folder_over_and_nothing_of_it_alone(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bring", str(given.parent), "--scale", "smoke", "--results", str(tmp_path / "here")]
    assert cli.main([*words, "--runs", "alexnet/full/0"]) == 2
    assert "is taken over whole; leave out --runs and --ledger" in capsys.readouterr().err
    assert cli.main(words) == 0
    assert f"published runs to {tmp_path / 'here' / 'smoke'}" in capsys.readouterr().err
    assert cli.main(words) == 2
    assert "name another by --results" in capsys.readouterr().err
