"""The second base of AlexNet: what the released code does, and each single step to it from the printed text.

Read in the configuration of run 145, whose logged errors are those the paper prints (C). Fourteen steps
lead there, each a variant `released_*` of `full`; all of them together make `as_released`. On the rest both
bases agree: windows over the edge, square roots of the eigenvalues, dropout scaled at test (printed.py says
why), raw 0-255 pixels less the mean image, and response normalisation that stays inside a tower.
"""

from dataclasses import replace

from repro.papers.alexnet.printed import AS_PRINTED, COLOR_NOISE, CROPS, LRN, NETWORK, OPTIMIZER, RECIPE
from repro.spec.experiment import Variant
from repro.spec.network import MapNorm
from repro.spec.recipe import Freeze, Slowed

CONV1, CONV2, CONV3, CONV4, CONV5 = NETWORK.conv

# The order of layer 1 in the code: normalisation of signed sums, pooling, and the ReLU last (C).
ORDER = ("lrn", "pool", "activation")
# `cnorm2` of the code: over 5x5 px of the same map, after the LRN of layer 2 (C).
MAP_NORM = MapNorm(size=5, alpha=0.001, beta=0.75, k=1.0)
# The first layer's rate is set to 0 in epoch 72 of 90 (C).
FREEZE = Freeze(layers=("conv1",), after=72 / 90)
# Before that, from epoch 67 on, it has a tenth of the others' rate, its weights alone (C).
SLOWED = Slowed(layers=("conv1",), after=67 / 90, divide_by=10.0)

AS_RELEASED = replace(
    AS_PRINTED,
    network=replace(
        NETWORK,
        conv=(
            replace(CONV1, order=ORDER),
            CONV2,
            replace(CONV3, init_std=0.03),
            replace(CONV4, init_std=0.03),
            replace(CONV5, init_std=0.03),
        ),
        lrn=replace(LRN, alpha_over_size=True),
        map_norm=MAP_NORM,
    ),
    recipe=replace(
        RECIPE,
        optimizer=replace(OPTIMIZER, bias_rate=2.0, bias_decay=False, bias_drops=False),
        crops=replace(CROPS, chunk_share=32 / 128),
        color_noise=replace(COLOR_NOISE, until=67 / 90, divide_by=1.1),
        mean_at="center",
        freeze=FREEZE,
        slowed=SLOWED,
        shuffle="once",
    ),
)

