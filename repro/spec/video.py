"""What a network of clips is made of, how it is trained and how it is scored."""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.evaluation import Evaluation
from repro.spec.network import Dense, Network
from repro.spec.recipe import Recipe

#: clip: each clip by itself, centre crop. video: the softmax averaged over the views of a clip, then over the clips of a video.
CLIP_PROTOCOLS = ("clip", "video")
NUMS_OF_VIEWS = (1, 2, 4)


#: What a stream sees of a frame: all of it at a lower resolution, or its central part as it is.
REGIONS = ("whole", "center")


@dataclass(frozen=True, kw_only=True)
class TimeWindow:
    """A convolution whose kernels reach over time: `num_frames` successive responses of the layer before, every `stride`.

    `padding`: zero frames at both ends. Layers without a window see one response at a time, with the same kernels for each.
    """

    layer: str
    num_frames: int
    stride: int = 1
    padding: int = 0


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A copy of the convolutions, with kernels of its own, for a `region` of the frame, `divide_by` times smaller at the side.

    `whole` shrinks the frame (context), `center` cuts its central part out at full resolution (fovea).
    """

    name: str
    region: str
    divide_by: int = 2


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Streams whose last maps meet in the first dense layer; the layers in `unpooled` lose their pooling, as maps are smaller."""

    streams: tuple[Stream, ...]
    unpooled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fusion:
    """Which frames of a clip a network reads, and where it brings them together.

    frames: of a stored clip, counted from 0. What is left of time after the last convolution goes into the first dense layer
        side by side: one frame is the single-frame net, two frames far apart with no window are late fusion (towers with
        shared kernels), a window over all frames in the first layer is early fusion, several windows are slow fusion.
    """

    frames: tuple[int, ...]
    windows: tuple[TimeWindow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClipNetwork:
    """A network of clips: `frame` says what it does in space, `fusion` what its convolutions do over time.

    streams: None where the net sees whole frames.
    dropout_before_dense: whether the inputs of the first dense layer are dropped out too, at the rate of the others.
    """

    frame: Network
    fusion: Fusion
    streams: Streams | None = None
    dropout_before_dense: bool = False

    @property
    def frames(self) -> tuple[int, ...]:
        return self.fusion.frames

    @property
    def windows(self) -> tuple[TimeWindow, ...]:
        return self.fusion.windows

    @property
    def output(self) -> Dense:
        """The layer that gives the classes."""
        return self.frame.output


@dataclass(frozen=True, kw_only=True)
class ClipRecipe(Recipe):
    """All choices of training on clips; `pixel_mean` is subtracted from every pixel.

    A clip's frames share one crop and one mirroring. The crop's size is that of the network's input.
    """

    pixel_mean: float


@dataclass(frozen=True, kw_only=True)
class ClipEvaluation(Evaluation):
    """How a network of clips is scored.

    num_train_examples: training clips (the first of a fixed order, centre crop) that are scored too.
    num_views: crops and mirrorings of each clip over which the protocol `video` averages: 1 (centre), 2 (and
        mirrored) or 4 (the corners, two of them mirrored).
    num_gallery: test videos that are kept as a film strip with their five best classes (0: none).
    """

    num_train_examples: int
    num_views: int
    num_gallery: int = 0
