"""What the classical image baselines are made of: local descriptors, their encoding into signatures, linear classifiers, fusion.

Two methods share everything but the encoding: Fisher vectors and locality-constrained sparse codes.

Sources: Sanchez, Perronnin 2011 (high-dimensional signatures, product quantiser, SGD) and Perronnin, Sanchez, Mensink 2010
(improved Fisher vector); Lin et al. 2011 (sparse coding at large scale) and Wang et al. 2010 (locality-constrained coding).
"""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.model import Model

#: How the scores of the channels are averaged: all alike, or with the weights that do best on held-out training images.
FUSIONS = ("equal", "searched")


@dataclass(frozen=True, kw_only=True)
class DensePatches:
    """Square patches on a grid, at several sizes of the image.

    max_pixels: larger images are shrunk to this area first. scales: factors by which the image is then resized, each giving
        one layer of patches; above 1 enlarges. A scale at which the image is smaller than a patch has none.
    patch_px, step_px: of the resized image.
    """

    max_pixels: int
    scales: tuple[float, ...]
    patch_px: int
    step_px: int


@dataclass(frozen=True, kw_only=True)
class Sift:
    """Histograms of signed gradient directions in `num_cells` x `num_cells` cells of a patch (Lowe 2004), upright.

    window_cells: standard deviation of the Gaussian that weights cells by their distance from the patch's centre, in cells.
    smoothing_px: of the image before gradients are read; 0: none.
    clip: values are cut off here after the first normalisation.
    min_norm: patches whose weighted mean gradients (of grey values in [0, 1]) have a smaller norm are left out.
    root: whether the square root of the values, normalised to sum 1, is taken in place of all that (Arandjelovic 2012).
    color: read in place of the grey values, and normalised each for itself, the intensity and two opponent colours over the
        intensity (CSIFT: Abdel-Hakim, Farag 2006, in the form of van de Sande, Gevers, Snoek 2010).
    """

    num_cells: int
    num_orientations: int
    window_cells: float
    smoothing_px: float
    clip: float
    min_norm: float
    root: bool
    color: bool = False

    @property
    def num_values(self) -> int:
        """The length of a descriptor."""
        return self.num_cells**2 * self.num_orientations * (3 if self.color else 1)


@dataclass(frozen=True, kw_only=True)
class LocalColors:
    """Local colour statistics: mean and deviation of R, G, B in `num_cells` x `num_cells` cells of a patch."""

    num_cells: int

    @property
    def num_values(self) -> int:
        """The length of a descriptor."""
        return self.num_cells**2 * 6


@dataclass(frozen=True, kw_only=True)
class PatchHog:
    """Histograms of oriented gradients (Dalal, Triggs 2005) in `num_cells` x `num_cells` cells, one normalised block."""

    num_cells: int
    num_orientations: int

    @property
    def num_values(self) -> int:
        """The length of a descriptor."""
        return self.num_cells**2 * self.num_orientations


@dataclass(frozen=True, kw_only=True)
class Lbp:
    """Local binary patterns (Ojala, Pietikainen, Maenpaa 2002): eight neighbours at `radius_px`, uniform patterns.

    Patterns are counted in `num_cells` x `num_cells` cells of a patch: the 58 uniform ones, the others together.
    tolerance: grey levels of 255 by which a neighbour must be brighter to count; it keeps noise of flat areas out.
    """

    num_cells: int
    radius_px: int
    tolerance: float

    @property
    def num_values(self) -> int:
        """The length of a descriptor."""
        return self.num_cells**2 * 59


@dataclass(frozen=True, kw_only=True)
class Gist:
    """Gabor energies averaged in `num_cells` x `num_cells` cells: the GIST of Oliva, Torralba 2001, of a patch.

    highest_cycles_per_px, ratio: centre frequency of the finest filters, and from scale to scale.
    radial_sharpness: filters fall off as exp(-radial_sharpness (f / f_centre - 1)^2).
    angular_width: they fall off over directions as a Gaussian with this deviation, in steps from one orientation to the next.
    prefilter_px, contrast: the image's logarithm less its local mean, over its local deviation plus `contrast`; the
        neighbourhood is a Gaussian of `prefilter_px`.
    """

    num_cells: int
    num_orientations: int
    num_scales: int
    highest_cycles_per_px: float
    ratio: float
    radial_sharpness: float
    angular_width: float
    prefilter_px: float
    contrast: float

    @property
    def num_values(self) -> int:
        """The length of a descriptor."""
        return self.num_cells**2 * self.num_orientations * self.num_scales


Descriptor = Sift | LocalColors | PatchHog | Lbp | Gist


@dataclass(frozen=True, kw_only=True)
class KMeans:
    """Mini-batch k-means: batch, starts of which the best is kept, passes at most."""

    batch_size: int
    num_inits: int
    num_epochs: int


