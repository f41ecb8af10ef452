"""What is asked of the workflow by name, checked before anything is planned: targets, and the profile of the command line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from repro.catalogue.known import Catalogue
from repro.planning.config_values import ConfigError
from repro.spec.names import nearest

#: The form of the names of rules.
NAME = re.compile(r"[A-Za-z_]\w*")
#: Options of Snakemake that name a folder with a profile; what is no such folder it passes over in silence.
PROFILE_OPTIONS = ("--workflow-profile",)


def may_be_targets(arguments: Iterable[str], *, rules: Collection[str]) -> list[str]:
    """The words of a command line that may be names of targets which no rule has."""
    return [word for word in arguments if NAME.fullmatch(word) and word not in rules]


def check_targets(targets: Iterable[str], *, rules: Collection[str], known: Catalogue, scale: str) -> None:
    """Refuse a name that is no target at `scale`. Files, whose names have a slash or a dot, are Snakemake's to judge.

    Raises:
        ConfigError: no such table, or its paper does not have the scale.
    """
    tables = {table.name: paper for paper in known.papers for table in paper.tables}
    for target in targets:
        if target in rules or "/" in target or "." in target or Path(target).exists():
            continue
        if target in tables:
            paper = tables[target]
            scales = [item.name for item in paper.scales]
            why = f"the configuration leaves {paper.name} out" if scale in scales else f"{paper.name} has no scale {scale!r}"
            raise ConfigError(
                f"target {target!r} is a table of {paper.name}, and {why}; allowed for it: papers={paper.name} and one of "
                f"scale={', scale='.join(scales)}"
            )
        close = nearest(target, [*rules, *tables])
        guess = f"did you mean {close!r}?" if close else "allowed: reproduce, report, or the name of a table"
        raise ConfigError(f"unknown target {target!r}; {guess} (python -m repro list)")


def check_profile(arguments: Sequence[str], *, profiles: Path) -> None:
    """Refuse a profile of Snakemake's command line that is not there.

    Raises:
        ConfigError: no folder of that name.
    """
    for option in PROFILE_OPTIONS:
        for named in _values(arguments, option):
            places = (Path(named), Path("profiles") / named, profiles / named)
            if named != "none" and not any(place.exists() for place in places):
                there = sorted(path.name for path in profiles.iterdir()) if profiles.is_dir() else []
                close = nearest(Path(named).name, there)
                guess = (
                    f"did you mean {str(profiles / close)!r}?" if close else f"allowed: {', '.join(there) or 'a folder'}, none"
                )
                raise ConfigError(f"{option} {named!r} is no folder with a profile; {guess}")


def _values(arguments: Sequence[str], option: str) -> Iterable[str]:
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == option:
            yield following
        elif argument.startswith(f"{option}="):
            yield argument.partition("=")[2]
