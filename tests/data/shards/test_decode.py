"""Reading image files: what is accepted, how it is converted, and what is refused and why."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.data.shards.decode import (
    MAX_PIXELS,
    Decoder,
    UnreadableError,
    central_square,
    decoding_pipeline,
    jpeg_bytes,
    read_header,
)

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def encoded(mode: str = "RGB", kind: str = "JPEG", **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(stream, kind, **options)
    return stream.getvalue()


def turned_by_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(exif=exif)


@pytest.fixture(scope="module")
def decode() -> Callable[[list[bytes]], list[Any]]:
    return Decoder(device="cpu", num_threads=1).decode


@pytest.mark.parametrize(
    ("name", "content", "notes"),
    [
        ("a.jpg", encoded(), ()),
        ("progressive.jpg", encoded(progressive=True), ()),
        ("a.png", encoded(kind="PNG"), ()),
        ("grey.JPEG", encoded("L"), ("greyscale",)),
        ("cmyk.jpeg", encoded("CMYK"), ("cmyk",)),
        ("alpha.png", encoded("RGBA", "PNG"), ("alpha",)),
        ("palette.png", encoded("P", "PNG"), ()),
        ("png_named.JPEG", encoded(kind="PNG"), ("misnamed",)),
        ("jpeg_named.png", encoded(), ("misnamed",)),
        ("turned.jpg", turned_by_exif(), ("orientation",)),
    ],
)
def test_each_kind_of_file_becomes_the_rgb_that_pillow_reads(
    name: str, content: bytes, notes: tuple[str, ...], decode: Callable[[list[bytes]], list[Any]]
) -> None:
    assert read_header(content, name=name).notes == notes
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert expected.shape == (40, 60, 3)
    assert np.array_equal(decode([content])[0], expected)


BAD_HEADERS = {
    "empty file": b"",
    "no picture of a format that is decoded": b"no picture" + bytes(50),
    "or damaged in its header": b"\xff\xd8\xff\xe0" + bytes(100),
}


@pytest.mark.parametrize("reason", BAD_HEADERS)
def test_a_file_without_a_readable_header_is_refused_with_a_reason(reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_header(BAD_HEADERS[reason], name="x.jpg")


def test_a_small_file_that_claims_to_be_huge_is_refused_before_it_is_decoded() -> None:
    bomb = bytearray(encoded(kind="PNG"))
    bomb[16:24] = (9000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    with pytest.raises(UnreadableError, match=f"9000x9000 pixels; allowed: up to {MAX_PIXELS}"):
        read_header(bytes(bomb), name="bomb.png")


@pytest.mark.parametrize(("kind", "share"), [("JPEG", 0.5), ("PNG", 0.5), ("JPEG", 0.95)])
def test_a_truncated_file_is_refused_and_its_neighbours_are_not(
    kind: str, share: float, decode: Callable[[list[bytes]], list[Any]]
) -> None:
    whole = encoded()
    broken = encoded(kind=kind)
    images = decode([whole, broken[: int(len(broken) * share)], whole, whole])
    assert isinstance(images[1], UnreadableError)
    assert "damaged or cut off" in str(images[1])
    assert all(np.array_equal(images[i], images[0]) for i in (2, 3))
    assert np.array_equal(decode([whole])[0], images[0])


@pytest.mark.parametrize("num_threads", [1, 2, 4])
def test_many_damaged_files_among_whole_ones_cost_only_themselves(num_threads: int) -> None:
    """Each of three kinds with twelve other bytes; DALI cannot read the header of some, and Pillow can."""
    rng, whole = random.Random(1), [encoded(), encoded("CMYK"), encoded(kind="PNG"), encoded(progressive=True)]
    files = []
    for number in range(120):
        damaged = bytearray(whole[number % len(whole)])
        for _ in range(12 * (number % 5 > 0)):
            damaged[rng.randrange(len(damaged) // 8, len(damaged))] = rng.randrange(256)
        files.append(bytes(damaged))
    decoder = Decoder(device="cpu", num_threads=num_threads)
    images = [image for start in range(0, len(files), 60) for image in decoder.decode(files[start : start + 60])]
    refused = [isinstance(image, UnreadableError) for image in images]
    assert not any(refused[::5]) and 10 < sum(refused) < 96
    for place in range(0, len(files), 5):
        assert np.array_equal(images[place], decoder.decode([files[place]])[0])


def test_random_bytes_inside_the_stream_pass_as_documented(decode: Callable[[list[bytes]], list[Any]]) -> None:
    damaged = bytearray(encoded())
    damaged[1500:1520] = bytes(range(1, 21))
    assert decode([bytes(damaged)])[0].shape == (40, 60, 3)


def test_files_of_many_sizes_come_back_in_order(decode: Callable[[list[bytes]], list[Any]]) -> None:
    files = []
    for shade in range(0, 200, 10):
        stream = io.BytesIO()
        Image.new("RGB", (8 + shade, 9), (shade, shade, shade)).save(stream, "PNG")
        files.append(stream.getvalue())
    images = decode(files)
    assert [(image.shape[1] - 8, int(image[0, 0, 0])) for image in images] == [(s, s) for s in range(0, 200, 10)]


def test_no_files_give_no_images(decode: Callable[[list[bytes]], list[Any]]) -> None:
    assert decode([]) == []


def test_the_graph_for_gpus_is_valid() -> None:
    assert decoding_pipeline("cuda", num_threads=1, batch_size=4, build=False).serialize()


def test_shrinking_is_the_mean_over_the_area_of_each_new_pixel() -> None:
    image = np.random.default_rng(1).integers(0, 256, (8, 16, 3), dtype=np.uint8)
    by_hand = image[:, 4:12].reshape(4, 2, 4, 2, 3).astype(float).mean(axis=(1, 3))
    # Pillow rounds after each direction.
    assert np.abs(central_square(image, side_px=4) - by_hand).max() <= 1


@pytest.mark.parametrize("shape", [(60, 97), (97, 60), (200, 75)])
def test_the_square_equals_shrinking_the_shorter_side_and_cutting_the_middle(shape: tuple[int, int]) -> None:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    image = np.stack([rows * 2 % 256, columns * 2 % 256, (rows + columns) % 256], axis=2).clip(0, 250).astype(np.uint8)
    scale = 30 / min(shape)
    size = (round(shape[1] * scale), round(shape[0] * scale))
    whole = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX), float)
    top, left = (whole.shape[0] - 30) // 2, (whole.shape[1] - 30) // 2
    # The other order rounds the longer side and the offset to whole pixels: up to one new pixel of shift.
    assert np.median(np.abs(whole[top : top + 30, left : left + 30] - central_square(image, side_px=30))) <= 4


def test_a_small_image_is_enlarged_and_one_of_the_right_size_is_left_alone() -> None:
    small = np.full((5, 9, 3), 77, np.uint8)
    assert np.array_equal(central_square(small, side_px=20), np.full((20, 20, 3), 77))
    square = PIXELS[:40, :40]
    assert central_square(square, side_px=40) is square


def test_stored_jpeg_has_quality_95_and_halved_chroma() -> None:
    ours = Image.open(io.BytesIO(jpeg_bytes(PIXELS)))
    reference = Image.open(io.BytesIO(encoded(quality=95, subsampling=2)))
    assert ours.quantization == reference.quantization
    assert ours.layer == reference.layer
