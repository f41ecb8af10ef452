"""Make shards of videos: cut the videos of one shard after the other into clips and store these.

Each clip is one JPEG film strip; clips of a video are neighbours. `<split>.videos.npz` says of which video each clip is
and which of its clips, and of each video its key and labels. Clips are made in processes of one thread, at most two
videos ahead for each, so that memory holds the clips of few videos.

Shape suffixes: N clips of a split, V videos, L labels of a video at most, K classes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import ImageData, SplitFiles, VideoData, VideoTable
from repro.artifacts.files import readable
from repro.artifacts.stored_files import stored_file
from repro.data.files.account import listed_files, write_csv
from repro.data.prepare.journal import Part
from repro.data.prepare.mirroring import why_not_mirrored
from repro.data.prepare.packer import Made
from repro.data.prepare.shard_plan import ShardPlan, planned_shards
from repro.data.prepare.video_decode import CutTask, CutVideo, cut_video, decoder_text
from repro.data.shards.color import PixelSums
from repro.data.shards.decode import UnreadableError
from repro.data.shards.writer import ShardWriter
from repro.data.sources.source import SourceError, as_text
from repro.data.sources.video_source import VideoSource, split_validation_videos
from repro.data.video_files.orientation import NOTES
from repro.spec.video_datasets import VideoDataset
from repro.system.progress import Progress
from repro.system.some import some
from repro.system.workers import Workers

#: Libraries that make JPEG files refuse sides of more pixels.
LARGEST_JPEG_PX = 65_500
#: A strip's JPEG file takes about this share of the bytes of its pixels.
STRIP_SHARE = 0.25
MISSING = "missing.csv"


class VideoPacker:
    """Make shards of the videos of a source (repro.data.prepare.packer.Packer).

    num_processes: that decode, one thread each; one decodes in this process.

    Raises:
        SourceError: clips cannot be stored so.
    """

    unit, made = "video", "clips"
    hopeless = 200
    encoding = "jpeg"

    def __init__(self, dataset: VideoDataset, origin: VideoSource, *, num_processes: int) -> None:
        check_strips(dataset)
        self.dataset, self.origin, self.decoder = dataset, origin, decoder_text()
        self._num_processes = num_processes

    def plans(self, *, shard_bytes: int) -> list[ShardPlan]:
        """Lay out the shards of all splits from the listings of the source; positions are those of videos."""
        clips, listings = self.dataset.clips, self.origin.listings
        strip_bytes = STRIP_SHARE * 3 * clips.num_frames * self.dataset.stored_px**2
        return planned_shards(
            split_validation_videos(listings["train"], num_validation=self.dataset.num_validation),
            num_test=len(listings["test"]),
            per_shard=lambda split: max(int(shard_bytes / (strip_bytes * self._num_clips(split))), 1),
        )

    def _num_clips(self, split: str) -> int:
        """How many clips a video has at most: held-out videos are scored like test videos."""
        return self.dataset.clips.num_train if split == "train" else self.dataset.clips.num_test

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold the processes that decode."""
        with Workers(cut_video, num_processes=self._num_processes, on_death=_died) as self._workers:
            yield

    def pack(self, plan: ShardPlan, *, path: Path, progress: Progress) -> Part:
        """Cut the videos of one shard and store their clips; the clip's key is its video's and its number among its clips."""
        begin = time.perf_counter()
        videos = self.origin.listings[plan.source_split].at(plan.positions)
        refused, contents, notes = list[tuple[str, str]](), list[int](), Counter[str]()
        with ShardWriter(path, encoding=self.encoding) as writer:
            for i, cut in enumerate(self._workers.results(self._tasks(plan))):
                if isinstance(cut, UnreadableError):
                    refused.append((as_text(videos.file_N[i]), str(cut)))
                    progress.add()
                    continue
                for number, strip in enumerate(cut.strips):
                    writer.add(clip_key(bytes(videos.key_N[i]), number), payload=strip, label=int(videos.label_NL[i, 0]))
                contents.append(cut.content_hash)
                notes.update(cut.notes)
                progress.add(num_made=len(cut.strips))
        return Part(
            record=writer.record,
            sums=PixelSums(),
            content_N=np.array(contents, np.uint64),
            refused=tuple(refused),
            notes=dict(sorted(notes.items())),
            wall_s=time.perf_counter() - begin,
        )

    def _tasks(self, plan: ShardPlan) -> Iterator[CutTask]:
        for position in plan.positions:
            yield CutTask(
                content=self.origin.content(plan.source_split, int(position)),
                clips=self.dataset.clips,
                num_clips=self._num_clips(plan.split),
                stored_px=self.dataset.stored_px,
            )

    def listed(self, plan: ShardPlan) -> NDArray[np.int32]:
        """The labels of the videos that are to go into a shard."""
        label_NL = self.origin.listings[plan.source_split].label_NL[plan.positions]
        return label_NL[label_NL >= 0]

    def files_of(self, plan: ShardPlan) -> dict[bytes, bytes]:
        """The name of each video's file, as the source lists it, by the video's key."""
        listing = self.origin.listings[plan.source_split].at(plan.positions)
        return dict(zip(listing.key_N.tolist(), listing.file_N.tolist(), strict=True))

    def stored(self, split: str, made: Sequence[Made], *, folder: Path) -> tuple[NDArray[np.int64], VideoTable | None]:
        """Write the table of a split's videos, and return how many of each class there are."""
        # Shard by shard, as there may be tens of millions of clips: a video's clips lie in one shard, one after the other.
        columns = [self._rows(plan, part) for plan, part in made]
        begins = np.cumsum([0, *(len(key_V) for _, _, key_V, _ in columns)], dtype=np.int32)
        video_N = np.concatenate([video + begin for (video, _, _, _), begin in zip(columns, begins[:-1], strict=True)])
        position_N, key_V, label_VL = (np.concatenate([column[field] for column in columns]) for field in (1, 2, 3))
        table = folder / f"{split}.videos.npz"
        write_npz(table, {"video_N": video_N, "position_N": position_N, "key_V": key_V, "label_VL": label_VL})
        count_K = np.bincount(label_VL[label_VL >= 0], minlength=len(self.origin.classes))
        return count_K, VideoTable(num_videos=len(key_V), table=stored_file(table))

    def _rows(self, plan: ShardPlan, part: Part) -> tuple[NDArray[Any], ...]:
        """Of each clip of a shard its video and its number there; of each video its key and its labels."""
        listing = self.origin.listings[plan.source_split].at(plan.positions)
        place_of = {key: place for place, key in enumerate(listing.key_N.tolist())}
        clip_keys = part.record.key_N.tolist()
        row_of = {key: row for row, key in enumerate(dict.fromkeys(map(video_key, clip_keys)))}
        video_N = np.array([row_of[video_key(key)] for key in clip_keys], np.int32)
        position_N = np.array([int(key.rpartition(b"clip")[2]) for key in clip_keys], np.int32)
        places = np.array([place_of[key] for key in row_of], np.int64)
        return video_N, position_N, np.array(list(row_of), np.bytes_), listing.label_NL[places]

    def besides(self, made: Sequence[Made], *, folder: Path, num_listed: int) -> tuple[ImageData | None, VideoData | None]:
        """Write the list of missing videos, and return what else there is to know of clips."""
        missing = self.origin.missing
        write_csv(folder / MISSING, [("split", "video"), *missing])
        data = VideoData(
            num_frames=self.dataset.clips.num_frames,
            mirror=not why_not_mirrored(self.origin.classes),
            groups=dict(self.origin.groups),
            missing=listed_files(folder / MISSING, num=len(missing), of=num_listed + len(missing)),
        )
        return None, data

    def read_keys(self, part: Part) -> list[bytes]:
        """The key of each video."""
        return list(dict.fromkeys(map(video_key, part.record.key_N.tolist())))

    def remarks(self, made: Sequence[Made], splits: Mapping[str, SplitFiles]) -> list[str]:
        """Say why clips are not mirrored, which classes have no training video, and of how many videos what else holds."""
        reason = why_not_mirrored(self.origin.classes)
        warnings = [reason] if reason else []
        empty = [name for name, count in zip(self.origin.classes, splits["train"].class_counts, strict=True) if not count]
        if empty:
            warnings.append(f"no training video is there of {some([readable(name) for name in empty])}")
        few, notes = Counter[int](), Counter[str]()
        for plan, part in made:
            notes.update(part.notes)
            num_of, most = Counter(map(video_key, part.record.key_N.tolist())), self._num_clips(plan.split)
            few[most] += sum(num < most for num in num_of.values())
        if self.dataset.clips.span_s is not None:
            short = [(most, num) for most, num in sorted(few.items()) if num]
            warnings += [f"{num} videos are too short for {most} clips and have fewer" for most, num in short]
        return warnings + [f"{notes[name]} {text}" for name, text in NOTES.items() if notes[name]]


def check_strips(dataset: VideoDataset) -> None:
    """Refuse clips that no library stores as one JPEG file.

    Raises:
        SourceError: names the height of the strips and the limit.
    """
    height_px = dataset.clips.num_frames * dataset.stored_px
    if height_px > LARGEST_JPEG_PX:
        raise SourceError(
            f"clips of {dataset.clips.num_frames} frames of {dataset.stored_px} px are strips of {height_px} px; allowed: up to "
            f"{LARGEST_JPEG_PX} px; store fewer or smaller frames"
        )


def clip_key(video: bytes, number: int) -> bytes:
    """The key of a video's clip."""
    return b"%s/clip%04d" % (video, number)


def video_key(clip: bytes) -> bytes:
    """The key of the video of a clip."""
    return clip.rpartition(b"/")[0]


def _died(task: CutTask) -> CutVideo | UnreadableError:
    return UnreadableError("the decoder crashes on it (a damaged file, or not enough memory)")
