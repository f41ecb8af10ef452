"""Compute the sizes of a network's coarse view of the image from its spec."""

from __future__ import annotations

from dataclasses import dataclass

from repro.spec.network import Blurred


@dataclass(frozen=True, kw_only=True)
class BlurredShape:
    """The coarse view with every number filled in; `extra_px` is zero padding at the right and bottom edge only.

    start_px: the first pixel that is kept, so that what is left over is shared by both ends.
    name: of the convolution, which has no biases; layer: to whose sums its own are added.
    """

    name: str
    layer: str
    std_px: float
    window_px: int
    keep_px: int
    start_px: int
    in_maps: int
    num_kernels: int
    kernel_px: int
    stride_px: int
    padding_px: int
    extra_px: int
    out_px: int
    init_std: float

    @property
    def num_parameters(self) -> int:
        return self.num_kernels * self.in_maps * self.kernel_px**2

    @property
    def num_macs(self) -> int:
        return self.out_px**2 * self.num_parameters


def blurred_shape(blurred: Blurred, *, input_px: int, in_maps: int, out_px: int, num_kernels: int) -> BlurredShape:
    """The coarse view that gives maps of `out_px`, the size of the layer's own.

    So many pixels are kept that the convolution's stride leads to about `out_px`; zeros around them make up for the rest.

    Raises:
        ValueError: no padding up to the kernel's size gives maps of that size.
    """
    keep_px = max(1, round(input_px / (blurred.stride_px * out_px)))
    coarse_px = -(-input_px // keep_px)
    needed_px = (out_px - 1) * blurred.stride_px + blurred.kernel_px
    padding_px = max(0, (needed_px - coarse_px) // 2)
    extra_px = needed_px - coarse_px - 2 * padding_px
    if padding_px > blurred.kernel_px or extra_px < -blurred.stride_px:
        raise ValueError(
            f"a coarse view of {coarse_px} px gives no maps of {out_px} px by kernels of {blurred.kernel_px} px, "
            f"{blurred.stride_px} px apart; choose another stem or input_px in the scale"
        )
    share = keep_px / blurred.keep_px
    return BlurredShape(
        name=f"{blurred.layer}_blurred",
        layer=blurred.layer,
        std_px=blurred.std_px * share,
        window_px=2 * round((blurred.window_px - 1) / 2 * share) + 1,
        keep_px=keep_px,
        start_px=(input_px - keep_px * (coarse_px - 1)) // 2,
        in_maps=in_maps,
        num_kernels=num_kernels,
        kernel_px=blurred.kernel_px,
        stride_px=blurred.stride_px,
        padding_px=padding_px,
        extra_px=max(extra_px, 0),
        out_px=out_px,
        init_std=blurred.init_std,
    )
