"""Turn image files into squares of pixels: decode with DALI, shrink with Pillow, encode again.

DALI decodes JPEG and PNG, on the CPU or (device "cuda": operator device "mixed") on the GPU, because training decodes with it
too. WebP, BMP, TIFF, GIF, PNM, AVIF and JPEG 2000 are decoded by Pillow, as far as its build knows them.
Conventions that a user can see:
- the content decides what a file is, not its name: a PNG called .JPEG is read as PNG; formats not named above are refused;
- of several pictures in a file (animations, pages) the first is taken, of an animated PNG the first of the animation;
- pictures that DALI does not decode have 8 bits a channel; others, and CMYK among them, are refused;
- greyscale and palette images become RGB, CMYK and YCCK are converted as DALI does, an alpha channel is dropped;
- an EXIF orientation is not applied: the paper's data preparation of 2012 did not, and few files of ILSVRC carry one. In a
  TIFF file it is no remark of the camera but how the rows lie: there it is;
- what a library prints of a file becomes part of the reason for its refusal, or is dropped: it names no file;
- truncated, empty and otherwise unreadable files are refused with a reason. Damage inside the compressed stream that still
  decodes (random bytes in the middle) cannot be told from a picture, by no decoder: it passes.

Shrinking is done by Pillow with its box filter, the mean over the area of each new pixel like INTER_AREA of OpenCV, which
the authors' released code used; enlarging by its bicubic filter, as there. One library for every device, so that the pixels
of a prepared set do not depend on whether a GPU resized them.

Shape suffixes: H height, W width, C colour channels (R, G, B).
"""

from __future__ import annotations

import importlib
import io
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from repro.data.shards.decoder_options import decoder_options
from repro.data.shards.hearing import heard_libraries, quiet_pillow
from repro.data.sources.source import Pixels

#: Files with more pixels are refused: decoded they would need more than 200 MB each.
MAX_PIXELS = 2**26
#: Stated by the released code's data preparation (repro.spec.datasets.Dataset, encoding `jpeg`).
QUALITY = 95
ORIENTATION_TAG = 0x0112
#: By Pillow's names: what DALI decodes, and what Pillow does.
DALI_FORMATS = ("JPEG", "PNG")
PILLOW_FORMATS = ("WEBP", "BMP", "DIB", "TIFF", "GIF", "PPM", "AVIF", "JPEG2000")
#: Modes of pictures that Pillow turns into RGB without a loss of more than their alpha channel.
PILLOW_MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "YCbCr")
GREYSCALE_MODES = ("1", "L", "LA", "I", "I;16", "F")


class UnreadableError(ValueError):
    """A file cannot be used as an image; the message is the reason, for the list of refused files."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the first bytes of an image file say. format: by Pillow's names, or `raw`. notes: conventions that apply to it."""

    format: str
    num_pixels: int
    short_px: int
    notes: tuple[str, ...]


NOTES = {
    "greyscale": "greyscale images were stored as RGB",
    "cmyk": "CMYK images were converted to RGB as DALI does",
    "alpha": "images had an alpha channel, which was dropped",
    "animated": "files hold several pictures, of which the first was taken",
    "enlarged": "images were smaller than they are stored, and were enlarged",
    "orientation": "images have an EXIF orientation, which was not applied",
    "misnamed": "files are of another format than their name says; the content was believed",
}


