"""Groups of classes: from a file beside the lists or the class folders, or known of a set beforehand.

`groups.txt` holds a line `Class Name of the group` for each class. It lies in the folder that the user gives, or in its folder
`lists` or `ucfTrainTestlist`; the first of these that is there counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from repro.data.files.lists import read_lines
from repro.data.files.places import GROUPS_FILE, UCF101_LISTS
from repro.data.sources.source import SourceError
from repro.spec.video_datasets import ClassGroup


def groups_below(root: Path, *, classes: tuple[str, ...]) -> Mapping[str, str]:
    """The group of each class by the first `groups.txt` of `root`; no groups without such a file.

    Raises:
        SourceError: as `read_groups`.
    """
    for folder in UCF101_LISTS:
        if (root / folder / GROUPS_FILE).is_file():
            return read_groups(root / folder / GROUPS_FILE, classes=classes)
    return {}


def read_groups(path: Path, *, classes: tuple[str, ...]) -> dict[str, str]:
    """The group of each class.

    Raises:
        SourceError: a line has no group, or the classes are not exactly `classes`.
    """
    lines = [line.after_first() for line in read_lines(path)]
    named = {name: group for name, group in lines if group}
    if len(named) < len(lines) or set(named) != set(classes):
        wrong = sorted(set(named) ^ set(classes))
        raise SourceError(
            f"{path} does not say once for each of the {len(classes)} classes of which group it is"
            f"{f': {wrong[0]}' if wrong else ''}; expected lines such as `{classes[0]} Name of the group`"
        )
    return {name: named[name] for name in classes}


def known_groups(groups: Sequence[ClassGroup], *, classes: tuple[str, ...]) -> dict[str, str]:
    """The group of each class that `groups` name; capitals do not count, as the lists and the files differ in some."""
    group_of = {name.lower(): group.name for group in groups for name in group.classes}
    return {name: group_of[name.lower()] for name in classes if name.lower() in group_of}
