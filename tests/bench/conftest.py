"""Speed is measured only where it is asked for: `pytest tests/bench -m bench --benchmark-json=FILE`."""

from __future__ import annotations

import platform
from typing import Any

import numba
import numpy
import pytest
import torch

from tests.conftest import asks_for


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let `-m bench`, also among other markers, be enough: pyproject.toml skips benchmarks otherwise."""
    if asks_for("bench", config):
        config.option.benchmark_skip = False


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Say what pytest-benchmark does not: versions, and how much memory and which GPU there is."""
    machine_info["versions"] = {"torch": torch.__version__, "numpy": numpy.__version__, "numba": numba.__version__}
    machine_info["libc"] = " ".join(platform.libc_ver())
    machine_info["gpu"] = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