@dataclass(frozen=True, kw_only=True)
class FisherEncoding:
    """Gradients of a Gaussian mixture's log likelihood by its means and deviations, after a projection.

    num_components: principal components kept of a descriptor. num_gaussians: of the mixture, diagonal covariances.
    num_iterations, tolerance: of expectation maximisation, which ends sooner when the mean log likelihood of a descriptor
        gains less than `tolerance` nats in an iteration.
    min_variance: least variance of a Gaussian, as a share of the component's variance over all descriptors.
    init: k-means from which the mixture starts.
    min_posterior: smaller posteriors count as 0. power: of the power normalisation, 1/2 taking signed square roots.
    """

    num_components: int
    num_gaussians: int
    num_iterations: int
    tolerance: float
    min_variance: float
    init: KMeans
    min_posterior: float
    power: float

    @property
    def num_values_of_a_region(self) -> int:
        """The length of the Fisher vector of one region."""
        return 2 * self.num_gaussians * self.num_components


@dataclass(frozen=True, kw_only=True)
class SparseEncoding:
    """Locality-constrained linear codes over `num_words` words of k-means, of which the largest of each region is kept.

    num_neighbors: words that share a descriptor. ridge: added to the diagonal of their covariance, as a share of its trace.
    num_components: principal components kept of a descriptor; None keeps it as it is.
    """

    num_words: int
    num_neighbors: int
    ridge: float
    kmeans: KMeans
    num_components: int | None = None

    @property
    def num_values_of_a_region(self) -> int:
        """The length of the code of one region."""
        return self.num_words


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One descriptor, its encoding, and the regions of the image that are encoded apart.

    grids: (rows, columns) of each level of the spatial pyramid; ((1, 1), (3, 1)) is the whole image and three strips.
    """

    name: str
    descriptor: Descriptor
    patches: DensePatches
    encoding: FisherEncoding | SparseEncoding
    grids: tuple[tuple[int, int], ...]

    @property
    def num_regions(self) -> int:
        """How many regions all levels have together."""
        return sum(rows * columns for rows, columns in self.grids)

    @property
    def num_values(self) -> int:
        """The length of a signature."""
        return self.num_regions * self.encoding.num_values_of_a_region


@dataclass(frozen=True, kw_only=True)
class PatchSampling:
    """From which descriptors projections and vocabularies are made: images drawn, and descriptors drawn of each, at most."""

    num_images: int
    per_image: int


@dataclass(frozen=True, kw_only=True)
class ProductQuantizer:
    """Signatures kept as one byte for `values_per_code` values (Jegou, Douze, Schmid 2011), read back approximately.

    A signature of 131,072 values takes 256 KiB as float16, 315 GB for 1.2 million images; 16 KiB with 8 values to a code, 20 GB.
    num_images: training images whose signatures the codebooks are made of. num_iterations: of k-means.
    """

    values_per_code: int
    num_images: int
    num_iterations: int


@dataclass(frozen=True, kw_only=True)
class LinearSvm:
    """One-vs-rest linear support vector machines, trained by averaged stochastic gradient descent (Bottou 2010).

    regularizations: of the squared norm of the weights; of several the best on held-out training images is taken.
    learning_rate: first rate times the mean squared norm of a signature; it falls as 1 / (1 + regularization rate steps).
    negatives_per_positive: negatives drawn anew in each epoch, over the positives of a class; None takes all.
    average_from: epoch (from 0) at whose start averaging of the weights begins; a later one forgets the first steps.
    classes_per_job: classes that are trained together, in one process.
    """

    regularizations: tuple[float, ...]
    learning_rate: float
    num_epochs: int
    batch_size: int
    negatives_per_positive: float | None
    average_from: int
    classes_per_job: int


@dataclass(frozen=True, kw_only=True)
class ScoreFusion:
    """How scores of the channels become one: `weights` is one of FUSIONS; searched ones are multiples of `weight_step`.

    num_held_out: training images held out for the search, for the choice of the regularisation and for the sharpness of
        the final scores. num_tuning: at most so many of the others are trained on then; None: all.
        The final classifiers are trained on all training images.
    """

    weights: str
    num_held_out: int
    weight_step: float = 0.1
    num_tuning: int | None = None


@dataclass(frozen=True, kw_only=True)
class FisherVectors(Model):
    """Fisher vectors of several channels, a linear classifier on each, scores averaged. compression: None keeps float16."""

    channels: tuple[Channel, ...]
    sampling: PatchSampling
    classifier: LinearSvm
    fusion: ScoreFusion
    compression: ProductQuantizer | None = None


@dataclass(frozen=True, kw_only=True)
class SparseCoding(Model):
    """Sparse codes of several channels, a linear classifier on each, scores averaged. compression: None keeps float16."""

    channels: tuple[Channel, ...]
    sampling: PatchSampling
    classifier: LinearSvm
    fusion: ScoreFusion
    compression: ProductQuantizer | None = None


Classical = FisherVectors | SparseCoding
