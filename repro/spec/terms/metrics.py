"""The metrics of runs.csv and of claims: one table of what each is called, in which unit, and what it is read from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from repro.spec.evaluation import RELIT
from repro.spec.names import UnknownName
from repro.spec.terms.protocols import IMAGE, PROTOCOLS, TRAINING, WEIGHTS, example_of
from repro.spec.terms.units import CLIP_SECONDS, COUNT, EPOCHS_TAKEN, FREQUENCY, INDEX, P_VALUE, PERCENT, PRECISION, SECONDS, Unit

#: What a metric is read from: scores of examples, the training log, the first layer's kernels, the clock of a run, a timing of
#: several networks, the printed layers; or nothing here: a paper states it, and no run measures it.
SCORES, LOG, KERNELS, CLOCK, TIMINGS, LAYERS, STATED = "scores", "log", "kernels", "clock", "timings", "layers", "stated"
#: Whether an effect is decided as a log ratio: never, away from the paper's own data, or always.
NEVER, ELSEWHERE, ALWAYS = "never", "elsewhere", "always"
LESS, MORE = "less", "more"
#: A network whose top-1 error is above this share of chance has learned nothing yet.
CHANCE_SHARE = 0.9


def chance_floor(num_classes: int) -> float:
    """The top-1 error above which a network has learned nothing yet."""
    return CHANCE_SHARE * (1 - 1 / num_classes)


#: By which protocols examples are scored, and by which of them training examples are too.
SCORED = tuple(name for name, item in PROTOCOLS.items() if item.example)
PLAIN = tuple(name for name, item in PROTOCOLS.items() if item.plain)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A quantity that is measured of runs, or counted in a printed network.

    title: fits into "the ... of full"; `{example}` in it is what was scored, image, clip or video.
    parameter: what may stand after a point in its name: a class, a group of classes, a layer, a training error; title_of: the
        title with it, as `{}`.
    of: what it is read from. protocols: by which it is measured, "" where by none; empty for times, where the
        timed network stands instead.
    splits: those of whose examples it counts the right ones; k: how many of the best classes count.
    better: LESS, MORE, or "" where neither is. ratio: whether effects are log ratios.
    """

    name: str
    title: str
    unit: Unit
    of: str
    protocols: tuple[str, ...] = ("",)
    splits: tuple[str, ...] = ()
    k: int = 0
    better: str = ""
    ratio: str = NEVER
    parameter: str = ""
    title_of: str = ""

    @property
    def counts_examples(self) -> bool:
        """Whether it is the share of the examples of one split that are wrong."""
        return self.k > 0 and len(self.splits) == 1

    @property
    def is_test_error(self) -> bool:
        """Whether it is the share of test examples that are wrong, the complement of a hit at k."""
        return self.counts_examples and self.splits == ("test",)


TOP1, TOP5, TRAIN_TOP1, GAP = "top1_error", "top5_error", "train_top1_error", "top1_gap"
EARLY, EPOCHS, LEAVING, TRAIN_S = "early_train_error", "epochs_to_train_error", "epochs_to_leave_chance", "train_s"
COLOR_SPLIT, COLOR_SPLIT_P = "tower_color_split", "tower_color_split_p"
AVERAGE_PRECISION, MEAN_PRECISION, PRECISION_GAP = "average_precision", "mean_average_precision", "mean_average_precision_gap"
CHOICE, RELIGHTING, CAMERA_TREND = "choice_error", "relighting_loss", "camera_error_trend"
SATURATED, DEAD = "saturated_share", "dead_share"
STREAM_COLOR, STREAM_FREQUENCY = "stream_color_gap", "stream_frequency_gap"
TRAIN_S_PER_CLIP, TEST_S_PER_CLIP = "train_s_per_clip", "test_s_per_clip"
CONV_SHARE, NUM_CROPS, NUM_NEURONS = "largest_conv_share", "num_crops", "num_neurons"

