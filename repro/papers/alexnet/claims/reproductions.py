"""What others measured of AlexNet's statements, and the author himself in the log of the released code: errors as fractions."""

from dataclasses import replace

from repro.spec.claims import Reproduction

OWN_LOG = "Krizhevsky, log of the released code"
CONVNET2 = "cuda-convnet2, one GPU, 90 epochs"
ZEILER = "Zeiler, Fergus 2014, one net"
#: Where these are found.
RELEASED_URL = "https://github.com/akrizhevsky/cuda-convnet2"
ZEILER_URL = "https://doi.org/10.48550/arXiv.1311.2901"
MISHKIN_URL = "https://doi.org/10.48550/arXiv.1606.02228"
MISHKIN = "Mishkin, Sergievskiy, Matas 2016 (CaffeNet, 128 px)"
CAFFE = "Caffe, bvlc_alexnet"
CAFFENET = "Caffe, bvlc_reference_caffenet"

# Of one net, in Table 2. Run 170 is the same net with another schedule; of run 145 there is a longer form too.
LOG_170_TOP1 = Reproduction(
    who=OWN_LOG, control=0.405280, protocol="ten crops", confidence="C", note="run 170: the same net, another schedule"
)
LOG_170_CENTER_TOP1 = replace(LOG_170_TOP1, control=0.423407, protocol="centre crop")
LOG_145_LONGER_TOP1 = replace(LOG_170_TOP1, control=0.402500, note="run 145, rate raised again, 135 epochs")
CAFFENET_TOP1 = Reproduction(
    who=CAFFENET, control=0.426, protocol="centre crop", confidence="V", note="pooling before normalisation"
)
TORCHVISION_TOP1 = Reproduction(
    who="torchvision, AlexNet",
    control=0.43478,
    protocol="centre crop",
    confidence="V",
    note="another net of that name: one tower, no normalisation",
    same_quantity=False,
)
CSM_KR_TOP1 = replace(
    TORCHVISION_TOP1, who="csm-kr/alexnet_pytorch", control=0.43936, note="crops of random size and shape, PCA noise"
)
THEANO_TOP1 = Reproduction(who="theano_alexnet", control=0.426, protocol="not stated", confidence="M", note="about")
ONE_CNN_TOP1 = (
    Reproduction(who=CONVNET2, control=0.4042, protocol="ten crops", confidence="V"),
    Reproduction(who=ZEILER, url=ZEILER_URL, control=0.405, protocol="ten crops", confidence="V"),
    Reproduction(who=CAFFE, control=0.429, protocol="centre crop", confidence="V"),
    Reproduction(who=CONVNET2, control=0.4255, protocol="centre crop", confidence="V"),
    CAFFENET_TOP1,
    THEANO_TOP1,
    Reproduction(
        who="Mishkin, Sergievskiy, Matas 2016 (CaffeNet, 227 px)",
        url=MISHKIN_URL,
        control=0.435,
        protocol="centre crop",
        confidence="V",
        note="with normalisation",
    ),
    LOG_170_TOP1,
    LOG_170_CENTER_TOP1,
    LOG_145_LONGER_TOP1,
    TORCHVISION_TOP1,
    CSM_KR_TOP1,
    replace(TORCHVISION_TOP1, who="szagoruyko, two columns in torch", control=0.433, note="with batch normalisation"),
)
ONE_CNN_TOP5 = (
    Reproduction(who=CONVNET2, control=0.1815, protocol="ten crops", confidence="V"),
    Reproduction(who=ZEILER, url=ZEILER_URL, control=0.181, protocol="ten crops", confidence="V"),
    Reproduction(who=CAFFE, control=0.198, protocol="centre crop", confidence="V"),
    Reproduction(who=CONVNET2, control=0.1981, protocol="centre crop", confidence="V"),
    replace(CAFFENET_TOP1, control=0.196),
    replace(THEANO_TOP1, control=0.199),
    replace(LOG_170_TOP1, control=0.180480),
    replace(LOG_170_CENTER_TOP1, control=0.195827),
    replace(LOG_145_LONGER_TOP1, control=0.179940),
    replace(TORCHVISION_TOP1, control=0.20934),
    replace(CSM_KR_TOP1, control=0.21224),
)

