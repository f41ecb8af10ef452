"""Put small images into a page as text: PNG and JPEG data URIs. Shapes: H, W pixels, C channels, K kernels."""

from __future__ import annotations

import base64
import io
import math
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: Images with longer sides are shrunk to this and stored as JPEG; smaller ones keep every pixel, as PNG.
MOST_PX = 96
JPEG_QUALITY = 85
#: Kernels are enlarged to about this, so that the pixel between two of them is a narrow one.
LEAST_KERNEL_PX = 16


def png_uri(image_HWC: NDArray[np.uint8]) -> str:
    """An RGB or RGBA image as a data URI, every pixel kept; the same pixels give the same text."""
    height, width, channels = image_HWC.shape
    assert image_HWC.dtype == np.uint8 and channels in (3, 4), f"an image is {image_HWC.dtype} with {channels} channels"
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # each row begins with the filter 0: its bytes as they are
    rows[:, 1:] = image_HWC.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)
    return "data:image/png;base64," + base64.b64encode(content).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def photo_uri(image_HWC: NDArray[np.uint8]) -> str:
    """An RGB image for a page: as it is, or shrunk and as JPEG where it is large."""
    side = max(image_HWC.shape[:2])
    if side <= MOST_PX:
        return png_uri(image_HWC)
    height, width = (max(1, round(size * MOST_PX / side)) for size in image_HWC.shape[:2])
    stream = io.BytesIO()
    Image.fromarray(image_HWC).resize((width, height), Image.Resampling.LANCZOS).save(stream, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def film_uri(frame_TSSC: NDArray[np.uint8]) -> str:
    """Frames side by side, two pixels of nothing between them, as one JPEG image on black, for a page."""
    num, side = frame_TSSC.shape[:2]
    strip = np.zeros((side, num * (side + 2) - 2, 3), np.uint8)
    for index, frame_SSC in enumerate(frame_TSSC):
        strip[:, index * (side + 2) : index * (side + 2) + side] = frame_SSC
    stream = io.BytesIO()
    Image.fromarray(strip).save(stream, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def tiled(kernel_KHWC: NDArray[Any], *, columns: int) -> NDArray[np.uint8]:
    """Kernels side by side as one RGBA image, a transparent pixel between them; small ones have several pixels a weight.

    Each is scaled to its own range around grey: 0 is grey, the weight furthest from 0 is black or white.
    """
    enlarged = max(1, LEAST_KERNEL_PX // kernel_KHWC.shape[1])
    kernel_KHWC = kernel_KHWC.repeat(enlarged, axis=1).repeat(enlarged, axis=2)
    num, height, width, _ = kernel_KHWC.shape
    rows = math.ceil(num / columns)
    sheet = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 4), np.uint8)
    for index, kernel_HWC in enumerate(kernel_KHWC):
        largest = float(np.abs(kernel_HWC).max()) or 1.0
        top, left = index // columns * (height + 1), index % columns * (width + 1)
        part = sheet[top : top + height, left : left + width]
        part[..., :3] = np.round(127.5 + 127.5 * kernel_HWC / largest)
        part[..., 3] = 255
    return sheet
