"""What writers add to a ledger is whole, in order and once, whoever dies in between."""

import threading

import pytest

from repro.artifacts.ledger.append import append, extend, recorded_runs
from repro.artifacts.ledger.chain import FILE, TIP_FILE, LedgerError, read_ledger
from repro.artifacts.ledger.events import Begin, Note, Torn


@pytest.fixture(autouse=True)
def synced(monkeypatch):
    """Count what is put on disk, and do not wait for the disk."""
    found = []
    monkeypatch.setattr("os.fsync", found.append)
    return found


def notes(folder):
    return [note.text for note in read_ledger(folder).events(Note)]


def test_lines_are_added_in_order_behind_a_beginning(tmp_path):
    first, *_ = append(tmp_path, Note(text="one"))[::-1]
    append(tmp_path, Note(text="two"), Note(text="three"))
    ledger = read_ledger(tmp_path)
    assert [line.number for line in ledger.lines] == [1, 2, 3, 4]
    assert isinstance(ledger.lines[0].event, Begin)
    assert notes(tmp_path) == ["one", "two", "three"]
    assert ledger.line(first.sha256).event == Note(text="one")
    assert ledger.tip == ledger.lines[-1].sha256
    assert (tmp_path / TIP_FILE).read_text() == f"4 {ledger.tip}\n"


def test_events_are_on_disk_when_they_come_back(tmp_path, synced):
    append(tmp_path, Note(text="one"))
    assert len(synced) == 2  # the file, and the folder that now holds it
    append(tmp_path, Note(text="two"), Note(text="three"))
    assert len(synced) == 3


def test_nothing_is_written_for_no_event(tmp_path):
    assert append(tmp_path) == []
    assert not read_ledger(tmp_path).lines


def test_a_line_can_be_any_length(tmp_path):
    for length in (1, 70_000, 200_000):
        append(tmp_path, Note(text="é" * length))
    assert [len(text) for text in notes(tmp_path)] == [1, 70_000, 200_000]


def test_a_writer_may_be_killed_at_any_byte_of_a_line(tmp_path):
    append(tmp_path, Note(text="one"))
    before, tip = (tmp_path / FILE).read_bytes(), (tmp_path / TIP_FILE).read_text()
    append(tmp_path, Note(text="two"))
    after = (tmp_path / FILE).read_bytes()
    for size in range(len(before) + 1, len(after)):
        (tmp_path / FILE).write_bytes(after[:size])
        (tmp_path / TIP_FILE).write_text(tip)
        assert notes(tmp_path) == ["one"]
        append(tmp_path, Note(text="three"))
        is_complete = size == len(after) - 1
        assert notes(tmp_path) == (["one", "two", "three"] if is_complete else ["one", "three"])
        assert len(read_ledger(tmp_path).events(Torn)) == (not is_complete)


def test_who_closes_a_torn_line_may_be_killed_at_any_byte_too(tmp_path):
    append(tmp_path, Note(text="one"))
    before, tip = (tmp_path / FILE).read_bytes(), (tmp_path / TIP_FILE).read_text()
    torn = before + b'{"at":"2026'
    (tmp_path / FILE).write_bytes(torn)
    append(tmp_path, Note(text="two"))
    closed = (tmp_path / FILE).read_bytes()
    for size in range(len(torn), closed.index(b"two")):
        (tmp_path / FILE).write_bytes(closed[:size])
        (tmp_path / TIP_FILE).write_text(tip)
        assert notes(tmp_path) == ["one"]
        append(tmp_path, Note(text="three"))
        assert notes(tmp_path) == ["one", "three"]


@pytest.mark.parametrize("left", [b"\x00" * 512, b"\xff\xfe", b"\n", b"{}\n", b"[" * 5000, b'{"kind":"note"}\n\n\n'])
def test_whatever_a_power_cut_leaves_is_closed(tmp_path, left):
    append(tmp_path, Note(text="one"))
    with open(tmp_path / FILE, "ab") as stream:
        stream.write(left)
    append(tmp_path, Note(text="two"))
    append(tmp_path, Note(text="three"))
    assert notes(tmp_path) == ["one", "two", "three"]
    assert len(read_ledger(tmp_path).events(Torn)) == 1


def test_the_first_line_of_all_may_be_torn(tmp_path):
    (tmp_path / FILE).write_bytes(b'{"at"')
    append(tmp_path, Note(text="one"))
    assert notes(tmp_path) == ["one"]


def test_many_writers_keep_it_whole(tmp_path):
    def write(name):
        for number in range(20):
            append(tmp_path, Note(text=f"{name}{number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_ledger(tmp_path).lines) == 81
    for name in "abcd":
        assert [text for text in notes(tmp_path) if text[0] == name] == [f"{name}{number}" for number in range(20)]


def test_what_is_decided_under_the_lock_is_written_once(tmp_path):
    event = Note(text="once")
    threads = [
        threading.Thread(target=extend, args=(tmp_path, lambda ledger: [] if event in ledger.events(Note) else [event]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes(tmp_path) == ["once"]


@pytest.mark.parametrize("num_lost", [1, 2, 3])
def test_nothing_is_added_where_the_last_lines_are_lost(tmp_path, num_lost):
    append(tmp_path, Note(text="one"), Note(text="two"))
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE).write_bytes(b"".join(lines[:-num_lost]))
    with pytest.raises(LedgerError, match="lost"):
        append(tmp_path, Note(text="three"))
    (tmp_path / FILE).unlink()
    with pytest.raises(LedgerError, match="lines 1 to 3 are lost"):
        append(tmp_path, Note(text="three"))


def test_nothing_is_added_to_a_last_line_that_was_edited(tmp_path):
    append(tmp_path, Note(text="one"))
    whole = (tmp_path / FILE).read_bytes()
    for edited in (whole.replace(b"one", b"two"), whole.replace(b"note", b"mote")):
        (tmp_path / FILE).write_bytes(edited)
        with pytest.raises(LedgerError, match=r"line 2 was edited|line 2 is lost"):
            append(tmp_path, Note(text="three"))


def test_a_ledger_begins_with_the_runs_that_name_no_line_of_another(tmp_path):
    folder = tmp_path / "small"
    for seed, environment in enumerate(['{"python": "3"}', '{"ledger": "abc"}', "damaged"]):
        run = folder / "runs" / "alexnet" / "full" / str(seed)
        run.mkdir(parents=True)
        (run / ("run.json" if seed else "finished.json")).write_text(f'{{"environment": {environment}}}')
    append(folder, Note(text="one"))
    (begin,) = read_ledger(folder).events(Begin)
    assert list(begin.runs) == ["small/alexnet/full/0", "small/alexnet/full/2"]
    assert list(recorded_runs(folder)) == [f"small/alexnet/full/{seed}" for seed in range(3)]
