"""Krizhevsky, Sutskever, Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks".

Here: what each part of the net is worth, as variants of the printed net, and the paper as a whole. The rest of it, by file:
alexnet_printed (the first base), alexnet_released (the second, and the steps to it), alexnet_cifar (the small nets of Figure 1
and section 3.3), alexnet_methods (pre-trained and averaged nets), alexnet_data and alexnet_scales, alexnet_claims and the files
it lists, alexnet_tables.

Numbers and where they were read: V verbatim in the paper, C in the code released later, D derived, S secondary, M memory.
"""

from repro.papers.alexnet.printed import AS_PRINTED
from repro.spec.experiment import Variant
from repro.spec.network import Pooling, Towers
from repro.spec.recipe import Crops

# Tried on validation images of scale `small`, never on test images: .03, .1, .3, 1, 3 and 10 times ReLU's rate. Within that
# schedule tanh stays at chance at each of them, so that none is better than another; .3 stands for all.
TANH_RATE = 0.3

BIASES_AT_ONE = (
    "network.conv.conv2.bias + network.conv.conv4.bias + network.conv.conv5.bias"
    " + network.dense.fc6.bias + network.dense.fc7.bias"
)

VARIANTS = (
    Variant(
        name="full",
        title="AlexNet, two towers",
        why="the published net, from the paper's text",
        source="sections 3 to 5",
        family="alexnet",
        alias="as_printed",
        experiment=AS_PRINTED,
    ),
    Variant(
        name="no_lrn",
        title="without response normalisation",
        why="run 148 of the released code removes every normalisation layer",
        source="section 3.3",
        base="full",
        key="network.lrn",
        value=None,
    ),
    Variant(
        name="pool_2x2",
        title="non-overlapping pooling, equal maps",
        why="run 147: windows of 2 px, 2 px apart, padding reduced so that the maps keep their size",
        source="section 3.4",
        base="full",
        key="network.pooling",
        value=Pooling(size_px=2, stride_px=2, same_maps_as=(3, 2)),
    ),
    Variant(
        name="one_tower_half",
        title="one tower, half the kernels",
        why="run 145-half: one GPU's net; conv5 and the dense layers are not halved",
        source="section 3.2",
        base="full",
        key="network.towers",
        value=Towers(num=1, kernel_share=0.5, whole=("conv5",)),
    ),
    Variant(
        name="no_dropout",
        title="without dropout",
        why="the paper reports substantial overfitting",
        source="section 4.2",
        base="full",
        key="network.dropout_rate",
        value=0.0,
    ),
    Variant(
        name="no_augment",
        title="without translations and reflections",
        why="the paper reports substantial overfitting; centre crops only, colour noise stays",
        source="section 4.1",
        base="full",
        key="recipe.crops",
        value=Crops(position="center", mirror=False),
    ),
    Variant(
        name="no_pca_color",
        title="without PCA colour noise",
        why="the second form of augmentation",
        source="section 4.1",
        base="full",
        key="recipe.color_noise",
        value=None,
    ),
    Variant(
        name="tanh",
        title="tanh units",
        why="the saturating unit that ReLU replaced; same learning rate",
        source="section 3.1",
        base="full",
        key="network.activation",
        value="tanh",
    ),
    Variant(
        name="tanh_tuned",
        title="tanh units, a rate of their own",
        why="at ReLU's rate tanh may not learn at all: here each unit has the rate that suits it",
        source="section 3.1; no rate printed",
        base="tanh",
        key="recipe.optimizer.rate_factor",
        value=TANH_RATE,
    ),
    Variant(
        name="relu_at_tanh_rate",
        title="ReLU at tanh's own rate",
        why="the other half of the comparison at equal rates",
        source="section 3.1; no rate printed",
        base="full",
        key="recipe.optimizer.rate_factor",
        value=TANH_RATE,
    ),
    Variant(
        name="sigmoid",
        title="sigmoid units",
        why="the other saturating unit that the text names; same learning rate",
        source="section 3.1",
        base="full",
        key="network.activation",
        value="sigmoid",
    ),
    Variant(
        name="pool_2x2_unmatched",
        title="non-overlapping pooling, maps as they come",
        why="what a replication of 2016 did, which found the opposite: without less padding the last maps are larger",
        source="section 3.4",
        base="full",
        key="network.pooling",
        value=Pooling(size_px=2, stride_px=2),
    ),
    Variant(
        name="one_tower_full",
        title="one tower with all kernels",
        why="every kernel sees all maps: more connections than two towers have, and normalisation across all maps",
        source="section 3.2",
        base="full",
        key="network.towers",
        value=Towers(num=1),
    ),
    Variant(
        name="towers_never_cross",
        title="towers that never meet before the output",
        why="the columns of run 150 exchange nothing, neither in conv3 nor in the dense layers",
        source="section 3.2; released code, run 150",
        base="full",
        key="network.towers.cross",
        value=False,
    ),
    Variant(
        name="no_crop",
        title="without translations",
        why="centre crops only; reflections and colour noise stay",
        source="section 4.1",
        base="full",
        key="recipe.crops.position",
        value="center",
    ),
    Variant(
        name="no_flip",
        title="without reflections",
        why="translations and colour noise stay",
        source="section 4.1",
        base="full",
        key="recipe.crops.mirror",
        value=False,
    ),
    Variant(
        name="dropout_03",
        title="dropout at a rate of 0.3",
        why="the best rate of a replication of 2016",
        source="section 4.2",
        base="full",
        key="network.dropout_rate",
        value=0.3,
    ),
    Variant(
        name="dropout_01",
        title="dropout at a rate of 0.1",
        why="the lowest rate of a replication of 2016",
        source="section 4.2",
        base="full",
        key="network.dropout_rate",
        value=0.1,
    ),
    Variant(
        name="no_weight_decay",
        title="without weight decay",
        why="the paper says that it lowers the training error too",
        source="section 5",
        base="full",
        key="recipe.optimizer.weight_decay",
        value=0.0,
    ),
    Variant(
        name="zero_bias_init",
        title="all biases begin at 0",
        why="ones in conv2, conv4, conv5 and the dense layers are said to speed up early learning",
        source="section 5",
        base="full",
        key=BIASES_AT_ONE,
        value=0.0,
    ),
    Variant(
        name="minus_conv3",
        title="without conv3",
        why="one layer less; the towers then first meet in fc6, as conv3 is the layer that sees both",
        source="section 7",
        base="full",
        key="network.conv.conv3.present",
        value=False,
    ),
    Variant(
        name="minus_conv4",
        title="without conv4",
        why="one layer less",
        source="section 7",
        base="full",
        key="network.conv.conv4.present",
        value=False,
    ),
    Variant(
        name="minus_conv5",
        title="without conv5",
        why="one layer less; conv4 takes over the pooling, so that the last maps keep their size but are more",
        source="section 7",
        base="full",
        key="network.conv.conv5.present",
        value=False,
    ),
    Variant(
        name="minus_fc7",
        title="without fc7",
        why="a replication of 2014 removed dense layers too",
        source="section 7",
        base="full",
        key="network.dense.fc7.present",
        value=False,
    ),
    Variant(
        name="minus_fc6_fc7",
        title="without fc6 and fc7",
        why="no hidden dense layer is left, and so no dropout",
        source="section 7",
        base="full",
        key="network.dense.fc6.present + network.dense.fc7.present",
        value=False,
    ),
)

ALEXNET = Paper(
    name="alexnet",
    title="ImageNet Classification with Deep Convolutional Neural Networks",
    authors="Krizhevsky, Sutskever, Hinton",
    year=2012,
    variants=VARIANTS + RELEASED + WHAT_IF + FIGURE1_NETS + CIFAR_NETS + METHODS + CLASSICAL,
    scales=SCALES,
    claims=CLAIMS,
    tables=TABLES,
)
