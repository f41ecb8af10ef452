"""The feature histograms of the video paper's baseline, at the printed size and at smaller ones.

Section 4.1: HOG, textons, cuboids and others, densely and at sparse interest points, hue-saturation, colour
moments, number of faces; vocabularies by k-means, a spatial pyramid, soft assignment; each histogram sums to 1;
25,000 numbers a video (S). How large the single vocabularies are is not given: six of 800 words over five cells,
and the rest, make 25,000 (D).
"""

from dataclasses import replace

from repro.spec.histograms import (
    ColorMoments,
    Cuboid,
    FaceCount,
    FeatureHistograms,
    FrameSampling,
    HueSaturation,
    LocalFeature,
    MlpSearch,
    SoftAssignment,
    Texton,
    VocabularySampling,
)
from repro.spec.model import DenseGrid, Hog, InterestPoints

# The whole frame and its quarters.
PYRAMID = (1, 2)
FACES = FaceCount(
    name="faces",
    num_bins=8,
    cascade="haarcascade_frontalface_default.xml",
    scale_factor=1.1,
    min_neighbors=4,
    min_side_px=30,
)

HOG = Hog(cell_px=8, num_cells=2, num_orientations=9)
TEXTON = Texton(scales_px=(1.0, 2.0, 4.0), num_orientations=6, elongation=3.0, contrast=0.03, rotation="max")
CUBOID = Cuboid(side_px=13, num_frames=13, sigma_px=2.0, tau_frames=2.5, cycles_per_frame=0.16, samples_px=5, samples_frames=5)
CORNERS = InterestPoints(max_points=100, min_distance_px=5, threshold=0.01)
EVENTS = InterestPoints(max_points=100, min_distance_px=5, threshold=1e-4)
BOXES = DenseGrid(step_px=8, step_frames=4)

# What is tuned on the validation videos is known (M); the values tried are not.
PRINTED = FeatureHistograms(
    features=(
        LocalFeature(name="hog_dense", descriptor=HOG, points=DenseGrid(step_px=8), num_words=800, pyramid=PYRAMID),
        LocalFeature(name="hog_sparse", descriptor=HOG, points=CORNERS, num_words=800, pyramid=PYRAMID),
        LocalFeature(name="texton_dense", descriptor=TEXTON, points=DenseGrid(step_px=8), num_words=800, pyramid=PYRAMID),
        LocalFeature(name="texton_sparse", descriptor=TEXTON, points=CORNERS, num_words=800, pyramid=PYRAMID),
        LocalFeature(name="cuboids_dense", descriptor=CUBOID, points=BOXES, num_words=800, pyramid=PYRAMID, num_components=100),
        LocalFeature(name="cuboids_sparse", descriptor=CUBOID, points=EVENTS, num_words=800, pyramid=PYRAMID, num_components=100),
        HueSaturation(name="hue_saturation", num_hues=16, num_saturations=8, pyramid=PYRAMID),
        ColorMoments(name="color_moments", grid=3, num_words=352),
        FACES,
    ),
    frames=FrameSampling(side_px=200, num_frames=None, window_frames=16, num_windows=None),
    assignment=SoftAssignment(num_neighbors=4, width=1.0),
    sampling=VocabularySampling(
        num_videos=10_000, per_video=200, num_descriptors=1_000_000, batch_size=4096, num_inits=3, num_epochs=30
    ),
    normalisation="feature",
    classifier=MlpSearch(
        hidden_units=((1024,), (4096,), (2048, 2048)),
        dropout_rates=(0.0, 0.5),
        learning_rates=(0.03, 0.01),
        weight_decays=(1e-4, 1e-5),
        input_scalings=("root", "standard"),
        momentum=0.9,
        batch_size=128,
        num_epochs=30,
    ),
)

# Smaller frames have smaller cells and cuboids; few videos carry small vocabularies.
SMALL_HOG = Hog(cell_px=6, num_cells=2, num_orientations=8)
SMALL_TEXTON = Texton(scales_px=(1.0, 2.0), num_orientations=4, elongation=3.0, contrast=0.03, rotation="each")
SMALL_CUBOID = Cuboid(
    side_px=9, num_frames=9, sigma_px=1.2, tau_frames=2.0, cycles_per_frame=0.25, samples_px=3, samples_frames=3
)
SMALL_CORNERS = InterestPoints(max_points=30, min_distance_px=3, threshold=0.01)
SMALL_EVENTS = InterestPoints(max_points=40, min_distance_px=2, threshold=1e-4)
SMALL_BOXES = DenseGrid(step_px=6, step_frames=4)

FOLDERS = FeatureHistograms(
    features=(
        LocalFeature(name="hog_dense", descriptor=SMALL_HOG, points=DenseGrid(step_px=6), num_words=64, pyramid=PYRAMID),
        LocalFeature(name="hog_sparse", descriptor=SMALL_HOG, points=SMALL_CORNERS, num_words=64, pyramid=PYRAMID),
        LocalFeature(name="texton_dense", descriptor=SMALL_TEXTON, points=DenseGrid(step_px=6), num_words=64, pyramid=PYRAMID),
        LocalFeature(name="texton_sparse", descriptor=SMALL_TEXTON, points=SMALL_CORNERS, num_words=64, pyramid=PYRAMID),
        LocalFeature(
            name="cuboids_dense",
            descriptor=SMALL_CUBOID,
            points=SMALL_BOXES,
            num_words=64,
            pyramid=PYRAMID,
            num_components=20,
        ),
        LocalFeature(
            name="cuboids_sparse",
            descriptor=SMALL_CUBOID,
            points=SMALL_EVENTS,
            num_words=96,
            pyramid=PYRAMID,
            num_components=20,
        ),
        HueSaturation(name="hue_saturation", num_hues=8, num_saturations=4, pyramid=PYRAMID),
        ColorMoments(name="color_moments", grid=3, num_words=32),
        replace(FACES, num_bins=3),
    ),
    frames=FrameSampling(side_px=72, num_frames=6, window_frames=16, num_windows=3),
    assignment=SoftAssignment(num_neighbors=3, width=1.0),
    sampling=VocabularySampling(
        num_videos=150, per_video=100, num_descriptors=12_000, batch_size=512, num_inits=2, num_epochs=20
    ),
    normalisation="feature",
    classifier=MlpSearch(
        hidden_units=((128,), (128, 128)),
        dropout_rates=(0.0, 0.5),
        learning_rates=(0.1, 0.01),
        weight_decays=(1e-3, 1e-4),
        input_scalings=("root",),
        momentum=0.9,
        batch_size=32,
        num_epochs=40,
    ),
)

# Generated frames are described at their own size, three of each window.
SMALL = replace(
    FOLDERS,
    frames=replace(FOLDERS.frames, side_px=44, num_frames=3),
    classifier=replace(FOLDERS.classifier, hidden_units=((128,),), weight_decays=(1e-3,)),
)

SMOKE = replace(
    SMALL,
    frames=FrameSampling(side_px=56, num_frames=2, window_frames=16, num_windows=1),
    sampling=VocabularySampling(num_videos=40, per_video=50, num_descriptors=1500, batch_size=256, num_inits=1, num_epochs=10),
    classifier=MlpSearch(
        hidden_units=((64,),),
        dropout_rates=(0.0,),
        learning_rates=(0.1, 0.01),
        weight_decays=(1e-3,),
        input_scalings=("root",),
        momentum=0.9,
        batch_size=16,
        num_epochs=30,
    ),
)
