"""Lists that editors, spreadsheets and shells have saved again read as before, or are refused with file and line."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repro.data.files.lists import read_lines, unquoted, whole_number
from repro.data.sources.ilsvrc import read_labels
from repro.data.sources.source import SourceError
from repro.data.sources.sports1m import read_classes as sports_classes
from repro.data.sources.sports1m import read_partition
from repro.data.sources.ucf101 import read_classes, read_groups, read_list

UCF_CLASSES = ("Archery", "Bowling")
WNIDS = ["n01", "n02"]
NBSP, ZERO_WIDTH = "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"


def listing(path: Path) -> object:
    listed = read_list(path, classes=UCF_CLASSES)
    return sorted(zip(listed.file_N.tolist(), listed.label_NL[:, 0].tolist(), strict=True))


#: For each list of the program: its text, its reader, and whether a blank line has a meaning in it.
LISTS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "classInd.txt": ("1 Archery\n2 Bowling\n", read_classes),
    "trainlist01.txt": ("Archery/a_g01_c01.avi 1\nBowling/b (2).avi 2\n", listing),
    "testlist01.txt": ("Archery/a_g01_c01.avi\nBowling/b_g01_c02.avi\n", listing),
    "groups.txt": ("Archery Target sports\nBowling Sports\n", lambda path: read_groups(path, classes=UCF_CLASSES)),
    "val.txt": ("ILSVRC2012_val_00000001.JPEG 1\nILSVRC2012_val_00000002.JPEG 0\n", lambda path: labels(path)),
    "LOC_val_solution.csv": ("ImageId,PredictionString\nv_1,n02 85 1 4 2 \nv_2,n01 1 1 2 2 \n", lambda path: labels(path)),
    "train_partition.txt": (
        "https://www.youtube.com/watch?v=-bbbbbbbbb2 1,0\nhttps://youtu.be/aaaaaaaaaa1 2\n",
        lambda path: read_partition(path, num_classes=3),
    ),
    "labels.txt": ("boomerang\nwater polo\nbowls, lawn\n", sports_classes),
}


def labels(path: Path) -> object:
    return {name: label for name, (label, _) in read_labels(path, wnids=WNIDS).items()}


def text(change: Callable[[str], str]) -> Callable[[str], bytes]:
    return lambda before: change(before).encode()


def every_line(change: Callable[[str], str]) -> Callable[[str], bytes]:
    return text(lambda before: "".join(change(line) + "\n" for line in before.splitlines()))


#: What editors, spreadsheets and shells do, none of which changes what a list says.
TOUCHED: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda before: codecs.BOM_UTF8 + before.encode(),
    "UTF-16 with its mark": lambda before: before.encode("utf-16"),
    "UTF-16, big end first": lambda before: codecs.BOM_UTF16_BE + before.encode("utf-16-be"),
    "UTF-16 without its mark": lambda before: before.encode("utf-16-le"),
    "UTF-32": lambda before: before.encode("utf-32"),
    "CRLF": text(lambda before: before.replace("\n", "\r\n")),
    "CR": text(lambda before: before.replace("\n", "\r")),
    "no end of the last line": text(lambda before: before.removesuffix("\n")),
    "lines after the end": text(lambda before: before + "\n \n\t\n"),
    "blanks at both ends": every_line(lambda line: f"  {line} \t"),
    "blanks that do not break at the ends": every_line(lambda line: f"{NBSP}{line}{NBSP}{NBSP}"),
    "signs without width at the ends": every_line(lambda line: f"{ZERO_WIDTH}{line}\ufeff"),
    "quoted lines": every_line(lambda line: f'"{line}"'),
    "commas at the end": every_line(lambda line: f"{line},,"),
    "semicolons at the end": every_line(lambda line: f"{line};;;"),
}
#: Changes that make another list of one in which every line counts or lines are not divided.
NOT_FOR = {"labels.txt": {"comment", "empty lines", "tabs", "several blanks"}}
SEPARATED: dict[str, Callable[[str], bytes]] = {
    "tabs": every_line(lambda line: line.replace(" ", "\t", 1) if line.count(" ") == 1 else line),
    "several blanks": every_line(lambda line: line.replace(" ", "   ", 1) if line.count(" ") == 1 else line),
    "comment": text(lambda before: "# saved again\n" + before),
    "empty lines": text(lambda before: before.replace("\n", "\n\n")),
}


#: Every way of saving each list; some would make of it another list.
SAVED = [(how, name) for how in (*TOUCHED, *SEPARATED) for name in LISTS if how not in NOT_FOR.get(name, set())]


@pytest.mark.parametrize(("how", "name"), SAVED)
def test_a_list_that_was_saved_again_reads_as_before(how: str, name: str, tmp_path: Path) -> None:
    before, read = LISTS[name]
    (tmp_path / name).write_text(before)
    expected = read(tmp_path / name)
    (tmp_path / name).write_bytes({**TOUCHED, **SEPARATED}[how](before))
    assert read(tmp_path / name) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("classInd.txt", "1,Archery\n2,Bowling\n"),
        ("classInd.txt", "1;Archery\n2;Bowling\n"),
        ("classInd.txt", '"1","Archery"\n"2","Bowling"\n'),
        ("classInd.txt", "1.0\tArchery\n2.0\tBowling\n"),
        ("trainlist01.txt", "Archery/a_g01_c01.avi;1\nBowling/b (2).avi;2\n"),
        ("trainlist01.txt", '"Archery/a_g01_c01.avi","1"\n"Bowling/b (2).avi","2"\n'),
        ("trainlist01.txt", "Archery/a_g01_c01.avi,1.0\nBowling/b (2).avi,2.0\n"),
        ("trainlist01.txt", "Archery\\a_g01_c01.avi 1\r\nBowling\\b (2).avi 2\r\n"),
        ("trainlist01.txt", "./Archery/a_g01_c01.avi 1\n./Bowling/b (2).avi 2\n"),
        ("val.txt", "ILSVRC2012_val_00000001.JPEG,1\nILSVRC2012_val_00000002.JPEG,0\n"),
        ("val.txt", '"ILSVRC2012_val_00000001.JPEG";"1.0"\n"ILSVRC2012_val_00000002.JPEG";"0.0"\n'),
        ("LOC_val_solution.csv", "ImageId;PredictionString\nv_1;n02 85 1 4 2\nv_2;n01 1 1 2 2\n"),
        ("LOC_val_solution.csv", 'ImageId\tPredictionString\nv_1\t"n02 85 1 4 2"\nv_2\tn01 1 1 2 2\n'),
        ("train_partition.txt", "https://www.youtube.com/watch?v=-bbbbbbbbb2\t1,0\nhttps://youtu.be/aaaaaaaaaa1;2.0\n"),
        ("train_partition.txt", 'https://www.youtube.com/watch?v=-bbbbbbbbb2,"1,0"\n"https://youtu.be/aaaaaaaaaa1",2\n'),
    ],
)
def test_a_list_that_a_spreadsheet_saved_reads_as_before(name: str, content: str, tmp_path: Path) -> None:
    before, read = LISTS[name]
    (tmp_path / name).write_text(before)
    expected = read(tmp_path / name)
    (tmp_path / name).write_text(content)
    assert read(tmp_path / name) == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("classInd.txt", "1 Archery\n3 Bowling\n", "classInd.txt:2 is '3 Bowling'"),
        ("classInd.txt", "1 Archery\n2 Archery\n", "classInd.txt:2 has the class 'Archery' again, .*classInd.txt:1"),
        (
            "classInd.txt",
            f"1 Arc{ZERO_WIDTH}hery\n",
            r"classInd.txt:1 holds a sign that cannot be seen \(U\+200B ZERO WIDTH SPACE\)",
        ),
        ("classInd.txt", "1 Arc\x1b[31mhery\n", r"classInd.txt:1 holds a sign that cannot be seen \(U\+001B\)"),
        ("classInd.txt", "", "classInd.txt lists no class"),
        ("trainlist01.txt", "Archery/a.avi 1.00E+00\n", "trainlist01.txt:1 is"),
        ("trainlist01.txt", "Archery/a.avi 1\n#Archery/b.avi 1\n", "trainlist01.txt:2 is '#Archery/b.avi 1'"),
        (
            "trainlist01.txt",
            "Archery/a.avi 1\nArchery/a.avi 1\n",
            "trainlist01.txt:2 lists Archery/a.avi again, .*trainlist01.txt:1",
        ),
        ("trainlist01.txt", "Archery/../../x.avi 1\n", "trainlist01.txt:1 is .*allowed: files below the class folder"),
        ("trainlist01.txt", "/etc/passwd 1\n", "trainlist01.txt:1 is"),
        ("val.txt", "a.JPEG 1\na.JPEG 0\n", "val.txt:2 says that a.JPEG is of class n01, .*val.txt:1 that it is n02"),
        ("val.txt", "a.JPEG 1e0\n", "val.txt:1 is 'a.JPEG 1e0'"),
        ("labels.txt", "boomerang\n\nbowling\n", "labels.txt:2 is empty; expected the name of class 1"),
        ("labels.txt", "boomerang\nboomerang\n", "labels.txt:2 has the class 'boomerang' again"),
        ("train_partition.txt", "http://[::1 0\n", r"train_partition.txt:1 is 'http://\[::1 0'"),
        ("train_partition.txt", f"https://youtu.be/a {'9' * 5000}\n", "train_partition.txt:1 is"),
        ("train_partition.txt", "https://youtu.be/a -1\n", "train_partition.txt:1 is"),
        ("train_partition.txt", "https://youtu.be/a 0.5\n", "train_partition.txt:1 is"),
        ("train_partition.txt", "https://youtu.be/a ²\n", "train_partition.txt:1 is"),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_line(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(SourceError, match=message):
        LISTS[name][1](tmp_path / name)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\xff\xfe\x00\xd8", b"\0\0\0\0", bytes(range(256)) * 4, b"\xfe\xff\xd8"])
def test_what_is_no_text_is_an_error_of_the_source(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name):
        LISTS[name][1](tmp_path / name)


def test_names_that_are_not_utf8_keep_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "trainlist01.txt").write_bytes(b"Archery/caf\xe9.avi 1\n")
    assert listing(tmp_path / "trainlist01.txt") == [(b"Archery/caf\xe9.avi", 0)]


def test_signs_at_which_some_programs_end_a_line_end_none_here(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("one\x0btwo\n")
    with pytest.raises(SourceError, match=r"list\.txt:1 holds a sign that cannot be seen \(U\+000B\)"):
        read_lines(tmp_path / "list.txt")
    joined = ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f680"]  # a word, and an emoji
    (tmp_path / "list.txt").write_text("\n".join(joined))
    assert [line.text for line in read_lines(tmp_path / "list.txt")] == joined


@given(st.text())
def test_numbers_and_quotes_never_fail(some: str) -> None:
    number = whole_number(some)
    assert number is None or number >= 0
    assert isinstance(unquoted(some), str)