# Pre-training, averages, 10,184 classes.
PRETRAINED_2009_TOP1 = Reproduction(
    who=OWN_LOG,
    url=RELEASED_URL,
    control=0.391000,
    protocol="ten crops",
    confidence="C",
    note="run 146-2012-2009, pre-trained on Fall 2009",
)
PRETRAINED_2009_TOP5 = replace(PRETRAINED_2009_TOP1, control=0.168760)
PRETRAINED_2009_GAIN_TOP1 = Reproduction(
    who=OWN_LOG,
    url=RELEASED_URL,
    control=0.406640,
    ablated=0.391000,
    protocol="ten crops",
    confidence="C",
    note="run 145 and run 146-2012-2009, pre-trained on Fall 2009",
    same_quantity=False,
)
PRETRAINED_2009_GAIN_TOP5 = replace(PRETRAINED_2009_GAIN_TOP1, control=0.182100, ablated=0.168760)
RUN_131_TOP1 = Reproduction(
    who=OWN_LOG,
    url=RELEASED_URL,
    control=0.694209,
    protocol="own split",
    confidence="C",
    note="run 131-2009, without the sixth convolution",
)
RUN_101_TOP1 = replace(RUN_131_TOP1, control=0.693822, note="run 2009-101, without the sixth convolution")
RUN_131_TOP5 = replace(RUN_131_TOP1, control=0.437308)
RUN_101_TOP5 = replace(RUN_101_TOP1, control=0.436466)

# Units, towers, pooling, depth.
MISHKIN_TANH = Reproduction(
    who=MISHKIN,
    url=MISHKIN_URL,
    control=0.529,
    ablated=0.599,
    protocol="centre crop; test error after training, not pace",
    confidence="V",
    note="ReLU against tanh on ImageNet",
    same_quantity=False,
)
MISHKIN_SCALED_TANH = replace(MISHKIN_TANH, ablated=0.577, note="ReLU against scaled tanh on ImageNet")
MISHKIN_NARROW = Reproduction(
    who=MISHKIN,
    url=MISHKIN_URL,
    control=0.529,
    ablated=0.584,
    protocol="centre crop, twice narrower, all layers",
    confidence="V",
    note="one net, not two towers; fc 2048",
)
MISHKIN_ONE_TOWER = replace(
    MISHKIN_NARROW,
    ablated=0.513,
    protocol="centre crop",
    note="all kernels in one tower instead of two groups, not half of them: better",
    same_quantity=False,
)
NEVER_CROSS_TOP1 = Reproduction(
    who=OWN_LOG,
    url=RELEASED_URL,
    control=0.406640,
    ablated=0.418280,
    protocol="ten crops, ILSVRC-2012 validation",
    confidence="C",
    note="runs 145 and 150: two columns that never cross, not one column",
    same_quantity=False,
)
NEVER_CROSS_TOP5 = replace(NEVER_CROSS_TOP1, control=0.182100, ablated=0.193300)
MISHKIN_POOLING = Reproduction(
    who=MISHKIN,
    url=MISHKIN_URL,
    control=0.529,
    ablated=0.516,
    protocol="centre crop",
    confidence="V",
    note="opposite sign, but the 2x2 net has larger last maps (4x4 against 3x3)",
)
# Two convolutions at once: it brackets the statement about single ones, no more.
ZEILER_CONV34 = Reproduction(
    who=ZEILER,
    url=ZEILER_URL,
    control=0.405,
    ablated=0.454,
    protocol="ILSVRC-2012 validation",
    confidence="V",
    note="conv3 and conv4 removed together",
    same_quantity=False,
)
ZEILER_FC7 = replace(ZEILER_CONV34, ablated=0.400, note="fc7 removed, no convolution")
ZEILER_FC67 = replace(ZEILER_CONV34, ablated=0.448, note="fc6 and fc7 removed, no convolution")
ZEILER_DENSE_2048 = replace(ZEILER_CONV34, ablated=0.417, note="dense layers alone half as wide: 2048 units")
ZEILER_DENSE_8192 = replace(
    ZEILER_CONV34, control=0.400, ablated=0.405, note="dense layers alone twice as wide: 8192 units, against 4096"
)
ZEILER_ALL = replace(ZEILER_CONV34, ablated=0.713, note="conv3, conv4, fc6 and fc7 removed")

