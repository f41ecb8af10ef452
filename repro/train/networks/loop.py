"""Train one network: batches, updates, the learning rate, validation, checkpoints, progress.

Everything that decides what comes next is in `TrainingProgress`, the net, the velocities and the learning rate's
memory; a checkpoint holds these four, so that a resumed run goes on as if it had never stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from repro.artifacts.log_jsonl import LogEntry, Saturation
from repro.artifacts.run_json import FAITHFUL
from repro.data.load.randomness import num_steps_of
from repro.models.layers import seed_dropout
from repro.spec.recipe import Recipe
from repro.system.durations import duration
from repro.system.progress import SAY_EVERY_S, Say
from repro.system.stopping import Stopped
from repro.train.networks.checkpoint import TrainingProgress, TrainingState
from repro.train.networks.data_parallel import Group
from repro.train.networks.optim import LearningRate, PaperSGD
from repro.train.networks.precision import forward_in
from repro.train.networks.task import Batch

#: Seconds between two checkpoints.
CHECKPOINT_EVERY_S = 30.0


@dataclass(kw_only=True)
class Training:
    """A network in training with all that its next step depends on.

    batches, validate, probe: as in repro.train.networks.task.Task. save: stores a state.
    should_stop: says that the process was asked to end.
    precision: of training (repro.train.networks.precision). whole: gives the network on one device, to be
    validated, probed and scored. group: the processes that train the network together; all do the same, each
    with its rows of every batch.
    """

    net: nn.Module
    recipe: Recipe
    num_examples: int
    dropout_key: int
    device: torch.device
    batches: Callable[[int, int], Iterable[Batch]]
    validate: Callable[[nn.Module], float | None]
    probe: Callable[[nn.Module], Saturation | None]
    save: Callable[[TrainingState], None]
    should_stop: Callable[[], bool]
    say: Say
    precision: str = FAITHFUL
    whole: Callable[[nn.Module], nn.Module] = lambda net: net
    group: Group = field(default_factory=Group)
    progress: TrainingProgress = field(default_factory=TrainingProgress)

    def __post_init__(self) -> None:
        self.group.join(self.net)
        optimizer, freeze, slowed = self.recipe.optimizer, self.recipe.freeze, self.recipe.slowed
        self.optimizer = PaperSGD(
            self.net, optimizer, frozen=freeze.layers if freeze else (), slowed=slowed.layers if slowed else ()
        )
        self.rate = LearningRate(optimizer.learning_rate * optimizer.rate_factor, self.recipe.schedule)
        self.steps_per_epoch = math.ceil(self.num_examples / self.recipe.batch_size)
        self._freeze_at = self._steps_of(freeze.after if freeze else 1.0)
        self._slow_at = self._steps_of(slowed.after if slowed else 1.0)
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=self.device)
        self._num_wrong = torch.zeros((), dtype=torch.int64, device=self.device)
        self._saved_at = self._said_at = time.monotonic()
        self._clocks = time.perf_counter(), time.process_time()

    def _steps_of(self, share: float) -> int:
        return num_steps_of(share, num_epochs=self.recipe.schedule.num_epochs, steps_per_epoch=self.steps_per_epoch)

    def state(self) -> TrainingState:
        """All that the next step depends on."""
        self._gather()
        self.count_time()
        return TrainingState(
            net=self.net.state_dict(),
            velocity=self.optimizer.state_dict(),
            rate=replace(self.rate.plateau),
            progress=replace(self.progress, log=list(self.progress.log)),
        )

    def count_time(self) -> None:
        """Add the time since the last call to what the run has taken."""
        before, self._clocks = self._clocks, (time.perf_counter(), time.process_time())
        self.progress.wall_s += self._clocks[0] - before[0]
        self.progress.cpu_s += self._clocks[1] - before[1]

    def load(self, state: TrainingState) -> None:
        """Go on from `state`."""
        self.net.load_state_dict(state.net)
        self.optimizer.load_state_dict(state.velocity)
        self.rate.plateau = replace(state.rate)
        self.progress = replace(state.progress, log=list(state.progress.log))
        self.progress.num_resumes += 1
        if self.group.rank == 0:
            self._loss_sum.fill_(self.progress.loss_sum)
            self._num_wrong.fill_(self.progress.num_wrong)

    def run(self) -> None:
        """Train to the end of the last epoch, or until the loss is no longer finite.

        Raises:
            Stopped: `should_stop` said so; the state is saved.
        """
        progress = self.progress
        if progress.epoch >= self.recipe.schedule.num_epochs or progress.diverged:
            return
        if progress.num_steps == 0:
            progress.saturation_at_start = self.probe(self.whole(self.net))
        self.net.train()
        batches = self.batches(progress.epoch, progress.step)
        began = time.perf_counter()
        for batch in batches:
            self._step(batch)
            now = time.perf_counter()
            progress.epoch_s, began = progress.epoch_s + now - began, now
            if progress.step == self.steps_per_epoch:
                self._end_epoch()
                began = time.perf_counter()
                if progress.diverged:
                    return
            self._keep_in_touch()

    def _step(self, batch: Batch) -> None:
        progress, recipe = self.progress, self.recipe
        assert (batch.planned.epoch, batch.planned.step) == (progress.epoch, progress.step), "a batch out of order"
        rows = self.group.take(min(recipe.batch_size, self.num_examples - progress.step * recipe.batch_size))
        seed_dropout(self.net, key=self.dropout_key, step=progress.num_steps, device=self.device)
        with forward_in(self.precision, device=self.device):
            logits = self.net(batch.input_B)
        loss = nn.functional.cross_entropy(logits.float() if logits.dtype == torch.bfloat16 else logits, batch.label_B)
        self.optimizer.zero_grad()
        self.group.part_of_mean(loss).backward()
        self.group.wait()
        step, slowed = progress.epoch * self.steps_per_epoch + progress.step, recipe.slowed
        self.optimizer.step(
            self.rate.at(progress.epoch + progress.step / self.steps_per_epoch),
            first_rate=self.rate.initial,
            freeze=step >= self._freeze_at,
            slow_by=slowed.divide_by if slowed and step >= self._slow_at else 1.0,
        )
        if rows.num_counted:
            self._loss_sum += loss.detach() * rows.num_counted
            self._num_wrong += (logits.detach().argmax(dim=1) != batch.label_B).sum()
        progress.num_seen += rows.num
        progress.epoch_wait_s += batch.wait_s
        progress.step += 1
        progress.num_steps += 1
        assert len(batch.label_B) == rows.stop - rows.start, "a batch of another size"

    def _gather(self) -> None:
        """Bring the sums that live on the device into `progress`."""
        self.progress.loss_sum = float(self.group.total(self._loss_sum))
        self.progress.num_wrong = int(self.group.total(self._num_wrong))

    def _end_epoch(self) -> None:
        progress = self.progress
        self._gather()
        finite = math.isfinite(progress.loss_sum)
        validation_error = self.validate(self.whole(self.net)) if finite else None
        saturation = self.probe(self.whole(self.net)) if finite else None
        learning_rate = self.rate.at(progress.epoch + 1 - 1 / self.steps_per_epoch)
        entry = LogEntry(
            epoch=progress.epoch + 1,
            num_steps=progress.num_steps,
            learning_rate=learning_rate,
            train_loss=progress.loss_sum / progress.num_seen if finite else None,
            train_top1_error=progress.num_wrong / progress.num_seen,
            validation_top1_error=validation_error,
            images_per_s=progress.num_seen / progress.epoch_s,
            wall_s=progress.epoch_s,
            data_wait_s=progress.epoch_wait_s,
            saturation=saturation,
        )
        progress.log.append(entry)
        if not finite:
            progress.diverged = f"the training loss was not finite in epoch {progress.epoch + 1}"
        self._say_epoch(entry)
        self.rate.epoch_ended(validation_error)
        progress.epoch, progress.step = progress.epoch + 1, 0
        progress.num_seen = progress.num_wrong = 0
        progress.loss_sum = progress.epoch_s = progress.epoch_wait_s = 0.0
        self._loss_sum.zero_()
        self._num_wrong.zero_()

    def _keep_in_touch(self) -> None:
        """Save, stop or say where training stands, each when it is due."""
        now = time.monotonic()
        due = now - self._saved_at >= CHECKPOINT_EVERY_S, self.progress.step > 0 and now - self._said_at >= SAY_EVERY_S
        stop, save, say = self.group.agreed((self.should_stop(), *due))
        if stop or save:
            self.save(self.state())
            self._saved_at = time.monotonic()
        if stop:
            raise Stopped
        if say:
            self._said_at = now
            self._gather()
            self.say(
                self._status(self.progress.loss_sum / self.progress.num_seen, self.progress.num_seen / self.progress.epoch_s)
            )

    def _say_epoch(self, entry: LogEntry) -> None:
        self._said_at = time.monotonic()
        loss, validation = entry.train_loss, entry.validation_top1_error
        shown = "" if validation is None else f", validation error {validation:.3f}"
        self.say(
            self._status(float("nan") if loss is None else loss, entry.images_per_s)
            + f", training error {entry.train_top1_error:.3f}{shown}"
        )

    def _status(self, loss: float, images_per_s: float) -> str:
        progress, num_epochs = self.progress, self.recipe.schedule.num_epochs
        left = (num_epochs - progress.epoch) * self.num_examples - progress.num_seen
        return (
            f"epoch {progress.epoch + 1}/{num_epochs} step {progress.step}/{self.steps_per_epoch}, loss {loss:.4f}, "
            f"{images_per_s:.0f} images/s, {duration(left / images_per_s)} left"
        )
