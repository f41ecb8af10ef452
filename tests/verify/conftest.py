"""Results that several files of tests verify, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from repro.analyse.publish import publish
from repro.artifacts.ledger.append import append
from repro.artifacts.ledger.events import Note
from tests.verify.made import made, witness_all


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Results with a ledger in which every run has ended."""
    with pytest.MonkeyPatch.context() as patch:
        results = tmp_path_factory.mktemp("whole")
        append(results / "smoke", Note(text="before the first run"))
        folder = made(results, patch)
        witness_all(folder)
        yield folder


@pytest.fixture(scope="session")
def given(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same results, published."""
    out = tmp_path_factory.mktemp("given")
    publish(whole, out=out)
    return out / whole.name
