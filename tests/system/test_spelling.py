"""However a place is written, it is one place; what names none is refused."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from repro.system.spelling import PlaceError, spelled


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a home beside it."""
    desk, home = tmp_path / "desk", tmp_path / "home"
    desk.mkdir()
    home.mkdir()
    monkeypatch.chdir(desk)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PWD", str(desk))
    return desk


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(
    "typed",
    [
        "res",
        "res/",
        "./res",
        ".//res//",
        "res/.",
        "x/../res",
        " res",
        "res \t",
        "res\r",
        "res\n",
        "$PWD/res",
        "${PWD}/res/",
        "{here}/res",
        "/{here}/res",
        "{here}/./res",
        "../desk/res",
        "$HOME/../desk/res",
        "~/../desk/res",
    ],
)
def test_these_all_name_one_folder(typed: str, there: bool, here: Path) -> None:
    if there:
        (here / "res").mkdir()
    assert spelled(typed.replace("{here}", str(here))) == "res"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("~/res", "home/res"),
        ("$HOME/res", "home/res"),
        ("${HOME}//res/", "home/res"),
        ("../a b", "a b"),
        ("../a{b}$(c);'\"", "a{b}$(c);'\""),
        ("../$unknown.d/x", "$unknown.d/x"),
        ("../-rf", "-rf"),
        ("-rf", "desk/-rf"),
    ],
)
def test_others_lead_elsewhere(typed: str, name: str, here: Path) -> None:
    wanted = here.parent / name
    wanted.mkdir(parents=True)
    found = spelled(typed)
    assert os.path.samefile(found, wanted) and not found.startswith("-")
    assert spelled(found) == found, "what is spelled once is left as it is"


def test_the_other_unicode_form_of_a_name_is_found_and_both_stay_apart_if_both_are_there(here: Path) -> None:
    nfc, nfd = (unicodedata.normalize(form, "Bögen") for form in ("NFC", "NFD"))
    for there, other in ((nfc, nfd), (nfd, nfc)):
        (here / there).mkdir()
        assert spelled(other) == there
        (here / other).mkdir()
        assert (spelled(there), spelled(other)) == (there, other)
        (here / nfc).rmdir()
        (here / nfd).rmdir()


def test_what_is_there_under_the_very_name_is_meant(here: Path) -> None:
    for name in (" a", "$HOME", "${b}", "a "):
        (here / name).mkdir()
        assert spelled(name) == name
    (here / "~").mkdir()
    assert spelled("~") == str(here.parent / "home"), "every shell replaces it"
    assert spelled("./~") == "~"


def test_a_link_keeps_its_name_and_what_leads_out_of_it_is_no_other_folder(here: Path) -> None:
    (here.parent / "far" / "deep").mkdir(parents=True)
    (here / "link").symlink_to(here.parent / "far" / "deep")
    assert spelled("link/") == "link"
    assert os.path.realpath(spelled("link/../res")) == str(here.parent / "far" / "res")
    assert spelled("link/./x") == "link/x"


def test_a_working_folder_that_was_reached_by_a_link_is_the_working_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here.parent / "way").symlink_to(here)
    monkeypatch.setenv("PWD", str(here.parent / "way"))
    assert spelled("$PWD/res") == spelled(str(here.parent / "way" / "res")) == spelled(str(here / "res")) == "res"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "names no folder"),
        ("  ", "names no folder"),
        ("a\0b", "names no folder"),
        ("$NOWHERE_TO_BE/res", "the variable NOWHERE_TO_BE, which is not set"),
        ("/data/${NOWHERE_TO_BE}", "the variable NOWHERE_TO_BE, which is not set"),
        ("~nobody-of-that-name/res", "no home folder is known for ~nobody-of-that-name"),
        ("s3://bucket/res", "is an address"),
        ("https://example.org/a", "is an address"),
    ],
)
def test_what_names_no_place_is_refused(typed: str, message: str, here: Path) -> None:
    with pytest.raises(PlaceError, match=r"allowed:|set it|set HOME") as caught:
        spelled(typed)
    assert message in str(caught.value)
    assert not list(here.iterdir())


def test_without_a_home_that_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", lambda text: text)  # as for a user whom the system does not know
    with pytest.raises(PlaceError, match="no home folder is known for ~; set HOME"):
        spelled("~/res")
