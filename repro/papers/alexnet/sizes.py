"""Effects of AlexNet's parts that are measured at several sizes: with fewer images, narrower nets or shorter training."""

from repro.spec.scales.declared import ShownEffect, Sizes, TrainedOn

# Of what "substantial overfitting" there is without crops and without dropout, the error is drawn; the claims are
# about the gap between test and training.
SIZES = Sizes(
    shares=("1of2", "1of4", "1of8"),
    effects=(
        ShownEffect(claim="A.S3.3.lrn.top1", title="Response normalisation"),
        ShownEffect(claim="A.S3.4.pool.top1", title="Overlapping pooling"),
        ShownEffect(claim="A.S4.2.dropout.overfit", title="Dropout", metric="top1_error", protocol="ten_crop"),
        ShownEffect(claim="A.S4.1.crop", title="Translations and reflections", metric="top1_error", protocol="ten_crop"),
        ShownEffect(claim="A.S3.2.gpu.top1", title="Two towers"),
        ShownEffect(claim="A.S7.depth.top1.conv3", title="Depth: the third convolution"),
        ShownEffect(claim="A.S7.depth.top1.conv4", title="Depth: the fourth convolution"),
        ShownEffect(claim="A.S7.depth.top1.conv5", title="Depth: the fifth convolution"),
    ),
    trained_on=(
        TrainedOn(of="ilsvrc2012", num=1_200_000, where="section 2: roughly 1.2 million training images"),
        TrainedOn(of="ilsvrc2010", num=1_200_000, where="section 2: roughly 1.2 million training images"),
    ),
)
