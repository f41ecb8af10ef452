"""Prepare a data set of any kind: open its source, make and verify what is stored, measure what belongs to it."""

from __future__ import annotations

from pathlib import Path

from repro.artifacts.provenance import prepare_stage
from repro.data.prepare.camera_motion import ensure_camera_motion
from repro.data.prepare.image_packer import ImagePacker
from repro.data.prepare.mirroring import why_not_mirrored
from repro.data.prepare.packer import Packer
from repro.data.prepare.preparation import Preparation
from repro.data.prepare.shard_plan import SHARD_BYTES
from repro.data.prepare.video_packer import VideoPacker
from repro.data.sources.part import PartOfImages, PartOfVideos
from repro.data.sources.source import Source, SourceError
from repro.data.sources.video_source import VideoSource
from repro.spec.datasets import DATASET_KINDS, MAX_LEFT_OUT, Dataset
from repro.spec.scales.series import ImagePart, VideoPart
from repro.spec.video_datasets import VIDEO_KINDS, VideoDataset
from repro.system.progress import Say


def prepare(
    dataset: Dataset | VideoDataset,
    *,
    folder: Path,
    source: Path | None,
    num_threads: int,
    say: Say,
    device: str = "cpu",
    shard_bytes: int = SHARD_BYTES,
    max_left_out: float = MAX_LEFT_OUT,
) -> None:
    """Prepare `dataset` in `folder`: make what is not there, and make again what is damaged.

    source: folder of the files the user has; generated data need none, CIFAR-10 is downloaded without one.
    num_threads: that decode images, or processes that decode videos.
    device: `cpu` or `cuda`, where images are decoded.
    max_left_out: share of the user's files above which preparation stops if they would not be used, in [0, 1].

    Raises:
        SourceError: the source is missing or wrong, or more files than `dataset.max_refused` were refused.
    """
    packer: Packer
    if isinstance(dataset, VideoDataset):
        videos = open_videos(dataset, source)
        if isinstance(dataset, VideoPart):
            videos = PartOfVideos(videos, share=dataset.share, num_validation=dataset.num_validation)
        packer = VideoPacker(dataset, videos, num_processes=num_threads)
    else:
        images = open_images(dataset, source, folder=folder, say=say)
        if isinstance(dataset, ImagePart):
            images = PartOfImages(images, share=dataset.share, num_validation=dataset.num_validation)
        packer = ImagePacker(dataset, images, num_threads=num_threads, device=device)
    stage = prepare_stage(dataset.kind, part=isinstance(dataset, ImagePart | VideoPart))
    Preparation(
        packer=packer,
        folder=folder,
        stage=stage,
        num_threads=num_threads,
        say=say,
        shard_bytes=shard_bytes,
        max_left_out=max_left_out,
    ).run()
    if isinstance(dataset, VideoDataset):
        ensure_camera_motion(dataset, folder, num_processes=num_threads, say=say)
        reason = why_not_mirrored(packer.origin.classes)
        if reason:
            say(f"prepare {dataset.name}: {reason}")


def open_images(dataset: Dataset, source: Path | None, *, folder: Path, say: Say) -> Source:
    """The source of a set of images; only the code of its kind is imported.

    Raises:
        SourceError: `source` is needed and missing, or is not what the kind of data set needs.
    """
    if dataset.kind not in DATASET_KINDS:
        raise SourceError(f"unknown kind of data set {dataset.kind!r}; allowed: {', '.join(DATASET_KINDS)}")
    if dataset.kind == "procedural":
        from repro.data.generated.images import ProceduralSource

        if dataset.procedural is None:
            raise SourceError(f"data set {dataset.name!r} is procedural and has no knobs; give it Dataset.procedural")
        return ProceduralSource(dataset.procedural)
    if dataset.kind == "cifar10":
        from repro.data.sources.cifar10 import Cifar10Source

        return Cifar10Source(source, download_folder=folder / "download", say=say)
    root = given(source, dataset, key="images")
    if dataset.kind == "ilsvrc2010":
        from repro.data.sources.ilsvrc2010 import Ilsvrc2010Source

        return Ilsvrc2010Source(root)
    if dataset.kind == "ilsvrc2012":
        from repro.data.sources.ilsvrc import Ilsvrc2012Source

        return Ilsvrc2012Source(root)
    if dataset.kind == "unsplit_folders":
        from repro.data.sources.unsplit_folders import UnsplitFoldersSource

        return UnsplitFoldersSource(root)
    from repro.data.sources.folders import FoldersSource

    return FoldersSource(root)


def open_videos(dataset: VideoDataset, source: Path | None) -> VideoSource:
    """The source of a set of videos; only the code of its kind is imported.

    Raises:
        SourceError: `source` is needed and missing, or is not what the kind of data set needs.
    """
    if dataset.kind not in VIDEO_KINDS:
        raise SourceError(f"unknown kind of video data set {dataset.kind!r}; allowed: {', '.join(VIDEO_KINDS)}")
    if dataset.kind == "procedural_videos":
        from repro.data.generated.videos import ProceduralVideoSource

        return ProceduralVideoSource(dataset)
    root = given(source, dataset, key="videos")
    if dataset.kind == "ucf101":
        from repro.data.sources.ucf101 import Ucf101Source

        return Ucf101Source(root, fold=dataset.fold, groups=dataset.groups)
    if dataset.kind == "sports1m":
        from repro.data.sources.sports1m import Sports1mSource

        return Sports1mSource(root)
    from repro.data.sources.video_folders import VideoFoldersSource

    return VideoFoldersSource(root)


def given(source: Path | None, dataset: Dataset | VideoDataset, *, key: str) -> Path:
    """The folder that the user gave; raise SourceError if none was, and say by which key of the configuration it is."""
    if source is None:
        raise SourceError(
            f"data set {dataset.name!r} ({dataset.title}) is read from your own folder and none was given; add --config {key}=DIR"
        )
    return source
