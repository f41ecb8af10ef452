"""The pages of AlexNet: which variants and claims each shows, and what it is about."""

from repro.papers.alexnet.differences import DIFFERENCES
from repro.papers.alexnet.scaling import SCALING_PAGE
from repro.spec.experiment import Table
from repro.spec.terms.figures import Figure

ABLATIONS = Table(
    name="alexnet_ablations",
    title="What each part is worth",
    where="sections 3 to 7",
    control="full",
    variants=(
        "full",
        "no_lrn",
        "pool_2x2",
        "pool_2x2_unmatched",
        "one_tower_half",
        "one_tower_full",
        "towers_never_cross",
        "no_dropout",
        "dropout_01",
        "dropout_03",
        "no_augment",
        "no_crop",
        "no_flip",
        "no_pca_color",
        "tanh",
        "tanh_tuned",
        "relu_at_tanh_rate",
        "sigmoid",
        "no_weight_decay",
        "zero_bias_init",
        "minus_conv3",
        "minus_conv4",
        "minus_conv5",
        "minus_fc7",
        "minus_fc6_fc7",
    ),
    claims=(
        "A.S3.2.gpu.top1",
        "A.S3.2.gpu.top5",
        "A.S3.2.gpu.time",
        "A.log.150.top1",
        "A.log.150.top5",
        "A.S3.3.lrn.top1",
        "A.S3.3.lrn.top5",
        "A.S3.4.pool.top1",
        "A.S3.4.pool.top5",
        "A.S3.4.pool.overfit",
        "A.S4.1.crop",
        "A.S4.1.pca.top1",
        "A.S4.1.pca.light",
        "A.S4.2.dropout.overfit",
        "A.S4.2.dropout.iters",
        "A.S5.wd",
        "A.S5.biasinit",
        "A.S7.depth.top1",
        "A.S7.depth.top1.conv3",
        "A.S7.depth.top1.conv4",
        "A.S7.depth.top1.conv5",
    ),
    about=(
        "Each variant is the printed net with one part changed, trained and scored like it. The paper reports most of these from "
        "single runs; here every row is a mean over seeds with its spread. pool_2x2 keeps the sizes of the maps, as the authors "
        "did; pool_2x2_unmatched does not, as a replication of 2016 that found the opposite. tanh has ReLU's rate, tanh_tuned "
        "its own, and relu_at_tanh_rate is ReLU at that one."
    ),
)

TABLE1 = Table(
    name="alexnet_table1",
    title="Errors on ILSVRC-2010, and section 6",
    where="Table 1, section 6",
    control="full",
    variants=("sparse_coding", "sift_fisher", "full", "as_released", "ten_thousand", "ten_thousand_five_conv"),
    claims=(
        "A.T1.sparse.top1",
        "A.T1.sparse.top5",
        "A.T1.siftfv.top1",
        "A.T1.siftfv.top5",
        "A.T1.cnn.top1",
        "A.T1.cnn.top5",
        "A.T1.cnn.released.top1",
        "A.T1.cnn.released.top5",
        "A.T1.cnn_sparse.top1",
        "A.T1.cnn_sparse.top5",
        "A.T1.cnn_siftfv.top1",
        "A.T1.cnn_siftfv.top5",
        "A.S6.cnn1crop.top1",
        "A.S6.cnn1crop.top5",
        "A.S6.crops.top1",
        "A.S6.crops.top5",
        "A.S6.10k.top1",
        "A.S6.10k.top5",
        "A.log.10k.conv6.top1",
        "A.log.10k.conv6.top5",
        "A.S6.10k.prev.top1",
        "A.S6.10k.prev.top5",
        "A.S1.time",
    ),
    controls=(("ten_thousand", "ten_thousand_five_conv"), ("ten_thousand_five_conv", "ten_thousand_five_conv")),
    about=(
        "An error is compared with the printed one only on the paper's own test images; elsewhere it is shown, not judged. Both "
        "bases stand here: the printed text, and the released code, whose log holds the printed values. What ten crops gain over "
        "one is measured inside each run, and so can be judged on any data."
    ),
    figures=(Figure(name="crops"),),
)

