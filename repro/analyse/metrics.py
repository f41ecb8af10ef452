"""Name the metrics of `runs.csv` and say on which scores each rests."""

from __future__ import annotations

from repro.spec.evaluation import PROTOCOLS

#: The metric that is an error at k on test images, by k.
TOP_K = {"top1_error": 1, "top5_error": 5}
#: The splits whose scores a metric rests on; metrics of the log or the weights rest on none.
SPLITS = {"top1_error": ("test",), "top5_error": ("test",), "top1_gap": ("test", "train"), "train_top1_error": ("train",)}
#: Metrics of which a ratio means something: errors, which the same protocol gives for both arms.
ERRORS = ("top1_error", "top5_error", "train_top1_error", "early_train_error")
EPOCHS = "epochs_to_train_error"
#: Protocols of what no score shows: the training log and the first layer's weights.
TRAINING, WEIGHTS = "training", "weights"
#: The crop by which it is seen whether a network has learned, where the metric itself has none.
PLAIN = "center"


def scored_splits(metric: str) -> tuple[str, ...]:
    """Return the splits whose scores `metric` rests on."""
    return SPLITS.get(metric, ())


def score_protocol(protocol: str) -> str:
    """Return `protocol`, or the plain crop if there are no scores by it."""
    return protocol if protocol in PROTOCOLS else PLAIN


def epochs_metric(threshold: float) -> str:
    """Return the name of the metric that counts epochs to the training error `threshold`."""
    return f"{EPOCHS}.{threshold:g}"
