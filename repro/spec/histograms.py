"""What the feature-histogram baseline of videos is made of: features, vocabularies, pyramid, soft assignment, classifier.

Source: Karpathy et al. 2014, section 4.1, "Feature histogram baselines"; its features follow Yang, Toderici 2011.
"""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.model import DenseGrid, Hog, InterestPoints, Model

#: What sums to 1: all cells of a feature's pyramid together, or each cell for itself.
NORMALISATIONS = ("feature", "cell")

#: What becomes of the responses of an oriented filter: one value an orientation, or their largest (rotation invariant).
ROTATIONS = ("each", "max")

#: How the classifier sees a vector, less its mean over the training videos: as it is or its square root, times one factor
#: that brings the mean square to 1; or each of its values with variance 1 (rare words then weigh as much as frequent ones).
INPUT_SCALINGS = ("none", "root", "standard")


@dataclass(frozen=True, kw_only=True)
class Texton:
    """Responses of a filter bank: edges and bars at each scale and orientation, a blob and a Gaussian at each scale.

    scales_px: standard deviations across the edge; along it they are `elongation` times as long.
    contrast: response at which the contrast normalisation of the vector sets in. rotation: one of ROTATIONS.
    """

    scales_px: tuple[float, ...]
    num_orientations: int
    elongation: float
    contrast: float
    rotation: str


@dataclass(frozen=True, kw_only=True)
class Cuboid:
    """Three-dimensional gradients in a box of `side_px` x `side_px` pixels and `num_frames` frames (odd numbers).

    sigma_px, tau_frames, cycles_per_frame: of the periodic detector, a Gaussian in space and a quadrature pair of
        Gabor filters in time, `num_frames` long; the Gaussian also smooths the pixels before the gradients.
    samples_px, samples_frames: at how many places of a side and of the length the gradients are read.
    """

    side_px: int
    num_frames: int
    sigma_px: float
    tau_frames: float
    cycles_per_frame: float
    samples_px: int
    samples_frames: int


@dataclass(frozen=True, kw_only=True)
class LocalFeature:
    """Descriptors at many points, quantised into `num_words` and counted in the cells of a pyramid.

    pyramid: cells at the side of each level, (1, 2) being the whole frame and its quarters.
    num_components: principal components kept of a descriptor; None keeps it as it is.
    """

    name: str
    descriptor: Hog | Texton | Cuboid
    points: DenseGrid | InterestPoints
    num_words: int
    pyramid: tuple[int, ...]
    num_components: int | None = None

    @property
    def num_values(self) -> int:
        """The length of the histogram."""
        return self.num_words * num_cells(self.pyramid)


@dataclass(frozen=True, kw_only=True)
class HueSaturation:
    """Pixels counted by hue and saturation, in the cells of a pyramid."""

    name: str
    num_hues: int
    num_saturations: int
    pyramid: tuple[int, ...]

    @property
    def num_values(self) -> int:
        """The length of the histogram."""
        return self.num_hues * self.num_saturations * num_cells(self.pyramid)


@dataclass(frozen=True, kw_only=True)
class ColorMoments:
    """Mean, deviation and skewness of each colour in `grid` x `grid` parts of the frame, quantised into `num_words`."""

    name: str
    grid: int
    num_words: int

    @property
    def num_values(self) -> int:
        """The length of the histogram."""
        return self.num_words


@dataclass(frozen=True, kw_only=True)
class FaceCount:
    """Frames counted by their number of faces: 0, 1, ... and in the last of `num_bins` that many or more.

    cascade: file name among those that OpenCV ships. scale_factor, min_neighbors, min_side_px: of the detector's search.
    """

    name: str
    num_bins: int
    cascade: str
    scale_factor: float
    min_neighbors: int
    min_side_px: int

    @property
    def num_values(self) -> int:
        """The length of the histogram."""
        return self.num_bins


Feature = LocalFeature | HueSaturation | ColorMoments | FaceCount


@dataclass(frozen=True, kw_only=True)
class FrameSampling:
    """Which frames are read, and at what size.

    side_px: frames with a longer shorter side are shrunk to it; smaller frames stay as they are.
    num_frames: frames of a video at most, evenly spread, in which everything but cuboids is looked for; None: all.
    window_frames, num_windows: cuboids are looked for in at most so many runs of so many successive frames,
        evenly spread over the video; None: as many as there are, end to end.
    """

    side_px: int
    num_frames: int | None
    window_frames: int
    num_windows: int | None


@dataclass(frozen=True, kw_only=True)
class SoftAssignment:
    """A descriptor counts for its `num_neighbors` nearest words, by a Gaussian of the distance.

    width: standard deviation of the Gaussian over the vocabulary's own scale, the root mean square distance of the sampled
        training descriptors from their nearest word.
    """

    num_neighbors: int
    width: float


@dataclass(frozen=True, kw_only=True)
class VocabularySampling:
    """From which descriptors vocabularies are made, and how k-means runs.

    num_videos, per_video, num_descriptors: training videos drawn, descriptors drawn of each, and of all together, at most.
    batch_size, num_inits, num_epochs: of mini-batch k-means: batch, starts of which the best is kept, passes at most.
    """

    num_videos: int
    per_video: int
    num_descriptors: int
    batch_size: int
    num_inits: int
    num_epochs: int


@dataclass(frozen=True, kw_only=True)
class MlpSearch:
    """A network with rectified linear units and softmax, and the grid over which it is tuned on the validation videos.

    Every combination is trained for `num_epochs`; kept are the combination and the epoch with the most validation videos
    right, of equals the one with the least cross-entropy, then the first.
    hidden_units: the units of each hidden layer, one tuple for each net to try. input_scalings: of INPUT_SCALINGS.
    """

    hidden_units: tuple[tuple[int, ...], ...]
    dropout_rates: tuple[float, ...]
    learning_rates: tuple[float, ...]
    weight_decays: tuple[float, ...]
    input_scalings: tuple[str, ...]
    momentum: float
    batch_size: int
    num_epochs: int


@dataclass(frozen=True, kw_only=True)
class FeatureHistograms(Model):
    """The whole baseline. `normalisation`: one of NORMALISATIONS."""

    features: tuple[Feature, ...]
    frames: FrameSampling
    assignment: SoftAssignment
    sampling: VocabularySampling
    normalisation: str
    classifier: MlpSearch

    @property
    def num_values(self) -> int:
        """The length of the vector of a video."""
        return sum(feature.num_values for feature in self.features)


def num_cells(pyramid: tuple[int, ...]) -> int:
    """How many cells all levels of a pyramid have together."""
    return sum(side * side for side in pyramid)
