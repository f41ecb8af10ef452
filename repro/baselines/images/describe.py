"""The steps of a fit that read images: vocabularies, codebooks, signatures. Each goes on from what is stored.

Shape suffixes: N images, P descriptors, D values, L values of a signature.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import read_npz, write_npz
from repro.baselines.descriptors.images import Image
from repro.baselines.encoders.encoder import Encoder, encoder_arrays, encoder_of, fit_encoder
from repro.baselines.encoders.product_quantizer import Quantizer, fit_quantizer
from repro.baselines.fitting.randomness import generator
from repro.baselines.images.encode import OfImage, encode_and_pack, numbered, sample_image
from repro.baselines.images.fit_context import FitContext
from repro.baselines.images.signatures import SignatureFile, SignatureWriter, read_quantizer, write_quantizer
from repro.spec.classical import Channel
from repro.system.memory import peak_mib
from repro.system.progress import Progress
from repro.system.workers import in_order


def fit_encoders(images: Iterable[Image], num_images: int, context: FitContext) -> dict[str, Encoder]:
    """The encoder of each channel, from descriptors of images drawn at random.

    Raises:
        ValueError: a channel has fewer descriptors than words, Gaussians or components.
    """
    names = [channel.name for channel in context.spec.channels]
    files = {name: context.folder / f"vocabulary.{name}.npz" for name in names}
    if not all(file.exists() for file in files.values()):
        samples = {name: context.folder / f"sample.{name}.npz" for name in names}
        if not all(file.exists() for file in samples.values()):
            drawn = _drawn(num_images, context.spec.sampling.num_images, context, "images of the vocabularies")
            make = functools.partial(sample_image, spec=context.spec, key=context.key)
            rows = _of_some(images, drawn, make, context, "samples descriptors")
            for name in names:
                write_npz(samples[name], {"x_PD": np.concatenate([row[name] for row in rows])})
        tasks = [(channel, samples[channel.name], files[channel.name]) for channel in context.spec.channels]
        context.say(f"makes the vocabularies of {', '.join(names)}")
        _run_jobs(functools.partial(_fit_encoder, key=context.key), tasks, context)
        for file in samples.values():
            file.unlink()
    return {name: encoder_of(read_npz(file)) for name, file in files.items()}


def fit_quantizers(
    images: Iterable[Image], num_images: int, encoders: dict[str, Encoder], context: FitContext
) -> dict[str, Quantizer]:
    """The quantiser of each channel, from signatures of images drawn at random; none where nothing is compressed."""
    compression = context.spec.compression
    if compression is None:
        return {}
    files = {channel.name: codebooks_file(context, channel) for channel in context.spec.channels}
    if not all(file.exists() for file in files.values()):
        drawn = _drawn(num_images, compression.num_images, context, "images of the codebooks")
        make = functools.partial(encode_and_pack, spec=context.spec, encoders=encoders, quantizers={})
        rows = _of_some(images, drawn, make, context, "describes images for the codebooks")
        for name, file in files.items():
            context.say(f"makes the codebooks of {name}")
            quantizer = fit_quantizer(
                np.stack([row[name] for row in rows]),
                values_per_code=compression.values_per_code,
                num_iterations=compression.num_iterations,
                key=context.key,
                name=name,
            )
            write_quantizer(file, quantizer)
    return {name: read_quantizer(file) for name, file in files.items()}


def describe(
    images: Iterable[Image],
    num_images: int,
    encoders: dict[str, Encoder],
    quantizers: dict[str, Quantizer],
    context: FitContext,
) -> dict[str, SignatureFile]:
    """Store the signatures of all images, and return where they lie, by channel.

    Raises:
        ValueError: there are more or fewer images than labels.
    """
    compression = context.spec.compression
    per_code = 1 if compression is None else compression.values_per_code
    writer = SignatureWriter(
        context.folder / "signatures",
        widths={channel.name: channel.num_values // per_code for channel in context.spec.channels},
        quantized=compression is not None,
        num_images=num_images,
    )
    if writer.num_done < num_images:
        progress = Progress("describes images", total=num_images, unit="images", num_done=writer.num_done, say=context.say)
        make = functools.partial(encode_and_pack, spec=context.spec, encoders=encoders, quantizers=quantizers)
        tasks = islice(enumerate(images), writer.num_done, None)
        done = in_order(make, tasks, num_processes=context.num_processes)
        count = writer.num_done
        for count in writer.fill(_counted(encoded, context) for encoded in done):
            if count <= num_images:
                progress.add()
        if count != num_images:
            raise ValueError(
                f"{count} training images and {num_images} labels; allowed: as many of each; check the list of images"
            )
    return {
        channel.name: SignatureFile(
            path=writer.file(channel.name), codebooks=codebooks_file(context, channel) if quantizers else None
        )
        for channel in context.spec.channels
    }


def codebooks_file(context: FitContext, channel: Channel) -> Path:
    """Where the codebooks of a channel lie."""
    return context.folder / f"codebooks.{channel.name}.npz"


def _drawn(num_images: int, most: int, context: FitContext, purpose: str) -> set[int]:
    return set(generator(context.key, purpose).permutation(num_images)[:most].tolist())


def _of_some(
    images: Iterable[Image], drawn: set[int], make: Callable[[tuple[int, Image]], OfImage], context: FitContext, what: str
) -> list[dict[str, NDArray[np.floating]]]:
    """What is made of the images `drawn`, in their order.

    Raises:
        ValueError: there is no image, or fewer than labels.
    """
    progress = Progress(what, total=len(drawn), unit="images", say=context.say)
    rows = []
    for own in in_order(make, numbered(images, drawn), num_processes=context.num_processes):
        rows.append(_counted(own, context))
        progress.add()
    if len(rows) != len(drawn):
        raise ValueError(f"fewer training images than labels; allowed: as many of each; image {max(drawn)} was to be read")
    return rows


def _counted(own: OfImage, context: FitContext) -> dict[str, NDArray[np.floating]]:
    context.costs.add(own.cpu_s, peak_mib=own.peak_mib)
    return own.arrays


def _fit_encoder(task: tuple[Channel, Path, Path], *, key: int) -> float:
    """Make and store the encoder of a channel from its sample, unless it is there; return the memory it took, in MiB."""
    channel, sample, file = task
    if not file.exists():
        write_npz(file, encoder_arrays(fit_encoder(read_npz(sample)["x_PD"], channel=channel, key=key)))
    return peak_mib()


def _run_jobs(
    job: Callable[[tuple[Channel, Path, Path]], float], tasks: list[tuple[Channel, Path, Path]], context: FitContext
) -> None:
    for peak in in_order(job, tasks, num_processes=min(context.num_processes, len(tasks))):
        context.costs.add({}, peak_mib=peak, num_read=0)
