"""The protocols by which a run is measured: one table of what each is called and what it scores.

What an evaluation may ask for is in repro.spec.evaluation (images) and repro.spec.video (clips).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from repro.spec.evaluation import RELIT
from repro.spec.names import UnknownName

#: What the training log shows, and what the first layer's weights show: nothing is scored.
TRAINING, WEIGHTS = "training", "weights"
#: What is scored where a protocol does not say, and the plainest view of it: one crop, the centre.
IMAGE, PLAIN_CROP = "image", "center"


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How examples are presented to a trained model.

    title: as it follows "by": "by ten crops".
    example: what is scored, one by one: image, clip or video; "" where nothing is scored.
    sampled: what the examples were drawn from at random: clips of one video succeed and fail together.
    num_crops: crops of an image that are averaged; 0 where they are not of images.
    plain: whether it is the single view by which training examples are scored too.
    relit: whether examples are shown under another light than that in which they were taken.
    """

    name: str
    title: str
    example: str = ""
    sampled: str = ""
    num_crops: int = 0
    plain: bool = False
    relit: bool = False


#: Of images and of clips those with fewer crops or views come first.
PROTOCOLS = {
    item.name: item
    for item in (
        Protocol(name=PLAIN_CROP, title="centre crop", example=IMAGE, sampled="image", num_crops=1, plain=True),
        Protocol(name=RELIT, title="centre crop under another light", example=IMAGE, sampled="image", num_crops=1, relit=True),
        Protocol(name="center_mirror", title="centre crop and its mirror image", example=IMAGE, sampled="image", num_crops=2),
        Protocol(name="five_crop", title="five crops", example=IMAGE, sampled="image", num_crops=5),
        Protocol(name="ten_crop", title="ten crops", example=IMAGE, sampled="image", num_crops=10),
        Protocol(name="clip", title="single clips", example="clip", sampled="video", plain=True),
        Protocol(name="video", title="whole videos", example="video", sampled="video"),
        Protocol(name=TRAINING, title="while training"),
        Protocol(name=WEIGHTS, title="weights"),
    )
}


def protocol_named(name: str) -> Protocol:
    """Look up a protocol.

    Raises:
        UnknownName: there is none called `name`.
    """
    if name not in PROTOCOLS:
        raise UnknownName("protocol", name, PROTOCOLS)
    return PROTOCOLS[name]


@cache
def protocols_of(example: str) -> tuple[str, ...]:
    """Name the protocols that score images, clips or videos (`example`), those with fewer crops first."""
    return tuple(name for name, item in PROTOCOLS.items() if item.example == example)


def protocols_by_crops() -> tuple[str, ...]:
    """Name the protocols that show images as they are and differ in the number of crops, those with fewer first."""
    return tuple(name for name in protocols_of(IMAGE) if not PROTOCOLS[name].relit)


def num_crops(name: str) -> int:
    """Count the crops of an image that a protocol of images averages."""
    return protocol_named(name).num_crops


def scores_examples(name: str) -> bool:
    """Say whether there are scores of single examples by `name`; the names of networks in a timing are no protocols."""
    return name in PROTOCOLS and PROTOCOLS[name].example != ""


def example_of(name: str) -> str:
    """Say what is scored by `name`: image, clip or video; where it scores nothing, image."""
    return PROTOCOLS[name].example if scores_examples(name) else IMAGE


def sampled_by(name: str) -> str:
    """Say what the examples scored by `name` were sampled as: images, or videos, whose clips succeed and fail together."""
    return f"{PROTOCOLS[name].sampled if scores_examples(name) else IMAGE}s"


def plain_protocol(protocols: Sequence[str]) -> str:
    """Name the plain one of `protocols`, by which training examples are scored too; "" if no single view is scored."""
    return next((name for name in PROTOCOLS if PROTOCOLS[name].plain and name in protocols), "")


def score_protocol(name: str, *, scored: Sequence[str]) -> str:
    """Take `name` if there are scores by it, else the plain one of those `scored`, by which it is seen what was learned."""
    return name if scores_examples(name) else plain_protocol(scored)
