"""Which examples a batch has, and which batches are loaded at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from repro.data.load.plan import Planned, grouped, indices_N, training_plan, waited_for, with_parts


def planned(*steps: tuple[int, int], size: int = 2) -> list[Planned]:
    return [Planned(epoch=epoch, step=step, index_B=np.arange(size) + 10 * step) for epoch, step in steps]


def test_each_epoch_visits_every_example_once_and_its_last_batch_may_be_smaller() -> None:
    plan = list(training_plan(7, key=1, batch_size=3, num_epochs=2))
    assert [(batch.epoch, batch.step, len(batch.index_B)) for batch in plan] == [
        (0, 0, 3),
        (0, 1, 3),
        (0, 2, 1),
        (1, 0, 3),
        (1, 1, 3),
        (1, 2, 1),
    ]
    for epoch in (plan[:3], plan[3:]):
        assert sorted(np.concatenate([batch.index_B for batch in epoch]).tolist()) == list(range(7))


def test_a_plan_goes_on_in_the_middle_as_if_it_had_not_stopped() -> None:
    whole = list(training_plan(7, key=1, batch_size=3, num_epochs=3))
    rest = list(training_plan(7, key=1, batch_size=3, num_epochs=3, epoch=1, step=2))
    assert [batch.index_B.tolist() for batch in rest] == [batch.index_B.tolist() for batch in whole[5:]]


def test_groups_hold_so_many_batches_and_end_where_the_key_changes() -> None:
    plan = planned((0, 0), (0, 1), (0, 2), (1, 0), (1, 1))
    groups = grouped(plan, at_once=2, key=lambda batch: batch.epoch)
    assert [[(batch.epoch, batch.step) for batch in group] for group in groups] == [
        [(0, 0), (0, 1)],
        [(0, 2)],
        [(1, 0), (1, 1)],
    ]


def test_a_group_is_the_examples_of_its_batches_one_after_the_other() -> None:
    group = [*planned((0, 0)), *planned((0, 1), size=3)]
    assert indices_N(group).tolist() == [0, 1, 10, 11, 12]
    assert [(batch.step, part) for batch, part in with_parts(group)] == [(0, slice(0, 2)), (1, slice(2, 5))]


def test_only_the_time_until_an_item_comes_counts_as_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def slow() -> Iterator[str]:
        for name, seconds in (("a", 2.0), ("b", 0.5)):
            now[0] += seconds
            yield name

    waits = []
    for item, wait_s in waited_for(slow()):
        waits.append((item, wait_s))
        now[0] += 100.0  # what training does with it
    assert waits == [("a", 2.0), ("b", 0.5)]


def order_by_epoch(shuffle: str) -> list[list[int]]:
    plan = list(training_plan(10, key=3, batch_size=4, num_epochs=3, shuffle=shuffle))
    return [np.concatenate([item.index_B for item in plan if item.epoch == epoch]).tolist() for epoch in range(3)]


def test_examples_shuffled_once_come_in_the_order_of_the_first_epoch_each_time() -> None:
    every, once = order_by_epoch("each_epoch"), order_by_epoch("once")
    assert once == [every[0]] * 3
    assert len({tuple(order) for order in every}) == 3
    resumed = list(training_plan(10, key=3, batch_size=4, num_epochs=3, shuffle="once", epoch=1, step=2))
    assert resumed[0].index_B.tolist() == every[0][8:]


def test_an_unknown_shuffle_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown shuffle 'never'; allowed: each_epoch, once"):
        next(training_plan(10, key=3, batch_size=4, num_epochs=1, shuffle="never"))
