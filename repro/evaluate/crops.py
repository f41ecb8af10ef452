"""The crops over which an evaluation averages.

Shape suffixes: B batch, C channels, S stored side, P input side.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from repro.spec.evaluation import IMAGE_PROTOCOLS, RELIT
from repro.spec.recipe import MEAN_PLACES

#: Top and left edge of a crop in pixels, and whether it is mirrored.
Window = tuple[int, int, bool]


def crop_windows(protocol: str, *, stored_px: int, input_px: int) -> list[Window]:
    """The window of each crop of `protocol` (repro.spec.evaluation), the mirrored ones last.

    Raises:
        ValueError: the protocol is unknown, or the crop is larger than the stored image.
    Source: Krizhevsky et al. 2012, section 4.1.
    """
    if protocol not in IMAGE_PROTOCOLS:
        raise ValueError(f"unknown protocol {protocol!r}; allowed: {', '.join(IMAGE_PROTOCOLS)}")
    room_px = stored_px - input_px
    if room_px < 0:
        raise ValueError(f"a crop of {input_px} px does not fit stored images of {stored_px} px")
    center = (room_px // 2, room_px // 2)
    corners = [(0, 0), (0, room_px), (room_px, 0), (room_px, room_px)]
    places = [center] if protocol in ("center", "center_mirror", RELIT) else [*corners, center]
    mirrorings = (False, True) if protocol in ("center_mirror", "ten_crop") else (False,)
    return [(top, left, mirrored) for mirrored in mirrorings for top, left in places]


def center_window(*, stored_px: int, input_px: int) -> Window:
    """The one window of the protocol `center`, which every protocol has."""
    return crop_windows("center", stored_px=stored_px, input_px=input_px)[0]


@dataclass(frozen=True, kw_only=True)
class Cropping:
    """How network inputs of `input_px` are cut from stored images: less the part of the mean image that `mean_at` says.

    mean_CSS: the mean image, on the device of the images.
    """

    mean_CSS: torch.Tensor
    mean_at: str
    input_px: int

    def __post_init__(self) -> None:
        if self.mean_at not in MEAN_PLACES:
            raise ValueError(f"unknown place of the mean image {self.mean_at!r}; allowed: {', '.join(MEAN_PLACES)}")

    @property
    def stored_px(self) -> int:
        return self.mean_CSS.shape[-1]

    def cut(self, image_BCSS: torch.Tensor, window: Window) -> torch.Tensor:
        """The crop of 0-255 images at `window`, mean-subtracted, as (B, C, P, P) in channels-last memory."""
        mirrored = window[2]
        mean_at = window if self.mean_at == "crop" else center_window(stored_px=self.stored_px, input_px=self.input_px)
        crop = self._part(image_BCSS, window) - self._part(self.mean_CSS, mean_at)
        return (crop.flip(3) if mirrored else crop).contiguous(memory_format=torch.channels_last)

    def _part(self, image_CSS: torch.Tensor, window: Window) -> torch.Tensor:
        top, left, _ = window
        return image_CSS[..., top : top + self.input_px, left : left + self.input_px]
