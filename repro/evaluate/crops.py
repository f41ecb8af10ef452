"""The crops over which an evaluation averages.

Shape suffixes: B batch, C channels, S stored side, P input side, V views (crops) of an image.
"""

from __future__ import annotations

import torch

from repro.spec.evaluation import PROTOCOLS

#: Top and left edge of a crop in pixels, and whether it is mirrored.
Window = tuple[int, int, bool]


def crop_windows(protocol: str, *, stored_px: int, input_px: int) -> list[Window]:
    """Return the window of each crop of `protocol`.

    `center` is the centre crop; `ten_crop` the four corners and the centre, then the same five mirrored.

    Raises:
        ValueError: the protocol is unknown, or the crop is larger than the stored image.
    Source: Krizhevsky et al. 2012, section 4.1.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"unknown protocol {protocol!r}; allowed: {', '.join(PROTOCOLS)}")
    room_px = stored_px - input_px
    if room_px < 0:
        raise ValueError(f"a crop of {input_px} px does not fit stored images of {stored_px} px")
    center = (room_px // 2, room_px // 2)
    if protocol == "center":
        return [(*center, False)]
    places = [(0, 0), (0, room_px), (room_px, 0), (room_px, room_px), center]
    return [(top, left, mirrored) for mirrored in (False, True) for top, left in places]


def cut(image_BCSS: torch.Tensor, window: Window, *, input_px: int) -> torch.Tensor:
    """Return the crop of a batch at `window` as (B, C, P, P) in channels-last memory."""
    top, left, mirrored = window
    crop = image_BCSS[:, :, top : top + input_px, left : left + input_px]
    return (crop.flip(3) if mirrored else crop).contiguous(memory_format=torch.channels_last)
