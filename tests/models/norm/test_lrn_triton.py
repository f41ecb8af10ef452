"""The passes for a GPU, run element by element on CPU tensors, and compiled for a GPU that is not there."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType
from typing import Any

import pytest
import torch

from repro.models.norm import lrn
from repro.models.norm.lrn import LocalResponseNorm, formula_by_tensors
from tests.models.norm.test_lrn import LAYOUTS, SETTINGS

triton = pytest.importorskip("triton", reason="Triton is not installed; pip install triton")
KEPT = [setting for setting in SETTINGS if setting[-1] < 100]


@pytest.fixture
def interpreted(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a copy of the module whose kernels Python interprets, and let the layer take it for tensors of the CPU."""
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    spec = importlib.util.find_spec("repro.models.norm.lrn_triton")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(lrn, "_on_gpu", lambda: module)
    return module


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("size", "alpha", "beta", "k", "groups", "maps"), KEPT)
def test_both_passes_equal_autograd_of_the_formula(
    size: int,
    alpha: float,
    beta: float,
    k: float,
    groups: int,
    maps: int,
    layout: Any,
    dtype: torch.dtype,
    interpreted: ModuleType,
) -> None:
    generator = torch.Generator().manual_seed(1)
    x, dy = (torch.randn(2, maps, 3, 5, generator=generator).to(dtype).contiguous(memory_format=layout) for _ in range(2))
    setting = (size, alpha, beta, k, groups)
    leaf, wide = x.clone().requires_grad_(), x.double().requires_grad_()
    y, expected = lrn._FusedOnGpu.apply(leaf, setting), formula_by_tensors(wide, *setting)
    assert y.dtype == dtype and y.stride() == x.stride()
    torch.testing.assert_close(y, expected.to(dtype))
    dx = torch.autograd.grad(y, leaf, dy)[0]
    torch.testing.assert_close(dx, torch.autograd.grad(expected, wide, dy.double())[0].to(dtype))


def test_programs_at_the_end_of_memory_leave_what_follows_alone(interpreted: ModuleType) -> None:
    """257 elements: the second program has one of its own."""
    x = torch.rand(1, 257, 1, 1)
    room = torch.full((600,), -1.0)
    y = room[: x.numel()].view(x.shape)
    interpreted.run("forward", (x, y), channels_last=True, setting=(5, 0.1, 0.75, 2.0, 1))
    torch.testing.assert_close(y, LocalResponseNorm(5, 0.1, 0.75, 2.0)(x))
    assert (room[x.numel() :] == -1).all()
    interpreted.run("forward", (x[:0], y[:0]), channels_last=True, setting=(5, 0.1, 0.75, 2.0, 1))


@pytest.mark.parametrize("step", [1, 55 * 55])
@pytest.mark.parametrize("kind", ["fp32", "bf16"])
@pytest.mark.parametrize(("name", "num_tensors", "num_loads"), [("forward_pass", 2, 5), ("backward_pass", 3, 9 + 5)])
def test_a_kernel_for_hopper_loads_each_neighbour_once(name: str, num_tensors: int, num_loads: int, kind: str, step: int) -> None:
    """Five maps forward; backward the nine whose windows of five meet an element's, and five gradients."""
    module = importlib.import_module("repro.models.norm.lrn_triton")
    kernel = getattr(module, name)
    integers = {"SIZE": 5, "STEP": step, "MAPS": 48, "LENGTH": module.ELEMENTS_OF_PROGRAM}
    constants = {**integers, "BETA": 0.75, "INDEX": triton.language.int32}
    signature = {
        argument: f"*{kind}"
        if i < num_tensors
        else "i32"
        if argument == "num"
        else "constexpr"
        if argument in constants
        else "fp32"
        for i, argument in enumerate(kernel.arg_names)
    }
    places = {(kernel.arg_names.index(argument),): value for argument, value in constants.items()}
    source = triton.compiler.ASTSource(kernel, signature, constexprs=places)
    target = triton.backends.compiler.GPUTarget("cuda", 90, 32)
    code = triton.compile(source, target=target, options={"num_warps": module.NUM_WARPS}).asm["ptx"]
    assert len(re.findall(r"ld\.global", code)) == num_loads
    assert len(re.findall(r"st\.global", code)) == 1
    assert not re.findall(r"\b(?:div|rem)\.[su]|ld\.local|st\.local", code)