def read_header(content: bytes, *, name: str) -> Header:
    """Read format and size of an image file without decoding it.

    Raises:
        UnreadableError: the file is empty, of a format that is not decoded, damaged in its header, or too large.
    """
    if not content:
        raise UnreadableError("empty file")
    try:
        with quiet_pillow():
            image = Image.open(io.BytesIO(content), formats=(*DALI_FORMATS, *PILLOW_FORMATS))
            turned = "exif" in image.info and image.getexif().get(ORIENTATION_TAG, 1) not in (0, 1)
            animated = bool(getattr(image, "is_animated", False))
    except UnidentifiedImageError:
        raise UnreadableError(f"{_kind_of(content)}; decoded are {', '.join((*DALI_FORMATS, *PILLOW_FORMATS))}") from None
    except MemoryError:
        raise UnreadableError("its header asks for more memory than there is") from None
    except Exception as error:  # Pillow's parsers raise whatever the damage leads to: OSError, SyntaxError, struct.error, ...
        raise UnreadableError(f"header unreadable: {_one_line(error)}") from None
    if image.width * image.height > MAX_PIXELS:
        raise UnreadableError(f"{image.width}x{image.height} pixels; allowed: up to {MAX_PIXELS}")
    format_ = "JPEG" if image.format == "MPO" else str(image.format)
    if format_ in PILLOW_FORMATS and image.mode not in PILLOW_MODES:
        raise UnreadableError(f"{format_} with pixels of mode {image.mode}; decoded are 8 bits a channel, without CMYK")
    notes = {
        "greyscale": image.mode in GREYSCALE_MODES,
        "cmyk": image.mode == "CMYK",
        "alpha": image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info,
        "animated": animated,
        "orientation": turned and format_ != "TIFF",
        "misnamed": not _named_so(name, format_),
    }
    applying = tuple(note for note, applies in notes.items() if applies)
    short = min(image.width, image.height)
    return Header(format=format_, num_pixels=image.width * image.height, short_px=short, notes=applying)


