"""Values of a spec are of the declared types, and words of the lists that spec names."""

from dataclasses import replace
from typing import Any

import pytest

from repro.catalogue.fields import faults
from repro.papers import PAPERS
from repro.spec.experiment import Paper
from repro.spec.network import Conv, Network, Pooling, Size, Stem
from repro.spec.recipe import ImageRecipe
from repro.spec.run import Method
from repro.spec.video import ClipRecipe

IMAGES = PAPERS["alexnet"].experiment("full")
NETWORK = IMAGES.network
CLIPS = PAPERS["karpathy"].experiment("single_frame")


def found(value: Any, kind: Any) -> list[str]:
    return list(faults(value, kind, where="it"))


@pytest.mark.parametrize("paper", PAPERS.values(), ids=lambda paper: paper.name)
def test_the_built_in_papers_hold_what_their_fields_allow(paper):
    assert found(paper, Paper) == []
    assert [fault for variant in paper.variants for fault in found(paper.experiment(variant.name), Method)] == []


@pytest.mark.parametrize(
    ("value", "kind", "fault"),
    [
        (1, int, ""),
        (1, float, ""),
        (1.5, int, "it is 1.5; allowed: a whole number"),
        (True, int, "it is True; allowed: a whole number"),
        (True, float, "it is True; allowed: a number"),
        (1, bool, "it is 1; allowed: True or False"),
        (float("nan"), float, "it is nan; allowed: a finite number"),
        (float("inf"), float | None, "it is inf; allowed: a number or None"),
        (None, float | None, ""),
        ("x", str | None, ""),
        (3, str | None, "it is 3; allowed: a text or None"),
        (("a", "b"), tuple[str, ...], ""),
        ((), tuple[str, ...], ""),
        (["a"], tuple[str, ...], "it is ['a']; allowed: a tuple, each item a text"),
        ("a", tuple[str, ...], "it is 'a'; allowed: a tuple, each item a text (a tuple of one item ends in a comma)"),
        (("a", 2), tuple[str, ...], "it.1 is 2; allowed: a text"),
        ((3, 2), tuple[int, int], ""),
        ((3,), tuple[int, int], "it is (3,); allowed: a tuple of 2 items"),
        (Stem(kernel_px=1, stride_px=1, padding_px=0), Size, "it is a Stem; allowed: a Size"),
        (object, Any, ""),
    ],
)
def test_a_value_of_another_type_is_told(value, kind, fault):
    assert found(value, kind) == ([fault] if fault else [])


def test_the_place_of_a_fault_is_told_by_the_names_of_what_holds_it():
    network = replace(NETWORK, conv=(*NETWORK.conv[:2], replace(NETWORK.conv[2], kernel_px="3")))
    assert found(network, Network) == ["it.conv.conv3.kernel_px is '3'; allowed: a whole number"]


def test_a_fault_deep_in_one_of_several_allowed_kinds_is_told_there():
    broken = replace(CLIPS, recipe=replace(CLIPS.recipe, pixel_mean="117"))
    assert isinstance(broken.recipe, ClipRecipe)
    assert found(broken, Method) == ["it.recipe.pixel_mean is '117'; allowed: a number"]


def test_words_are_of_the_lists_that_spec_names():
    assert found(Pooling(size_px=2, stride_px=2, kind="mean"), Pooling) == ["it.kind is 'mean'; allowed: max, average"]
    layer = Conv(name="conv1", num_kernels=8, kernel_px=3, order=("activation", "pol"))
    assert found(layer, Conv) == ["it.order is 'pol'; did you mean 'pool'? allowed: activation, lrn, map_norm, pool"]
    assert found(replace(IMAGES.recipe, mean_at="centre"), ImageRecipe) == [
        "it.mean_at is 'centre'; did you mean 'center'? allowed: crop, center"
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"dropout_rate": 1.0}, "it.dropout_rate is 1.0; allowed: 0 to below 1"),
        ({"dropout_rate": -0.1}, "it.dropout_rate is -0.1; allowed: 0 to below 1"),
        ({"size": Size(input_px=0)}, "it.size.input_px is 0; allowed: 1 and above"),
        ({"size": Size(input_px=24, width=0.0)}, "it.size.width is 0.0; allowed: above 0"),
        ({"pooling": Pooling(size_px=3, stride_px=0)}, "it.pooling.stride_px is 0; allowed: 1 and above"),
    ],
)
def test_numbers_that_no_network_can_have_are_told(changes, fault):
    assert found(replace(NETWORK, **changes), Network) == [fault]
