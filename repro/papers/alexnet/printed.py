"""The first base of AlexNet: network and recipe word for word, as far as the words can be followed.

Where the text leaves a choice or cannot be meant, a comment says what stands here and why. The second base, what the released
code does, is in alexnet_released.py, as the difference from this one.
"""

from repro.spec.evaluation import ImageEvaluation
from repro.spec.network import Conv, Dense, Network, Pooling, ResponseNorm, Size, Towers
from repro.spec.recipe import ColorNoise, Crops, ImageRecipe, Optimizer, Schedule
from repro.spec.run import Experiment

LRN = ResponseNorm(size=5, alpha=1e-4, beta=0.75, k=2.0)

# The printed network (section 3, Figure 2; initial values: section 5).
# Three choices are common to both bases, because the text alone leaves nothing to train or contradicts its own numbers:
# - `edge`: maps of 55 px from 224 px, windows of 11 px and steps of 4 px need windows that hang over the edge (C, D);
# - `dropout_scaling`: section 4.2 multiplies at test (V), and so does the code (C);
# - the factor of the colour noise, below.
# conv2 may have a same-map normalisation, of which the paper says nothing: there is none as long as `map_norm` is None.
NETWORK = Network(
    printed_px=224,
    size=Size(input_px=224),
    num_classes=1000,
    towers=Towers(num=2),
    conv=(
        Conv(name="conv1", num_kernels=96, kernel_px=11, stride_px=4, normalised=True, pooled=True, bias=0.0),
        Conv(
            name="conv2", num_kernels=256, kernel_px=5, padding_px=2, normalised=True, map_normalised=True, pooled=True, bias=1.0
        ),
        Conv(name="conv3", num_kernels=384, kernel_px=3, padding_px=1, connect="all", bias=0.0),
        Conv(name="conv4", num_kernels=384, kernel_px=3, padding_px=1, bias=1.0),
        Conv(name="conv5", num_kernels=256, kernel_px=3, padding_px=1, pooled=True, bias=1.0),
    ),
    dense=(
        Dense(name="fc6", num_units=4096, dropped_out=True, bias=1.0),
        Dense(name="fc7", num_units=4096, dropped_out=True, bias=1.0),
    ),
    output=Dense(name="fc8", num_units=1000, bias=0.0),
    activation="relu",
    lrn=LRN,
    pooling=Pooling(size_px=3, stride_px=2),
    dropout_rate=0.5,
    edge="keep",
    dropout_scaling="test",
)

# Colour noise: the printed factor, the eigenvalue, moves 0-255 pixels by about 1,483 levels (D); the released code
# uses the square root, 12.2 levels (C). Both bases follow the code here, since the text cannot be meant.
COLOR_NOISE = ColorNoise(std=0.1, factor="sqrt_eigenvalue")

# Section 5: the text gives one rule and one rate for all layers (V), so that biases learn and decay like weights.
OPTIMIZER = Optimizer(learning_rate=0.01, momentum=0.9, weight_decay=5e-4)

CROPS = Crops(position="random", mirror=True)

# The drops are those of the log of the published net (C); the paper says: by hand, three times, about 90 epochs (V).
RECIPE = ImageRecipe(
    batch_size=128,
    optimizer=OPTIMIZER,
    schedule=Schedule(rule="epochs", num_epochs=90, drops=(25, 51, 79)),
    crops=CROPS,
    color_noise=COLOR_NOISE,
)

# Ten crops are the paper's protocol (section 4.1); the others show how the error falls with the number of crops, and
# what another light does to it.
EVALUATION = ImageEvaluation(
    protocols=("center", "center_mirror", "five_crop", "ten_crop", "center_relit"),
    num_train_examples=50_000,
    num_probe=64,
    num_gallery=8,
)

AS_PRINTED = Experiment(network=NETWORK, recipe=RECIPE, evaluation=EVALUATION)
