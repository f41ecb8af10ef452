"""Series of sizes: a scale again with fewer training images, narrower nets or shorter training, by its name alone.

`cifar10_images_1of4` is the scale `cifar10` on a quarter of the training images. Every scale has such sizes, those of a
user's own file too. A size changes nothing that a variant ablates, and both arms of every claim share it.

Of fewer images each is seen more often: the number of passes grows by the root of what the images shrink to. With as many
passes a small size would have so few updates that its nets hardly leave chance; with as many updates each image would be
seen so often that what is measured is repetition. So a quarter of the images has twice the passes and half of the updates.
Drops of the learning rate keep their place in the training.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from repro.spec.datasets import SAME_DATA, STAND_IN, Dataset
from repro.spec.names import UnknownName
from repro.spec.recipe import Schedule
from repro.spec.scales.sizings import AnySizing, Sizing
from repro.spec.video_datasets import VideoDataset

if TYPE_CHECKING:  # a scale's own module asks here for what it does not list
    from repro.spec.experiment import Paper, Scale

IMAGES, WIDTH, EPOCHS = "images", "width", "epochs"
#: Along what a scale is made smaller or larger, and how a size of it is told.
AXES = {
    IMAGES: "{} of the training images of each class",
    WIDTH: "{} of the width of its nets",
    EPOCHS: "{} of the epochs",
}
#: Of a share s of the images, s to this power as many passes.
PASSES_EXPONENT = -0.5
NAME = re.compile(rf"(?P<scale>.+)_(?P<axis>{'|'.join(AXES)})_(?P<share>[^_]+)")
SHARE = re.compile(r"([1-9]\d{0,3})of([1-9]\d{0,3})")
ALLOWED = f"SCALE_{'|'.join(AXES)}_MofN, such as cifar10_images_1of4"


class WrongSize(UnknownName):
    """The name of a scale at a size that cannot be."""

    def __init__(self, name: str, why: str) -> None:
        ValueError.__init__(self, f"scale {name!r}: {why}")


@dataclass(frozen=True, kw_only=True)
class ImagePart(Dataset):
    """The same images, but of the training images of every class a share alone: those held out and the test images are all there.

    Which they are follows from their keys: of two shares, the smaller is a part of the larger.
    """

    share: float


@dataclass(frozen=True, kw_only=True)
class VideoPart(VideoDataset):
    """The same videos, but of the training videos of every class a share alone, as of images."""

    share: float


@dataclass(frozen=True, kw_only=True)
class SizeOf:
    """How large something is beside the scale from which it is derived. axis: one of AXES."""

    axis: str
    share: Fraction

    @property
    def suffix(self) -> str:
        return f"_{self.axis}_{self.share.numerator}of{self.share.denominator}"

    @property
    def words(self) -> str:
        """The size for a reader."""
        return AXES[self.axis].format(self.share)

    def data(self, dataset: Dataset | VideoDataset) -> Dataset | VideoDataset:
        """The data at this size. They are no printed set: a level of them is compared with no number of a paper."""
        if self.axis != IMAGES:
            return replace(dataset, of="")
        held: dict[str, Any] = {field.name: getattr(dataset, field.name) for field in fields(dataset)}
        what = "images" if isinstance(dataset, Dataset) else "videos"
        held |= {"of": "", "title": f"{dataset.title}, {self.share} of its training {what}"}
        part = ImagePart if isinstance(dataset, Dataset) else VideoPart
        return part(**held, share=float(self.share))

    def schedule(self, schedule: Schedule) -> Schedule:
        """The length of training at this size, drops in proportion."""
        if self.axis == WIDTH:
            return schedule
        factor = float(self.share) ** (PASSES_EXPONENT if self.axis == IMAGES else 1)
        num_epochs = max(1, round(schedule.num_epochs * factor))
        exact = num_epochs / schedule.num_epochs
        patience = max(1, round(schedule.patience * exact)) if schedule.patience else 0
        drops = tuple(drop * num_epochs / schedule.num_epochs for drop in schedule.drops)
        return replace(schedule, num_epochs=num_epochs, drops=drops, patience=patience)

    def width(self, width: float) -> float:
        """The width of nets at this size."""
        return width * float(self.share) if self.axis == WIDTH else width


def scale_at_size(paper: Paper, name: str) -> Scale | None:
    """The scale called `name`, as `cifar10_images_1of4`: a scale in its own right, whose verdicts are a stand-in's at most.

    None where the name says no size of a scale of `paper`.

    Raises:
        WrongSize: it says one that cannot be.
    """
    said = split_name(name, [item.name for item in paper.scales])
    if said is None:
        return None
    base, size = said
    scale = next(item for item in paper.scales if item.name == base)
    return replace(
        scale,
        name=name,
        title=f"{scale.title}: {size.words}",
        dataset=size.data(scale.dataset),
        evidence=STAND_IN if scale.evidence == SAME_DATA else scale.evidence,
        sizings=tuple(_sizing_at(sizing, size) for sizing in scale.sizings),
    )


def _sizing_at(sizing: AnySizing, size: SizeOf) -> AnySizing:
    """The sizing of a family at another size; classical models have a size of their own, and other data alone."""
    folds = tuple(map(size.data, sizing.folds))
    if not isinstance(sizing, Sizing):
        return replace(sizing, folds=folds)
    nets = replace(sizing.size, width=size.width(sizing.size.width))
    return replace(sizing, size=nets, schedule=size.schedule(sizing.schedule), folds=folds)


def split_name(name: str, scales: Collection[str]) -> tuple[str, SizeOf] | None:
    """Which of `scales` the name stands for, and at which size; None if it stands for none of them at a size.

    Raises:
        WrongSize: it names such a scale, and no size that there can be.
    """
    found = NAME.fullmatch(name)
    if found is None or found["scale"] not in scales:
        return None
    share = SHARE.fullmatch(found["share"])
    if share is None:
        raise WrongSize(name, f"size {found['share']!r}; allowed: {ALLOWED}")
    size = SizeOf(axis=found["axis"], share=Fraction(int(share[1]), int(share[2])))
    right = found["scale"] + size.suffix
    if size.share == 1:
        raise WrongSize(name, f"that is the scale itself; type {found['scale']}")
    if right != name:
        raise WrongSize(name, f"one size has one name; type {right}")
    if size.axis == IMAGES and size.share > 1:
        raise WrongSize(name, f"{size.share} of the training images, and there are no more; allowed: less than 1, such as 1of2")
    return found["scale"], size


def looks_sized(name: str) -> bool:
    """Say whether a name has the form of one at a size, which no scale that is written down may have."""
    return bool(re.search(rf"_({'|'.join(AXES)})_\d+of\d+$", name))
