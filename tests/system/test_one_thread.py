"""Libraries under numpy and scikit-learn take one thread inside the context, and as many as before after it."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import sklearn.cluster  # noqa: F401  loads what is limited
from threadpoolctl import threadpool_info, threadpool_limits

from repro.system import one_thread as module
from repro.system.one_thread import one_thread


def threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info()]


def test_every_library_takes_one_thread_inside_and_as_many_as_before_after() -> None:
    with threadpool_limits(2):
        before = threads()
        assert 2 in before
        with one_thread():
            assert set(threads()) == {1}
        assert threads() == before


def test_libraries_are_looked_for_again_after_an_import_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    found = module._controller(len(sys.modules))
    assert module._controller(len(sys.modules)) is found
    monkeypatch.setitem(sys.modules, "imported_later", ModuleType("imported_later"))
    assert module._controller(len(sys.modules)) is not found
