"""What is done to one image: draw some of its descriptors, or turn it into signatures.

Shape suffixes: P descriptors, D values, L values of a signature.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro.baselines.descriptors.images import Image, pixels_HW3
from repro.baselines.descriptors.patches import describe_patches
from repro.baselines.encoders.encoder import Encoder
from repro.baselines.encoders.product_quantizer import Quantizer
from repro.baselines.fitting.randomness import generator
from repro.baselines.images.signatures import packed
from repro.spec.classical import Classical
from repro.system.memory import peak_mib


@dataclass(frozen=True, kw_only=True)
class OfImage:
    """What was made of an image, and processor time, both by channel. peak_mib: memory of the process."""

    arrays: dict[str, NDArray[Any]]
    cpu_s: dict[str, float]
    peak_mib: float


def sample_image(task: tuple[int, Image], *, spec: Classical, key: int) -> OfImage:
    """A random part of the descriptors of an image, at most `sampling.per_image` of each channel.

    task: the image's number, which with `key` decides what is drawn, and the image.
    """
    index, image = task
    rgb_HW3 = pixels_HW3(image, name=f"image {index}")
    arrays, cpu_s = {}, {}
    for channel in spec.channels:
        begin = time.process_time()
        _, x_PD = describe_patches(rgb_HW3, channel.descriptor, channel.patches)
        drawn = generator(key, f"descriptors of {channel.name}", index).permutation(len(x_PD))[: spec.sampling.per_image]
        arrays[channel.name] = x_PD[np.sort(drawn)]
        cpu_s[channel.name] = time.process_time() - begin
    return OfImage(arrays=arrays, cpu_s=cpu_s, peak_mib=peak_mib())


def encode_image(task: tuple[int, Image], *, spec: Classical, encoders: Mapping[str, Encoder]) -> OfImage:
    """The signatures of an image, by channel."""
    index, image = task
    rgb_HW3 = pixels_HW3(image, name=f"image {index}")
    arrays, cpu_s = {}, {}
    for channel in spec.channels:
        begin = time.process_time()
        position_P2, x_PD = describe_patches(rgb_HW3, channel.descriptor, channel.patches)
        arrays[channel.name] = encoders[channel.name].encode_L(position_P2, x_PD, channel=channel)
        cpu_s[channel.name] = time.process_time() - begin
    return OfImage(arrays=arrays, cpu_s=cpu_s, peak_mib=peak_mib())


def encode_and_pack(
    task: tuple[int, Image], *, spec: Classical, encoders: Mapping[str, Encoder], quantizers: Mapping[str, Quantizer]
) -> OfImage:
    """The signatures of an image as they are stored: float16, or codes where the channel has a quantiser."""
    own = encode_image(task, spec=spec, encoders=encoders)
    arrays = {name: packed(signature_L, quantizers.get(name)) for name, signature_L in own.arrays.items()}
    return OfImage(arrays=arrays, cpu_s=own.cpu_s, peak_mib=own.peak_mib)


def numbered(images: Iterable[Image], kept: set[int]) -> Iterator[tuple[int, Image]]:
    """Yield the kept images with their numbers; what comes after the last is not read."""
    reach = islice(enumerate(images), max(kept, default=-1) + 1)
    return ((index, image) for index, image in reach if index in kept)