RELEASED = (
    Variant(
        name="as_released",
        title="AlexNet, as the released code has it",
        why="the configuration whose logged errors are the published ones",
        source="released code, run 145",
        family="alexnet",
        experiment=AS_RELEASED,
    ),
    Variant(
        name="released_order",
        title="layer 1 normalised and pooled before its ReLU",
        why="the text says that normalisation follows the nonlinearity",
        source="section 3.5; released code, layers of run 145",
        base="full",
        key="network.conv.conv1.order",
        value=ORDER,
    ),
    Variant(
        name="released_alpha",
        title="alpha of the normalisation divided by its window",
        why="the printed formula multiplies the sum by alpha; the code, as most do, by alpha/5",
        source="section 3.3; released code, parser of the layers",
        base="full",
        key="network.lrn.alpha_over_size",
        value=True,
    ),
    Variant(
        name="released_map_norm",
        title="a second normalisation in layer 2, inside each map",
        why="the paper does not mention this layer",
        source="released code, layer cnorm2",
        base="full",
        key="network.map_norm",
        value=MAP_NORM,
    ),
    Variant(
        name="released_init",
        title="conv3, conv4 and conv5 begin with a deviation of 0.03",
        why="the text says 0.01 for every layer",
        source="section 5; released code, layers of run 145",
        base="full",
        key="network.conv.conv3.init_std + network.conv.conv4.init_std + network.conv.conv5.init_std",
        value=0.03,
    ),
    Variant(
        name="released_bias_rate",
        title="biases learn twice as fast as weights",
        why="the text says one learning rate for all layers",
        source="section 5; released code, parameters of run 145",
        base="full",
        key="recipe.optimizer.bias_rate",
        value=2.0,
    ),
    Variant(
        name="released_bias_decay",
        title="biases do not decay",
        why="the printed update has one rule for all parameters",
        source="section 5; released code, parameters of run 145",
        base="full",
        key="recipe.optimizer.bias_decay",
        value=False,
    ),
    Variant(
        name="released_bias_drops",
        title="the rate of the biases never lowered",
        why="the text lowers one rate for all; in run 145 that of the weights falls 1,000 times, that of the biases stays .02",
        source="section 5; released code, parameters of run 145",
        base="full",
        key="recipe.optimizer.bias_drops",
        value=False,
    ),
    Variant(
        name="released_noise_end",
        title="colour noise ends in epoch 67 of 90",
        why="the text gives it no end",
        source="section 4.1; released code, notes of the runs",
        base="full",
        key="recipe.color_noise.until",
        value=67 / 90,
    ),
    Variant(
        name="released_noise_divided",
        title="noisy images divided by 1.1",
        why="the text adds the noise and says no more; images without noise are not divided",
        source="section 4.1; released code, data provider",
        base="full",
        key="recipe.color_noise.divide_by",
        value=1.1,
    ),
    Variant(
        name="released_slowed",
        title="conv1 at a tenth of the rate from epoch 67 of 90 on",
        why="the text says that all layers share the rate; the notes lower that of conv1 before they set it to 0",
        source="section 5; released code, notes of run 145",
        base="full",
        key="recipe.slowed",
        value=SLOWED,
    ),
    Variant(
        name="released_freeze",
        title="conv1 frozen from epoch 72 of 90 on",
        why="the text says that all layers share the rate and its three reductions",
        source="section 5; released code, notes of run 145",
        base="full",
        key="recipe.freeze",
        value=FREEZE,
    ),
    Variant(
        name="released_shared_crops",
        title="32 images of a batch share one crop and one reflection",
        why="the text draws them for each image",
        source="section 4.1; released code, data provider",
        base="full",
        key="recipe.crops.chunk_share",
        value=32 / 128,
    ),
    Variant(
        name="released_order_once",
        title="images in the same order in every epoch",
        why="the text does not say; the code goes through its batches of shuffled images from first to last, each time",
        source="section 5; released code, data provider",
        base="full",
        key="recipe.shuffle",
        value="once",
    ),
    Variant(
        name="released_mean",
        title="the centre of the mean image subtracted from every crop",
        why="the text subtracts the mean activity of each pixel",
        source="section 2; released code, data provider",
        base="full",
        key="recipe.mean_at",
        value="center",
    ),
    Variant(
        name="as_released_no_norm",
        title="as released, without any normalisation",
        why="run 148 removes both response normalisations and the one inside maps, three layers in all",
        source="section 3.3; released code, run 148",
        base="as_released",
        key="network.lrn + network.map_norm",
        value=None,
    ),
)

# What both bases share could have been otherwise; each of these follows the text, or later practice, instead.
WHAT_IF = (
    Variant(
        name="edge_dropped",
        title="windows over the edge left out",
        why="what most frameworks do with 224 px: maps of 54 px, and smaller ones after each pooling",
        source="section 3.5; Figure 2",
        base="full",
        key="network.edge",
        value="drop",
    ),
    Variant(
        name="inverted_dropout",
        title="dropout scaled in training, not at test",
        why="what most frameworks do: it doubles the signal that the next layer learns from",
        source="section 4.2",
        base="full",
        key="network.dropout_scaling",
        value="train",
    ),
    Variant(
        name="pca_eigenvalue",
        title="colour noise by the eigenvalue, word for word",
        why="moves 0-255 pixels by hundreds of levels (1,483 on ImageNet)",
        source="section 4.1",
        base="full",
        key="recipe.color_noise.factor",
        value="eigenvalue",
    ),
    Variant(
        name="pca_unit_eigenvalue",
        title="colour noise by the eigenvalue of pixels in [0, 1]",
        why="the convention of later implementations, about half of the released code's noise (5.5 levels on ImageNet)",
        source="section 4.1",
        base="full",
        key="recipe.color_noise.factor",
        value="unit_eigenvalue",
    ),
)
