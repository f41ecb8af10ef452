"""A line that is lost, edited, moved or put in is found and named."""

import dataclasses
import itertools
import json
import os
import subprocess
import sys

import pytest

from repro.artifacts.files import canonical_json, sha256_bytes
from repro.artifacts.ledger import chain
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.chain import FILE, NOTHING, TIP_FILE, LedgerError, Tip, line_text, parse_line, read_ledger
from repro.artifacts.ledger.events import (
    ADDED_LATER,
    KIND_OF,
    Begin,
    Challenge,
    End,
    Event,
    Look,
    Note,
    Plan,
    Publish,
    RateChoice,
    Receipt,
    Restate,
    Start,
    Torn,
    Tuning,
)

RUN, DIGEST = "small/alexnet/full/0", "ab" * 32
START = Start(
    run=RUN,
    identity={"run": RUN, "code": DIGEST},
    host="node",
    processor="a processor",
    threads=2,
    device="cpu",
    python="3.11.0",
)
EXAMPLES = [
    Begin(why="x", runs={RUN: DIGEST}),
    Plan(claims={"alexnet/A": DIGEST}, tables={"alexnet/t": DIGEST}, seeds={"alexnet/full": (0, 1)}, looks={"alexnet/A": (3, 5)}),
    START,
    End(run=RUN, start=DIGEST, identity=START.digest, status="ok", sha256=DIGEST, results=DIGEST),
    Look(runs_sha256=DIGEST, claims_sha256=DIGEST, n={"alexnet/full": 3}),
    Receipt(run=RUN, equal=True, compared="scores", code_before="a", code_after="b", host="node", device="cpu"),
    Challenge(claim="A", beacon="text", seeds=(7, 8), verdict="DIRECTION", reason="", estimate=0.5, ci90=(0.25, 1.0)),
    Tuning(
        claim="alexnet/A",
        verdict="REVERSED",
        seeds={"full": (0, 1)},
        grids={"full": "1/2, 1, 2"},
        search="small_search_0",
        search_seeds=(1000, 1001),
    ),
    RateChoice(
        variant="alexnet/full",
        search="small_search_0",
        tried={"1/2": (0.5, None), "1": (0.25, 0.5)},
        factor="1",
        at_edge=True,
        tip=DIGEST,
    ),
    Publish(place="gestures/folders", published=DIGEST, tip=DIGEST, num_runs=3, why="again"),
    Restate(records={RUN: (DIGEST, "cd" * 32)}, why="shorter"),
    Note(text='quote " and\nline'),
    Torn(num_lines=1, sha256=DIGEST, before=NOTHING),
]


