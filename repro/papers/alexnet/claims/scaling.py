"""AlexNet on data and size: larger data sets and nets would help, and augmentation is what lets a net be large.

The paper prints no number for it. Each line is of three points, with as many updates: half and a quarter of the images of
each class, nets half and twice as wide.
"""

from dataclasses import replace

from repro.papers.alexnet.claims.datasets import TEST_2010
from repro.papers.alexnet.claims.reproductions import MISHKIN_NARROW, ZEILER_DENSE_2048, ZEILER_DENSE_8192
from repro.spec.claims import Direction, Slope

NO_NUMBER = (
    "No number printed. Measured as the power by which the error falls, along the line through the runs of each seed; a "
    "twentieth counts: the error then falls by 3 % where there is twice as much."
)
IMAGES = Slope(
    id="A.S7.images",
    where="sections 1 and 7",
    statement="Larger data sets improve the result: the more training images, the smaller the error.",
    metric="top1_error",
    protocol="ten_crop",
    arm="full",
    along="training images",
    points=(("images_quarter", 0.25), ("images_half", 0.5), ("full", 1.0)),
    smallest_effect=0.05,
    paper_value=0.375,
    dataset=TEST_2010,
    note=NO_NUMBER,
)
IMAGES_NO_AUGMENT = replace(
    IMAGES,
    id="A.S7.images.no_augment",
    statement="Larger data sets improve a net without translations and reflections too.",
    arm="no_augment",
    points=(("images_quarter_no_augment", 0.25), ("images_half_no_augment", 0.5), ("no_augment", 1.0)),
    paper_value=None,
)
WIDTH = replace(
    IMAGES,
    id="A.S7.width",
    where="sections 1 and 7",
    statement="Larger nets improve the result: the wider the layers, the smaller the error.",
    along="width",
    points=(("width_half", 0.5), ("full", 1.0), ("width_double", 2.0)),
    reproductions=(
        replace(MISHKIN_NARROW, note="one net, not two towers; fc 2048; two points: a power of 0.14", same_quantity=False),
        ZEILER_DENSE_2048,
        ZEILER_DENSE_8192,
    ),
)
WIDTH_NO_AUGMENT = replace(
    WIDTH,
    id="A.S4.1.width",
    where="section 4.1",
    statement="Without translations and reflections a smaller net would have to do: width gains less there.",
    reproductions=(),
    less=(("width_half_no_augment", 0.5), ("no_augment", 1.0), ("width_double_no_augment", 2.0)),
)
OVERFIT = Direction(
    id="A.S4.1.overfit.width",
    where="section 4.1",
    statement="Without translations and reflections a larger net overfits more.",
    metric="top1_gap",
    protocol="center",
    arm="no_augment",
    against="width_double_no_augment",
    smallest_effect=0.005,
    dataset=TEST_2010,
    note=(
        "No number printed; the paper's reason for why a smaller net would have been needed. Measured as test error minus "
        "training error, both on centre crops, of a net twice as wide; half a point counts."
    ),
)

SCALING_CLAIMS = (IMAGES, IMAGES_NO_AUGMENT, WIDTH, WIDTH_NO_AUGMENT, OVERFIT)
