"""A JPEG or PNG of any kind has the pixels that Pillow reads, or is refused: none is decoded otherwise than others see it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from repro.data.shards.decode import Decoder, UnreadableError, read_header

#: Smooth, so that decoders which enlarge halved chroma differently differ by little.
PIXELS = np.stack(np.meshgrid(np.arange(60) * 4, np.arange(40) * 6), axis=-1).astype(np.uint8)
PIXELS = np.concatenate([PIXELS, 255 - PIXELS[..., :1]], axis=-1)


def saved(kind: str, mode: str = "RGB", pixels: Any = PIXELS, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


def palette(transparency: bytes | int) -> bytes:
    return saved("PNG", "P", transparency=transparency)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_chunk(name: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    whole = saved("PNG")
    return whole[:33] + chunk(name, content) + whole[33:]


def text_of(size: int) -> bytes:
    info = PngInfo()
    info.add_text("Comment", "x" * size)
    return saved("PNG", pnginfo=info)


def one_row(width: int, height: int) -> Any:
    return np.full((height, width, 3), (40, 90, 200), np.uint8)


READ = {
    "progressive": saved("JPEG", progressive=True),
    "all of the chroma": saved("JPEG", subsampling="4:4:4"),
    "half of the chroma": saved("JPEG", subsampling="4:2:2"),
    "without a loss of chroma in RGB": saved("JPEG", keep_rgb=True),
    "restart marks": saved("JPEG", restart_marker_blocks=1),
    "grey": saved("JPEG", "L"),
    "CMYK as Adobe writes it": saved("JPEG", "CMYK"),
    "a profile of colours": saved("JPEG", icc_profile=b"a profile that says nothing"),
    "a comment": saved("JPEG", comment=b"x" * 60_000),
    "rubbish behind the end": saved("JPEG") + bytes(1000),
    "two joined": saved("JPEG") + saved("JPEG", "L"),
    "one pixel": saved("JPEG", pixels=one_row(1, 1)),
    "a line": saved("JPEG", pixels=one_row(1, 400)),
    "as wide as JPEG allows": saved("JPEG", pixels=one_row(65500, 8)),
    "PNG": saved("PNG"),
    "PNG grey": saved("PNG", "L"),
    "PNG of two shades": saved("PNG", "1"),
    "PNG palette": saved("PNG", "P"),
    "PNG palette of which some colours are transparent": palette(bytes(range(256))),
    "PNG palette of which one colour is transparent": palette(3),
    "PNG with a transparent colour": saved("PNG", transparency=(0, 0, 255)),
    "PNG grey with alpha": saved("PNG", "LA"),
    "PNG with alpha": saved("PNG", "RGBA"),
    "PNG of gamma 1": with_chunk(b"gAMA", struct.pack(">I", 100_000)),
    "PNG with a profile": saved("PNG", icc_profile=b"a profile that says nothing"),
    "PNG with a long text": text_of(100_000),
    "PNG with a chunk of its own": with_chunk(b"myOw", b"anything"),
    "PNG and rubbish": saved("PNG") + b"rubbish",
    "PNG of one pixel": saved("PNG", pixels=one_row(1, 1)),
}


@pytest.fixture(scope="module")
def decode() -> Callable[[Sequence[bytes]], list[Any]]:
    return Decoder(device="cpu", num_threads=1).decode


@pytest.mark.parametrize("name", READ)
def test_the_pixels_are_those_that_pillow_reads(name: str, decode: Callable[[Sequence[bytes]], list[Any]]) -> None:
    content = READ[name]
    read_header(content, name="a")
    (found,) = decode([content])
    image = Image.open(io.BytesIO(content))
    image.load()
    expected = np.asarray(image.convert("RGBA").convert("RGB") if image.mode == "P" else image.convert("RGB"))
    assert found.shape == expected.shape
    # CMYK is converted by another formula (documented); JPEG's chroma is enlarged by another filter.
    assert np.abs(found.astype(int) - expected).mean() <= (8 if "CMYK" in name else 1)


def test_sixteen_bits_of_grey_are_scaled_to_eight(decode: Callable[[Sequence[bytes]], list[Any]]) -> None:
    grey = (np.arange(40 * 60).reshape(40, 60) * 27).astype(np.uint16)
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG")
    (found,) = decode([stream.getvalue()])
    assert np.abs(found[..., 0].astype(int) - grey // 257).max() <= 1


def another_sum(content: bytes, name: bytes) -> bytes:
    """A PNG in which the check sum of a chunk is another."""
    place = content.index(name) - 4
    length = struct.unpack(">I", content[place : place + 4])[0]
    end = place + 8 + length
    return content[:end] + bytes([content[end] ^ 1]) + content[end + 1 :]


REFUSED = {
    "a wrong check sum of the pixels": another_sum(saved("PNG"), b"IDAT"),
    "a wrong check sum of the header": another_sum(saved("PNG"), b"IHDR"),
    "an animation cut off": saved("PNG", save_all=True, append_images=[Image.new("RGB", (60, 40))])[:-200],
    "99 % of a JPEG": saved("JPEG")[: len(saved("JPEG")) * 99 // 100],
    "half a JPEG": saved("JPEG")[: len(saved("JPEG")) // 2],
    "a JPEG without its end": saved("JPEG")[:-2],
    "half a PNG": saved("PNG")[: len(saved("PNG")) // 2],
    "rubbish before a JPEG": b"\0" * 16 + saved("JPEG"),
    "a PNG without pixels": saved("PNG")[:33] + chunk(b"IEND", b""),
    "a JPEG of no lines": saved("JPEG").replace(struct.pack(">HH", 40, 60), struct.pack(">HH", 0, 60), 1),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_damaged_is_refused_with_a_reason(name: str, decode: Callable[[Sequence[bytes]], list[Any]]) -> None:
    try:
        read_header(REFUSED[name], name="a")
        (found,) = decode([REFUSED[name]])
    except UnreadableError as reason:
        found = reason
    assert isinstance(found, UnreadableError) and len(str(found)) > 10
