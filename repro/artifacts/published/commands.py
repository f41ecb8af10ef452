"""Command lines as they are given away: without the folders of the machine on which they were typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import pairwise
from pathlib import PurePosixPath

#: A path from the root or from the home, in a command that cannot be taken apart into words.
ABSOLUTE = re.compile(r"[/~][^\s'\"]+")


def without_folders(command: str) -> str:
    """`command` without the folders that lead to its results, and of any other absolute path the last part alone.

    `--results /data/me/res --log /data/me/res/small/a.log` becomes `--results res --log res/small/a.log`. A command without
    absolute paths stays as it is.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return ABSOLUTE.sub(lambda found: PurePosixPath(found.group()).name, command)
    roots = [PurePosixPath(other) for word, other in pairwise(words) if word == "--results"]
    above = [f"{root.parent}/" for root in roots if root.is_absolute() and root.parent != root.parent.parent]
    shorter = [_without(word, above) for word in words]
    return shlex.join(shorter) if shorter != words else command


def _without(word: str, above: Sequence[str]) -> str:
    option, is_option, value = word.partition("=") if word.startswith("--") else ("", "", word)
    if not value.startswith(("/", "~")):
        return word
    root = next((root for root in above if value.startswith(root)), "")
    return f"{option}{is_option}{value.removeprefix(root) if root else PurePosixPath(value).name}"
