"""What is typed after Snakemake, checked before anything is planned: targets, keys, and files of profile and configuration."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from repro.catalogue.known import Catalogue
from repro.planning.config_values import ConfigError
from repro.spec.names import nearest

#: The form of the names of rules.
NAME = re.compile(r"[A-Za-z_]\w*")
#: Options of Snakemake that name a folder with a profile; what is no such folder it passes over in silence.
PROFILE_OPTIONS = ("--workflow-profile",)
#: Options of Snakemake that take keys with values, and files of them, up to the next option.
CONFIG_OPTIONS, CONFIG_FILES = ("--config", "-C"), ("--configfile", "--configfiles")


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
            why = (
                f"the configuration leaves {paper.name} out" if paper.has_scale(scale) else f"{paper.name} has no scale {scale!r}"
            )
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


def check_keys(arguments: Sequence[str], *, keys: Collection[str]) -> None:
    """Refuse a key of the configuration where Snakemake looks for targets.

    Raises:
        ConfigError: such as `reproduce scale=smoke`.
    """
    given = list(_words_of(arguments, CONFIG_OPTIONS))
    for word in arguments:
        if word.partition("=")[0] in keys and "=" in word and word not in given:
            raise ConfigError(f"{word!r} is no target; a key of the configuration is said by --config {word}")


def check_values(arguments: Sequence[str], *, keys: Collection[str]) -> None:
    """Refuse a word after --config that gives no key a value, on which Snakemake ends in a traceback.

    Raises:
        ConfigError: such as `--config scale smoke`, or a target after it.
    """
    words = list(_words_of(arguments, CONFIG_OPTIONS))
    for word, following in zip(words, [*words[1:], "VALUE"], strict=False):
        key, equals, _ = word.partition("=")
        if equals and NAME.fullmatch(key):
            continue
        close = key if key in keys else nearest(key, list(keys))
        value = "VALUE" if equals or "=" in following.strip("=") else following.strip("=") or "VALUE"
        guess = f"write --config {close}={value}" if close else "name targets before --config"
        raise ConfigError(f"--config got {word!r}; allowed: KEY=VALUE without blanks, such as scale=smoke; {guess}")


def check_config_files(arguments: Sequence[str]) -> None:
    """Refuse a file of keys that Snakemake cannot read, which it says by a traceback or without the name of the file.

    Raises:
        ConfigError: not there, no YAML, or no keys.
    """
    for name in _words_of(arguments, CONFIG_FILES):
        try:
            found = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{name} cannot be read ({error.strerror}); give a file: --configfile FILE") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{name} is not UTF-8 text; give a YAML file of keys: --configfile FILE") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f", line {mark.line + 1}" if mark is not None else ""
            what = str(getattr(error, "problem", None) or "no YAML").replace("'\\t'", "a tab")
            raise ConfigError(f"{name}{where}: {what}; allowed: YAML, a key a line, such as `scale: smoke`") from None
        if not isinstance(found, dict | None):
            raise ConfigError(f"{name} holds a {type(found).__name__}; allowed: YAML, a key a line, such as `scale: smoke`")


def _words_of(arguments: Sequence[str], options: Collection[str]) -> Iterator[str]:
    """The words after each of `options`, up to the next option."""
    taken = False
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if option in options:
            taken = not equals
            yield from [value] * bool(equals)
        elif argument.startswith("-"):
            taken = False
        elif taken:
            yield argument


def _values(arguments: Sequence[str], option: str) -> Iterable[str]:
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == option:
            yield following
        elif argument.startswith(f"{option}="):
            yield argument.partition("=")[2]