METRICS = {
    item.name: item
    for item in (
        Metric(
            name=TOP1,
            title="top-1 error",
            unit=PERCENT,
            of=SCORES,
            protocols=SCORED,
            splits=("test",),
            k=1,
            better=LESS,
            ratio=ELSEWHERE,
        ),
        Metric(
            name=TOP5,
            title="top-5 error",
            unit=PERCENT,
            of=SCORES,
            protocols=SCORED,
            splits=("test",),
            k=5,
            better=LESS,
            ratio=ELSEWHERE,
        ),
        Metric(
            name=TRAIN_TOP1,
            title="top-1 error on training {example}s",
            unit=PERCENT,
            of=SCORES,
            protocols=PLAIN,
            splits=("train",),
            k=1,
            better=LESS,
            ratio=ELSEWHERE,
        ),
        Metric(
            name=GAP,
            title="top-1 gap between test and training",
            unit=PERCENT,
            of=SCORES,
            protocols=PLAIN,
            splits=("test", "train"),
            k=1,
            better=LESS,
        ),
        Metric(
            name=AVERAGE_PRECISION,
            title="average precision",
            unit=PRECISION,
            of=SCORES,
            protocols=("video",),
            better=MORE,
            parameter="class",
            title_of="average precision of {}",
        ),
        Metric(
            name=MEAN_PRECISION,
            title="mean average precision",
            unit=PRECISION,
            of=SCORES,
            protocols=("video",),
            better=MORE,
            parameter="group",
            title_of="mean average precision of {}",
        ),
        Metric(
            name=PRECISION_GAP,
            title="gap in mean average precision",
            unit=PRECISION,
            of=SCORES,
            protocols=("video",),
            parameter="group",
            title_of="gap in mean average precision of {}",
        ),
        Metric(
            name=CHOICE,
            title="error in choosing between two classes",
            unit=PERCENT,
            of=SCORES,
            protocols=("video",),
            better=LESS,
            parameter="pair",
            title_of="error in choosing {}",
        ),
        Metric(
            name=RELIGHTING,
            title="top-1 error that another light adds",
            unit=PERCENT,
            of=SCORES,
            protocols=(RELIT,),
            better=LESS,
        ),
        Metric(
            name=CAMERA_TREND,
            title="rise of the top-1 error with the camera's motion",
            unit=PERCENT,
            of=SCORES,
            protocols=("video",),
            better=LESS,
        ),
        Metric(name=SATURATED, title="share of saturated activations", unit=PERCENT, of=LOG, protocols=(TRAINING,), better=LESS),
        Metric(
            name=DEAD, title="share of units saturated for every image", unit=PERCENT, of=LOG, protocols=(TRAINING,), better=LESS
        ),
        Metric(
            name=STREAM_COLOR,
            title="colour selectivity of the context stream over that of the fovea stream",
            unit=INDEX,
            of=KERNELS,
            protocols=(WEIGHTS,),
        ),
        Metric(
            name=STREAM_FREQUENCY,
            title="mean frequency of the fovea stream over that of the context stream",
            unit=FREQUENCY,
            of=KERNELS,
            protocols=(WEIGHTS,),
        ),
        Metric(
            name=EARLY, title="early training error", unit=PERCENT, of=LOG, protocols=(TRAINING,), better=LESS, ratio=ELSEWHERE
        ),
        Metric(
            name=EPOCHS,
            title="epochs to a training error",
            unit=EPOCHS_TAKEN,
            of=LOG,
            protocols=(TRAINING,),
            better=LESS,
            ratio=ALWAYS,
            parameter="threshold",
            title_of="epochs to {} training error",
        ),
        Metric(
            name=LEAVING,
            title="epochs until chance is left",
            unit=EPOCHS_TAKEN,
            of=LOG,
            protocols=(TRAINING,),
            better=LESS,
            ratio=ALWAYS,
        ),
        Metric(
            name=COLOR_SPLIT,
            title="split of the towers by colour",
            unit=INDEX,
            of=KERNELS,
            protocols=(WEIGHTS,),
        ),
        Metric(
            name=COLOR_SPLIT_P,
            title="p-value of the towers' split by colour",
            unit=P_VALUE,
            of=KERNELS,
            protocols=(WEIGHTS,),
            better=LESS,
        ),
        Metric(name=TRAIN_S, title="time of training", unit=SECONDS, of=CLOCK, better=LESS),
        Metric(
            name=TRAIN_S_PER_CLIP,
            title="time of training for a clip",
            unit=CLIP_SECONDS,
            of=TIMINGS,
            protocols=(),
            better=LESS,
            ratio=ALWAYS,
        ),
        Metric(
            name=TEST_S_PER_CLIP,
            title="time of testing for a clip",
            unit=CLIP_SECONDS,
            of=TIMINGS,
            protocols=(),
            better=LESS,
            ratio=ALWAYS,
        ),
        Metric(name="num_parameters", title="number of parameters", unit=COUNT, of=LAYERS),
        Metric(
            name=NUM_NEURONS,
            title="number of neurons",
            unit=COUNT,
            of=LAYERS,
            parameter="layer",
            title_of="number of neurons in {}",
        ),
        Metric(name="num_flops", title="number of floating-point operations for an image", unit=COUNT, of=LAYERS),
        Metric(
            name=CONV_SHARE,
            title="largest share of the parameters in one convolution",
            unit=Unit(value="%", difference="points", share=True, decimals=2),
            of=LAYERS,
        ),
        Metric(name=NUM_CROPS, title="number of different crops of an image", unit=COUNT, of=LAYERS),
        Metric(
            name="train_days",
            title="time of training",
            unit=Unit(value="days", difference="days", decimals=1),
            of=STATED,
            better=LESS,
        ),
        Metric(
            name="clips_per_s",
            title="number of clips trained on in a second",
            unit=Unit(value="clips a second", difference="clips a second", decimals=1),
            of=STATED,
            protocols=(TRAINING,),
            better=MORE,
        ),
        Metric(
            name="num_near_duplicates",
            title="number of near-duplicates",
            unit=Unit(value="videos", difference="videos", decimals=0),
            of=STATED,
        ),
    )
}

