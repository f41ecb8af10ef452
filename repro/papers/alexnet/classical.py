"""The methods of others in AlexNet's tables: SIFT and Fisher vectors, sparse coding, and a sum of Fisher vectors of four kinds.

Table 1 quotes Lin et al. 2011 (sparse coding) and Sanchez, Perronnin 2011 (SIFT and Fisher vectors); Table 2 the entry of the
2012 competition that added up SIFT, LBP, GIST and CSIFT. Only the size of their signatures and their errors were read (V);
patches, projections, mixtures, codebooks and classifiers are those usual in such systems (M).
Settings were chosen on held-out training images (docs/tuning.md).
"""

from dataclasses import replace

from repro.spec.classical import (
    Channel,
    DensePatches,
    FisherEncoding,
    FisherVectors,
    Gist,
    KMeans,
    Lbp,
    LinearSvm,
    LocalColors,
    PatchHog,
    PatchSampling,
    ProductQuantizer,
    ScoreFusion,
    Sift,
    SparseCoding,
    SparseEncoding,
)
from repro.spec.evaluation import Evaluation
from repro.spec.experiment import Variant
from repro.spec.run import Fitted

SIFT = Sift(num_cells=4, num_orientations=8, window_cells=2.0, smoothing_px=0.0, clip=0.2, min_norm=0.005, root=False)
CSIFT = replace(SIFT, color=True)
LOCAL_COLORS = LocalColors(num_cells=4)
HOG = PatchHog(num_cells=4, num_orientations=9)
LBP = Lbp(num_cells=2, radius_px=1, tolerance=3)
GIST = Gist(
    num_cells=4,
    num_orientations=8,
    num_scales=3,
    highest_cycles_per_px=0.3,
    ratio=1.85,
    radial_sharpness=3.5,
    angular_width=0.72,
    prefilter_px=6.0,
    contrast=0.2,
)

STRIPS = ((1, 1), (3, 1))
PYRAMID = ((1, 1), (2, 2), (3, 1))
PATCHES = DensePatches(max_pixels=100_000, scales=(1.0, 0.7071, 0.5, 0.3536, 0.25), patch_px=24, step_px=4)
KMEANS = KMeans(batch_size=4096, num_inits=1, num_epochs=5)
GAUSSIANS = FisherEncoding(
    num_components=64,
    num_gaussians=256,
    num_iterations=100,
    tolerance=1e-4,
    min_variance=1e-2,
    init=KMEANS,
    min_posterior=1e-4,
    power=0.5,
)
CODES = SparseEncoding(num_words=8192, num_neighbors=5, ridge=1e-4, kmeans=replace(KMEANS, batch_size=32_768))
SVM = LinearSvm(
    regularizations=(1e-5, 1e-6),
    learning_rate=1.0,
    num_epochs=5,
    batch_size=128,
    negatives_per_positive=64.0,
    average_from=1,
    classes_per_job=100,
)
QUANTIZER = ProductQuantizer(values_per_code=8, num_images=10_000, num_iterations=20)
DRAWN = PatchSampling(num_images=10_000, per_image=100)
ALIKE = ScoreFusion(weights="equal", num_held_out=25_000, num_tuning=100_000)

SIFT_CHANNEL = Channel(name="sift", descriptor=SIFT, patches=PATCHES, encoding=GAUSSIANS, grids=STRIPS)
COLORS_CHANNEL = replace(SIFT_CHANNEL, name="colors", descriptor=LOCAL_COLORS)
FISHER = FisherVectors(
    channels=(SIFT_CHANNEL, COLORS_CHANNEL), sampling=DRAWN, classifier=SVM, fusion=ALIKE, compression=QUANTIZER
)
FOUR = replace(
    FISHER,
    channels=(
        SIFT_CHANNEL,
        replace(SIFT_CHANNEL, name="lbp", descriptor=LBP),
        replace(SIFT_CHANNEL, name="gist", descriptor=GIST),
        replace(SIFT_CHANNEL, name="csift", descriptor=CSIFT),
    ),
    fusion=replace(ALIKE, weights="searched"),
)
# Six models, as the recipe says: HOG and LBP with three sizes of patches. Its super-vector codes are not among them.
HOG_CHANNEL = Channel(name="hog", descriptor=HOG, patches=PATCHES, encoding=CODES, grids=PYRAMID)
LBP_CHANNEL = replace(HOG_CHANNEL, name="lbp", descriptor=LBP)
SMALL_PATCHES, LARGE_PATCHES = replace(PATCHES, patch_px=16), replace(PATCHES, patch_px=32)
SPARSE = SparseCoding(
    channels=(
        replace(HOG_CHANNEL, name="hog_16", patches=SMALL_PATCHES),
        replace(LBP_CHANNEL, name="lbp_16", patches=SMALL_PATCHES),
        replace(HOG_CHANNEL, name="hog_24"),
        replace(LBP_CHANNEL, name="lbp_24"),
        replace(HOG_CHANNEL, name="hog_32", patches=LARGE_PATCHES),
        replace(LBP_CHANNEL, name="lbp_32", patches=LARGE_PATCHES),
    ),
    sampling=DRAWN,
    classifier=SVM,
    fusion=ALIKE,
    compression=QUANTIZER,
)

