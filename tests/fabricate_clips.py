"""Fabricate what runs on videos leave beside their numbers, FOR TESTS ONLY.

Shapes: N examples, K classes (of kernels: kernels), L labels, G gallery videos, T frames, S side, C colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import write_npz
from repro.artifacts.dataset_json import ListedFiles, VideoData, VideoTable
from repro.artifacts.documents import write_document
from repro.artifacts.files import write_text
from repro.artifacts.run_json import Pictures, ScoresFile, TimedNetworks
from repro.artifacts.scores import Scores, scores_file, write_scores
from repro.artifacts.stored_files import StoredFile, stored_file
from repro.artifacts.timings_json import Speed, TimingsJson
from repro.spec.geometry.clips import clip_geometry
from repro.spec.run import Run, Timing
from repro.spec.video import ClipNetwork
from repro.spec.video_datasets import CAMERA_FILE
from tests.described import FABRICATED

#: Clips of a video, frames and side of its film strip.
CLIPS_OF_VIDEO, GALLERY_FRAMES, GALLERY_PX = 2, 3, 24
#: The groups of the classes, in turn.
GROUPS = ("objects", "moving")


def video_key(split: str, number: int) -> bytes:
    """Return the key of a video."""
    return f"{split}-{number:06d}".encode()


def write_clip_scores(
    run: Run, folder: Path, scores_NK: NDArray[np.float32], label_N: NDArray[np.int32], *, split: str, protocol: str
) -> ScoresFile:
    """Write scores of clips, two of each video and equally right, or of videos, every tenth of which has a second label."""
    example_N = np.array([video_key(split, number) for number in range(len(label_N))])
    unit_N = None
    if protocol == "clip":
        scores_NK, label_N, unit_N = (np.repeat(array, CLIPS_OF_VIDEO, axis=0) for array in (scores_NK, label_N, example_N))
        example_N = np.array([b"%b#%d" % (key, number % CLIPS_OF_VIDEO) for number, key in enumerate(unit_N.tolist())])
    # The least probable class is no better a label, so that a second label makes no video right.
    second_N = np.where(np.arange(len(label_N)) % 10 == 0, scores_NK.argmin(axis=1), -1)
    second_N = np.where(second_N == label_N, -1, second_N)
    path = folder / scores_file(split, protocol)
    write_scores(
        path,
        Scores(
            scores_NK=scores_NK,
            label_N=label_N,
            example_N=example_N,
            run=run.id,
            split=split,
            protocol=protocol,
            label_NL=np.stack([label_N, second_N], axis=1).astype(np.int32),
            unit_N=unit_N,
        ),
    )
    return scores_entry(path, split=split, protocol=protocol, num_examples=len(label_N))


def scores_entry(path: Path, *, split: str, protocol: str, num_examples: int) -> ScoresFile:
    """Say what run.json says of the scores at `path`."""
    stored = stored_file(path)
    return ScoresFile(split=split, protocol=protocol, file=stored.file, sha256=stored.sha256, num_examples=num_examples)


def table_of_videos(folder: Path, split: str, *, num_videos: int) -> VideoTable:
    """What dataset.json says of the videos of a split; words stand in for the table itself."""
    path = folder / f"{split}.videos.npz"
    write_text(path, f"{FABRICATED}\n")
    return VideoTable(num_videos=num_videos, table=stored_file(path))


def video_data(folder: Path, index: StoredFile, *, classes: Sequence[str], num_videos: int) -> VideoData:
    """Write motions of the camera that grow with the video's number, and say what dataset.json says of videos alone.

    Of the last video no motion was seen.
    """
    motion_V = np.linspace(0.0, 0.05, num_videos).astype(np.float32)
    motion_V[-1] = np.nan
    key_V = np.array([video_key("test", number) for number in range(num_videos)])
    about = {"source": np.array("drawn"), "index_sha256": np.array(index.sha256)}
    write_npz(folder / CAMERA_FILE, {"motion_V": motion_V, "key_V": key_V, **about})
    write_text(folder / "missing.csv", "split,file\n")
    missing = ListedFiles(file="missing.csv", sha256=stored_file(folder / "missing.csv").sha256, num=0, share=0.0)
    return VideoData(num_frames=16, mirror=True, groups=class_groups(classes), missing=missing)


def class_groups(classes: Sequence[str]) -> dict[str, str]:
    """Return the group of every class."""
    return {name: GROUPS[k % len(GROUPS)] for k, name in enumerate(classes)}


def clip_pictures(run: Run, folder: Path, rng: np.random.Generator, *, num_gallery: int, num_classes: int) -> Pictures:
    """Write kernels and gallery of a network of clips."""
    network = run.trained.network
    assert isinstance(network, ClipNetwork)
    write_stream_kernels(network, folder / "stream_kernels.npz", rng, num_classes=num_classes)
    kernels = stored_file(folder / "stream_kernels.npz")
    if not num_gallery:
        return Pictures(stream_kernels=kernels)
    write_clip_gallery(folder / "clip_gallery.npz", rng, num=num_gallery, num_classes=num_classes)
    return Pictures(stream_kernels=kernels, clip_gallery=stored_file(folder / "clip_gallery.npz"))


def write_timings(timing: Timing, path: Path, rng: np.random.Generator) -> TimedNetworks:
    """Write times of some rounds, in which nets with two streams take a third of the others' time."""
    networks = {}
    for name in (item.name for item in timing.networks):
        train_s = (0.02 if name.endswith("multires") else 0.06) * np.exp(0.05 * rng.standard_normal(5))
        times, fast = tuple(train_s.tolist()), tuple((train_s / 3).tolist())
        networks[name] = Speed(train_s=times, test_s=fast, train_cpu_s=times, test_cpu_s=fast)
    write_document(path, TimingsJson(networks=networks))
    return TimedNetworks(timings=stored_file(path))


def write_stream_kernels(network: ClipNetwork, path: Path, rng: np.random.Generator, *, num_classes: int) -> None:
    """Write noise for the first layer's kernels of each stream."""
    kernels = {}
    for stream in clip_geometry(network, num_classes=num_classes).streams:
        layer = stream.conv[0]
        shape = (layer.num_kernels, layer.num_frames, layer.space.kernel_px, layer.space.kernel_px, 3)
        kernels[stream.name or "frame"] = rng.standard_normal(shape).astype(np.float32)
    write_npz(path, kernels)


def write_clip_gallery(path: Path, rng: np.random.Generator, *, num: int, num_classes: int) -> None:
    """Write film strips of the first `num` videos, the same for every run, with classes of its own."""
    frames = np.random.default_rng(num).integers(256, size=(num, GALLERY_FRAMES, GALLERY_PX, GALLERY_PX, 3)).astype(np.uint8)
    best_G5 = np.argsort(rng.random((num, num_classes)), axis=1)[:, :5].astype(np.int32)
    label_G = (np.arange(num) % num_classes).astype(np.int32)
    write_npz(
        path,
        {
            "frame_GTSSC": frames,
            "label_GL": np.stack([label_G, np.where(label_G == 0, 1, -1)], axis=1).astype(np.int32),
            "example_G": np.array([video_key("test", number) for number in range(num)]),
            "best_G5": best_G5,
            "score_G5": np.broadcast_to((0.5 ** np.arange(1, best_G5.shape[1] + 1)).astype(np.float32), best_G5.shape),
        },
    )
