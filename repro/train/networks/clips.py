"""Train and score networks of clips: tasks of the train stage on a prepared set of videos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import DatasetJson, VideoData, read_dataset
from repro.artifacts.files import FileFormatError
from repro.artifacts.log_jsonl import Saturation
from repro.artifacts.run_json import Pictures, ScoresFile
from repro.artifacts.stored_files import stored_file
from repro.data.load.clip_stream import ClipBatch, clip_stream
from repro.data.load.clip_views import ClipPixels
from repro.data.load.clips import DecodedClips, StripClips, clips_in_memory
from repro.data.load.plan import training_plan
from repro.data.shards.clips import ClipShards
from repro.evaluate.clip_gallery import write_clip_gallery
from repro.evaluate.clips import ClipScores, predict_clips, video_scores_VK
from repro.evaluate.metrics import top_k_error
from repro.evaluate.subset import stable_subset_N
from repro.models.clip import build_clip_network
from repro.models.clip_kernels import first_kernels_KTHWC
from repro.spec.run import Run
from repro.spec.video import ClipEvaluation, ClipNetwork, ClipRecipe
from repro.train.networks.task import Share, whole
from repro.train.runs.context import RunContext, ScoredFiles
from repro.train.runs.record import write_run_scores


@dataclass(frozen=True, kw_only=True)
class Videos:
    """A prepared set of videos, opened for training. Pixels that fit into memory are decoded once for all runs of a job."""

    dataset: DatasetJson
    videos: VideoData
    train: ClipShards
    validation: ClipShards | None
    test: ClipShards
    stage: ClassVar[str] = "train_clips"
    _pixels: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def task(self, run: Run, context: RunContext) -> ClipTask:
        """`run` as a task on these videos."""
        return ClipTask(run, self, context)

    def to_train_on(self, *, frames: tuple[int, ...], context: RunContext) -> StripClips | DecodedClips:
        """`frames` of the training clips as they are trained on, the same object each time."""
        key = ("train", frames, context.num_threads, context.device)
        if key not in self._pixels:
            self._pixels.clear()  # Other frames are for another network: those of one are enough to keep.
            self._pixels[key] = clips_in_memory(self.train, frames=frames, num_threads=context.num_threads, device=context.device)
        found: StripClips | DecodedClips = self._pixels[key]
        return found

    def to_score(self, shards: ClipShards, *, frames: tuple[int, ...], context: RunContext) -> ClipPixels:
        """`frames` of the clips of a split as they are scored, the same object each time."""
        key = (id(shards), frames, context.num_threads, context.device)
        if key not in self._pixels:
            self._pixels[key] = ClipPixels(shards, frames=frames, num_threads=context.num_threads, device=context.device)
        found: ClipPixels = self._pixels[key]
        return found


def open_videos(folder: Path) -> Videos:
    """Open prepared videos and verify the hash of every file; raise FileFormatError if one is missing or damaged."""
    dataset = read_dataset(folder)
    if dataset.videos is None:
        raise FileFormatError(f"{folder} holds images, not videos; prepare it from videos")
    splits = {split: ClipShards(folder, split) for split in dataset.splits}
    for shards in splits.values():
        shards.verify()
    return Videos(
        dataset=dataset,
        videos=dataset.videos,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits["test"],
    )


class ClipTask:
    """A run of a network of clips (repro.train.networks.task.Task). Clips are mirrored only if the data allow it (`mirror`)."""

    def __init__(self, run: Run, data: Videos, context: RunContext) -> None:
        experiment = run.trained
        assert isinstance(experiment.network, ClipNetwork), "a network of clips"
        assert isinstance(experiment.recipe, ClipRecipe), "a recipe of clips"
        assert isinstance(experiment.evaluation, ClipEvaluation), "an evaluation of clips"
        self._run, self._data, self._context = run, data, context
        self._network, self._recipe, self._evaluation = experiment.network, experiment.recipe, experiment.evaluation
        self._key, self._input_px = run.key_for("data"), experiment.network.frame.size.input_px
        self._mirror = data.videos.mirror
        if not self._mirror:
            self._recipe = replace(self._recipe, crops=replace(self._recipe.crops, mirror=False))

    @property
    def num_examples(self) -> int:
        return self._data.train.num_clips

    @property
    def num_classes(self) -> int:
        return len(self._data.train.classes)

    def build(self) -> nn.Module:
        """The network with its initial weights, on the run's device."""
        key = self._run.key_for("init")
        return build_clip_network(self._network, num_classes=self.num_classes, key=key).to(self._context.device)

    def batches(self, epoch: int, step: int, *, share: Share = whole) -> Iterable[ClipBatch]:
        """The training batches from `step` of `epoch` on."""
        plan = training_plan(
            self.num_examples,
            key=self._key,
            batch_size=self._recipe.batch_size,
            num_epochs=self._recipe.schedule.num_epochs,
            epoch=epoch,
            step=step,
            shuffle=self._recipe.shuffle,
        )
        return clip_stream(
            self._data.to_train_on(frames=self._network.frames, context=self._context),
            self._recipe,
            plan=share(plan),
            key=self._key,
            input_px=self._input_px,
            mean_level=self._recipe.pixel_mean,
            num_threads=self._context.num_threads,
            device=self._context.device,
        )

    def validate(self, net: nn.Module) -> float | None:
        """The share of the validation videos whose best class, averaged over their clips, is wrong; None without any."""
        shards = self._data.validation
        if shards is None:
            return None
        found = self._predicted(net, shards, np.arange(shards.num_clips), num_views=1)
        video_VK = video_scores_VK(found.views_NK, shards.video_N, num_videos=shards.num_videos)
        return top_k_error(video_VK, shards.label_VL, k=1)

    def probe(self, net: nn.Module) -> Saturation | None:
        """None: the statements about saturation are about networks of images."""
        return None

    def write_results(self, net: nn.Module) -> ScoredFiles:
        """Score the clips and videos of the test split, a fixed subset of the training clips, and the validation videos, if
        there are any, at the centre; and write the gallery, of networks that have one.
        """
        test, evaluation = self._data.test, self._evaluation
        self._context.say(f"scores {test.num_clips} clips of {test.num_videos} test videos in {evaluation.num_views} views")
        predicted = self._predicted(net, test, np.arange(test.num_clips), num_views=evaluation.num_views)
        entries, pictures = [], Pictures()
        if "clip" in evaluation.protocols:
            entries.append(self._write_clips(test, predicted.center_NK, np.arange(test.num_clips), split="test"))
        if "video" in evaluation.protocols:
            entries.append(self._write_videos(test, predicted.views_NK, split="test"))
        if evaluation.num_gallery:
            path = self._context.folder / "clip_gallery.npz"
            video_VK = video_scores_VK(predicted.views_NK, test.video_N, num_videos=test.num_videos)
            write_clip_gallery(path, test, video_VK, num=evaluation.num_gallery)
            pictures = Pictures(clip_gallery=stored_file(path))
        held_out, train = self._data.validation, self._data.train
        if held_out is not None:
            seen = self._predicted(net, held_out, np.arange(held_out.num_clips), num_views=1)
            entries.append(self._write_videos(held_out, seen.views_NK, split="validation"))
        subset_N = stable_subset_N(train.num_clips, wanted=evaluation.num_train_examples)
        seen = self._predicted(net, train, subset_N, num_views=1)
        entries.append(self._write_clips(train, seen.center_NK, subset_N, split="train"))
        return ScoredFiles(scores=tuple(entries), pictures=pictures)

    def write_kernels(self, net: nn.Module) -> Pictures:
        """Write the first layer's kernels, stream by stream."""
        path = self._context.folder / "stream_kernels.npz"
        write_npz(path, {name or "frame": kernel_KTHWC for name, kernel_KTHWC in first_kernels_KTHWC(net, self._network).items()})
        return Pictures(stream_kernels=stored_file(path))

    def _predicted(self, net: nn.Module, shards: ClipShards, index_N: NDArray[np.int64], *, num_views: int) -> ClipScores:
        return predict_clips(
            net,
            self._data.to_score(shards, frames=self._network.frames, context=self._context),
            index_N,
            num_frames=len(self._network.frames),
            num_views=num_views,
            input_px=self._input_px,
            pixel_mean=self._recipe.pixel_mean,
            mirror=self._mirror,
        )

    def _write_clips(
        self, shards: ClipShards, scores_NK: NDArray[np.float32], index_N: NDArray[np.int64], *, split: str
    ) -> ScoresFile:
        """Write the scores of clips; the video of each is the unit that was sampled."""
        unit_N = shards.key_V[shards.video_N[index_N]]
        example_N = np.array(
            [b"%b#%d" % (key, context) for key, context in zip(unit_N, shards.position_N[index_N], strict=True)], np.bytes_
        )
        label_NL = shards.label_NL[index_N]
        return write_run_scores(
            self._run, self._context, scores_NK, label_NL, example_N, split=split, protocol="clip", unit_N=unit_N
        )

    def _write_videos(self, shards: ClipShards, scores_NK: NDArray[np.float32], *, split: str) -> ScoresFile:
        video_VK = video_scores_VK(scores_NK, shards.video_N, num_videos=shards.num_videos)
        return write_run_scores(self._run, self._context, video_VK, shards.label_VL, shards.key_V, split=split, protocol="video")
