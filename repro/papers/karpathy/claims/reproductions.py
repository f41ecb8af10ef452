"""What others measured of the video paper's rows: errors, 1 - hit or 1 - accuracy, as fractions.

Nobody seems to have trained the four fusion nets on Sports-1M again: later papers copy the printed rows beside nets of their own.
All of these are of other nets, or of other training, than the row beside which they stand.
"""

from dataclasses import replace

from repro.spec.claims import Reproduction

C3D_CLIP1 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    url="https://doi.org/10.48550/arXiv.1412.0767",
    control=0.551,
    protocol="clip Hit@1",
    confidence="M",
    note="another net, trained on Sports-1M alone",
    same_quantity=False,
)
C3D_VID1 = replace(C3D_CLIP1, control=0.4, protocol="video Hit@1")
C3D_VID5 = replace(C3D_CLIP1, control=0.156, protocol="video Hit@5")
C3D_TUNED_CLIP1 = replace(C3D_CLIP1, control=0.539, note="another net, first trained on I380K")
C3D_TUNED_VID1 = replace(C3D_TUNED_CLIP1, control=0.389, protocol="video Hit@1")
C3D_TUNED_VID5 = replace(C3D_TUNED_CLIP1, control=0.148, protocol="video Hit@5", confidence="V")

YUE_HEI_NG_HIT1 = Reproduction(
    who="Yue-Hei Ng et al. 2015",
    url="https://doi.org/10.48550/arXiv.1503.08909",
    control=0.364,
    protocol="Hit@1",
    confidence="M",
    note="AlexNet on single frames, first trained on ImageNet",
    same_quantity=False,
)
YUE_HEI_NG_HIT5 = replace(YUE_HEI_NG_HIT1, control=0.153, protocol="Hit@5")
CONV_POOL_HIT1 = replace(YUE_HEI_NG_HIT1, control=0.296, note="AlexNet, features of 120 frames pooled")
CONV_POOL_HIT5 = replace(CONV_POOL_HIT1, control=0.11, protocol="Hit@5")
YUE_HEI_NG_BEST = replace(
    YUE_HEI_NG_HIT1, control=0.269, confidence="V", note="their best net, which their abstract sets against this row"
)

MULTI_RES_CNN = Reproduction(
    who="nirmal-25/Multi-Res-CNN",
    url="https://github.com/nirmal-25/Multi-Res-CNN",
    control=0.35,
    protocol="validation accuracy",
    confidence="V",
    note="another, small set of sports, and batch normalisation: not comparable",
    same_quantity=False,
)

TWO_STREAM_SCRATCH = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    url="https://doi.org/10.48550/arXiv.1406.2199",
    control=0.575,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, on single frames, dropout 0.5",
    same_quantity=False,
)
TWO_STREAM_SCRATCH_DROPPED = replace(TWO_STREAM_SCRATCH, control=0.477, note="another net, on single frames, dropout 0.9")
TWO_STREAM_LAST = replace(TWO_STREAM_SCRATCH, control=0.273, note="another net, pre-trained elsewhere, last layer, dropout 0.5")
TWO_STREAM_LAST_DROPPED = replace(
    TWO_STREAM_SCRATCH, control=0.401, note="another net, pre-trained elsewhere, last layer, dropout 0.9"
)
TWO_STREAM_ALL = replace(TWO_STREAM_SCRATCH, control=0.292, note="another net, pre-trained elsewhere, all layers, dropout 0.5")
TWO_STREAM_ALL_DROPPED = replace(
    TWO_STREAM_SCRATCH, control=0.272, note="another net, pre-trained elsewhere, all layers, dropout 0.9"
)

VGG_LAST = Reproduction(
    who="Knyazev, videos (VGG-16)",
    control=0.264,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, last layer",
    same_quantity=False,
)
VGG_DENSE_LOW = replace(VGG_LAST, control=0.235, note="another net, dense layers; the lower of two values")
VGG_DENSE_HIGH = replace(VGG_LAST, control=0.227, note="another net, dense layers; the higher of two values")
VGG_ALL = replace(VGG_LAST, control=0.247, note="another net, all layers: worse than the dense layers alone, as in the paper")
RESNET_LAST = replace(VGG_LAST, who="Knyazev, videos (ResNet-50)", control=0.235)
RESNET_ALL = replace(RESNET_LAST, control=0.205, note="another net, all layers: better than the last layer alone")

C3D_SCRATCH_ISSUE = Reproduction(
    who="a user of C3D (facebookarchive/C3D#281)",
    url="https://github.com/facebookarchive/C3D/issues/281",
    control=0.67,
    protocol="UCF-101",
    confidence="V",
    note="another net",
    same_quantity=False,
)
C3D_SCRATCH_VIDEO_CAFFE = replace(
    C3D_SCRATCH_ISSUE,
    who="a user of C3D (chuckcho/video-caffe#101)",
    url="https://github.com/chuckcho/video-caffe/issues/101",
    control=0.5,
    note="another net; about",
)
C3D_SCRATCH_LOW = replace(
    C3D_SCRATCH_ISSUE,
    who="quoted in arXiv 1708.05038 (C3D)",
    url="https://doi.org/10.48550/arXiv.1708.05038",
    control=0.59,
    note="another net; the lower of two values",
)
C3D_SCRATCH_HIGH = replace(C3D_SCRATCH_LOW, control=0.56, note="another net; the higher of two values")

# The same measurements as differences: the arm with the part first.
TWO_STREAM_LAST_SCRATCH = replace(
    TWO_STREAM_LAST,
    ablated=0.575,
    note="another net, pre-trained elsewhere: last layer, and from scratch, dropout 0.5",
)
TWO_STREAM_ALL_SCRATCH = replace(
    TWO_STREAM_ALL,
    ablated=0.575,
    note="another net, pre-trained elsewhere: all layers, and from scratch, dropout 0.5",
)
VGG_DENSE_LAST = replace(VGG_DENSE_LOW, ablated=0.264, note="another net: dense layers, the lower of two values, and last layer")
VGG_DENSE_ALL = replace(VGG_DENSE_LOW, ablated=0.247, note="another net: dense layers, the lower of two values, and all layers")
RESNET_ALL_LAST = replace(RESNET_LAST, ablated=0.205, note="another net: last layer, and all layers, which are better there")
