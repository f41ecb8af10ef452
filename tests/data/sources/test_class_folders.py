"""What trees of class folders have in common."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from repro.data.sources.class_folders import FoundFile, agree_on_classes, example_keys
from repro.data.sources.source import SourceError


def files(**counts: int) -> dict[str, list[FoundFile]]:
    return {name: [FoundFile(name=f"{name}/{i}", num_bytes=1, modified_ns=0) for i in range(num)] for name, num in counts.items()}


def test_keys_are_unique_without_dots_and_without_extensions_where_possible() -> None:
    names = ["a/1.jpg", "a/1.png", "a/2.jpg", "a.b/c.d.jpg", "a/100%.jpg"]
    assert example_keys(names) == ["a/1%2Ejpg", "a/1%2Epng", "a/2", "a%2Eb/c%2Ed", "a/100%25"]


PARTS = ("p", "q", ".jpg", ".png", ".", "%2E", "%", "%25", "/", "\udce9", "\u0301", " ", "-")


@given(st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join), unique=True))
@example(["a/p.jpg", "a/p.png", "a/p.jpg.png"])
@example(["a/p", "a/p.jpg", "a/p.jpg.png"])
@example(["p.jpg", "p.jpg.jpg", "p.jpg.jpg.jpg"])
@example(["p%2Ejpg", "p.jpg.png", "p.jpg.gif"])
@example(["caf\udce9.jpg", "caf\\xe9.jpg", "cafe\u0301.jpg", "caf\xe9.jpg"])
@example(["P.jpg", "p.jpg", "p.JPG"])
def test_two_names_never_have_one_key(names: list[str]) -> None:
    keys = example_keys(names)
    assert len(set(keys)) == len(names)
    assert not [key for key in keys if "." in key]


@pytest.mark.parametrize("unit", ["image", "video"])
def test_classes_are_those_with_training_files_and_messages_name_places_and_files(unit: str) -> None:
    places = (Path("d/train"), Path("d/val"))
    classes, warnings = agree_on_classes(
        train=files(bee=2, ant=1, cat=0, dog=1), test=files(bee=1, ant=1), places=places, unit=unit
    )
    assert classes == ("ant", "bee", "dog")
    assert warnings == [
        f"class 'cat' has no training {unit} and was left out",
        f"class 'dog' has no test {unit}: its error is not measured",
    ]
    for train, test, message in (
        (files(ant=1), files(ant=1), f"d/train holds {unit}s of 1 classes"),
        (files(ant=1, bee=1), files(ant=0), f"d/val holds no {unit}; expected val/<class>"),
        (files(ant=1, bee=1), files(cat=1), f"d/val has {unit}s of classes without training {unit}s: cat; add them"),
    ):
        with pytest.raises(SourceError, match=message):
            agree_on_classes(train=train, test=test, places=places, unit=unit)
