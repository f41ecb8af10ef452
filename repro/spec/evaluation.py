"""How a trained network is scored."""

from __future__ import annotations

from dataclasses import dataclass

#: `center`: the centre crop. `ten_crop`: four corners and centre, and their mirror images, softmax averaged.
PROTOCOLS = ("center", "ten_crop")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The crops over which the softmax is averaged on the test split, and how many training images are scored.

    Training images (the first `num_train_examples` of a fixed order, centre crop) give the train-test gap.
    """

    protocols: tuple[str, ...]
    num_train_examples: int
