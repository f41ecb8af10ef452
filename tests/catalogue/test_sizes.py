"""What a paper shows at several sizes leads somewhere, or it is said in a line what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from repro.catalogue.sizes import size_faults
from repro.papers import PAPERS
from repro.spec.scales.declared import ShownEffect, Sizes, TrainedOn

ALEXNET = PAPERS["alexnet"]


def faults(**changes) -> list[str]:
    assert ALEXNET.sizes is not None
    return list(size_faults(replace(ALEXNET, sizes=replace(ALEXNET.sizes, **changes))))


def test_the_built_in_papers_have_none() -> None:
    assert not [fault for paper in PAPERS.values() for fault in size_faults(paper)]
    assert any(isinstance(paper.sizes, Sizes) for paper in PAPERS.values())


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (ShownEffect(claim="A.S3.3.lnr.top1", title="x"), "unknown claim 'A.S3.3.lnr.top1'; did you mean 'A.S3.3.lrn.top1'?"),
        (ShownEffect(claim="A.S7.depth.top1", title="x"), "compares no two nets"),
        (ShownEffect(claim="A.S4.1.crop", title="x"), "is of top1_gap; allowed: a test error"),
        (ShownEffect(claim="A.S4.1.crop", title="x", metric="top_one"), "unknown metric 'top_one'"),
        (ShownEffect(claim="A.S4.1.crop", title="x", metric="top1_error", protocol="ten_crops"), "unknown protocol 'ten_crops'"),
    ],
)
def test_an_effect_that_cannot_be_drawn_over_sizes_is_named(effect: ShownEffect, said: str) -> None:
    (fault,) = faults(effects=(effect,))
    assert said in fault


@pytest.mark.parametrize("share", ["half", "2of8", "3of2", "1of1"])
def test_a_share_that_cannot_be_is_named(share: str) -> None:
    (fault,) = faults(shares=("1of2", share))
    assert fault == f"share {share!r} of the sizes of alexnet; allowed: a fraction below 1 as names have it, such as 1of4"


def test_an_unknown_printed_set_is_named() -> None:
    (fault,) = faults(trained_on=(TrainedOn(of="imagenet", num=1, where=""),))
    assert "unknown printed data set 'imagenet'" in fault