TABLE2 = Table(
    name="alexnet_table2",
    title="Errors on ILSVRC-2012",
    where="Table 2",
    control="full",
    variants=(
        "four_fisher",
        "full",
        "as_released",
        "five_seeds",
        "five_seeds_searched",
        "five_cnns",
        "blurred_input",
        "blurred_input_k1",
        "blurred_input_map_norm",
        "full_all_images",
        "conv6",
        "conv6_begun",
        "cnn_pretrained",
        "conv6_pretraining",
        "seven_cnns",
        "seven_cnns_released",
    ),
    claims=(
        "A.T2.siftfv.top5test",
        "A.T2.cnn_siftfv.top5",
        "A.T2.1cnn.top1val",
        "A.T2.1cnn.top5val",
        "A.T2.1cnn.released.top1val",
        "A.T2.1cnn.released.top5val",
        "A.T2.5cnn.top1val",
        "A.T2.5cnn.top5val",
        "A.T2.5cnn.top5test",
        "A.T2.5cnn.gain.top1",
        "A.T2.5cnn.gain.top5",
        "A.T2.5cnn.seeds.top1",
        "A.T2.5cnn.seeds.top5",
        "A.T2.1cnnpre.top1val",
        "A.T2.1cnnpre.top5val",
        "A.T2.1cnnpre.gain.top1",
        "A.T2.1cnnpre.gain.top5",
        "A.T2.1cnnpre.alone",
        "A.T2.7cnnpre.top1val",
        "A.T2.7cnnpre.top5val",
        "A.T2.7cnnpre.top5test",
        "A.T2.7cnnpre.gain.top1",
        "A.T2.7cnnpre.gain.top5",
    ),
    controls=(
        ("five_seeds_searched", "five_seeds"),
        ("blurred_input_k1", "blurred_input"),
        ("blurred_input_map_norm", "blurred_input"),
        ("full_all_images", "full_all_images"),
        ("cnn_pretrained", "conv6_begun"),
        ("conv6_begun", "conv6_begun"),
        ("conv6_pretraining", "conv6_pretraining"),
        ("seven_cnns", "five_cnns"),
        ("seven_cnns_released", "five_cnns"),
    ),
    about=(
        "The printed errors are averages over ten crops (C); most later numbers for this net are of the centre crop, almost 2 "
        "points higher, and are marked so. five_cnns averages the five nets of the competition, as far as they are known, and "
        "five_seeds five seeds of one net: their gains are not the same. A pre-trained net begins with the weights of another "
        "that learned more classes on more images; conv6_begun is what it is without those images."
    ),
)

RELEASED = Table(
    name="alexnet_released",
    title="What the paper does not say",
    where="sections 2 to 5; released code, run 145",
    control="full",
    variants=(
        "full",
        "released_order",
        "released_alpha",
        "released_map_norm",
        "released_init",
        "released_bias_rate",
        "released_bias_decay",
        "released_bias_drops",
        "released_noise_end",
        "released_noise_divided",
        "released_slowed",
        "released_freeze",
        "released_shared_crops",
        "released_order_once",
        "released_mean",
        "as_released",
        "as_released_no_norm",
        "edge_dropped",
        "inverted_dropout",
        "pca_eigenvalue",
        "pca_unit_eigenvalue",
    ),
    claims=("A.S3.3.lrn.released.top1", "A.S3.3.lrn.released.top5"),
    controls=(("as_released_no_norm", "as_released"),),
    about=(
        "The released code does fourteen things that the text does not say or says otherwise. Each released_ row is the printed "
        "net with one of them, and as_released has them all. Three choices both bases share, as the text cannot be followed: "
        "windows over the edge (224 px do not give 55 px maps without), colour noise by the square root of the eigenvalue (the "
        "eigenvalue moves pixels by 1,483 levels), and dropout scaled at test; the last four rows show the alternatives. "
        "A table at the end lists what remains different here from the paper or the code."
    ),
    differences=DIFFERENCES,
)

