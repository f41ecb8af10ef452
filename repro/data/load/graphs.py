"""The DALI graphs: they decode, and on a GPU cut, mirror and normalise; they draw nothing.

Shape suffixes: T frames, H height, W width, C colour channels (RGB), S stored side in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from nvidia.dali import fn, pipeline_def, types

from repro.data.shards.decoder_options import decoder_options


def outputs_of(pipeline: Any) -> Iterator[torch.Tensor]:
    """Build a pipeline of one output now; give its outputs, which it makes ahead, until its source ends."""
    pipeline.build()
    return _outputs_of(pipeline)


def _outputs_of(pipeline: Any) -> Iterator[torch.Tensor]:
    while True:
        try:
            (outputs,) = pipeline.run()
        except StopIteration:
            return
        yield owned(outputs)


def owned(outputs: Any) -> torch.Tensor:
    """What a pipeline gave as a tensor that stays as it is.

    On the CPU that is no copy: DALI's default execution model does not use a buffer again while someone holds it.
    """
    tensor = torch.from_dlpack(outputs.as_tensor())
    return tensor.clone() if tensor.is_cuda else tensor


def device_id(device: str) -> int | None:
    """The number of the GPU of a pipeline on `device`, `cpu` or `cuda`."""
    return torch.cuda.current_device() if device == "cuda" else None


def decoded_image(image: Any, *, encoding: str, device: str) -> Any:
    """The node of a graph that turns stored images into pixels (H, W, C) on the device."""
    if encoding != "jpeg":
        return image.gpu() if device == "cuda" else image
    return fn.decoders.image(image, output_type=types.RGB, adjust_orientation=False, **decoder_options(device))


def decoded_frames(strip: Any, *, frames: tuple[int, ...], stored_px: int, device: str) -> Any:
    """The node of a graph that turns film strips into the chosen frames (T, S, S, C), uint8, on the device."""
    first, last = min(frames), max(frames) + 1
    rows = fn.decoders.image_slice(
        strip,
        start=[first * stored_px],
        shape=[(last - first) * stored_px],
        axes=[0],
        output_type=types.RGB,
        adjust_orientation=False,
        **decoder_options(device),
    )
    clip = fn.reshape(rows, shape=[last - first, stored_px, stored_px, 3], layout="FHWC")
    order = [frame - first for frame in frames]
    return clip if order == list(range(last - first)) else fn.sequence_rearrange(clip, new_order=order)


@pipeline_def
def decoded_image_graph(*, source: Callable[[], Any], encoding: str, device: str) -> Any:
    """Define the graph that decodes and does no more; `source` gives the stored images of a batch."""
    image = fn.external_source(source=source, batch=True, dtype=types.UINT8, ndim=1 if encoding == "jpeg" else 3)
    return decoded_image(image, encoding=encoding, device=device)


@pipeline_def
def decoded_clip_graph(*, source: Callable[[], Any], frames: tuple[int, ...], stored_px: int, device: str) -> Any:
    """Define the graph that decodes film strips and does no more; `source` gives those of a batch."""
    strip = fn.external_source(source=source, batch=True, dtype=types.UINT8, ndim=1)
    return decoded_frames(strip, frames=frames, stored_px=stored_px, device=device)


@pipeline_def
def image_graph(
    *, source: Callable[[], Any], mean_image_SSC: NDArray[np.float32], mean_at: str, encoding: str, input_px: int, device: str
) -> Any:
    """Define the graph of training: decode, crop, subtract the mean image, add colour noise, divide, mirror.

    device: `cpu`, or `cuda` (decoding on the device's hardware decoder where it has one).
    source: gives (encoded or raw images, crop starts as (top, left), mirror flags, colour offsets, divisors) of a batch.
    mean_at: the part of the mean image that is subtracted (repro.spec.recipe.ImageRecipe).
    """
    image, start, mirror, color, divisor = fn.external_source(
        source=source,
        num_outputs=5,
        batch=True,
        dtype=[types.UINT8, types.INT32, types.INT32, types.FLOAT, types.FLOAT],
        ndim=[1 if encoding == "jpeg" else 3, 1, 0, 3, 0],
    )
    image, on_gpu = decoded_image(image, encoding=encoding, device=device), device == "cuda"
    shape = (input_px, input_px)
    constant = mean_image_SSC if mean_at == "crop" else center_cut(mean_image_SSC, input_px=input_px)
    mean = types.Constant(constant, device="gpu" if on_gpu else "cpu")
    if mean_at == "crop":
        mean = fn.slice(mean, start=start, shape=shape, axes=(0, 1))
    image = fn.slice(image, start=start, shape=shape, axes=(0, 1))
    if on_gpu:
        color, divisor = color.gpu(), divisor.gpu()
    return fn.flip((image - mean + color) / divisor, horizontal=mirror)


@pipeline_def
def clip_graph(
    *,
    source: Callable[[], Any],
    frames: tuple[int, ...],
    stored_px: int,
    input_px: int,
    mean_level: float,
    device: str,
) -> Any:
    """Define the graph of training: decode, crop, subtract a constant, mirror; float32 (T, H, W, C) a clip.

    source: gives (strips, crop places across and down in [0, 1], mirror flags) of a batch.
    """
    strip, across, down, mirror = fn.external_source(
        source=source,
        num_outputs=4,
        batch=True,
        dtype=[types.UINT8, types.FLOAT, types.FLOAT, types.INT32],
        ndim=[1, 0, 0, 0],
    )
    return fn.crop_mirror_normalize(
        decoded_frames(strip, frames=frames, stored_px=stored_px, device=device),
        crop=(input_px, input_px),
        crop_pos_x=across,
        crop_pos_y=down,
        mirror=mirror,
        mean=[mean_level] * 3,
        std=[1.0] * 3,
        dtype=types.FLOAT,
        output_layout="FHWC",
    )


def center_cut(image_SSC: NDArray[np.float32], *, input_px: int) -> NDArray[np.float32]:
    """The centre of a square image."""
    first = (len(image_SSC) - input_px) // 2
    return np.ascontiguousarray(image_SSC[first : first + input_px, first : first + input_px])
