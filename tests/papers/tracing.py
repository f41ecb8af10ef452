"""What an experiment computes first and last, of images and of clips alike, by the code that trains.

For each variant and its base, at scale smoke and with the same keys of randomness, the same things are computed: logits of the
initial net in both modes, one batch of the first and of the last epoch, the weights after one update in each, and after one of a
net that moves already, since momentum decides nothing of a first update. All of it is deterministic, so that what is equal is
equal to the bit, and an ablation without effect is found.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from repro.artifacts.stored_files import stored_file
from repro.data.prepare.prepare import prepare
from repro.models.clip import build_clip_network
from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.spec.experiment import Paper, Variant, make_run
from repro.spec.run import Experiment, Run
from repro.spec.video import ClipNetwork, Fusion
from repro.spec.video_datasets import VideoDataset
from repro.system.stopping import Stopped
from repro.train.networks.checkpoint import torch_bytes
from repro.train.networks.clips import open_videos
from repro.train.networks.images import open_images
from repro.train.networks.initial_weights import SourceWeights, begin_with
from repro.train.networks.loop import Training
from repro.train.networks.run import make_training
from repro.train.networks.task import PreparedData
from repro.train.runs.context import RunContext
from tests.tiny import write_prepared

SCALE = "smoke"
CPU = torch.device("cpu")
#: Of a net that moves already, the velocity of each weight as a share of the weight.
MOVING = 0.01
#: Classes of the nets whose weights others begin with: more than those others have.
OTHER_CLASSES = 40

#: What a key must change, and what it must leave as it is. Updates follow from logits and batches, so that they may change too.
CHANGES = {
    "network": ("logits", ("batches",)),
    "initial_weights": ("logits", ("batches",)),
    "recipe.crops": ("batches", ("logits",)),
    "recipe.color_noise": ("batches", ("logits",)),
    "recipe.mean_at": ("batches", ("logits",)),
    "recipe.pixel_mean": ("batches", ("logits",)),
    "recipe.optimizer": ("updates", ("logits", "batches")),
    "recipe.freeze": ("updates", ("logits", "batches")),
    "recipe.slowed": ("updates", ("logits", "batches")),
    "recipe.shuffle": ("batches", ("logits",)),
    "recipe.image_share": ("batches", ("logits",)),
}


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What an experiment computes, each as tensors in a fixed order. `layers` are the names of the updated parameters.

    moved: of a net that moves already, the parameters after an update in the first epoch.
    """

    logits: tuple[torch.Tensor, ...]
    batches: tuple[torch.Tensor, ...]
    updates: tuple[torch.Tensor, ...]
    moved: tuple[torch.Tensor, ...]
    layers: tuple[str, ...]

    def changed(self, other: Trace) -> set[str]:
        """Return which differ from those of `other`: logits, batches, and updates, be it of a net that moves already."""
        pairs = {
            "logits": (self.logits, other.logits),
            "batches": (self.batches, other.batches),
            "updates": ((*self.updates, *self.moved), (*other.updates, *other.moved)),
        }
        return {name for name, pair in pairs.items() if not equal(*pair)}


def equal(left: tuple[torch.Tensor, ...], right: tuple[torch.Tensor, ...]) -> bool:
    """Say whether two lists of tensors are equal to the bit."""
    return len(left) == len(right) and all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def networks_of(paper: Paper) -> list[Variant]:
    """Return the variants of `paper` that are networks and that scale smoke runs.

    Averages change nothing that is computed here (tests/evaluate/test_ensemble.py). What scale smoke does not run has the same
    networks as other variants, with other data.
    """
    at_smoke = [variant for variant in paper.variants if paper.scale(SCALE).has(paper.family(variant.name))]
    return [variant for variant in at_smoke if isinstance(paper.experiment(variant.name), Experiment)]


