"""Train one run on several devices at once: a process for each, the same net in all, a share of every batch in each.

The batches are those of one process, and so are the weights up to rounding: a batch keeps its size and its order, each process
takes neighbouring rows of it, dropout takes the rows' part of the mask that the whole batch has, and gradients are summed.
The first process is the job itself; it alone writes files, decides when to stop, and starts the others for the time of training.

Runs whose crops are shared by chunks of a batch are trained by one process; towers apart are not combined with this.

Shape suffixes: B rows of a batch.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import torch
from torch import distributed, nn

from repro.artifacts.files import sha256_bytes
from repro.data.load.plan import Planned
from repro.models.layers import Dropout

#: Seconds between two looks of a helper whether the job still lives.
LOOK_EVERY_S = 1.0
#: Begin of the name of the folder in which the processes of a group find each other.
MEETING_PLACE = "repro-group-"

Flags = TypeVar("Flags", bound=tuple[bool, ...])
Arguments = TypeVarTuple("Arguments")


@dataclass(kw_only=True)
class Rows:
    """The rows `start` to `stop` of the `num` of the batch at hand. A process without any computes the first, at weight 0."""

    start: int = 0
    stop: int = 0
    num: int = 0
    weight: float = 1.0

    @property
    def num_counted(self) -> int:
        return self.stop - self.start if self.weight else 0


@dataclass(kw_only=True)
class Group:
    """The processes that train a run together, as one of them sees them; alone, all of this does nothing."""

    rank: int = 0
    size: int = 1
    rows: Rows = field(default_factory=Rows)
    _control: Any = None
    _sums: list[Any] = field(default_factory=list)

    def take(self, num: int) -> Rows:
        """Set and return the rows of this process of a batch of `num`."""
        start, stop = (num * rank // self.size for rank in (self.rank, self.rank + 1))
        rows = Rows(start=start, stop=stop, num=num) if stop > start else Rows(start=0, stop=1, num=num, weight=0.0)
        self.rows.__dict__.update(rows.__dict__)
        return self.rows

    def shares(self, plan: Iterable[Planned]) -> Iterator[Planned]:
        """Give the share of this process of each batch."""
        for planned in plan:
            if self.size == 1:
                yield planned
                continue
            rows = Group(rank=self.rank, size=self.size).take(len(planned.index_B))
            yield replace(planned, index_B=planned.index_B[rows.start : rows.stop])

    def join(self, net: nn.Module) -> None:
        """Let `net` take its part of dropout masks, and sum gradients over the processes as they come."""
        if self.size == 1:
            return
        for module in net.modules():
            if isinstance(module, Dropout):
                module.register_forward_pre_hook(self._padded)
                module.register_forward_hook(self._cut)
        for parameter in net.parameters():
            if parameter.requires_grad:
                parameter.register_post_accumulate_grad_hook(self._summed_soon)

    def _padded(self, module: nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor] | None:
        if not module.training:
            return None
        (x,), rows = inputs, self.rows
        before, after = (x.new_zeros(num, *x.shape[1:]) for num in (rows.start, rows.num - rows.stop))
        return (torch.cat([before, x, after]),)

    def _cut(self, module: nn.Module, inputs: tuple[torch.Tensor], y: torch.Tensor) -> torch.Tensor | None:
        return y[self.rows.start : self.rows.stop] if module.training else None

    def _summed_soon(self, parameter: torch.Tensor) -> None:
        assert parameter.grad is not None
        self._sums.append(distributed.all_reduce(parameter.grad, async_op=True))

    def wait(self) -> None:
        """Wait until the gradients are those of the whole batch."""
        for each in self._sums:
            each.wait()
        self._sums.clear()

    def part_of_mean(self, loss: torch.Tensor) -> torch.Tensor:
        """What the mean over this process's rows adds to the mean over the whole batch."""
        rows = self.rows
        return loss if self.size == 1 else loss * (rows.num_counted / rows.num)

    def total(self, part: torch.Tensor) -> torch.Tensor:
        """The sum of a number over all processes."""
        if self.size > 1:
            part = part.clone()
            distributed.all_reduce(part)
        return part

    def agreed(self, flags: Flags) -> Flags:
        """The flags of the first process."""
        if self.size == 1:
            return flags
        told = torch.tensor(flags, dtype=torch.uint8)
        distributed.broadcast(told, src=0, group=self._control)
        return tuple(bool(flag) for flag in told)  # type: ignore[return-value]


@contextmanager
def joined_group(*, rank: int, size: int, device: str, meeting: Path) -> Iterator[Group]:
    """Meet the other processes at the file `meeting`; the device of rank r is the r-th that this job sees."""
    if device == "cuda":
        torch.cuda.set_device(rank)
    backend = "nccl" if device == "cuda" else "gloo"
    distributed.init_process_group(backend, init_method=f"file://{meeting}", rank=rank, world_size=size)
    try:
        # Flags go by the CPU, so that asking for them does not wait for the GPU.
        control = distributed.new_group(backend="gloo")
        yield Group(rank=rank, size=size, _control=control)
    finally:
        distributed.destroy_process_group()


@contextmanager
def group_of(
    size: int, help_with: Callable[[Group, *Arguments], None], arguments: tuple[*Arguments], *, device: str, run_folder: Path
) -> Iterator[Group]:
    """Start `size` - 1 processes that call `help_with(group, *arguments)`, and be the first of the group.

    run_folder: of the run that they train, which no other job may be on.

    Raises:
        RuntimeError: a helper failed.
    """
    if size == 1:
        yield Group()
        return
    context = multiprocessing.get_context("spawn")
    with _meeting_place(run_folder) as folder:
        meeting = folder / "meeting"
        helpers = [
            context.Process(target=_help, args=(rank, size, device, meeting, help_with, arguments), daemon=True)
            for rank in range(1, size)
        ]
        try:
            for helper in helpers:
                helper.start()
            with joined_group(rank=0, size=size, device=device, meeting=meeting) as group:
                yield group
            for helper in helpers:
                helper.join()
            if any(helper.exitcode for helper in helpers):
                raise RuntimeError(f"processes of a group ended with {[helper.exitcode for helper in helpers]}")
        finally:
            for helper in helpers:
                if helper.pid is not None:
                    helper.kill()
                    helper.join()


@contextmanager
def _meeting_place(run_folder: Path) -> Iterator[Path]:
    """Give a folder on this machine; what a job on the same run that was killed has left is removed.

    Only one job at a time is on a run, so that nobody uses what is found.
    """
    prefix = f"{MEETING_PLACE}{sha256_bytes(str(run_folder.resolve()).encode())[:16]}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        yield Path(name)


def _help(
    rank: int,
    size: int,
    device: str,
    meeting: Path,
    help_with: Callable[[Group, *Arguments], None],
    arguments: tuple[*Arguments],
) -> None:
    """Be a helper: do what the first process says, and end when it does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with contextlib.ExitStack() as stack:
        group = stack.enter_context(joined_group(rank=rank, size=size, device=device, meeting=meeting))
        help_with(group, *arguments)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)
