"""What others measured of paper B's rows: errors, 1 - hit or 1 - accuracy, as fractions.

Nobody seems to have trained the four fusion nets on Sports-1M again: later papers copy the printed rows beside nets of their own.
All of these are of other nets, or of other training, than the row beside which they stand.
"""

from repro.spec.claims import Reproduction

C3D_CLIP1 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    control=0.551,
    ablated=None,
    protocol="clip Hit@1",
    confidence="M",
    note="another net, trained on Sports-1M alone",
    same_quantity=False,
)
C3D_VID1 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    control=0.4,
    ablated=None,
    protocol="video Hit@1",
    confidence="M",
    note="another net, trained on Sports-1M alone",
    same_quantity=False,
)
C3D_VID5 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    control=0.156,
    ablated=None,
    protocol="video Hit@5",
    confidence="M",
    note="another net, trained on Sports-1M alone",
    same_quantity=False,
)
C3D_TUNED_CLIP1 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    control=0.539,
    ablated=None,
    protocol="clip Hit@1",
    confidence="M",
    note="another net, first trained on I380K",
    same_quantity=False,
)
C3D_TUNED_VID1 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    control=0.389,
    ablated=None,
    protocol="video Hit@1",
    confidence="M",
    note="another net, first trained on I380K",
    same_quantity=False,
)
C3D_TUNED_VID5 = Reproduction(
    who="Tran et al. 2015 (C3D)",
    control=0.148,
    ablated=None,
    protocol="video Hit@5",
    confidence="V",
    note="another net, first trained on I380K",
    same_quantity=False,
)
YUE_HEI_NG_HIT1 = Reproduction(
    who="Yue-Hei Ng et al. 2015",
    control=0.364,
    ablated=None,
    protocol="Hit@1",
    confidence="M",
    note="AlexNet on single frames, first trained on ImageNet",
    same_quantity=False,
)
YUE_HEI_NG_HIT5 = Reproduction(
    who="Yue-Hei Ng et al. 2015",
    control=0.153,
    ablated=None,
    protocol="Hit@5",
    confidence="M",
    note="AlexNet on single frames, first trained on ImageNet",
    same_quantity=False,
)
CONV_POOL_HIT1 = Reproduction(
    who="Yue-Hei Ng et al. 2015",
    control=0.296,
    ablated=None,
    protocol="Hit@1",
    confidence="M",
    note="AlexNet, features of 120 frames pooled",
    same_quantity=False,
)
CONV_POOL_HIT5 = Reproduction(
    who="Yue-Hei Ng et al. 2015",
    control=0.11,
    ablated=None,
    protocol="Hit@5",
    confidence="M",
    note="AlexNet, features of 120 frames pooled",
    same_quantity=False,
)
YUE_HEI_NG_BEST = Reproduction(
    who="Yue-Hei Ng et al. 2015",
    control=0.269,
    ablated=None,
    protocol="Hit@1",
    confidence="V",
    note="their best net, which their abstract sets against this row",
    same_quantity=False,
)
MULTI_RES_CNN = Reproduction(
    who="nirmal-25/Multi-Res-CNN",
    control=0.35,
    ablated=None,
    protocol="validation accuracy",
    confidence="V",
    note="another, small set of sports, and batch normalisation: not comparable",
    same_quantity=False,
)
TWO_STREAM_SCRATCH = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    control=0.575,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, on single frames, dropout 0.5",
    same_quantity=False,
)
TWO_STREAM_SCRATCH_DROPPED = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    control=0.477,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, on single frames, dropout 0.9",
    same_quantity=False,
)
TWO_STREAM_LAST = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    control=0.273,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, pre-trained elsewhere, last layer, dropout 0.5",
    same_quantity=False,
)
TWO_STREAM_LAST_DROPPED = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    control=0.401,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, pre-trained elsewhere, last layer, dropout 0.9",
    same_quantity=False,
)
TWO_STREAM_ALL = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    control=0.292,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, pre-trained elsewhere, all layers, dropout 0.5",
    same_quantity=False,
)
TWO_STREAM_ALL_DROPPED = Reproduction(
    who="Simonyan, Zisserman 2014 (two-stream, spatial net)",
    control=0.272,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="M",
    note="another net, pre-trained elsewhere, all layers, dropout 0.9",
    same_quantity=False,
)
VGG_LAST = Reproduction(
    who="Knyazev, videos (VGG-16)",
    control=0.264,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, last layer",
    same_quantity=False,
)
VGG_DENSE_LOW = Reproduction(
    who="Knyazev, videos (VGG-16)",
    control=0.235,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, dense layers; the lower of two values",
    same_quantity=False,
)
VGG_DENSE_HIGH = Reproduction(
    who="Knyazev, videos (VGG-16)",
    control=0.227,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, dense layers; the higher of two values",
    same_quantity=False,
)
VGG_ALL = Reproduction(
    who="Knyazev, videos (VGG-16)",
    control=0.247,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, all layers: worse than the dense layers alone, as in the paper",
    same_quantity=False,
)
RESNET_LAST = Reproduction(
    who="Knyazev, videos (ResNet-50)",
    control=0.235,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, last layer",
    same_quantity=False,
)
RESNET_ALL = Reproduction(
    who="Knyazev, videos (ResNet-50)",
    control=0.205,
    ablated=None,
    protocol="UCF-101, split 1",
    confidence="V",
    note="another net, all layers: better than the last layer alone",
    same_quantity=False,
)
C3D_SCRATCH_ISSUE = Reproduction(
    who="a user of C3D (facebookarchive/C3D#281)",
    control=0.67,
    ablated=None,
    protocol="UCF-101",
    confidence="V",
    note="another net",
    same_quantity=False,
)
C3D_SCRATCH_VIDEO_CAFFE = Reproduction(
    who="a user of C3D (chuckcho/video-caffe#101)",
    control=0.5,
    ablated=None,
    protocol="UCF-101",
    confidence="V",
    note="another net; about",
    same_quantity=False,
)
C3D_SCRATCH_LOW = Reproduction(
    who="quoted in arXiv 1708.05038 (C3D)",
    control=0.59,
    ablated=None,
    protocol="UCF-101",
    confidence="V",
    note="another net; the lower of two values",
    same_quantity=False,
)
C3D_SCRATCH_HIGH = Reproduction(
    who="quoted in arXiv 1708.05038 (C3D)",
    control=0.56,
    ablated=None,
    protocol="UCF-101",
    confidence="V",
    note="another net; the higher of two values",
    same_quantity=False,
)
