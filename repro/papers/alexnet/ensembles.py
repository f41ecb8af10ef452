"""AlexNet's rows that are not one net trained on the images of Table 2: pre-trained nets, averages, and 10,184 classes.

What the text leaves out is read in the configurations and run notes of the released code (C) and in the names of the files
that were sent to the competition (V): 131-137-145-135-145f for the five nets, and 141-146.2009-131-137-145-146.2011-145f for
the seven.
"""

from dataclasses import replace

from repro.papers.alexnet.printed import AS_PRINTED, LRN, NETWORK
from repro.papers.alexnet.released import MAP_NORM
from repro.spec.evaluation import Evaluation, ImageEvaluation
from repro.spec.experiment import Variant
from repro.spec.network import Blurred, Conv
from repro.spec.run import Ensemble, InitialWeights, Member

CONV1, CONV2, CONV3, CONV4, CONV5 = NETWORK.conv

# "An extra sixth convolutional layer over the last pooling layer" is all that section 6 says. Its kernels are those of the
# released code: 128 in each tower, of 3x3 px, that see the maps of both towers, with a deviation of 0.03, biases of 1 and no
# pooling (C). The text's 0.01 was written of five convolutions; with it the sixth lets hardly anything through at first.
CONV6 = Conv(name="conv6", num_kernels=256, kernel_px=3, padding_px=1, connect="all", init_std=0.03, bias=1.0)
SIX_CONVOLUTIONS = (*NETWORK.conv, CONV6)

# Runs 131, 135 and 137: 32 kernels in each tower's first layer, normalisation of signed sums below pooling and ReLU, and beside
# it the image itself, blurred by 4 px, one pixel in 4 kept, convolved with a stride of 2 and added to conv2's sums (C).
# They differ in normalisation alone: 131 has k=1, 135 has k=2, both with a contrast normalisation inside maps, which is not
# built here and left out; 137 is 135 with the response normalisation inside maps, as in the net of Table 2.
BLURRED = Blurred(layer="conv2", std_px=4.0, window_px=9, keep_px=4, kernel_px=5, stride_px=2)
BLURRED_INPUT = replace(
    AS_PRINTED,
    network=replace(
        NETWORK,
        conv=(
            replace(CONV1, num_kernels=64, order=("lrn", "pool", "activation")),
            CONV2,
            CONV3,
            CONV4,
            CONV5,
        ),
        blurred=BLURRED,
    ),
)

# The text has the larger net trained on the larger set, and says no more. By the log its five convolutions began as those of
# run 145, the net of Table 2, and the rest anew (run 146-2009, from which 146-2011 began in turn, C). Here too: from chance, with
# so many classes, the net of the smaller scales does not learn in the time that it has.
BEGUN_WITH_FIVE = InitialWeights(variant="full", fresh=("conv6", "fc6", "fc7"))

# A net that is to give its weights is scored little: by the centre crop, without the pictures of the net of Table 2.
CENTER = ImageEvaluation(protocols=("center",), num_train_examples=50_000)
PRETRAINING = replace(
    AS_PRINTED, network=replace(NETWORK, conv=SIX_CONVOLUTIONS), evaluation=CENTER, initial_weights=BEGUN_WITH_FIVE
)

TEN_CROPS = ImageEvaluation(protocols=("center", "ten_crop"), num_train_examples=50_000)
TEN_THOUSAND = replace(AS_PRINTED, network=replace(NETWORK, conv=SIX_CONVOLUTIONS, num_classes=10_184), evaluation=TEN_CROPS)

# Averages have the test examples alone, by the protocols of their members.
AVERAGED = Evaluation(protocols=("center", "center_mirror", "five_crop", "ten_crop"))
# Each has seeds of its own in every average. Of the pre-trained nets no draw is that of a net from chance.
RUN_131 = Member(variant="blurred_input_k1", cycle=5)
RUN_137 = Member(variant="blurred_input_map_norm", turn=1, cycle=5)
RUN_145 = Member(variant="full", turn=2, cycle=5)
RUN_135 = Member(variant="blurred_input", turn=3, cycle=5)
RUN_145F = Member(variant="full_all_images", turn=4, cycle=5)
THE_FIVE = (RUN_131, RUN_137, RUN_145, RUN_135, RUN_145F)

