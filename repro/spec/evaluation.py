"""How a trained network is scored."""

from __future__ import annotations

from dataclasses import dataclass

#: `center`: the centre crop. `center_mirror`: it and its mirror image. `five_crop`: four corners and centre.
#: `ten_crop`: those five and their mirror images. The softmax is averaged over the crops. `center_relit`: the
#: centre crop of each image under another light, brighter or darker and of another colour.
RELIT = "center_relit"
IMAGE_PROTOCOLS = ("center", RELIT, "center_mirror", "five_crop", "ten_crop")


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How the test split is scored: `protocols` are of IMAGE_PROTOCOLS or, of videos, of CLIP_PROTOCOLS."""

    protocols: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ImageEvaluation(Evaluation):
    """How a network of images is scored.

    num_train_examples: training images (the first of a fixed order, centre crop) that are scored too; they give
        the train-test gap.
    num_probe: training images that go through the net after each epoch, to see which units are saturated (0: none).
    num_gallery: test images that are kept with their five best classes and their nearest training images, by
        the Euclidean distance of the last hidden layer (0: none).
    """

    num_train_examples: int
    num_probe: int = 0
    num_gallery: int = 0
