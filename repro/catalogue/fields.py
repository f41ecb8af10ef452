"""Whether a spec holds what its fields may hold: values of the declared types, and words of the lists that spec names.

Dataclasses check nothing when they are built; files that users write are checked here once they are read.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Hashable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from repro.spec.claims import BOUNDS, SIZE_BOUNDS, Effect, Exact, Ratio, Within
from repro.spec.datasets import DATASET_KINDS, EVIDENCE, Dataset
from repro.spec.evaluation import IMAGE_PROTOCOLS, Evaluation, ImageEvaluation
from repro.spec.experiment import SHOWS, ModelSizing, Scale, Sizing, Table
from repro.spec.model import Model
from repro.spec.network import (
    ACTIVATIONS,
    AFTER_CONV,
    DROPOUT_SCALINGS,
    EDGES,
    POOLING_KINDS,
    Conv,
    Dense,
    Network,
    Pooling,
    Size,
    Stem,
)
from repro.spec.recipe import (
    CROP_POSITIONS,
    MEAN_PLACES,
    NOISE_FACTORS,
    SCHEDULE_RULES,
    SHUFFLES,
    ColorNoise,
    Crops,
    ImageRecipe,
    Optimizer,
    Recipe,
    Schedule,
)
from repro.spec.run import WEIGHTS, Ensemble
from repro.spec.terms.figures import FIGURES, MEASURES, Figure
from repro.spec.video import CLIP_PROTOCOLS, REGIONS, ClipEvaluation, ClipNetwork, ClipRecipe, Stream
from repro.spec.video_datasets import VIDEO_KINDS, VideoDataset

#: The words that a field may hold, or each item of a field that is a tuple.
CHOICES: dict[tuple[type, str], tuple[str, ...]] = {
    (Exact, "bound"): BOUNDS,
    (Effect, "bound"): SIZE_BOUNDS,
    (Within, "bound"): SIZE_BOUNDS,
    (Ratio, "bound"): SIZE_BOUNDS,
    (Dataset, "kind"): DATASET_KINDS,
    (VideoDataset, "kind"): VIDEO_KINDS,
    (Scale, "evidence"): EVIDENCE,
    (Figure, "name"): tuple(FIGURES),
    (Table, "measures"): tuple(MEASURES),
    (Table, "shows"): SHOWS,
    (Evaluation, "protocols"): (*IMAGE_PROTOCOLS, *CLIP_PROTOCOLS),
    (Conv, "order"): AFTER_CONV,
    (Conv, "connect"): ("tower", "all"),
    (Pooling, "kind"): POOLING_KINDS,
    (Network, "activation"): ACTIVATIONS,
    (Network, "edge"): EDGES,
    (Network, "dropout_scaling"): DROPOUT_SCALINGS,
    (Crops, "position"): CROP_POSITIONS,
    (ColorNoise, "factor"): NOISE_FACTORS,
    (ImageRecipe, "mean_at"): MEAN_PLACES,
    (ImageRecipe, "shuffle"): SHUFFLES,
    (ClipRecipe, "shuffle"): SHUFFLES,
    (Schedule, "rule"): SCHEDULE_RULES,
    (Ensemble, "weights"): WEIGHTS,
    (Stream, "region"): REGIONS,
}
#: What a field that is a number may be: the least, the most, and how a reader is told.
AT_LEAST_0, AT_LEAST_1 = (0.0, math.inf, "0 and above"), (1.0, math.inf, "1 and above")
ABOVE_0, SHARE = (math.ulp(0.0), math.inf, "above 0"), (0.0, 1.0, "0 to 1")
BELOW_1 = (0.0, math.nextafter(1.0, 0.0), "0 to below 1")
RANGES: dict[tuple[type, str], tuple[float, float, str]] = {
    (Scale, "num_seeds"): AT_LEAST_1,
    (Scale, "variants_per_job"): AT_LEAST_1,
    (Sizing, "batch_size"): AT_LEAST_1,
    (Sizing, "learning_rate"): ABOVE_0,
    (Sizing, "num_train_examples"): AT_LEAST_0,
    (ModelSizing, "num_threads"): AT_LEAST_1,
    (Size, "input_px"): AT_LEAST_1,
    (Size, "width"): ABOVE_0,
    (Stem, "kernel_px"): AT_LEAST_1,
    (Stem, "stride_px"): AT_LEAST_1,
    (Stem, "padding_px"): AT_LEAST_0,
    (Dataset, "stored_px"): AT_LEAST_1,
    (Dataset, "num_validation"): AT_LEAST_0,
    (Dataset, "max_refused"): SHARE,
    (VideoDataset, "stored_px"): AT_LEAST_1,
    (VideoDataset, "num_validation"): AT_LEAST_0,
    (VideoDataset, "max_refused"): SHARE,
    (Conv, "num_kernels"): AT_LEAST_1,
    (Conv, "kernel_px"): AT_LEAST_1,
    (Conv, "stride_px"): AT_LEAST_1,
    (Conv, "padding_px"): AT_LEAST_0,
    (Conv, "init_std"): AT_LEAST_0,
    (Dense, "num_units"): AT_LEAST_1,
    (Dense, "init_std"): AT_LEAST_0,
    (Pooling, "size_px"): AT_LEAST_1,
    (Pooling, "stride_px"): AT_LEAST_1,
    (Network, "num_classes"): AT_LEAST_1,
    (Network, "dropout_rate"): BELOW_1,
    (Network, "width"): ABOVE_0,
    (ImageRecipe, "image_share"): (math.ulp(0.0), 1.0, "above 0 to 1"),
    (Recipe, "batch_size"): AT_LEAST_1,
    (Optimizer, "learning_rate"): ABOVE_0,
    (Optimizer, "momentum"): BELOW_1,
    (Optimizer, "weight_decay"): AT_LEAST_0,
    (Schedule, "num_epochs"): AT_LEAST_1,
    (Schedule, "divide_by"): ABOVE_0,
    (Crops, "chunk_share"): SHARE,
    (ColorNoise, "std"): AT_LEAST_0,
    (ColorNoise, "until"): SHARE,
}
#: Types that the spec of a run names without importing them.
NAMED: dict[str, type] = {
    kind.__name__: kind
    for kind in (ClipEvaluation, ClipNetwork, ClipRecipe, Dataset, ImageEvaluation, ImageRecipe, Model, Network, VideoDataset)
}
#: How the plain types are called.
PLAIN: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    NoneType: "None",
}
#: By which of its fields an item of a tuple is told apart from its neighbours.
NAMING = ("name", "id", "family", "layer", "variant")


def faults(value: Any, kind: Any, *, where: str) -> Iterator[str]:
    """Say of each place below `value` that does not hold what `kind`, a type, allows: what it holds and what is allowed."""
    if kind is Any:
        return
    if get_origin(kind) in (Union, UnionType):
        yield from _of_one_of(value, get_args(kind), where=where)
    elif get_origin(kind) is tuple:
        yield from _of_tuple(value, kind, where=where)
    elif _is_spec(kind):
        yield from _of_spec(value, where=where) if isinstance(value, kind) else [_fault(value, kind, where=where)]
    elif not _is_plain(value, kind):
        yield _fault(value, kind, where=where)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{where} is {value}; allowed: a finite number"


def _of_one_of(value: Any, kinds: tuple[Any, ...], *, where: str) -> Iterator[str]:
    found = {kind: list(faults(value, kind, where=where)) for kind in kinds}
    if not all(found.values()):
        return
    inner = [found[kind] for kind in kinds if _is_spec(kind) and isinstance(value, kind)]
    yield from inner[0] if inner else [_fault(value, *kinds, where=where)]


def _of_tuple(value: Any, kind: Any, *, where: str) -> Iterator[str]:
    parts = get_args(kind)
    repeated = len(parts) == 2 and parts[1] is Ellipsis
    if not isinstance(value, tuple) or (not repeated and len(value) != len(parts)):
        hint = " (a tuple of one item ends in a comma)" if repeated and _is_item(value, parts[0]) else ""
        yield _fault(value, kind, where=where) + hint
        return
    for number, item in enumerate(value):
        yield from faults(item, parts[0] if repeated else parts[number], where=f"{where}.{_name_of(item, number)}")


def _of_spec(value: Any, *, where: str) -> Iterator[str]:
    kind: type = value.__class__
    hints = _hints(kind)
    for field in fields(value):
        held = getattr(value, field.name)
        found = list(faults(held, hints[field.name], where=f"{where}.{field.name}"))
        yield from found or (*_of_choice(held, kind, field.name, where=where), *_of_range(held, kind, field.name, where=where))


def _of_choice(held: Any, kind: type, name: str, *, where: str) -> Iterator[str]:
    choices = next((CHOICES[known, name] for known in kind.__mro__ if (known, name) in CHOICES), None)
    if choices is None:
        return
    for word in held if isinstance(held, tuple) else (held,):
        if word not in choices:
            close = difflib.get_close_matches(word, choices, n=1)
            guess = f"did you mean {close[0]!r}? " if close else ""
            yield f"{where}.{name} is {word!r}; {guess}allowed: {', '.join(choices)}"


def _of_range(held: Any, kind: type, name: str, *, where: str) -> Iterator[str]:
    low, high, words = next((RANGES[known, name] for known in kind.__mro__ if (known, name) in RANGES), (0.0, 0.0, ""))
    if words and held is not None and not low <= held <= high:
        yield f"{where}.{name} is {held}; allowed: {words}"


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind, localns=NAMED)


def _is_spec(kind: Any) -> bool:
    return isinstance(kind, type) and is_dataclass(kind)


def _is_plain(value: Any, kind: Any) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _is_item(value: Any, kind: Any) -> bool:
    return not list(faults(value, kind, where=""))


def _name_of(item: Any, number: int) -> str:
    names = [getattr(item, name) for name in NAMING if isinstance(getattr(item, name, None), str)]
    return names[0] if names else str(number)


def _fault(value: Any, *kinds: Any, where: str) -> str:
    got = f"a {type(value).__name__}" if is_dataclass(value) else repr(value)
    got = got if len(got) <= 60 else f"{got[:57]}..."
    return f"{where} is {got}; allowed: {' or '.join(map(_words, kinds))}"


def _words(kind: Any) -> str:
    """Say in words what values a type has."""
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(map(_words, get_args(kind)))
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return f"a tuple, each item {_words(parts[0])}"
        return f"a tuple of {len(parts)} items"
    return PLAIN.get(kind) or f"a{'n' * (kind.__name__[0] in 'AEIOU')} {kind.__name__}"