MEMBERS = (
    Variant(
        name="blurred_input",
        title="32+32 first kernels and a blurred image",
        why="run 135, one of the five nets that were averaged: conv2 sees a coarse image besides",
        source="released code, run 135",
        family="alexnet",
        experiment=BLURRED_INPUT,
    ),
    Variant(
        name="blurred_input_k1",
        title="32+32 first kernels, a blurred image, k of 1",
        why="run 131, one of the five: its response normalisations have a smaller constant",
        source="released code, run 131",
        base="blurred_input",
        key="network.lrn",
        value=replace(LRN, k=1.0),
    ),
    Variant(
        name="blurred_input_map_norm",
        title="32+32 first kernels, a blurred image, normalisation inside maps",
        why="run 137, one of the five: a second normalisation in layer 2",
        source="released code, run 137",
        base="blurred_input",
        key="network.map_norm",
        value=MAP_NORM,
    ),
    Variant(
        name="full_all_images",
        title="AlexNet, trained on held-out images too",
        why="run 145f, one of the five; where no images are held out it is AlexNet, run for run, in averages of another seed",
        source="released code, data of the runs named full",
        family="all_images",
        experiment=AS_PRINTED,
    ),
)

PRETRAINED = (
    Variant(
        name="conv6",
        title="AlexNet with a sixth convolution",
        why="what the pre-trained net is when it begins from chance",
        source="section 6; released code, run 146",
        base="full",
        key="network.conv",
        value=SIX_CONVOLUTIONS,
    ),
    Variant(
        name="conv6_begun",
        title="AlexNet with a sixth convolution, begun with the first five",
        why="all that the pre-trained net has but the larger set: its five convolutions began as those of the plain net",
        source="released code, run 146-2009",
        base="conv6",
        key="initial_weights",
        value=BEGUN_WITH_FIVE,
    ),
    Variant(
        name="conv6_pretraining",
        title="Six convolutions, on the larger set",
        why="the net before it is fine-tuned; its errors are of other classes",
        source="section 6; released code, runs 146-2009 and 146-2011",
        family="pretraining",
        experiment=PRETRAINING,
    ),
    Variant(
        name="cnn_pretrained",
        title="1 CNN*, pre-trained",
        why="fine-tuned at the rates of a net from scratch; the log has a tenth of them, a hundredth in conv1",
        source="section 6, Table 2; released code, run 146-2012-2011",
        base="conv6_begun",
        key="initial_weights",
        value=InitialWeights(variant="conv6_pretraining"),
    ),
)

ENSEMBLES = (
    Variant(
        name="five_seeds",
        title="5 CNNs, five seeds of one net",
        why="what averaging alone gives, without different architectures",
        source="section 6, Table 2",
        family="ensemble",
        experiment=Ensemble(members=(Member(variant="full", num=5),), weights="equal", evaluation=AVERAGED),
    ),
    Variant(
        name="five_seeds_searched",
        title="5 CNNs, five seeds, weights from held-out images",
        why="the released code can search weights on validation images; only where training images are held out",
        source="released code, script avg-valid",
        family="ensemble_searched",
        experiment=Ensemble(members=(Member(variant="full", num=5),), weights="validation", evaluation=AVERAGED),
    ),
    Variant(
        name="five_cnns",
        title="5 CNNs, those of the competition",
        why="runs 131, 137, 145, 135 and 145f, which differ in their first layers, normalisation and data",
        source="section 6, Table 2; names of the files of the competition",
        family="ensemble",
        experiment=Ensemble(members=THE_FIVE, weights="equal", evaluation=AVERAGED),
    ),
    Variant(
        name="seven_cnns",
        title="7 CNNs*, two pre-trained and the five",
        why="as section 6 has it",
        source="section 6, Table 2",
        family="ensemble",
        experiment=Ensemble(members=(Member(variant="cnn_pretrained", num=2), *THE_FIVE), weights="equal", evaluation=AVERAGED),
    ),
    Variant(
        name="seven_cnns_released",
        title="7 CNNs*, three pre-trained and four",
        why="by the files' names, 135 is not among them and three are pre-trained; run 141 (137 with conv6) is here one like 146",
        source="names of the files of the competition",
        family="ensemble",
        experiment=Ensemble(
            members=(Member(variant="cnn_pretrained", num=3), RUN_131, RUN_137, RUN_145, RUN_145F),
            weights="equal",
            evaluation=AVERAGED,
        ),
    ),
)

TEN_THOUSAND_CLASSES = (
    Variant(
        name="ten_thousand",
        title="Six convolutions, 10,184 classes",
        why="half of ImageNet's Fall 2009 release for training, half for testing",
        source="section 6",
        family="ten_thousand",
        experiment=TEN_THOUSAND,
    ),
    Variant(
        name="ten_thousand_five_conv",
        title="Five convolutions, 10,184 classes",
        why="what the sixth convolution gives with so many classes; the log has such runs",
        source="released code, runs 131-2009 and 2009-101",
        base="ten_thousand",
        key="network.conv",
        value=NETWORK.conv,
    ),
)

METHODS = MEMBERS + PRETRAINED + ENSEMBLES + TEN_THOUSAND_CLASSES
