"""Where videos come from and how they are cut into clips."""

from __future__ import annotations

from dataclasses import dataclass

#: procedural_videos: our generator. video_folders: `{train,test}/<class>/*`. ucf101: the official lists over a folder of class
#: folders. sports1m: the official partition files over a folder of videos named by their id.
VIDEO_KINDS = ("procedural_videos", "video_folders", "ucf101", "sports1m")

#: The file in a prepared data set that holds how the camera of each test video moves (repro.data.prepare.camera_motion).
CAMERA_FILE = "test.camera.npz"


@dataclass(frozen=True, kw_only=True)
class Clips:
    """How a video is cut into clips.

    num_frames: frames stored of each clip, evenly spread over the time that it spans.
    span_s: this time in seconds; None: the share `span_share` of each video, in (0, 1].
    num_train, num_test: clips of each training and test video at most, evenly spread over it.
    """

    num_frames: int
    span_s: float | None
    num_train: int
    num_test: int
    span_share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ProceduralVideos:
    """Knobs of the generated videos.

    num_train, num_test: videos in each split, spread evenly over the classes.
    frame_px, fps, seconds: side of the square frames, frames a second, length; each video has `num_shots` shots.
    appearance_classes: classes that one frame tells apart by their sprites and textures.
    motion_classes: classes with the same sprites and textures, told apart by trajectory, direction or speed alone.
    detail_classes: classes that differ in a fine texture at the centre alone, too fine to survive halving the resolution.
    border_classes: classes that differ in a coarse texture outside the central half of the frame alone.
    first_class: of each of these kinds, how many classes to pass over: another set of videos then has other classes.
    weak_share: share of the shots of a video that do not show its class.
    camera: pan, zoom and shake of the camera, in frame widths a second (0: none).
    two_label_share: share of the videos that show two classes and carry both labels.
    seed: of everything; the same knobs and seed give the same pixels.
    """

    num_train: int
    num_test: int
    frame_px: int
    fps: int
    seconds: float
    num_shots: int
    appearance_classes: int
    motion_classes: int
    detail_classes: int
    weak_share: float
    camera: float
    two_label_share: float
    seed: int
    border_classes: int = 0
    first_class: int = 0

    @property
    def num_classes(self) -> int:
        return self.appearance_classes + self.motion_classes + self.detail_classes + self.border_classes


@dataclass(frozen=True, kw_only=True)
class ClassGroup:
    """Classes that their authors sort under one name."""

    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VideoDataset:
    """A set of labelled videos, stored as clips of square frames of `stored_px`: central square cut, then resized.

    kind: one of VIDEO_KINDS; procedural: its generator's knobs; fold: of the official lists, where there are several.
    groups: the groups of its classes, as far as they are known beforehand and not told by the files.
    num_validation: training videos held out for the plateau rule and for tuning; never test videos.
    max_refused: share of unreadable or too short videos above which preparation fails, in [0, 1].
    of: the name of the printed set that these videos are, or are nearly; "" for data of which no paper prints a number.

    Raises:
        ValueError: generated videos are smaller than they are stored.
    """

    name: str
    kind: str
    title: str
    stored_px: int
    clips: Clips
    num_validation: int
    max_refused: float
    fold: int = 1
    procedural: ProceduralVideos | None = None
    of: str = ""
    groups: tuple[ClassGroup, ...] = ()

    def __post_init__(self) -> None:
        if self.procedural is not None and self.procedural.frame_px < self.stored_px:
            raise ValueError(
                f"data set {self.name!r} stores frames at {self.stored_px} px (stored_px) that are generated at "
                f"{self.procedural.frame_px} px (procedural.frame_px); allowed: generated at least as large as stored"
            )
