"""What is stored of clips beside their pictures, in memory that does not grow with lists of them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from repro.data.prepare.journal import Part
from repro.data.prepare.shard_plan import ShardPlan
from repro.data.prepare.video_packer import VideoPacker, clip_key
from repro.data.shards.color import PixelSums
from repro.data.shards.writer import ShardRecord
from repro.data.sources.video_source import VideoListing
from tests.data.prepare.test_video_prepare import FILMS


def test_the_table_of_clips_takes_little_more_memory_than_its_columns(tmp_path: Path) -> None:
    """Sports-1M has a million videos and tens of millions of clips; what each of them adds is what is stored of it."""
    num_videos, num_clips, per_shard = 2_000, 50, 250
    keys = np.array([b"%011d" % i for i in range(num_videos)])
    listing = VideoListing(file_N=keys, key_N=keys, label_NL=np.zeros((num_videos, 1), np.int32), group_N=keys)
    origin = SimpleNamespace(listings={"train": listing}, classes=("a",))
    packer = VideoPacker(FILMS, origin, num_processes=1)  # type: ignore[arg-type]  the table needs no more of a source
    made = []
    for begin in range(0, num_videos, per_shard):
        positions = np.arange(begin, begin + per_shard)
        clips = np.array([clip_key(bytes(keys[i]), number) for i in positions for number in range(num_clips)])
        none = np.zeros(len(clips), np.int64)
        record = ShardRecord(sha256="", num_bytes=0, offset_N=none, size_N=none, label_N=none.astype(np.int32), key_N=clips)
        part = Part(record=record, sums=PixelSums(), content_N=none.astype(np.uint64), refused=(), notes={}, wall_s=0)
        made.append((ShardPlan(split="train", file="", source_split="train", positions=positions), part))
    tracemalloc.start()
    try:
        count_K, table = packer.stored("train", made, folder=tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert table is not None and table.num_videos == num_videos and count_K.tolist() == [num_videos]
    with np.load(tmp_path / "train.videos.npz") as stored:
        assert stored["video_N"].tolist() == [i // num_clips for i in range(num_videos * num_clips)]
        assert stored["position_N"].tolist() == list(range(num_clips)) * num_videos
        assert stored["key_V"].tolist() == keys.tolist()
        assert stored["video_N"].dtype == stored["position_N"].dtype == np.int32
    # Two columns of four bytes, twice while they are joined, and the clips of one shard at work; as lists it was 80 a clip.
    at_work = 200 * per_shard * num_clips
    assert peak < 20 * num_videos * num_clips + at_work