# Thousands of images instead of a million: fewer Gaussians and words, all negatives, signatures as they are.
FEW_SVM = LinearSvm(
    regularizations=(1e-3, 1e-4),
    learning_rate=1.0,
    num_epochs=30,
    batch_size=16,
    negatives_per_positive=None,
    average_from=5,
    classes_per_job=10,
)
FEW_GAUSSIANS = replace(GAUSSIANS, num_gaussians=64, num_iterations=30, tolerance=1e-3)
FEW_CODES = replace(CODES, num_words=1024, kmeans=KMEANS)
FOLDERS_SIFT = replace(SIFT_CHANNEL, encoding=FEW_GAUSSIANS)
FOLDERS_FISHER = FisherVectors(
    channels=(FOLDERS_SIFT, replace(FOLDERS_SIFT, name="colors", descriptor=LOCAL_COLORS)),
    sampling=PatchSampling(num_images=800, per_image=150),
    classifier=FEW_SVM,
    fusion=ScoreFusion(weights="equal", num_held_out=320),
)
FOLDERS_FOUR = replace(
    FOLDERS_FISHER,
    channels=(
        FOLDERS_SIFT,
        replace(FOLDERS_SIFT, name="lbp", descriptor=LBP),
        replace(FOLDERS_SIFT, name="gist", descriptor=GIST),
        replace(FOLDERS_SIFT, name="csift", descriptor=CSIFT),
    ),
    fusion=ScoreFusion(weights="searched", num_held_out=320),
)
FOLDERS_SPARSE = SparseCoding(
    channels=(replace(HOG_CHANNEL, encoding=FEW_CODES), replace(LBP_CHANNEL, encoding=FEW_CODES)),
    sampling=PatchSampling(num_images=800, per_image=150),
    classifier=FEW_SVM,
    fusion=ScoreFusion(weights="equal", num_held_out=320),
)

# Tiny images are enlarged, so that they hold patches of several sizes.
ENLARGED = DensePatches(max_pixels=100_000, scales=(2.0, 1.414, 1.0), patch_px=16, step_px=4)
LESS_ENLARGED = replace(ENLARGED, scales=(1.414, 1.0))
SMALL_SIFT = replace(SIFT_CHANNEL, patches=LESS_ENLARGED, encoding=replace(FEW_GAUSSIANS, num_components=32, num_gaussians=32))
SMALL_HOG = replace(HOG_CHANNEL, patches=LESS_ENLARGED, encoding=replace(FEW_CODES, num_words=256))
SMALL_FISHER = replace(
    FOLDERS_FISHER,
    channels=(SMALL_SIFT, replace(SMALL_SIFT, name="colors", descriptor=LOCAL_COLORS)),
    sampling=PatchSampling(num_images=200, per_image=60),
    fusion=ScoreFusion(weights="equal", num_held_out=128),
)
SMALL_FOUR = replace(
    SMALL_FISHER,
    channels=(
        SMALL_SIFT,
        replace(SMALL_SIFT, name="lbp", descriptor=LBP),
        replace(SMALL_SIFT, name="gist", descriptor=GIST),
        replace(SMALL_SIFT, name="csift", descriptor=CSIFT),
    ),
    fusion=ScoreFusion(weights="searched", num_held_out=128),
)
SMALL_SPARSE = replace(
    FOLDERS_SPARSE,
    channels=(SMALL_HOG, replace(SMALL_HOG, name="lbp", descriptor=LBP)),
    sampling=PatchSampling(num_images=200, per_image=60),
    fusion=ScoreFusion(weights="equal", num_held_out=128),
)

