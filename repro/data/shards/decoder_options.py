"""What DALI's image decoders are told, in preparation, training and scoring alike."""

from __future__ import annotations

from typing import Any

#: Share of the hardware JPEG decoder where a GPU has one (DALI's default, stated so that it can be tuned).
HARDWARE_DECODER_LOAD = 0.65


def decoder_options(device: str) -> dict[str, Any]:
    """What DALI's image decoders are told on `device`; on a GPU, to enlarge chroma as the CPU does.

    Otherwise a GPU repeats chroma where a CPU interpolates it, and the two see other colours at every edge.
    """
    if device != "cuda":
        return {"device": "cpu"}
    return {"device": "mixed", "hw_decoder_load": HARDWARE_DECODER_LOAD, "jpeg_fancy_upsampling": True}
