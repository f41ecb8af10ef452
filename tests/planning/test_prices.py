"""What runs on a paper's own data would take: by scale, with the runs that others start from."""

import pytest

from repro.papers.alexnet import ALEXNET
from repro.papers.karpathy import KARPATHY
from repro.planning.prices import own_data_prices
from repro.report.site.deciding import Price


@pytest.fixture(scope="module")
def prices():
    return own_data_prices([ALEXNET, KARPATHY])


def test_each_scale_on_the_papers_own_data_has_a_price_and_no_other(prices):
    assert [price.scale for price in prices["alexnet"]] == ["paper", "paper_2010"]
    assert [price.scale for price in prices["karpathy"]] == ["paper"]
    assert "ilsvrc2010" in prices["alexnet"][1].data


def test_a_net_that_begins_with_another_costs_that_one_too(prices):
    price = prices["karpathy"][0]
    assert price.needed["transfer_top3"] == ("slow_fusion",)
    assert price.of(["transfer_top3"]) == pytest.approx(price.seconds["transfer_top3"] + price.seconds["slow_fusion"])
    assert price.of(["transfer_top3", "transfer_top"]) < price.of(["transfer_top3"]) + price.of(["transfer_top"])


def test_the_printed_net_takes_as_long_as_its_operations_say(prices):
    """90 epochs of 1.2 million images at three times 1.4 GFLOP-MACs forward, 30 TFLOP/s: between 3 and 12 hours."""
    assert 3 < prices["alexnet"][0].seconds["full"] / 3600 < 12


def test_what_is_not_counted_has_no_price():
    price = Price(scale="paper", data=frozenset(), seconds={"full": 2.0}, needed={"mean": ("full", "fitted")})
    assert price.of(["full"]) == 2.0
    assert price.of(["mean"]) == price.of(["unknown"]) == 0.0
