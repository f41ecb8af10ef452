"""How a trained network is scored."""

from __future__ import annotations

from dataclasses import dataclass

#: `center`: the centre crop. `center_mirror`: it and its mirror image. `five_crop`: four corners and centre.
#: `ten_crop`: those five and their mirror images. The softmax is averaged over the crops.
IMAGE_PROTOCOLS = ("center", "center_mirror", "five_crop", "ten_crop")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The crops over which the softmax is averaged on the test split, and how many training images are scored.

    Training images (the first `num_train_examples` of a fixed order, centre crop) give the train-test gap.
    `num_probe`: so many of them go through the net after each epoch, to see which units are saturated (0: none).
    `num_gallery`: so many test images are kept with their five best classes and their nearest training images, by the
    Euclidean distance of the last hidden layer (0: none); of videos a film strip and the five best classes.
    """

    protocols: tuple[str, ...]
    num_train_examples: int
    num_probe: int = 0
    num_gallery: int = 0
