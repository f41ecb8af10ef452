"""A run that several files of tests look at."""

import pytest

from tests.train.networks.tiny_runs import results_with_data, train


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing disturbed."""
    results = results_with_data(tmp_path_factory.mktemp("whole"))
    train(results)
    return results
