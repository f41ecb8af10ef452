"""The values of the workflow's configuration as a person writes them: checked, with one spelling of every folder and file.

Defaults and schema come with the package, so that the workflow finds them wherever its own files are taken from. In the schema
`format` says which keys name places: a `folder` or a `file` that is read, a `new folder` that is written, a `program`.
"""

from __future__ import annotations

import datetime
import importlib.resources
import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from repro.spec.names import nearest
from repro.system.spelling import PlaceError, spelled

WHERE = "put it right in --config, or in the file of the configuration"
#: What the workflow writes into within a folder of a scale.
WITHIN = ("runs", "data", "logs")
PLACES = ("folder", "file", "new folder", "program")
#: Types that a command line makes of the name of a folder such as 2012 or 2012-11-30.
NOT_TEXT = (bool, int, float, datetime.date)


class ConfigError(ValueError):
    """The workflow's configuration holds an unknown key or a value that is not allowed."""


def with_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with the default of every key that they do not have."""
    return {**yaml.safe_load(packaged("config.yaml")), **values}


def packaged(name: str) -> str:
    """The text of a file that comes with this package."""
    return importlib.resources.files("repro.planning").joinpath(name).read_text(encoding="utf-8")


def checked_values(values: Mapping[str, Any], *, schema: str) -> dict[str, Any]:
    """`values` after a check against a JSON schema (its YAML text), with one spelling of each place.

    Raises:
        ConfigError: an unknown key, or a value that is not allowed.
    """
    rules = yaml.safe_load(schema)
    properties: Mapping[str, Mapping[str, Any]] = rules["properties"]
    values = {key: _as_typed(value, properties.get(key, {})) for key, value in values.items()}
    for error in _Validator(rules).iter_errors(dict(values)):
        raise ConfigError(_explained(error, properties))
    return {key: _in_one_spelling(key, value, _format(properties[key])) for key, value in values.items()}


def listed(value: str | Sequence[str]) -> tuple[str, ...]:
    """The items of a value that is one text, several joined by commas, or a list of texts."""
    if not isinstance(value, str):
        return tuple(value)
    return (value,) if Path(value).exists() else tuple(part.strip() for part in value.split(",") if part.strip())


def _as_typed(value: Any, rule: Mapping[str, Any]) -> Any:
    """What a command line hands on as text, in the type of its key: numbers of a list, true and false."""
    if _lists_numbers(rule):
        return _as_numbers(value)
    known = {"true": True, "false": False}
    return known.get(value.casefold(), value) if rule.get("type") == "boolean" and isinstance(value, str) else value


def _lists_numbers(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("items", {}).get("type") == "integer")


def _as_numbers(value: Any) -> Any:
    """A list of whole numbers, which a command line makes a list of texts or one text; anything else as it is."""
    texts = value.split(",") if isinstance(value, str) else [value] if isinstance(value, int) else value
    if not isinstance(texts, list | tuple) or not all(str(text).strip().isdecimal() for text in texts):
        return value
    return [int(text) for text in texts]


def check_program(name: str | None) -> None:
    """Refuse a Python that is not there.

    Raises:
        ConfigError: no such program.
    """
    if name is not None and shutil.which(name) is None:
        raise ConfigError(f"python={name!r} is no program of this machine; give the path of a Python, or leave the key out")


def check_no_container(image: str | None) -> None:
    """Refuse an image in which no job would run.

    Raises:
        ConfigError: one is named.
    """
    if image is not None:
        raise ConfigError(f"container={image!r} is used with --sdm apptainer alone; add that, or leave the key out")


def check_written(folder: Path, *, key: str) -> None:
    """Refuse a folder of a scale that nobody can make or read: Snakemake would end in the middle of its own work.

    Raises:
        ConfigError: a file lies in its place, in that of a folder above or within it, or it is not the user's to read.
    """
    for place in (folder / name for name in WITHIN):
        there = next(above for above in (place, *place.parents) if os.path.lexists(above))
        if not there.is_dir():
            raise ConfigError(f"{there} is no folder, and one is needed there; move it away, or give another: --config {key}=DIR")
        if not os.access(there, os.R_OK | os.X_OK):
            raise ConfigError(f"{there} is not yours to read; give your user the right, or give another: --config {key}=DIR")


def _is_whole(checker: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(checker: object, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


#: 1.0 is no whole number: what is planned from it would be none either. What is no number is above no limit, and below none.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_whole, "number": _is_number}),
)


def _format(rule: Mapping[str, Any]) -> str:
    found = rule.get("format", rule.get("items", {}).get("format", ""))
    return found if found in PLACES else ""


def _in_one_spelling(key: str, value: Any, place: str) -> Any:
    if not place or value is None:
        return value
    spell: Callable[[str, str], str] = _program if place == "program" else _place
    try:
        if place == "file":
            return [spell(one, place) for one in listed(value)]
        return spell(value, place)
    except PlaceError as error:
        raise ConfigError(f"{key}: {error}; {WHERE}") from None
    except _NotNew as error:
        raise ConfigError(f"{key}={value!r} {error}") from None


class _NotNew(ValueError):
    """A folder that cannot be written as it is called, or since something else lies there."""


def _place(text: str, place: str) -> str:
    path = spelled(text)
    if place == "new folder":
        if "{" in path or "}" in path:
            raise _NotNew("has braces, in which a rule of the workflow has its wildcards; allowed: a folder without them")
        if Path(path).exists() and not Path(path).is_dir():
            raise _NotNew("is a file; allowed: a folder, which need not be there; move the file away, or give another name")
    return path


def _program(text: str, place: str) -> str:
    return spelled(text) if any(sign in text for sign in "/~$") else text.strip()


def _explained(error: jsonschema.ValidationError, properties: Mapping[str, Mapping[str, Any]]) -> str:
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(properties))[0]
        close = nearest(str(unknown), list(properties))
        guess = f"; did you mean {close!r}?" if close else ";"
        return f"unknown key {unknown!r} in the configuration{guess} allowed: {', '.join(properties)}; {WHERE}"
    if not error.absolute_path:
        return f"the configuration is incomplete: {error.message}; take the missing key from workflow/config.yaml"
    key = str(error.absolute_path[0])
    names = [name for name in properties[key].get("enum", []) if isinstance(name, str)]
    close = nearest(str(error.instance), names)
    guess = f"; did you mean {close!r}?" if close else ";"
    where = f"a folder of that name is {key}=./{error.instance}" if _is_number_of_a_place(error, properties[key]) else WHERE
    return f"configuration {key}={error.instance!r} is not allowed{guess} allowed: {properties[key]['description']}; {where}"


def _is_number_of_a_place(error: jsonschema.ValidationError, rule: Mapping[str, Any]) -> bool:
    return bool(_format(rule)) and isinstance(error.instance, NOT_TEXT)
