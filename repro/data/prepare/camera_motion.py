"""Say how the camera of each test video moves: as it was drawn for a generated one, else estimated from its stored clips.

Between two stored frames the flow of every pixel is estimated (dense inverse search), and the similarity (shift, turn, zoom)
with which most of a grid of points agree is taken for the camera's: what moves otherwise before the scene is left out as an
outlier (RANSAC). Its size is the mean distance by which it moves the grid, in sides of the frame. Objects that move alike and
fill most of the frame are taken for the scene: of generated videos, in which they do, what was drawn is stored instead.

Sources: Karpathy et al. 2014, section 4.1, which suspects that Slow Fusion is hurt by camera motion and measures none; Kroeger
et al. 2016, "Fast Optical Flow using Dense Inverse Search".

Shape suffixes: T frames, H, W pixels, P points, V videos.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import npz_bytes, read_npz, write_npz
from repro.artifacts.dataset_json import read_dataset
from repro.artifacts.provenance import code_digest, spec_digest
from repro.data.generated.video_drawing import Camera, background, draw_camera
from repro.data.generated.videos import stream
from repro.data.shards.clips import ClipShards
from repro.spec.video_datasets import CAMERA_FILE, ProceduralVideos, VideoDataset
from repro.system.progress import Say
from repro.system.workers import Workers

#: At most so many clips of a video are looked at, evenly spread.
CLIPS_OF_VIDEO = 2
#: Rows and columns of the grid.
GRID = 16
#: How far from its place by the camera's motion a point may be, in pixels, and still agree with it.
AGREES_PX = 0.5


@dataclass(frozen=True, kw_only=True)
class CameraTask:
    """Film strips of some clips of a video, JPEG, and the number of frames in each."""

    strips: tuple[bytes, ...]
    num_frames: int


def ensure_camera_motion(dataset: VideoDataset, folder: Path, *, num_processes: int, say: Say) -> None:
    """Write `test.camera.npz` beside the test split, if it is not there already for these very clips, by this code.

    It holds motion_V and key_V, each video's motion and key, `source` (drawn or estimated), the SHA-256 of the clips' index
    and `made_from`, the digest of all that decides the motions.
    """
    path, index = folder / CAMERA_FILE, read_dataset(folder).splits["test"].index.sha256
    shards_N = [shard.sha256 for shard in read_dataset(folder).splits["test"].shards]
    made_from = spec_digest([index, shards_N, dataset.procedural, dataset.clips, code_digest("camera_motion")])
    if _made_from(path) == made_from:
        return
    shards = ClipShards(folder, "test")
    source = "estimated" if dataset.procedural is None else "drawn"
    say(f"takes down the motion of the camera of {shards.num_videos} test videos, {source}")
    if dataset.procedural is None:
        motion_V = camera_motion_V(shards, num_processes=num_processes)
    else:
        motion_V = drawn_motion_V(dataset, shards)
    about = {"source": np.array(source), "index_sha256": np.array(index), "made_from": np.array(made_from)}
    write_npz(path, {"motion_V": motion_V, "key_V": shards.key_V, **about})


def _made_from(path: Path) -> str:
    """What the motions stored at `path` were made from; "" where there are none, or they are damaged.

    The file is written again in memory and compared: beside the arrays, which have checksums, an archive holds dates and
    sizes that nothing checks.
    """
    try:
        arrays = read_npz(path)
        return str(arrays["made_from"]) if npz_bytes(arrays) == path.read_bytes() else ""
    except Exception:  # a damaged archive fails in many ways: struct, zip, header and decoding errors
        return ""


def drawn_motion_V(dataset: VideoDataset, shards: ClipShards) -> NDArray[np.float32]:
    """For each generated test video how far its camera moves from one stored frame to the next, in frame sides."""
    knobs, clips = dataset.procedural, dataset.clips
    assert knobs is not None and clips.span_s is not None, "generated clips span a time"
    step_s = clips.span_s / clips.num_frames
    index_V = [int(key.rpartition(b"_")[2]) for key in shards.key_V.tolist()]
    return np.array([drawn_motion(knobs, split="test", index=i, step_s=step_s) for i in index_V], np.float32)


def drawn_motion(knobs: ProceduralVideos, *, split: str, index: int, step_s: float) -> float:
    """The mean over the shots of a video of the median motion of their cameras from step to step."""
    num_steps = max(int(knobs.seconds / knobs.num_shots / step_s), 1)
    found = []
    for shot in range(knobs.num_shots):
        generator = stream(knobs, split=split, index=index, purpose=f"shot {shot}")
        background(generator, frame_px=knobs.frame_px)  # drawn first, before the camera
        camera = draw_camera(generator, speed=knobs.camera)
        found.append(float(np.median([_moved(camera, step_s * k, step_s * (k + 1)) for k in range(num_steps)])))
    return math.fsum(found) / len(found)


def _moved(camera: Camera, before_s: float, after_s: float) -> float:
    """The mean distance by which a camera moves the grid between two moments, in frame sides."""
    (x, y, zoom), (x_after, y_after, zoom_after) = camera.at(before_s), camera.at(after_s)
    place_G = (np.arange(GRID) + 0.5) / GRID - 0.5
    right_G = (x + place_G / zoom - x_after) * zoom_after - place_G
    down_G = (y + place_G / zoom - y_after) * zoom_after - place_G
    return float(np.hypot(right_G[None, :], down_G[:, None]).mean())


def camera_motion_V(shards: ClipShards, *, num_processes: int) -> NDArray[np.float32]:
    """For each video how far its camera moves from one stored frame to the next, in frame sides; NaN: not to be seen."""
    with Workers(motion_of, num_processes=num_processes, on_death=not_seen) as workers:
        return np.fromiter(workers.results(_tasks(shards)), np.float32, count=shards.num_videos)


def _tasks(shards: ClipShards) -> Iterator[CameraTask]:
    first_V = np.searchsorted(shards.video_N, np.arange(shards.num_videos + 1))
    for first, end in itertools.pairwise(first_V):
        chosen = np.unique(np.linspace(first, end - 1, min(CLIPS_OF_VIDEO, end - first)).round().astype(np.int64))
        yield CameraTask(strips=tuple(strip.tobytes() for strip in shards.strips(chosen)), num_frames=shards.num_frames)


def motion_of(task: CameraTask) -> float:
    """The mean over the clips of their motion; NaN where it is seen in none."""
    found = [clip_motion(strip_frames_THW(strip, num_frames=task.num_frames)) for strip in task.strips]
    seen = [motion for motion in found if not math.isnan(motion)]
    return math.fsum(seen) / len(seen) if seen else math.nan


def not_seen(task: CameraTask) -> float:
    """The motion of clips that crash the decoder."""
    return math.nan


def strip_frames_THW(strip: bytes, *, num_frames: int) -> NDArray[np.uint8]:
    """The grey frames of a film strip, in which they stand below each other."""
    grey_HW: Any = cv2.imdecode(np.frombuffer(strip, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(grey_HW, np.uint8).reshape(num_frames, -1, grey_HW.shape[1])


def clip_motion(frame_THW: NDArray[np.uint8]) -> float:
    """The median over pairs of frames of how far the camera moves between them, in frame sides; NaN: not to be seen.

    A cut within the clip is one pair of many.
    """
    pairs = itertools.pairwise(frame_THW)
    found = [size for before, after in pairs if (size := displacement(before, after)) is not None]
    return float(np.median(found)) if found else math.nan


def displacement(before_HW: NDArray[np.uint8], after_HW: NDArray[np.uint8]) -> float | None:
    """How far the similarity between two frames moves the grid, in frame sides; None if none is found."""
    height, width = before_HW.shape
    estimator: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow_HW2 = estimator.calc(np.ascontiguousarray(before_HW), np.ascontiguousarray(after_HW), None)
    y_P, x_P = (places.ravel() for places in np.meshgrid(grid(height), grid(width), indexing="ij"))
    point_P2 = np.stack([x_P, y_P], axis=1).astype(np.float32)
    similarity_23, _ = cv2.estimateAffinePartial2D(
        point_P2, point_P2 + flow_HW2[y_P, x_P], method=cv2.RANSAC, ransacReprojThreshold=AGREES_PX
    )
    if similarity_23 is None:
        return None
    moved_P2 = point_P2 @ similarity_23[:, :2].T + similarity_23[:, 2]
    return float(np.hypot(*(moved_P2 - point_P2).T).mean() / max(height, width))


def grid(side_px: int) -> NDArray[np.int64]:
    """The rows or columns of the grid."""
    return ((np.arange(GRID) + 0.5) / GRID * side_px).astype(np.int64)