#: A process that writes for a while.
WRITER = """
import sys
from pathlib import Path
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import Note
for number in range(150):
    append(Path(sys.argv[1]), Note(text=str(number)))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    monkeypatch.setattr(chain, "WRITING_S", 0)  # damage is read twice, and here nobody is writing
    append(tmp_path, Begin(why="test"), *(Note(text=text) for text in ("one", "two", "three", "four")))
    return tmp_path


def rewrite(folder, change):
    lines = (folder / FILE).read_bytes().splitlines(keepends=True)
    (folder / FILE).write_bytes(b"".join(change(lines)))


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: KIND_OF[type(event)])
def test_every_kind_of_event_is_read_as_it_was_written(event):
    line = parse_line(line_text(event, number=1, previous=NOTHING, at="2026-01-01T00:00:00Z"))
    assert line.event == event
    assert type(line.event) is type(event)


#: The fields of the lines that version 0.2.0 has written first; those that came since are in ADDED_LATER.
FIELDS = {
    "begin": "runs why",
    "plan": "claims looks seeds tables",
    "start": "device host identity processor python run threads",
    "end": "identity reason results run sha256 start status",
    "look": "claims_sha256 n runs_sha256",
    "receipt": "code_after code_before compared device end equal host reason run same_machine within",
    "challenge": "beacon ci90 claim estimate reason seeds verdict",
    "tuning": "claim grids search search_seeds seeds verdict",
    "rate": "at_edge factor search tip tried variant",
    "publish": "num_runs place published tip why",
    "restate": "records why",
    "note": "text",
    "torn": "before num_lines sha256",
}


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: KIND_OF[type(event)])
def test_lines_of_earlier_versions_are_read_as_they_are(event):
    """A field that comes to an event would make every ledger that there is unreadable, unless it is left out where empty."""
    kind = KIND_OF[type(event)]
    assert {field.name for field in dataclasses.fields(event)} == {*FIELDS[kind].split(), *ADDED_LATER.get(type(event), ())}
    stored = json.loads(line_text(event, number=1, previous=NOTHING, at="2026-01-01T00:00:00Z"))
    stored["event"] = {name: stored["event"][name] for name in FIELDS[kind].split()}
    before = canonical_json(stored).encode()
    line = parse_line(before)
    assert line_text(line.event, number=1, previous=NOTHING, at=line.at) == before


def test_every_kind_has_an_example_here():
    assert {type(event) for event in EXAMPLES} == set(KIND_OF) == set(Event.__args__)


@pytest.mark.parametrize("place", range(5))
def test_a_lost_line_is_named(folder, place):
    rewrite(folder, lambda lines: lines[:place] + lines[place + 1 :])
    found = f"line {place + 1} was written as line {place + 2}: 1 line before it lost" if place < 4 else "line 5 .*lost"
    with pytest.raises(LedgerError, match=found):
        read_ledger(folder)


@pytest.mark.parametrize("place", range(1, 5))
def test_an_edited_line_is_named(folder, place):
    rewrite(folder, lambda lines: [*lines[:place], lines[place].replace(b'"text":"', b'"text":"not '), *lines[place + 1 :]])
    with pytest.raises(LedgerError, match=f"line {place + 1} was edited"):
        read_ledger(folder)


@pytest.mark.parametrize("pair", list(itertools.combinations(range(5), 2)))
def test_moved_lines_are_named(folder, pair):
    def swapped(lines):
        one, other = pair
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    rewrite(folder, swapped)
    with pytest.raises(LedgerError, match=f"line {pair[0] + 1} was written as line {pair[1] + 1}"):
        read_ledger(folder)


@pytest.mark.parametrize("place", range(6))
def test_a_line_that_is_put_in_or_doubled_is_found(folder, place):
    rewrite(folder, lambda lines: [*lines[:place], lines[min(place, 4)], *lines[place:]])
    with pytest.raises(LedgerError, match=r"line \d"):
        read_ledger(folder)


def test_no_flipped_bit_goes_unnoticed(folder):
    content = (folder / FILE).read_bytes()
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        (folder / FILE).write_bytes(flipped)
        with pytest.raises(LedgerError, match=r"line|lost"):
            read_ledger(folder)


def test_a_line_made_garbage_and_closed_as_torn_does_not_fit_its_neighbours(folder):
    lines = (folder / FILE).read_bytes().splitlines()
    event = Torn(num_lines=1, sha256=sha256_bytes(b"garbage"), before=sha256_bytes(lines[1]))
    closing = line_text(event, number=4, previous=sha256_bytes(b"garbage"), at="2026-01-01T00:00:00Z")
    (folder / FILE).write_bytes(b"\n".join([*lines[:2], b"garbage", closing, *lines[4:]]) + b"\n")
    with pytest.raises(LedgerError, match="line 5 names another line before it"):
        read_ledger(folder)


def test_a_line_before_a_torn_one_cannot_be_edited(tmp_path):
    append(tmp_path, Note(text="one"))
    with open(tmp_path / FILE, "ab") as stream:
        stream.write(b"torn")
    append(tmp_path, Note(text="two"))
    (tmp_path / FILE).write_bytes((tmp_path / FILE).read_bytes().replace(b'"one"', b'"ONE"'))
    with pytest.raises(LedgerError, match="line 3 is no event"):
        read_ledger(tmp_path)


def test_the_tip_may_be_behind_or_gone_but_not_ahead(folder):
    tip = (folder / TIP_FILE).read_text()
    lines = read_ledger(folder).lines
    for line in lines:
        (folder / TIP_FILE).write_text(f"{line.number} {line.sha256}\n")
        assert len(read_ledger(folder).lines) == 5
    for text in ("", "5", "x y", f"4 {NOTHING} z"):
        (folder / TIP_FILE).write_text(text)
        assert len(read_ledger(folder).lines) == 5
    (folder / TIP_FILE).unlink()
    assert read_ledger(folder).tip == tip.split()[1]
    (folder / TIP_FILE).write_text(f"6 {NOTHING}\n")
    with pytest.raises(LedgerError, match="line 6 is lost"):
        read_ledger(folder)


@pytest.mark.parametrize("before", [0, 1, 9, 99])
def test_a_line_may_be_added_between_any_two_readings(tmp_path, before, monkeypatch):
    """A reader holds no lock, and reads two files: what is written between them is no loss."""
    append(tmp_path, *(Note(text=str(number)) for number in range(before)))
    opened = os.open

    def open_after_a_line(path, *others, **named):
        if str(path).endswith((FILE, TIP_FILE)):
            with monkeypatch.context() as patch:
                patch.setattr(os, "open", opened)
                append(tmp_path, Note(text="meanwhile"))
        return opened(path, *others, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_after_a_line)
        found = read_ledger(tmp_path)
    assert found.lines == read_ledger(tmp_path).lines[: len(found.lines)]
    assert "meanwhile" in [note.text for note in found.events(Note)]


def test_half_a_tip_that_is_being_written_is_no_damage(folder, monkeypatch):
    number, sha256 = (folder / TIP_FILE).read_text().split()
    halves = [Tip(number=int(number), sha256=NOTHING[:32] + sha256[32:])]
    read = chain.read_tip
    monkeypatch.setattr(chain, "read_tip", lambda folder: halves.pop() if halves else read(folder))
    assert read_ledger(folder).tip == sha256
    assert not halves


def test_readers_beside_a_writer_find_a_whole_ledger(tmp_path):
    append(tmp_path, Note(text="first"))
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        lengths = []
        while writer.poll() is None:
            lengths.append(len(read_ledger(tmp_path).lines))
    assert writer.returncode == 0
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 5, "nothing was read while it was written"


def test_an_absent_ledger_is_empty_unless_a_tip_is_left(folder):
    (folder / FILE).unlink()
    with pytest.raises(LedgerError, match="lines 1 to 5 are lost"):
        read_ledger(folder)
    (folder / TIP_FILE).unlink()
    ledger = read_ledger(folder)
    assert (ledger.tip, ledger.lines) == ("", ())


def test_only_what_follows_the_last_beginning_counts(folder):
    append(folder, Begin(why="anew"), Note(text="five"))
    ledger = read_ledger(folder)
    assert [note.text for note in ledger.since_begin.events(Note)] == ["five"]
    assert len(ledger.events(Note)) == 5


def test_starts_of_one_identity_have_one_digest():
    other = Start(**{**vars(START), "host": "elsewhere", "threads": 8})
    assert other.digest == START.digest
    assert Start(**{**vars(START), "identity": {**START.identity, "code": "cd"}}).digest != START.digest