FIGURE1 = Table(
    name="alexnet_figure1",
    title="How fast ReLU and saturating units learn",
    where="section 3.1, Figure 1",
    control="figure1_relu",
    variants=(
        "figure1_relu",
        "figure1_relu_slow",
        "figure1_relu_fast",
        "figure1_tanh",
        "figure1_tanh_slow",
        "figure1_tanh_fast",
        "figure1_sigmoid",
        "figure1_sigmoid_slow",
        "figure1_sigmoid_fast",
    ),
    claims=(
        "A.F1.relu_tanh.speedup",
        "A.S3.1.relu_sigmoid.speedup",
        "A.F1.relu.epochs",
        "A.F1.tanh.epochs",
        "A.S3.1.saturated.tanh",
        "A.S3.1.saturated.sigmoid",
        "A.S3.1.dead.tanh",
        "A.S3.1.dead.sigmoid",
    ),
    measures=("early_training_error",),
    figures=(
        Figure(name="training_error", reading="The epochs of the paper's net are read off its figure."),
        Figure(name="saturation"),
    ),
    about=(
        "The paper does not specify the four-layer net of its figure. Here it is the locally connected net of section 3.3 "
        "without normalisation, decay, crops and reflections, with one initialisation for all units. Each unit is trained at "
        "three rates, and the best of them stands for it. A run that never gets to a training error counts as at least as long "
        "as it lasted."
    ),
)

CIFAR = Table(
    name="alexnet_cifar",
    title="Normalisation on CIFAR-10",
    where="section 3.3",
    control="cifar_11pct",
    variants=(
        "cifar_11pct",
        "cifar_11pct_no_norm",
        "cifar_13pct",
        "cifar_18pct",
        "cifar_18pct_no_norm",
        "cifar_19pct",
    ),
    claims=(
        "A.S3.3.lrn.cifar.off",
        "A.S3.3.lrn.cifar.on",
        "A.S3.3.lrn.cifar.norm",
        "A.S3.3.lrn.cifar.shipped",
        "A.S3.3.lrn.cifar.18",
        "A.S3.3.lrn.cifar.18.shipped",
    ),
    controls=(
        ("cifar_18pct", "cifar_18pct"),
        ("cifar_18pct_no_norm", "cifar_18pct"),
        ("cifar_19pct", "cifar_18pct"),
    ),
    about=(
        "The 13 % and 11 % nets as shipped differ in more than normalisation: in the kernels of a layer, in weight decay and in "
        "how long they were trained. So each shipped pair has a third net beside it, from which normalisation alone is removed. "
        "All are trained far shorter than shipped, both sides of a pair alike. The 18 % and 19 % nets are not in the paper."
    ),
)

FIGURES = Table(
    name="alexnet_figures",
    title="The net itself: sizes, kernels, features, units",
    where="abstract, Figures 2 to 4, section 3.1",
    control="full",
    variants=("full", "tanh", "sigmoid"),
    claims=(
        "A.abs.params",
        "A.abs.neurons",
        "A.S1.convshare",
        "A.F2.neurons.input",
        "A.F2.neurons.conv1",
        "A.F2.neurons.conv2",
        "A.F2.neurons.conv3",
        "A.F2.neurons.conv4",
        "A.F2.neurons.conv5",
        "A.F2.neurons.fc6",
        "A.F2.neurons.fc7",
        "A.F2.neurons.fc8",
        "A.S4.1.x2048",
        "A.F3.color.split",
    ),
    figures=(
        Figure(
            name="architecture",
            lead=(
                "The paper's Figure 2 draws it so, the upper tower cut off: each tower is on a GPU of its own, and they see each "
                "other in the third layer and in the dense ones alone."
            ),
        ),
        Figure(
            name="tower_kernels",
            lead=(
                "The paper says that in every run the kernels of one tower become largely colour-agnostic and those of the "
                "other largely colour-specific, whatever the initial weights."
            ),
        ),
        Figure(name="gallery", lead="The paper shows such images as alike in content, though their pixels differ."),
        Figure(name="saturation"),
    ),
    about=(
        "What the paper prints about its architecture is counted from the printed layers, and slips show. The first kernels of "
        "both towers are drawn with how colour-selective each tower is, which the paper says splits in every run. Test images "
        "stand beside the training images nearest to them in the last hidden layer. Saturation is the share of units in which "
        "hardly any gradient passes, the paper's reason for ReLU."
    ),
)

TABLES = (ABLATIONS, TABLE1, TABLE2, RELEASED, FIGURE1, CIFAR, FIGURES, SCALING_PAGE)
