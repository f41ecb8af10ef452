"""One spelling of each folder and file, however a shell, a configuration file or a person writes it.

`res/`, `./res`, `a//b`, `~/res`, `$HOME/res`, blanks that were copied along and the two Unicode forms of an accent name the
same place. What is below the working folder is written from there, everything else as it leads there from the root.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

#: A variable of the environment, as shells write it.
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class PlaceError(ValueError):
    """A text that can name no folder and no file."""


def spelled(text: str) -> str:
    """The one spelling of the folder or file that `text` names.

    Raises:
        PlaceError: it names none: it is empty, an address, or rests on a variable or a home that is not there.
    """
    if not text.strip() or "\0" in text:
        raise PlaceError(f"{text!r} names no folder; allowed: the path of a folder or file")
    if ADDRESS.match(text.strip()):
        raise PlaceError(f"{text!r} is an address; allowed: a folder or file of this machine; fetch or mount it first")
    for reading in _readings(text):
        if os.path.lexists(reading):
            return _one(reading)
    wanted = _expanded(text.strip())
    _check_known(wanted, typed=text)
    return _one(wanted)


def _readings(text: str) -> Iterator[str]:
    """What `text` may mean: as it stands first, unless it begins with `~`, which every shell replaces."""
    stripped = text.strip()
    for one in dict.fromkeys([*([] if stripped.startswith("~") else [text, stripped]), _expanded(stripped)]):
        yield one
        yield unicodedata.normalize("NFC", one)
        yield unicodedata.normalize("NFD", one)


def _expanded(text: str) -> str:
    return os.path.expandvars(os.path.expanduser(text))


def _check_known(wanted: str, *, typed: str) -> None:
    """Refuse a variable or a home that would become the name of a folder."""
    for part in Path(wanted).parts:
        found = VARIABLE.match(part)
        if found is not None:
            name = found[1] or found[2]
            raise PlaceError(f"{typed!r} begins a name with the variable {name}, which is not set; set it, or write the path out")
    if wanted.startswith("~"):
        raise PlaceError(f"{typed!r}: no home folder is known for {wanted.split('/')[0]}; set HOME, or write the path out")


def _one(path: str) -> str:
    shortest = os.path.normpath(path)
    if shortest.startswith("//"):
        shortest = shortest[1:]
    if ".." in Path(path).parts and os.path.realpath(shortest) != os.path.realpath(path):
        shortest = str(Path(path))  # a link stands before `..`, which leads elsewhere than its name says
    whole = os.path.normpath(os.path.join(os.getcwd(), shortest)) if shortest.startswith("..") else shortest
    for base in (os.getcwd(), os.environ.get("PWD", "")):
        if os.path.isabs(whole) and base and _is_here(base) and Path(whole).is_relative_to(base):
            below = str(Path(whole).relative_to(base))
            return whole if below.startswith("-") else below
    return os.path.abspath(shortest) if shortest.startswith("-") else shortest  # no command takes it for an option


def _is_here(folder: str) -> bool:
    try:
        return os.path.samefile(folder, os.getcwd())
    except OSError:
        return False