@dataclass(kw_only=True)
class Tracer:
    """Traces the variants of a paper, each once, on small data in `folder` that are stored as scale smoke stores its own."""

    paper: Paper
    folder: Path
    _found: dict[str, Trace] = field(default_factory=dict)
    _data: dict[int, PreparedData] = field(default_factory=dict)

    def __call__(self, variant: str) -> Trace:
        """Return the trace of `variant`."""
        if variant not in self._found:
            self._found[variant] = self.trace(self.run_of(variant))
        return self._found[variant]

    def run_of(self, variant: str) -> Run:
        """Return the run of `variant` as if its weights came from nowhere, so that all draw the same random numbers."""
        return replace(make_run(self.paper, scale=SCALE, variant=variant, seed=0), earlier_data=())

    def trace(self, run: Run) -> Trace:
        """Compute what `run` computes first and last."""
        torch.set_num_threads(1)
        epochs = (0, run.trained.recipe.schedule.num_epochs - 1)
        batches = tuple(first_batch(self.start(with_all_frames(run), epoch=epoch), epoch) for epoch in epochs)
        trainings = [self.start(run, epoch=epoch) for epoch in epochs]
        return Trace(
            logits=self.logits_of(run),
            batches=batches,
            updates=tuple(parameter for training in trainings for parameter in updated(training)),
            moved=updated(set_moving(self.start(run, epoch=0))),
            layers=tuple(name for training in trainings for name, _ in training.net.named_parameters()),
        )

    def start(self, run: Run, *, epoch: int) -> Training:
        """Return the training of `run` at the beginning of `epoch`, with its initial net; it stops after one update."""
        context = RunContext(folder=self.folder, device="cpu", num_threads=1, say=lambda line: None)
        task = self.data_of(run).task(run, context)
        training = make_training(run, task, context=context, should_stop=lambda: True, source=self.source_of(run))
        training.progress.epoch = epoch
        return training

    def data_of(self, run: Run) -> PreparedData:
        """Return small data of the kind and size that `run` trains on: images of a few batches, clips of one batch."""
        stored_px = run.dataset.stored_px
        if stored_px not in self._data:
            folder = self.folder / f"data-{stored_px}"
            if isinstance(run.dataset, VideoDataset):
                prepare(few_videos(run.dataset), folder=folder, source=None, num_threads=1, say=lambda line: None)
                self._data[stored_px] = open_videos(folder)
            else:
                write_prepared(folder, stored_px=stored_px, num={"train": 48, "validation": 10, "test": 10})
                self._data[stored_px] = open_images(folder)
        return self._data[stored_px]

    def source_of(self, run: Run) -> SourceWeights | None:
        """Return weights of the net from which `run` starts: those that it begins with itself, for other classes."""
        given = run.trained.initial_weights
        if given is None:
            return None
        giver = self.run_of(given.variant)
        net = built(giver, num_classes=OTHER_CLASSES, key=giver.key_for("weights of a source"))
        path = self.folder / f"{given.variant}.pt"
        path.write_bytes(torch_bytes(net.state_dict()))
        return SourceWeights(folder=self.folder, stored=stored_file(path))

    def logits_of(self, run: Run) -> tuple[torch.Tensor, ...]:
        """Return what the initial net makes of fixed noise, in evaluation and in training."""
        net = built(run, num_classes=10, key=run.key_for("init"))
        source, given = self.source_of(run), run.trained.initial_weights
        if source is not None and given is not None:
            begin_with(net, source.weights(), start=given, output=run.trained.network.output.name)
        seed_dropout(net, key=1, step=0, device=CPU)
        with torch.no_grad():
            return net.eval()(noise(run)), net.train()(noise(run))


def set_moving(training: Training) -> Training:
    """Give every weight a velocity in proportion to it; return the training."""
    weights = dict(training.net.named_parameters())
    velocities = training.optimizer.state_dict()
    training.optimizer.load_state_dict({name: MOVING * weights[name].detach() for name in velocities})
    return training


def updated(training: Training) -> tuple[torch.Tensor, ...]:
    """Return the parameters after one update, with which `training` stops."""
    with pytest.raises(Stopped):
        training.run()
    return tuple(parameter.detach() for parameter in training.net.parameters())


def few_videos(dataset: VideoDataset) -> VideoDataset:
    """Return generated videos like those of `dataset`, of every class two."""
    assert dataset.procedural is not None, "scale smoke has generated videos"
    num = 2 * dataset.procedural.num_classes
    return replace(dataset, procedural=replace(dataset.procedural, num_train=num, num_test=num // 2), num_validation=0)


def with_all_frames(run: Run) -> Run:
    """Return a run of clips that reads every stored frame, whichever its network takes of them; of images, `run` itself."""
    network = run.trained.network
    if not isinstance(network, ClipNetwork) or not isinstance(run.dataset, VideoDataset):
        return run
    whole = replace(network, fusion=Fusion(frames=tuple(range(run.dataset.clips.num_frames))), streams=None)
    return replace(run, experiment=replace(run.trained, network=whole, initial_weights=None))


def built(run: Run, *, num_classes: int, key: int) -> nn.Module:
    """Return the net of `run` with initial weights."""
    network = run.trained.network
    if isinstance(network, ClipNetwork):
        return build_clip_network(network, num_classes=num_classes, key=key)
    return build_network(network, num_classes=num_classes, key=key)


def noise(run: Run) -> torch.Tensor:
    """Return four images or clips of noise, of which all networks of a size see the same pixels: of clips, their own frames."""
    generator, network = torch.Generator().manual_seed(5), run.trained.network
    if not isinstance(network, ClipNetwork):
        return 50 * torch.randn(4, 3, network.size.input_px, network.size.input_px, generator=generator)
    assert isinstance(run.dataset, VideoDataset)
    side_px = network.frame.size.input_px
    clip_BCTHW = 50 * torch.randn(4, 3, run.dataset.clips.num_frames, side_px, side_px, generator=generator)
    return clip_BCTHW[:, :, list(network.frames)]


def first_batch(training: Training, epoch: int) -> torch.Tensor:
    """Return the pixels of the first batch of `epoch`."""
    for batch in itertools.islice(training.batches(epoch, 0), 1):
        pixels: Any = batch.input_B
        return pixels
    raise AssertionError("an epoch without batches")
