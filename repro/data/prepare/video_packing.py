"""Cut and store the videos of one shard after the other."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from repro.data.prepare.journal import Part
from repro.data.prepare.packing import ShardPlan
from repro.data.prepare.video_decode import CutTask, CutVideo
from repro.data.shards.color import PixelSums
from repro.data.shards.decode import UnreadableError
from repro.data.shards.writer import ShardWriter
from repro.data.sources.source import as_text
from repro.data.sources.video_source import VideoSource
from repro.spec.video_datasets import VideoDataset
from repro.system.progress import Progress
from repro.system.workers import Workers

CutWorkers = Workers[CutTask, CutVideo | UnreadableError]


def num_clips_of(dataset: VideoDataset, split: str) -> int:
    """Return how many clips a video has at most: held-out videos are scored like test videos."""
    return dataset.clips.num_train if split == "train" else dataset.clips.num_test


def pack_videos(
    dataset: VideoDataset, origin: VideoSource, *, plan: ShardPlan, path: Path, workers: CutWorkers, progress: Progress
) -> Part:
    """Cut the videos of one shard and store their clips; the clip's key is its video's and its number among its clips."""
    begin = time.perf_counter()
    videos = origin.listings[plan.source_split].at(plan.positions)
    num_clips = num_clips_of(dataset, plan.split)
    refused, contents = list[tuple[str, str]](), list[int]()
    tasks = (
        CutTask(
            content=origin.content(plan.source_split, int(position)),
            clips=dataset.clips,
            num_clips=num_clips,
            stored_px=dataset.stored_px,
        )
        for position in plan.positions
    )
    with ShardWriter(path, encoding="jpeg") as writer:
        for i, cut in enumerate(workers.results(tasks)):
            if isinstance(cut, UnreadableError):
                refused.append((as_text(videos.file_N[i]), str(cut)))
                progress.add()
                continue
            for number, strip in enumerate(cut.strips):
                writer.add(clip_key(bytes(videos.key_N[i]), number), payload=strip, label=int(videos.label_NL[i, 0]))
            contents.append(cut.content_hash)
            progress.add(num_made=len(cut.strips))
    return Part(
        record=writer.record,
        sums=PixelSums(),
        content_N=np.array(contents, np.uint64),
        refused=tuple(refused),
        notes={},
        wall_s=time.perf_counter() - begin,
    )


def clip_key(video: bytes, number: int) -> bytes:
    """Return the key of a video's clip."""
    return b"%s/clip%04d" % (video, number)


def video_key(clip: bytes) -> bytes:
    """Return the key of the video of a clip."""
    return clip.rpartition(b"/")[0]
