"""Prepare a set of videos: read or make them, cut them into clips, store the clips in shards.

What comes out has the form of a prepared set of images (repro.data.prepare.images): each clip is one JPEG
film strip in a tar shard, `dataset.json` is written last, `<split>.index.npz` says where each clip lies.
`<split>.videos.npz` says besides of which video each clip is and the how-manieth, and of each video its key
and labels. Clips of a video are neighbours. Which videos go into which shard follows from the source's
listing alone, so that a restart, another number of processes or a refused video moves no other shard's
content. Clips are made in processes of one thread, at most two videos ahead for each, so that memory holds
the clips of few videos.

Legend: N clips of a split, V videos, L labels of a video at most.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import (
    FILE,
    DatasetJson,
    ListedFiles,
    MadeFrom,
    ShardFile,
    SplitFiles,
    VideoData,
    VideoTable,
    read_dataset,
    write_dataset,
)
from repro.artifacts.files import FileFormatError, write_bytes
from repro.artifacts.provenance import code_digest, plain, spec_digest
from repro.artifacts.stored_files import stored_file
from repro.data.generated.videos import ProceduralVideoSource
from repro.data.prepare.camera_motion import ensure_camera_motion
from repro.data.prepare.journal import SPLITS, Journal, Part, PreparePlan
from repro.data.prepare.mirroring import why_not_mirrored
from repro.data.prepare.packing import SHARD_BYTES, ShardPlan
from repro.data.prepare.video_decode import CutTask, cut_video, decoder_text
from repro.data.prepare.video_packing import CutWorkers, num_clips_of, pack_videos, video_key
from repro.data.shards.decode import UnreadableError
from repro.data.shards.writer import write_index
from repro.data.sources.source import SourceError, as_text
from repro.data.sources.sports1m import Sports1mSource
from repro.data.sources.ucf101 import Ucf101Source
from repro.data.sources.video_folders import VideoFoldersSource
from repro.data.sources.video_source import VideoSource, split_validation_videos
from repro.spec.video_datasets import VIDEO_KINDS, VideoDataset
from repro.system.progress import Progress, Say
from repro.system.workers import Workers

#: Libraries that make JPEG files refuse sides of more pixels.
LARGEST_JPEG_PX = 65_500
#: A strip's JPEG file takes about this share of the bytes of its pixels.
STRIP_SHARE = 0.25
#: Stop before the end of the source once so many videos more are refused than the limit allows.
HOPELESS = 200


def prepare_videos(
    dataset: VideoDataset,
    *,
    folder: Path,
    source: Path | None,
    num_threads: int,
    say: Say,
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """Prepare `dataset` in `folder`, unless it is there already.

    source: folder of the videos the user has; generated videos need none.
    num_threads: processes that decode, one thread each; one decodes in this process.

    Raises:
        SourceError: the source is missing or wrong, or more videos than `dataset.max_refused` were refused.
    """
    origin = open_video_source(dataset, source)
    made_from = MadeFrom(
        spec_digest=spec_digest(dataset), code_digest=code_digest("prepare_videos"), source_fingerprint=origin.fingerprint
    )
    if is_prepared(folder, made_from):
        say(f"prepare {dataset.name}: complete already")
        ensure_camera_motion(dataset, folder, num_processes=num_threads, say=say)
        return
    (folder / FILE).unlink(missing_ok=True)
    plans = plan_video_shards(dataset, origin, shard_bytes=shard_bytes)
    decoder = decoder_text()
    journal = Journal(folder, plan=PreparePlan(made_from=made_from, decoder=decoder, shard_bytes=shard_bytes))
    with Workers(cut_video, num_processes=num_threads, on_death=_died) as workers:
        parts = make_shards(dataset, origin, plans=plans, journal=journal, folder=folder, workers=workers, say=say)
    num_refused = _write_refused(folder, plans=plans, parts=parts)
    check_refused(dataset, folder, num_refused=num_refused, num_videos=sum(len(plan.positions) for plan in plans))
    made = describe(dataset, origin, plans=plans, parts=parts, folder=folder, made_from=made_from, decoder=decoder)
    write_dataset(folder, made)
    journal.discard()
    ensure_camera_motion(dataset, folder, num_processes=num_threads, say=say)
    num_videos = sum(split.videos.num_videos for split in made.splits.values() if split.videos)
    num_clips = sum(split.num_examples for split in made.splits.values())
    say(f"prepare {dataset.name}: done, {num_videos} videos, {num_clips} clips")
    reason = why_not_mirrored(origin.classes)
    if reason:
        say(f"prepare {dataset.name}: {reason}")


def open_video_source(dataset: VideoDataset, source: Path | None) -> VideoSource:
    """Return the source of a data set.

    Raises:
        SourceError: `source` is needed and missing, or is not what the kind of data set needs; or clips cannot be stored so.
    """
    height_px = dataset.clips.num_frames * dataset.stored_px
    if height_px > LARGEST_JPEG_PX:
        raise SourceError(
            f"clips of {dataset.clips.num_frames} frames of {dataset.stored_px} px are strips of {height_px} px; allowed: up to "
            f"{LARGEST_JPEG_PX} px; store fewer or smaller frames"
        )
    if dataset.kind == "procedural_videos":
        return ProceduralVideoSource(dataset)
    if dataset.kind not in VIDEO_KINDS:
        raise SourceError(f"unknown kind of video data set {dataset.kind!r}; allowed: {', '.join(VIDEO_KINDS)}")
    if source is None:
        raise SourceError(
            f"data set {dataset.name!r} ({dataset.title}) is read from your own folder and none was given; "
            "add --config videos=DIR"
        )
    if dataset.kind == "ucf101":
        return Ucf101Source(source, fold=dataset.fold)
    return Sports1mSource(source) if dataset.kind == "sports1m" else VideoFoldersSource(source)


def is_prepared(folder: Path, made_from: MadeFrom) -> bool:
    """Say whether `folder` holds a complete data set that was made from the same."""
    try:
        found = read_dataset(folder)
    except FileFormatError:
        return False
    if found.made_from != made_from or found.videos is None:
        return False
    files: list[tuple[str, int | None]] = [(listed.file, None) for listed in (found.refused, found.videos.missing)]
    for split in found.splits.values():
        files += [(stored.file, None) for stored in (split.index, *([split.videos.table] if split.videos else []))]
        files += [(shard.file, shard.num_bytes) for shard in split.shards]
    return all((folder / file).is_file() and size in (None, (folder / file).stat().st_size) for file, size in files)


def plan_video_shards(dataset: VideoDataset, origin: VideoSource, *, shard_bytes: int) -> list[ShardPlan]:
    """Lay out the shards of all splits from the listings of the source; positions are those of videos."""
    train = split_validation_videos(origin.listings["train"], num_validation=dataset.num_validation)
    chosen = [("train", split, positions) for split, positions in train.items()]
    chosen.append(("test", "test", np.arange(len(origin.listings["test"]))))
    strip_bytes = STRIP_SHARE * 3 * dataset.clips.num_frames * dataset.stored_px**2
    plans = []
    for source_split, split, positions in chosen:
        per_shard = max(int(shard_bytes / (strip_bytes * num_clips_of(dataset, split))), 1)
        plans += [
            ShardPlan(
                split=split,
                file=f"{split}-{number:05d}.tar",
                source_split=source_split,
                positions=positions[number * per_shard : (number + 1) * per_shard],
            )
            for number in range(-(-len(positions) // per_shard))
        ]
    return plans


def make_shards(
    dataset: VideoDataset,
    origin: VideoSource,
    *,
    plans: Sequence[ShardPlan],
    journal: Journal,
    folder: Path,
    workers: CutWorkers,
    say: Say,
) -> list[Part]:
    """Make the shards that the journal does not know yet and return what each leaves.

    Raises:
        SourceError: far more videos than allowed were refused.
    """
    total = sum(len(plan.positions) for plan in plans)
    progress = Progress(f"prepare {dataset.name}", total=total, unit="videos", made="clips", say=say)
    parts: list[Part] = []
    for plan in plans:
        part = journal.load(plan.file)
        if part is None:
            part = pack_videos(dataset, origin, plan=plan, path=folder / plan.file, workers=workers, progress=progress)
            journal.store(plan.file, part)
        else:
            progress.skip(len(plan.positions))
        parts.append(part)
        num_refused = sum(len(part.refused) for part in parts)
        if num_refused > dataset.max_refused * total + HOPELESS:
            _write_refused(folder, plans=plans, parts=parts)
            check_refused(dataset, folder, num_refused=num_refused, num_videos=total)
    return parts


def check_refused(dataset: VideoDataset, folder: Path, *, num_refused: int, num_videos: int) -> None:
    """Fail if a larger share of the videos was refused than the data set allows.

    Raises:
        SourceError: names the share, the limit and the list.
    """
    share = num_refused / num_videos
    if share > dataset.max_refused:
        raise SourceError(
            f"{num_refused} of {num_videos} videos of {dataset.name!r} ({share:.2%}) cannot be used; allowed: "
            f"{dataset.max_refused:.2%} (VideoDataset.max_refused); the files and reasons are in {folder / 'refused.csv'}; "
            "repair or delete them and run prepare again"
        )


def describe(
    dataset: VideoDataset,
    origin: VideoSource,
    *,
    plans: Sequence[ShardPlan],
    parts: Sequence[Part],
    folder: Path,
    made_from: MadeFrom,
    decoder: str,
) -> DatasetJson:
    """Write the indices and the list of missing videos, and say what is there."""
    for split in SPLITS:
        (folder / f"{split}.videos.npz").unlink(missing_ok=True)
    order = list(dict.fromkeys(plan.split for plan in plans))
    splits = {split: _describe_split(origin, split=split, plans=plans, parts=parts, folder=folder) for split in order}
    _write_csv(folder / "missing.csv", [("split", "video"), *origin.missing])
    num_videos = sum(len(plan.positions) for plan in plans)
    num_refused = sum(len(part.refused) for part in parts)
    num_missing = len(origin.missing)
    videos = VideoData(
        num_frames=dataset.clips.num_frames,
        mirror=not why_not_mirrored(origin.classes),
        groups=dict(origin.groups),
        missing=ListedFiles(file="missing.csv", num=num_missing, share=num_missing / (num_videos + num_missing)),
    )
    return DatasetJson(
        name=dataset.name,
        kind=dataset.kind,
        title=dataset.title,
        spec=plain(dataset),
        source=origin.description,
        classes=tuple(origin.classes),
        stored_px=dataset.stored_px,
        encoding="jpeg",
        splits=splits,
        videos=videos,
        refused=ListedFiles(file="refused.csv", num=num_refused, share=num_refused / num_videos),
        warnings=(*origin.warnings, *_warnings(dataset, origin, plans=plans, parts=parts, splits=splits)),
        wall_s=round(sum(part.wall_s for part in parts), 3),
        num_bytes=sum(part.record.num_bytes for part in parts),
        made_from=made_from,
        decoder=decoder,
    )


def _describe_split(
    origin: VideoSource, *, split: str, plans: Sequence[ShardPlan], parts: Sequence[Part], folder: Path
) -> SplitFiles:
    chosen = [(plan, part.record) for plan, part in zip(plans, parts, strict=True) if plan.split == split]
    clip_keys = [key for _, record in chosen for key in record.key_N.tolist()]
    if not clip_keys:
        raise SourceError(f"no video of split {split!r} could be read; see {folder / 'refused.csv'}")
    index, videos = folder / f"{split}.index.npz", folder / f"{split}.videos.npz"
    write_index(index, [record for _, record in chosen])
    row_of = {key: row for row, key in enumerate(dict.fromkeys(map(video_key, clip_keys)))}
    listing = origin.listings[chosen[0][0].source_split]
    place_of = {key: place for place, key in enumerate(listing.key_N.tolist())}
    label_VL = listing.label_NL[[place_of[key] for key in row_of]]
    video_N = np.array([row_of[video_key(key)] for key in clip_keys], np.int32)
    position_N = np.array([int(key.rpartition(b"clip")[2]) for key in clip_keys], np.int32)
    write_npz(videos, {"video_N": video_N, "position_N": position_N, "key_V": np.array(list(row_of)), "label_VL": label_VL})
    return SplitFiles(
        num_examples=len(clip_keys),
        class_counts=tuple(np.bincount(label_VL[label_VL >= 0], minlength=len(origin.classes)).tolist()),
        index=stored_file(index),
        shards=tuple(
            ShardFile(file=plan.file, sha256=record.sha256, num_bytes=record.num_bytes, num_examples=len(record.label_N))
            for plan, record in chosen
        ),
        videos=VideoTable(num_videos=len(row_of), table=stored_file(videos)),
    )


def _warnings(
    dataset: VideoDataset,
    origin: VideoSource,
    *,
    plans: Sequence[ShardPlan],
    parts: Sequence[Part],
    splits: Mapping[str, SplitFiles],
) -> list[str]:
    reason = why_not_mirrored(origin.classes)
    warnings = [reason] if reason else []
    empty = [name for name, count in zip(origin.classes, splits["train"].class_counts, strict=True) if not count]
    if empty:
        warnings.append(f"no training video is there of {_some(empty)}")
    few = Counter[int]()
    sides: dict[bool, dict[int, bytes]] = {True: {}, False: {}}
    for plan, part in zip(plans, parts, strict=True):
        num_of = Counter(map(video_key, part.record.key_N.tolist()))
        few[num_clips_of(dataset, plan.split)] += sum(num < num_clips_of(dataset, plan.split) for num in num_of.values())
        sides[plan.split == "test"].update(zip(part.content_N.tolist(), num_of, strict=True))
    if dataset.clips.span_s is not None:
        warnings += [f"{num} videos are too short for {clips} clips and have fewer" for clips, num in sorted(few.items()) if num]
    both = [
        f"{as_text(key)} = {as_text(sides[False][content])}" for content, key in sides[True].items() if content in sides[False]
    ]
    if both:
        warnings.append(f"{len(both)} test videos are also training videos, byte for byte: {_some(both)}")
    return warnings


def _write_refused(folder: Path, *, plans: Sequence[ShardPlan], parts: Sequence[Part]) -> int:
    """Write `refused.csv` and return how many videos it lists."""
    rows = [(plan.split, *row) for plan, part in zip(plans, parts, strict=False) for row in part.refused]
    _write_csv(folder / "refused.csv", [("split", "file", "reason"), *rows])
    return len(rows)


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_bytes(path, text.getvalue().encode(errors="surrogateescape"))


def _died(task: CutTask) -> UnreadableError:
    return UnreadableError("the decoder dies of it (a damaged file, or not enough memory)")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
