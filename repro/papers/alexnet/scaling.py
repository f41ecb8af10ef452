"""AlexNet with fewer training images and with other widths: what its introduction says of data and size.

Every run has as many updates, whatever the number of images: fewer images are shown more often. Widths multiply the
kernels of all convolutions and the units of the hidden dense layers.
"""

from repro.spec.experiment import Table, Variant
from repro.spec.terms.figures import Figure

DATA = "sections 1 and 7"
SIZE = "sections 1, 4.1 and 7"

SCALING = (
    Variant(
        name="images_half",
        title="half of the training images",
        why="the paper expects better results of larger data sets",
        source=DATA,
        base="full",
        key="recipe.image_share",
        value=0.5,
    ),
    Variant(
        name="images_quarter",
        title="a quarter of the training images",
        why="a third point of the line of error against images",
        source=DATA,
        base="full",
        key="recipe.image_share",
        value=0.25,
    ),
    Variant(
        name="images_half_no_augment",
        title="half of the images, without translations and reflections",
        why="what images are worth where no crops stand in for them",
        source=DATA,
        base="no_augment",
        key="recipe.image_share",
        value=0.5,
    ),
    Variant(
        name="images_quarter_no_augment",
        title="a quarter of the images, without translations and reflections",
        why="what images are worth where no crops stand in for them",
        source=DATA,
        base="no_augment",
        key="recipe.image_share",
        value=0.25,
    ),
    Variant(
        name="width_half",
        title="half as wide",
        why="the paper's net is as large as two GPUs of its time could hold, and larger would be better",
        source=SIZE,
        base="full",
        key="network.width",
        value=0.5,
    ),
    Variant(
        name="width_double",
        title="twice as wide",
        why="what faster GPUs with more memory would allow",
        source=SIZE,
        base="full",
        key="network.width",
        value=2.0,
    ),
    Variant(
        name="width_half_no_augment",
        title="half as wide, without translations and reflections",
        why="the paper says that without them it would have had to take a much smaller net",
        source=SIZE,
        base="no_augment",
        key="network.width",
        value=0.5,
    ),
    Variant(
        name="width_double_no_augment",
        title="twice as wide, without translations and reflections",
        why="the paper says that without them it would have had to take a much smaller net",
        source=SIZE,
        base="no_augment",
        key="network.width",
        value=2.0,
    ),
)

SCALING_PAGE = Table(
    name="alexnet_scaling",
    title="More images, larger nets",
    where="sections 1, 4.1 and 7",
    control="full",
    variants=(
        "full",
        "images_half",
        "images_quarter",
        "width_half",
        "width_double",
        "no_augment",
        "images_half_no_augment",
        "images_quarter_no_augment",
        "width_half_no_augment",
        "width_double_no_augment",
    ),
    claims=(
        "A.S7.images",
        "A.S7.images.no_augment",
        "A.S7.width",
        "A.S4.1.width",
        "A.S4.1.overfit.width",
    ),
    figures=(
        Figure(
            name="scaling",
            lead="The paper says that more data and larger nets would help, and prints no number for either.",
        ),
    ),
    controls=(
        ("images_half_no_augment", "no_augment"),
        ("images_quarter_no_augment", "no_augment"),
        ("width_half_no_augment", "no_augment"),
        ("width_double_no_augment", "no_augment"),
        ("no_augment", "no_augment"),
    ),
    about=(
        "The paper says that larger data sets and faster GPUs would improve its results, and that without translations and "
        "reflections it would have had to take a much smaller net. Here the net is trained on a half and a quarter of the "
        "images of each class, and made half and twice as wide, with and without translations and reflections. All runs have "
        "as many updates: fewer images are shown more often."
    ),
)
