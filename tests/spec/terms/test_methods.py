"""Every method that makes runs is one entry of one table."""

from typing import get_args

import pytest

from repro.artifacts import run_json
from repro.spec.names import UnknownName
from repro.spec.run import Method
from repro.spec.terms.methods import LOG, METHODS, run_method


def test_every_kind_of_experiment_has_an_entry_and_no_other():
    assert [kind.method for kind in get_args(Method)] == list(METHODS)


def test_a_training_log_is_what_runs_of_networks_alone_hold():
    assert [name for name, found in METHODS.items() if LOG in found.holds] == ["network"]


def test_an_unknown_method_is_an_error():
    with pytest.raises(UnknownName, match="unknown method 'networks'; did you mean 'network'"):
        run_method("networks")


def test_run_json_has_a_part_for_every_method():
    assert set(run_json.METHODS.values()) == set(METHODS)