_BUILDING = threading.Lock()
#: The endings of each format's files.
ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "DIB": (".bmp", ".dib"),
    "TIFF": (".tif", ".tiff"),
    "GIF": (".gif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "AVIF": (".avif",),
    "JPEG2000": (".jp2", ".j2k"),
}
#: What files that are no pictures begin with, or pictures of other formats.
BEGINNINGS = (
    (b"\xff\xd8", "a JPEG file of a kind that is not decoded, or damaged in its header"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the picture: fetch it with git lfs pull"),
    (b"<!DOCTYPE", "a page of HTML"),
    (b"<html", "a page of HTML"),
    (b"<svg", "a drawing (SVG)"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"\0\0\0\x0cJXL", "a JPEG XL file"),
    (b"%PDF", "a PDF file"),
)


def _kind_of(content: bytes) -> str:
    """What a file is that Pillow does not know."""
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypmsf1"):
        return "a HEIC file"
    known = (text for start, text in BEGINNINGS if content[: len(start)].lower() == start.lower())
    return next(known, "no picture of a format that is decoded, or damaged in its header")


def _named_so(name: str, format_: str) -> bool:
    """Whether a name has an ending of this format, or none."""
    ending = os.path.splitext(name)[1].lower()
    return not ending or ending in ENDINGS[format_]


def decoder_text(device: str) -> str:
    """Say what decodes and resizes, with versions."""
    dali = next(
        (f"{name} {found}" for name in ("nvidia-dali-cuda130", "nvidia-dali-cuda120") if (found := _version(name))), "DALI"
    )
    where = "mixed" if device == "cuda" else "cpu"
    pillow = f"Pillow {version('pillow')}"
    return f"{dali}, fn.decoders.image on {where} (JPEG, PNG); {pillow} for other formats; resized and encoded by {pillow}"


class Decoder:
    """Decode image files with DALI, each by itself, several at a time; a damaged file costs itself alone, and is named.

    DALI 2.4 leaves a batch in which a header cannot be read while its threads still work on it, and the process ends in a
    segmentation fault. A batch of one file is read by the thread that asks. Of photographs each takes as long as in a batch.

    Raises:
        ValueError: the device is unknown.
    """

    def __init__(self, *, device: str, num_threads: int) -> None:
        if device not in ("cpu", "cuda"):
            raise ValueError(f"unknown device {device!r}; allowed: cpu, cuda")
        self._device = device
        self._threads = ThreadPoolExecutor(num_threads, thread_name_prefix="decode")
        self._own = threading.local()

    def decode(self, contents: Sequence[bytes]) -> list[Pixels | UnreadableError]:
        """For each file its pixels (H, W, 3), or why there are none."""
        with heard_libraries():
            tried = list(self._threads.map(self._tried, contents))
        return [
            self._alone(content) if isinstance(one, RuntimeError) else one for one, content in zip(tried, contents, strict=True)
        ]

    def _tried(self, content: bytes) -> Pixels | RuntimeError:
        """The pixels, decoded by the pipeline of this thread, or what DALI says."""
        try:
            if getattr(self._own, "pipeline", None) is None:
                with _BUILDING:
                    self._own.pipeline = decoding_pipeline(self._device, num_threads=1, batch_size=1)
            self._own.pipeline.feed_input("encoded", [np.frombuffer(content, np.uint8)])
            (images,) = self._own.pipeline.run()
            if self._device == "cuda":
                images = images.as_cpu()
            return np.array(images.at(0))  # a copy: DALI gives its buffer to the next file
        except RuntimeError as error:
            self._own.pipeline = None  # it is dead
            return error

    def _alone(self, content: bytes) -> Pixels | UnreadableError:
        """Decode a file again that could not be, so that what libraries print is known to be of it."""
        with heard_libraries() as heard:
            tried = self._threads.submit(self._tried, content).result()
        if isinstance(tried, RuntimeError):
            return UnreadableError(_dali_reason(tried) + "".join(f"; {line}" for line in heard[:1]))
        return tried


def decoded_by_pillow(content: bytes) -> Pixels | UnreadableError:
    """The pixels (H, W, 3) of a file of one of PILLOW_FORMATS, or why there are none."""
    heard: list[str] = []
    try:
        with quiet_pillow(), heard_libraries() as heard:
            image = Image.open(io.BytesIO(content), formats=PILLOW_FORMATS)
            image.load()
            pixels_HWC = np.asarray(image.convert("RGB"))
    except MemoryError:
        return UnreadableError("decoding needs more memory than there is")
    except Exception as error:  # Pillow's decoders raise whatever the damage leads to
        told = "".join(f"; {line}" for line in heard[:1])
        return UnreadableError(f"Pillow cannot decode it, damaged or cut off ({_one_line(error)}){told}")
    return pixels_HWC


def decoding_pipeline(device: str, *, num_threads: int, batch_size: int, build: bool = True) -> Any:
    """The DALI pipeline that decodes files fed to `encoded` into uint8 RGB (H, W, 3)."""
    dali: Any = importlib.import_module("nvidia.dali")  # Untyped, and slow to import: only where files are decoded.

    device_id = 0 if device == "cuda" and build else None
    pipeline = dali.Pipeline(batch_size=batch_size, num_threads=num_threads, device_id=device_id, prefetch_queue_depth=1, seed=0)
    with pipeline:
        encoded = dali.fn.external_source(name="encoded", dtype=dali.types.UINT8, ndim=1)
        options = decoder_options(device)
        pipeline.set_outputs(dali.fn.decoders.image(encoded, output_type=dali.types.RGB, adjust_orientation=False, **options))
    if build:
        pipeline.build()
    return pipeline


def central_square(pixels_HWC: Pixels, *, side_px: int) -> Pixels:
    """The central square of an image, its shorter side shrunk or enlarged to `side_px`, as (side_px, side_px, 3)."""
    height, width, _ = pixels_HWC.shape
    short = min(height, width)
    if (height, width) == (side_px, side_px):
        return pixels_HWC
    left, top = (width - short) / 2, (height - short) / 2
    filter_ = Image.Resampling.BOX if short >= side_px else Image.Resampling.BICUBIC
    square = Image.fromarray(pixels_HWC).resize((side_px, side_px), filter_, box=(left, top, left + short, top + short))
    return np.asarray(square)


def jpeg_bytes(pixels_HWC: Pixels) -> bytes:
    """An image as a JPEG file of quality 95, chroma halved both ways as OpenCV and Pillow do by default."""
    encoded = io.BytesIO()
    Image.fromarray(pixels_HWC).save(encoded, "JPEG", quality=QUALITY, subsampling="4:2:0")
    return encoded.getvalue()


def _dali_reason(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("Failed to decode", "nvImageCodec failure"))]
    return f"DALI cannot decode it, damaged or cut off ({told[0].rstrip(' :') if told else dali_message(error)})"


def dali_message(error: Exception) -> str:
    """What DALI says went wrong, on one line, without where the graph was defined and where its own code stood."""
    text = str(error).rpartition("encountered:")[2].partition("C++ context")[0].partition("Current pipeline object")[0]
    return " ".join(text.split())[:300] or type(error).__name__


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
