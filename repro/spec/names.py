"""Names that must exist, and what they name in a specification: the error for one that does not has the nearest that does."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import is_dataclass, replace
from typing import Any

#: What people call what has another name here, in small letters.
SYNONYMS = {
    "gpu": "cuda",
    "gpus": "cuda",
    "nvidia": "cuda",
    "fp32": "float32",
    "single": "float32",
    "bf16": "bfloat16",
    "tf": "tf32",
    "tensorfloat": "tf32",
    "imagenet": "paper",
    "full_size": "paper",
    "tiny": "smoke",
    "quick": "smoke",
}
#: One of several devices; the program sees to which.
NUMBERED = re.compile(r"(gpu|cuda)[:_]?\d+")
#: What these mean exists nowhere here: a name that looks alike would be something else.
ELSEWHERE = frozenset({"tpu", "xpu", "npu", "hpu", "ipu", "vpu", "mps", "rocm", "hip", "vulkan"})
#: How names begin that say that something is taken out.
NEGATION = "no_"


class UnknownName(ValueError):
    """A name, say of a paper, scale, variant, metric or protocol, that does not exist."""

    def __init__(self, kind: str, name: str, allowed: Iterable[str], *, where: str = "", hint: str = "") -> None:
        names = list(allowed)
        close = nearest(name, names)
        guess = f"; allowed: {', '.join(names)}" if close is None else f"; did you mean {close!r}?"
        super().__init__(f"unknown {kind} {name!r}{where}{guess}{f' ({hint})' if hint else ''}")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Which of `names` is meant by `name`: a synonym, one that is written otherwise, or one that looks alike.

    Never one that says the opposite: who types `lrn` does not mean `no_lrn`.
    """
    plain = {_plain(known): known for known in names}
    typed = _plain(name)
    if typed in ELSEWHERE and typed not in plain:
        return None
    numbered = NUMBERED.fullmatch(typed)
    meant = SYNONYMS.get(numbered[1] if numbered and typed not in plain else typed, typed)
    for exact in (typed, meant, "cuda" if numbered else typed):
        if exact in plain:
            return plain[exact]
    close = difflib.get_close_matches(typed, list(plain), n=5)
    return next((plain[known] for known in close if not _is_opposite(typed, known)), None)


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def _is_opposite(typed: str, known: str) -> bool:
    """Say whether one of the two is rather the other with a negation before it."""
    longer, shorter = (known, typed) if known.startswith(NEGATION) else (typed, known)
    if not longer.startswith(NEGATION) or shorter.startswith(NEGATION):
        return False
    return _likeness(shorter, longer.removeprefix(NEGATION)) > _likeness(shorter, longer)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def named(kind: str, name: str, items: tuple[Any, ...], *, where: str, hint: str) -> Any:
    """The one of `items` that is called `name`; raise UnknownName if there is none."""
    for item in items:
        if item.name == name:
            return item
    raise UnknownName(kind, name, [item.name for item in items], where=where, hint=hint)


def replaced(spec: Any, key: str, value: Any) -> Any:
    """A copy of `spec` in which the field at the dotted path `key` is `value`.

    Items of a tuple are addressed by their `name`: `network.conv.conv3.padding_px`.

    Raises:
        ValueError: there is no such field.
    """
    head, _, rest = key.partition(".")
    if isinstance(spec, tuple):
        names = [item.name for item in spec]
        if head not in names:
            raise UnknownName("layer", head, names)
        return tuple(replaced(item, rest, value) if item.name == head else item for item in spec)
    known = list(spec.__dataclass_fields__) if is_dataclass(spec) else []
    if head not in known:
        raise UnknownName("field", head, known, where=f" of {type(spec).__name__}")
    return replace(spec, **{head: replaced(getattr(spec, head), rest, value) if rest else value})