# Response normalisation.
NORM_TOP1 = Reproduction(
    who=OWN_LOG,
    url=RELEASED_URL,
    control=0.405280,
    ablated=0.404880,
    protocol="ten crops, ILSVRC-2012 validation",
    confidence="C",
    note="runs 170 and 167: only the normalisation after conv2 removed, another schedule",
    same_quantity=False,
)
NORM_TOP5 = replace(NORM_TOP1, control=0.180480, ablated=0.181180)
NORM_MOVED_TOP1 = replace(
    NORM_TOP1,
    control=0.406640,
    ablated=0.410960,
    note="runs 145 and 166: the normalisation of layer 2 moved below its ReLU, not removed",
)
NORM_MOVED_TOP5 = replace(NORM_MOVED_TOP1, control=0.182100, ablated=0.186740)
NORM_110 = replace(
    NORM_TOP1,
    control=None,
    ablated=None,
    protocol="not stated",
    note="run 110, an older net without normalisation: about 1 % worse",
)
NORM_MISHKIN = Reproduction(
    who=MISHKIN, url=MISHKIN_URL, control=0.530, ablated=0.529, protocol="centre crop", confidence="V", note="no effect"
)
NORM_VGG_TOP1 = Reproduction(
    who="Simonyan, Zisserman 2014 (VGG A and A-LRN)",
    url="https://doi.org/10.48550/arXiv.1409.1556",
    control=0.297,
    ablated=0.296,
    protocol="single scale",
    confidence="V",
    note="another net",
)
NORM_VGG_TOP5 = replace(NORM_VGG_TOP1, control=0.105, ablated=0.104)
NORM_DIGITS = Reproduction(
    who="a user of DIGITS (NVIDIA/DIGITS#1089)",
    url="https://github.com/NVIDIA/DIGITS/issues/1089",
    control=0.0600,
    ablated=0.0624,
    protocol="dogs against cats",
    confidence="V",
    note="two classes",
    same_quantity=False,
)
# Of the four-layer nets only the convolutional 18 % one was ever rebuilt elsewhere, and not without normalisation.
CAFFE_CIFAR = Reproduction(
    who="Caffe, CIFAR-10 full (BVLC/caffe#273)",
    url="https://github.com/BVLC/caffe/issues/273",
    control=0.1800,
    ablated=0.1835,
    protocol="whole images",
    confidence="V",
    note="the 18 % net: normalisation across maps instead of inside maps, not none",
    same_quantity=False,
)

# Dropout, decay, crops.
DROPOUT_50 = Reproduction(
    who=MISHKIN,
    url=MISHKIN_URL,
    control=0.529,
    ablated=0.544,
    protocol="centre crop; test error, not the gap",
    confidence="V",
    note="dropout 0.5 at fc 2048 against none at fc 1433",
    same_quantity=False,
)
DROPOUT_30 = replace(DROPOUT_50, ablated=0.503, note="dropout 0.5 against 0.3, fc 2048: better")
DROPOUT_20 = replace(DROPOUT_50, ablated=0.506, note="dropout 0.5 against 0.2, fc 2048: better")
DROPOUT_10 = replace(DROPOUT_50, ablated=0.527, note="dropout 0.5 against 0.1, fc 2048: the same")
MISHKIN_DECAY = replace(
    DROPOUT_50,
    ablated=0.550,
    protocol="centre crop; test error, not training error",
    note="decay 5e-4 against 1e-4, not none (loss 2.36 and 2.48): less is worse",
)
CROPS_CONVNET2_TOP1 = Reproduction(
    who=CONVNET2,
    control=0.4042,
    ablated=0.4255,
    protocol="ten crops and centre crop, ILSVRC-2012 validation",
    confidence="V",
    note="one tower",
)
CROPS_CONVNET2_TOP5 = replace(CROPS_CONVNET2_TOP1, control=0.1815, ablated=0.1981)
CROPS_170_TOP1 = replace(
    CROPS_CONVNET2_TOP1,
    who=OWN_LOG,
    url=RELEASED_URL,
    control=0.405280,
    ablated=0.423407,
    confidence="C",
    note="run 170: the same net, another schedule",
)
CROPS_170_TOP5 = replace(CROPS_170_TOP1, control=0.180480, ablated=0.195827)
