"""Measure the mean image and the RGB covariance of the training pixels, from which PCA colour noise is made.

All sums are sums of integers below 2**53, so they are exact in int64 and float64: neither the order of the images, nor the
number of threads, nor a restart changes one bit of the result.

Source: AlexNet, section 4.1 ("we add multiples of the found principal components, with magnitudes proportional to the
corresponding eigenvalues times a random variable drawn from a Gaussian with mean zero and standard deviation 0.1").

Shape suffixes: B images, H height, W width, C colour channels (R, G, B).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(kw_only=True)
class PixelSums:
    """Exact sums over images of one size.

    image_HWC: sum of the images. products_CC: sum over pixels of the outer product of (R, G, B) with itself.
    """

    num_images: int = 0
    image_HWC: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0, 3), np.int64))
    products_CC: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((3, 3), np.int64))

    def add_images(self, images_BHWC: npt.NDArray[np.uint8]) -> None:
        """Add a batch of 0-255 RGB images."""
        pixels = images_BHWC.reshape(-1, 3).astype(np.float64)
        sums = images_BHWC.sum(axis=0, dtype=np.int64)
        self.add(PixelSums(num_images=len(images_BHWC), image_HWC=sums, products_CC=np.rint(pixels.T @ pixels).astype(np.int64)))

    def add(self, other: PixelSums) -> None:
        """Add the sums of other images of the same size."""
        if other.num_images:
            self.image_HWC = other.image_HWC + self.image_HWC if self.num_images else other.image_HWC
            self.products_CC = self.products_CC + other.products_CC
            self.num_images += other.num_images

    def mean_image(self) -> npt.NDArray[np.float32]:
        """The mean image (H, W, 3) on the 0-255 scale."""
        return (self.image_HWC / max(self.num_images, 1)).astype(np.float32)

    def covariance(self) -> Floats:
        """The 3x3 covariance (divided by the number of pixels) of the RGB values of all pixels, on the 0-255 scale."""
        height, width, _ = self.image_HWC.shape
        num_pixels = self.num_images * height * width
        sums = [int(total) for total in self.image_HWC.sum(axis=(0, 1))]
        # Python integers: at ImageNet's size the products below pass 2**63.
        return np.array(
            [[(num_pixels * int(self.products_CC[i, j]) - sums[i] * sums[j]) / num_pixels**2 for j in range(3)] for i in range(3)]
        )


def principal_components(covariance_CC: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues in descending order and eigenvectors as columns, each with its largest component positive."""
    values, vectors = np.linalg.eigh(np.asarray(covariance_CC, np.float64))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(values))])
    return values, vectors * signs
