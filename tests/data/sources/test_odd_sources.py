"""Sources as people have them: odd names, lists of other tools, archives of other sets, servers that do not keep their word."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import socket
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from repro.data.sources import cifar10
from repro.data.sources.cifar10 import Cifar10Source
from repro.data.sources.download import download
from repro.data.sources.folders import FoldersSource
from repro.data.sources.ilsvrc import Ilsvrc2012Source
from repro.data.sources.source import SourceError
from repro.data.sources.ucf101 import Ucf101Source
from repro.data.sources.video_folders import VideoFoldersSource
from tests.data.sources.test_folders import FOUR, tree
from tests.data.sources.test_ilsvrc import LISTS, VAL, labels_by_content, train_and_flat_val, write

ODD_CLASSES = ("-rf", "CON", "a.b", "a%2Eb", "con", "ä", "日本語", "a b", "'q'", "$HOME", "{x}", "#1", "a&b", "a,b", 'say "hi"')


def test_three_hundred_classes_of_two_images_are_three_hundred_classes(tmp_path: Path) -> None:
    names = [f"{split}/c{k:03d}/{k}.jpg" for k in range(300) for split in ("train", "val")]
    source = FoldersSource(tree(tmp_path, *names))
    assert len(source.classes) == 300 and source.warnings == ()
    assert sorted(source.listings["train"].label_N.tolist()) == list(range(300))


def test_one_image_against_three_hundred_is_allowed(tmp_path: Path) -> None:
    many = [f"train/bee/{i}.jpg" for i in range(301)]
    source = FoldersSource(tree(tmp_path, "train/ant/1.jpg", *many, "val/ant/2.jpg", "val/bee/2.jpg"))
    assert np.bincount(source.listings["train"].label_N).tolist() == [1, 301]


def test_classes_of_odd_names_stay_apart(tmp_path: Path) -> None:
    names = [f"{split}/{name}/1.jpg" for name in ODD_CLASSES for split in ("train", "val")]
    source = FoldersSource(tree(tmp_path, *names))
    assert source.classes == tuple(sorted(ODD_CLASSES))
    assert len(set(source.listings["train"].key_N.tolist())) == len(ODD_CLASSES)


@pytest.mark.parametrize("other", ["test", "valid", "validation", "Val", "VAL"])
def test_another_name_in_place_of_val_is_an_error_that_names_val(other: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"val does not exist; expected"):
        FoldersSource(tree(tmp_path, *(name.replace("val/", f"{other}/") for name in FOUR)))


def test_capitals_that_differ_between_train_and_val_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'ant' of train differs in capitals alone"):
        FoldersSource(tree(tmp_path, *FOUR, "val/Ant/3.jpg"))


@pytest.mark.parametrize("form", LISTS)
def test_lists_of_ilsvrc_with_other_ends_of_lines_are_the_same_lists(form: str, tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    name, text = LISTS[form]
    write(root / name, text)
    expected = labels_by_content(Ilsvrc2012Source(root))
    (root / name).write_bytes(text.replace("\n", "\r\n").encode())
    assert labels_by_content(Ilsvrc2012Source(root)) == expected


def test_the_ground_truth_of_the_devkit_alone_is_refused_with_what_to_do(tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    write(root / "ILSVRC2012_validation_ground_truth.txt", "490\n361\n171\n")
    with pytest.raises(SourceError, match=r"put val\.txt or LOC_val_solution\.csv into"):
        Ilsvrc2012Source(root)


def test_numbers_of_classes_that_count_from_one_are_refused(tmp_path: Path) -> None:
    root = train_and_flat_val(tmp_path)
    write(root / "val.txt", "".join(f"{name} {label + 1}\n" for name, label in VAL.items()))
    with pytest.raises(SourceError, match=r"val\.txt:1 is"):
        Ilsvrc2012Source(root)


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(stream.getvalue(), mtime=0)


BATCHES = (*cifar10.TRAIN_FILES, *cifar10.TEST_FILES)
REPICKLED = {f"{cifar10.FOLDER}/{name}": pickle.dumps({"data": [], "labels": []}) for name in BATCHES}
NOT_CIFAR10 = {
    "CIFAR-100": packed({"cifar-100-python/train": b"x", "cifar-100-python/test": b"x"}),
    "the binary version": packed({f"cifar-10-batches-bin/data_batch_{i}.bin": b"x" for i in range(1, 6)}),
    "the Matlab version": packed({f"cifar-10-batches-mat/data_batch_{i}.mat": b"x" for i in range(1, 6)}),
    "batches that were pickled again": packed(REPICKLED),
    "a page of HTML": b"<!DOCTYPE html><html>Not found</html>",
    "nothing": b"",
    "half of an archive": packed(REPICKLED)[:200],
    "one batch of six": packed(dict(list(REPICKLED.items())[:1])),
}


@pytest.mark.parametrize("what", NOT_CIFAR10)
def test_what_is_not_cifar10_is_refused_in_one_line(what: str, tmp_path: Path) -> None:
    (tmp_path / cifar10.ARCHIVE).write_bytes(NOT_CIFAR10[what])
    source = Cifar10Source(tmp_path, download_folder=tmp_path, say=print)
    with pytest.raises(SourceError) as refused:
        _ = source.listings
    assert cifar10.ARCHIVE in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("folder", ["cifar-100-python", "cifar-10-batches-bin", "cifar-10-batches-py-keras"])
def test_folders_of_other_sets_are_no_cifar10(folder: str, tmp_path: Path) -> None:
    tree(tmp_path, f"{folder}/train", f"{folder}/data_batch_1.bin")
    with pytest.raises(SourceError, match=r"no CIFAR-10 in .*; expected|no CIFAR-10 in .*: expected"):
        Cifar10Source(tmp_path, download_folder=tmp_path, say=print)


#: What a server says to a request, byte for byte.
ANSWERS = {
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>404",
    "nothing": b"",
    "no protocol": b"ha ha\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "less than it says": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx",
    "a length below nothing": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx",
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "an error": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "nothing left": b"HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n",
    "elsewhere, where nobody is": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/x\r\nContent-Length: 0\r\n\r\n",
    "a file of this machine": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "a part that was not asked for": b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789",
    "very many heads": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\nx",
}


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """A server that gives each request the same answer, and ends the connection."""
    listening = socket.create_server(("127.0.0.1", 0))
    said = [b""]

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                connection.recv(65536)
                connection.sendall(said[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def answer(content: bytes) -> str:
        said[0] = content
        return f"http://127.0.0.1:{listening.getsockname()[1]}/file"

    yield answer
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.mark.parametrize("what", ANSWERS)
def test_whatever_a_server_says_the_next_address_is_tried_and_nothing_wrong_is_kept(
    what: str, answering: Callable[[bytes], str], tmp_path: Path
) -> None:
    url, right = answering(ANSWERS[what]), hashlib.md5(b"0123456789").hexdigest()
    path = tmp_path / "in" / "file"
    with pytest.raises(SourceError, match=r"could not download file .*; run it again to go on, or fetch the file yourself"):
        download([url], path=path, md5=right, say=print)
    assert not path.exists()
    download([answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")], path=path, md5=right, say=print)
    assert path.read_bytes() == b"0123456789" and [other.name for other in path.parent.iterdir()] == ["file"]


def ucf(root: Path, *, deep: str, ending: str = "avi", ends: str = "\n", numbers: bool = False) -> Path:
    """Two classes of two groups with their official lists; `deep`: folders between the given one and its content."""
    videos = {f"{name}/v_{name}_g0{group}_c01": k for k, name in enumerate(("Archery", "Bowling"), 1) for group in (1, 2)}
    home = root / deep if deep else root
    tree(home, *(f"{name}.{ending}" for name in videos))
    lists = home / "ucfTrainTestlist" if deep else root
    lists.mkdir(exist_ok=True)
    lines = {"classInd.txt": ["1 Archery", "2 Bowling"], "trainlist01.txt": [], "testlist01.txt": []}
    for name, label in videos.items():
        test = "g01" in name
        lines["testlist01.txt" if test else "trainlist01.txt"].append(f"{name}.avi" + f" {label}" * (numbers or not test))
    for file, texts in lines.items():
        (lists / file).write_bytes("".join(f"{text}{ends}" for text in texts).encode())
    return root


@pytest.mark.parametrize(
    "how",
    [
        {"deep": ""},
        {"deep": "", "ends": "\r\n"},
        {"deep": "", "numbers": True},
    ],
    ids=["as published", "other ends of lines", "numbers in the list of test videos"],
)
def test_ucf101_is_read_however_its_lists_were_saved(how: dict[str, object], tmp_path: Path) -> None:
    source = Ucf101Source(ucf(tmp_path, **how), fold=1)  # type: ignore[arg-type]
    assert source.classes == ("Archery", "Bowling")
    assert [len(source.listings[split].file_N) for split in ("train", "test")] == [2, 2]
    assert [labels[0] for labels in source.listings["test"].label_NL.tolist()] == [0, 1]


def test_ucf101_two_levels_down_is_told_where_its_lists_are_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no classInd\.txt, trainlist01\.txt, testlist01\.txt"):
        Ucf101Source(ucf(tmp_path, deep="UCF-101/more"), fold=1)
    source = Ucf101Source(tmp_path / "UCF-101" / "more", fold=1)
    assert [len(source.listings[split].file_N) for split in ("train", "test")] == [2, 2]


def test_videos_in_another_container_than_listed_are_missed_class_by_class(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none of the listed videos lies in .*; expected Archery/v_Archery_g02_c01.avi there"):
        Ucf101Source(ucf(tmp_path, deep="", ending="mp4"), fold=1)


def test_names_of_hmdb51_are_read_as_they_are(tmp_path: Path) -> None:
    """Its files are called after clips of films, with all that their titles hold."""
    names = [
        "train/kick/(2008) 15 Goals_kick_f_cm_np1_ba_bad_0.avi",
        "train/kick/#123 [x]&y_kick_l_cm_np1_fr_med_1.avi",
        "train/wave/50_FIRST_DATES_wave_f_cm_np1_ba_med_36.avi",
        "test/kick/Best_Of_Skype_Laughter_Chain!!!_kick_u.avi",
        "test/wave/20060723sfjffbartsinger_wave_f_cm_np1_ba_med_0.avi",
    ]
    source = VideoFoldersSource(tree(tmp_path, *names))
    found = {name.decode() for split in ("train", "test") for name in source.listings[split].file_N.tolist()}
    assert found == set(names)
