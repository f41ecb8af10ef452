"""Packing shards within bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from repro.data.prepare.image_packer import GROUP_PIXELS, memory_groups


def test_small_images_stay_together_and_large_ones_are_cut_apart() -> None:
    half = GROUP_PIXELS // 2
    assert memory_groups([10, 20, 30]) == [slice(0, 3)]
    assert memory_groups([half, half, 1, half]) == [slice(0, 2), slice(2, 4)]
    assert memory_groups([]) == []


@given(sizes=st.lists(st.integers(0, GROUP_PIXELS)))
def test_groups_cover_every_image_once_and_hold_the_limit(sizes: list[int]) -> None:
    groups = memory_groups(sizes)
    assert [i for group in groups for i in range(group.start, group.stop)] == list(range(len(sizes)))
    assert all(sum(sizes[group]) <= GROUP_PIXELS for group in groups)
