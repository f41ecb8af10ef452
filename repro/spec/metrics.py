"""Name the metrics of `runs.csv` and say on which scores each rests."""

from __future__ import annotations

import re
from collections.abc import Sequence

from repro.spec.evaluation import PROTOCOLS
from repro.spec.video import CLIP_PROTOCOLS

#: The metric that is an error at k on test images, by k.
TOP_K = {"top1_error": 1, "top5_error": 5}
#: The splits whose scores a metric rests on; metrics of the log or the weights rest on none.
SPLITS = {"top1_error": ("test",), "top5_error": ("test",), "top1_gap": ("test", "train"), "train_top1_error": ("train",)}
#: Metrics of which a ratio means something: errors, which the same protocol gives for both arms.
ERRORS = ("top1_error", "top5_error", "train_top1_error", "early_train_error")
#: Metrics of a timing, whose protocol is the network that was timed.
SPEEDS = ("train_s_per_clip", "test_s_per_clip")
#: Metrics of which a ratio inside a run means something.
RATIOS = (*ERRORS, *SPEEDS)
EPOCHS = "epochs_to_train_error"
#: Average precision of a class, its mean over a group of classes, and the mean of all others less that of a group; which class
#: or group stands after a point.
AVERAGE_PRECISION, MEAN_PRECISION = "average_precision", "mean_average_precision"
PRECISION_GAP = "mean_average_precision_gap"
#: Protocols of what no score shows: the training log and the first layer's weights.
TRAINING, WEIGHTS = "training", "weights"
#: The plainest protocol of images and of clips: one crop, the centre.
PLAIN = (PROTOCOLS[0], CLIP_PROTOCOLS[0])


def scored_splits(metric: str) -> tuple[str, ...]:
    """Return the splits whose scores `metric` rests on."""
    return SPLITS.get(metric, ())


def plain_protocol(protocols: Sequence[str]) -> str:
    """Return the plainest of `protocols`, by which training examples are scored too; "" if no single crop is scored."""
    return next((protocol for protocol in PLAIN if protocol in protocols), "")


def score_protocol(protocol: str, *, scored: Sequence[str]) -> str:
    """Return `protocol` if there are scores by it, else the plainest of those `scored`, by which it is seen what was learned."""
    return protocol if protocol in (*PROTOCOLS, *CLIP_PROTOCOLS) else plain_protocol(scored)


def epochs_metric(threshold: float) -> str:
    """Return the name of the metric that counts epochs to the training error `threshold`."""
    return f"{EPOCHS}.{threshold:g}"


def class_slug(name: str) -> str:
    """Return how a class or a group of classes is called in a metric's name: `Human-Object Interaction` has underscores."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")