#: k of each error at k on test examples, by metric.
TOP_K = {name: item.k for name, item in METRICS.items() if item.is_test_error}
#: The metrics that are read from the printed layers.
COUNTED = tuple(name for name, item in METRICS.items() if item.of == LAYERS)


def metric_named(name: str) -> Metric:
    """Look up a metric, with or without a parameter after a point.

    Raises:
        UnknownName: there is no such metric, or it has no parameter.
    """
    head, point, _ = name.partition(".")
    if head not in METRICS:
        raise UnknownName("metric", head, METRICS, hint="one entry in repro/spec/terms/metrics.py")
    if point and not METRICS[head].parameter:
        raise UnknownName("metric", name, [head], hint=f"{head} has no parameter")
    return METRICS[head]


def parameter(name: str) -> str:
    """Give what stands after the first point of a metric's name, "" if nothing does."""
    return name.partition(".")[2]


def class_slug(name: str) -> str:
    """Say how a class or a group of classes is called in a metric's name: `Human-Object Interaction` has underscores."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def epochs_metric(threshold: float) -> str:
    """Name the metric that counts epochs to the training error `threshold`."""
    return f"{EPOCHS}.{threshold:g}"


def unit_of(name: str) -> Unit:
    """Give the unit of a metric; raise UnknownName if there is no such metric."""
    return metric_named(name).unit


def metric_title(name: str, *, protocol: str = "") -> str:
    """Say how a metric is called, with its parameter; of clips and videos what is counted comes first.

    Raises:
        UnknownName: there is no such metric.
    """
    found, part, example = metric_named(name), parameter(name), example_of(protocol)
    title = found.title.format(example=example)
    if part:
        title = found.title_of.format(_parameter_title(found, part))
    return f"{example} {title}" if found.is_test_error and example != IMAGE else title


def _parameter_title(found: Metric, part: str) -> str:
    if found.parameter == "threshold":
        return threshold_title(float(part))
    return "the input" if part == "input" else part.replace("_", " ")


def threshold_title(threshold: float) -> str:
    """Say a training error at which paces are compared: `25 %`."""
    return f"{100 * threshold:g} %"
