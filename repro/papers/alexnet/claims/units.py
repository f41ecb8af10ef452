"""AlexNet on units that saturate (section 3.1), and on the light that its colour noise stands for (section 4.1)."""

from dataclasses import replace

from repro.papers.alexnet.claims.datasets import CIFAR10, ILSVRC2010
from repro.papers.alexnet.claims.net import FIGURE1_ERRORS
from repro.spec.claims import Direction, Ratio

SIGMOID = Ratio(
    id="A.S3.1.relu_sigmoid.speedup",
    where="section 3.1",
    statement="A net with ReLU learns several times faster than one with sigmoid units.",
    arm="figure1_relu",
    against="figure1_sigmoid",
    arm_grid=("figure1_relu", "figure1_relu_slow", "figure1_relu_fast"),
    against_grid=("figure1_sigmoid", "figure1_sigmoid_slow", "figure1_sigmoid_fast"),
    thresholds=FIGURE1_ERRORS,
    dataset=CIFAR10,
    note=(
        "No number printed; the net is that of Figure 1, each unit with the best of three rates. Half as long again counts as "
        "longer."
    ),
    smallest_ratio=1.5,
)
SATURATED = (
    "No number printed; the paper's reason for ReLU, which it does not measure. Measured after each epoch, as the mean over "
    "the hidden layers: the flat ends of tanh and sigmoid, and ReLU's outputs of 0, although its other end never saturates. "
    "5 points count."
)
TANH_SATURATES = Direction(
    id="A.S3.1.saturated.tanh",
    where="section 3.1",
    statement="Tanh units saturate: hardly any gradient passes through more of their activations than of ReLU's.",
    metric="saturated_share",
    protocol="training",
    arm="figure1_relu",
    against="figure1_tanh",
    smallest_effect=0.05,
    dataset=CIFAR10,
    note=SATURATED,
)
SIGMOID_SATURATES = replace(
    TANH_SATURATES,
    id="A.S3.1.saturated.sigmoid",
    statement="Sigmoid units saturate: hardly any gradient passes through more of their activations than of ReLU's.",
    against="figure1_sigmoid",
)
DEAD = (
    "No number printed; the paper's reason for ReLU, which it does not measure. Measured after each epoch, as the mean over "
    "the hidden layers: units that are at a flat end for every image that was looked at. 1 point counts."
)
TANH_DEAD = replace(
    TANH_SATURATES,
    id="A.S3.1.dead.tanh",
    statement="Tanh units saturate: hardly any gradient passes through more of them, whatever the image, than of ReLU's.",
    metric="dead_share",
    smallest_effect=0.01,
    note=DEAD,
)
SIGMOID_DEAD = replace(
    TANH_DEAD,
    id="A.S3.1.dead.sigmoid",
    statement="Sigmoid units saturate: hardly any gradient passes through more of them, whatever the image, than of ReLU's.",
    against="figure1_sigmoid",
)

LIGHT = Direction(
    id="A.S4.1.pca.light",
    where="section 4.1",
    statement="Colour noise makes the net invariant to the light: another light adds less to its error.",
    metric="relighting_loss",
    protocol="center_relit",
    arm="full",
    against="no_pca_color",
    smallest_effect=0.0025,
    dataset=ILSVRC2010,
    note=(
        "No number printed. Each test image is shown brighter or darker (standard deviation of the logarithm 0.25) and of "
        "another colour (0.15 a channel), and its error on the centre crop compared with that of the image as it is. A quarter "
        "of the point that the noise is worth counts."
    ),
)

UNIT_CLAIMS = (SIGMOID, TANH_SATURATES, SIGMOID_SATURATES, TANH_DEAD, SIGMOID_DEAD, LIGHT)
