"""A plan of training has the order that the recipe asks for, epoch after epoch."""

import numpy as np
import pytest

from repro.data.load.plan import training_plan


def order_by_epoch(shuffle, **start):
    plan = list(training_plan(10, key=3, batch_size=4, num_epochs=3, shuffle=shuffle, **start))
    return {epoch: np.concatenate([item.index_B for item in plan if item.epoch == epoch]).tolist() for epoch in range(3)}


def test_examples_shuffled_once_come_in_the_order_of_the_first_epoch_each_time():
    every, once = order_by_epoch("each_epoch"), order_by_epoch("once")
    assert once[0] == once[1] == once[2] == every[0]
    assert len({tuple(order) for order in every.values()}) == 3


def test_a_plan_from_the_middle_of_training_goes_on_in_the_same_order():
    resumed = list(training_plan(10, key=3, batch_size=4, num_epochs=3, shuffle="once", epoch=1, step=2))
    assert resumed[0].index_B.tolist() == order_by_epoch("once")[0][8:]
    assert [item.epoch for item in resumed] == [1, 2, 2, 2]


def test_an_unknown_shuffle_is_refused():
    with pytest.raises(ValueError, match="unknown shuffle 'never'; allowed: each_epoch, once"):
        next(training_plan(10, key=3, batch_size=4, num_epochs=1, shuffle="never"))