SMOKE_SIFT = replace(SIFT_CHANNEL, patches=LESS_ENLARGED, encoding=replace(FEW_GAUSSIANS, num_components=24, num_gaussians=16))
SMOKE_HOG = replace(HOG_CHANNEL, patches=LESS_ENLARGED, encoding=replace(FEW_CODES, num_words=128))
SMOKE_FISHER = replace(
    FOLDERS_FISHER,
    channels=(SMOKE_SIFT, replace(SMOKE_SIFT, name="colors", descriptor=LOCAL_COLORS)),
    sampling=PatchSampling(num_images=100, per_image=60),
    fusion=ScoreFusion(weights="equal", num_held_out=64),
)
SMOKE_FOUR = replace(
    SMOKE_FISHER,
    channels=(
        SMOKE_SIFT,
        replace(SMOKE_SIFT, name="lbp", descriptor=LBP),
        replace(SMOKE_SIFT, name="gist", descriptor=GIST),
        replace(SMOKE_SIFT, name="csift", descriptor=CSIFT),
    ),
    fusion=ScoreFusion(weights="searched", num_held_out=64),
)
SMOKE_SPARSE = replace(
    FOLDERS_SPARSE,
    channels=(SMOKE_HOG, replace(SMOKE_HOG, name="lbp", descriptor=LBP)),
    sampling=PatchSampling(num_images=100, per_image=60),
    fusion=ScoreFusion(weights="equal", num_held_out=64),
)

# 50,000 images are too many for the enlarged patches of sparse coding in ten minutes.
CIFAR_SVM = replace(FEW_SVM, regularizations=(1e-4, 1e-5), num_epochs=10, batch_size=32, average_from=2)
CIFAR_SIFT = replace(SMALL_SIFT, patches=ENLARGED)
CIFAR_FISHER = replace(
    SMALL_FISHER,
    channels=(CIFAR_SIFT, replace(CIFAR_SIFT, name="colors", descriptor=LOCAL_COLORS)),
    sampling=PatchSampling(num_images=2000, per_image=50),
    classifier=CIFAR_SVM,
    fusion=ScoreFusion(weights="equal", num_held_out=5000, num_tuning=15_000),
)
CIFAR_SPARSE = replace(
    SMALL_SPARSE,
    sampling=PatchSampling(num_images=2000, per_image=50),
    classifier=CIFAR_SVM,
    fusion=ScoreFusion(weights="equal", num_held_out=5000, num_tuning=15_000),
)
# Photos of 64 px hold patches of two sizes as they are; 50,000 of them cost twice what CIFAR-10 does.
PHOTOS64_PATCHES = replace(ENLARGED, scales=(1.0, 0.707))
PHOTOS64_SIFT = replace(CIFAR_SIFT, patches=PHOTOS64_PATCHES)
PHOTOS64_FISHER = replace(CIFAR_FISHER, channels=(PHOTOS64_SIFT, replace(PHOTOS64_SIFT, name="colors", descriptor=LOCAL_COLORS)))
PHOTOS64_HOG = replace(SMALL_HOG, patches=PHOTOS64_PATCHES)
PHOTOS64_SPARSE = replace(CIFAR_SPARSE, channels=(PHOTOS64_HOG, replace(PHOTOS64_HOG, name="lbp", descriptor=LBP)))

WHOLE = Evaluation(protocols=("center",))
CLASSICAL = (
    Variant(
        name="sparse_coding",
        title="Sparse coding",
        why="HOG and LBP, coded by few words of a large codebook, and linear classifiers: the best of the 2010 competition",
        source="Table 1; Lin et al. 2011",
        family="sparse_coding",
        experiment=Fitted(model=SPARSE, evaluation=WHOLE),
    ),
    Variant(
        name="sift_fisher",
        title="SIFT + FVs",
        why="SIFT and local colours as Fisher vectors, and linear classifiers: the best published before the paper",
        source="Table 1; Sanchez, Perronnin 2011",
        family="sift_fisher",
        experiment=Fitted(model=FISHER, evaluation=WHOLE),
    ),
    Variant(
        name="four_fisher",
        title="SIFT + FVs, LBP + FVs, GIST + FVs, CSIFT + FVs",
        why="the weighted sum that came second in the 2012 competition",
        source="Table 2, footnote",
        family="four_fisher",
        experiment=Fitted(model=FOUR, evaluation=WHOLE),
    ),
)
