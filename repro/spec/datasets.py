"""Where images come from and how they are stored, and of which data papers print numbers."""

from __future__ import annotations

from dataclasses import dataclass

#: What a verdict on such data is worth: the paper's own data, other real data, or generated data.
SAME_DATA, STAND_IN, DEMONSTRATION = "same data", "stand-in", "demonstration"
#: From the most that a verdict can be worth to the least.
EVIDENCE = (SAME_DATA, STAND_IN, DEMONSTRATION)
#: Of what a user has, the largest share that may be left out, in [0, 1], unless another is asked for.
MAX_LEFT_OUT = 0.01
DATASET_KINDS = ("procedural", "cifar10", "folders", "unsplit_folders", "ilsvrc2010", "ilsvrc2012")


@dataclass(frozen=True, kw_only=True)
class Printed:
    """The data that a printed number is of.

    of: the name of one of the paper's printed sets. split: the part of it, in words; "" where the paper names none.
    """

    of: str
    split: str = ""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A decision of the catalogue about data that are nearly those of a printed set.

    data: what a run's data are (`of` of its Dataset). evidence: what a verdict on them is worth, of EVIDENCE; and why.
    """

    data: str
    evidence: str
    why: str


@dataclass(frozen=True, kw_only=True)
class PrintedSet:
    """A data set of which a paper prints numbers. Names are compared; titles, which are read, never."""

    name: str
    title: str
    near: tuple[Near, ...] = ()

    def evidence_of(self, data: str) -> str:
        """Say what a verdict on this set is worth if the runs' data, which are real, are those called `data`."""
        if data == self.name:
            return SAME_DATA
        return next((near.evidence for near in self.near if near.data == data), STAND_IN)


@dataclass(frozen=True, kw_only=True)
class Procedural:
    """Knobs of the generated images.

    num_train, num_test: images in each split, spread evenly over the classes.
    num_classes: kinds of object (at most 40 in all). first_class: number of the first of them.
    image_px: side of the square JPEG files.
    clutter: how many distracting shapes lie behind and around the object, on average.
    occlusion: largest share of the object that a shape in front may cover, in [0, 1].
    pose: largest rotation of the object from upright, in degrees.
    illumination_train, illumination_test: standard deviation of the colour cast, as log gain for each channel.
    cast_shift_test: mean of the test images' colour cast along a warm-cold axis, as log gain.
    label_noise: share of the training images with a wrong label, in [0, 1).
    seed: of everything; the same knobs and seed give the same bytes.
    """

    num_train: int
    num_test: int
    num_classes: int
    image_px: int
    clutter: float
    occlusion: float
    pose: float
    illumination_train: float
    illumination_test: float
    cast_shift_test: float
    label_noise: float
    seed: int
    first_class: int = 0


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A set of labelled images, stored as squares of `stored_px`: shorter side shrunk to that, central square cut.

    kind: one of DATASET_KINDS; procedural: its generator's knobs.
    encoding: `jpeg` (quality 95) or `raw` (uint8 RGB, for sources that are no JPEG files).
    num_validation: training images held out for the plateau rule and for tuning; never the test images.
    max_refused: share of unreadable files above which preparation fails, in [0, 1].
    of: the name of the printed set that these images are, or are nearly; "" for data of which no paper prints a number.

    Raises:
        ValueError: generated images are smaller than they are stored.
    """

    name: str
    kind: str
    title: str
    stored_px: int
    encoding: str
    num_validation: int
    max_refused: float
    procedural: Procedural | None = None
    of: str = ""

    def __post_init__(self) -> None:
        if self.procedural is not None and self.procedural.image_px < self.stored_px:
            raise ValueError(
                f"data set {self.name!r} stores images at {self.stored_px} px (stored_px) that are generated at "
                f"{self.procedural.image_px} px (procedural.image_px); allowed: generated at least as large as stored"
            )
