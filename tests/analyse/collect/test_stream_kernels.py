"""Whether the context stream is more colourful, and the fovea stream finer."""

import io

import numpy as np
import pytest

from repro.analyse.collect.stream_kernels import of_stream_kernels, parse_stream_kernels

GREY, RED = np.ones(3), np.array([1.0, 0.0, 0.0])
ROWS = np.array([1.0, -1.0, 1.0, -1.0])[:, None].repeat(4, axis=1)
WIDE_ROWS = np.array([1.0, 1.0, -1.0, -1.0])[:, None].repeat(4, axis=1)


def kernels(pattern_HW, color_C, *, frames=1):
    """Return two equal kernels of a pattern in one colour."""
    return np.tile(pattern_HW[None, None, :, :, None] * color_C, (2, frames, 1, 1, 1)).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 3])
def test_colour_and_fineness_are_compared_between_the_two_streams(frames):
    found = of_stream_kernels({"context": kernels(WIDE_ROWS, RED, frames=frames), "fovea": kernels(ROWS, GREY, frames=frames)})
    values = {metric: (value, num) for metric, _, value, num in found}
    assert values["stream_color_gap"] == (pytest.approx(2 / 3), 4)
    assert values["stream_frequency_gap"] == (pytest.approx(0.25), 4)


def test_the_signs_turn_with_the_streams():
    found = of_stream_kernels({"context": kernels(ROWS, GREY), "fovea": kernels(WIDE_ROWS, RED)})
    assert [value < 0 for _, _, value, _ in found] == [True, True]


def test_a_net_with_one_stream_has_neither():
    assert of_stream_kernels({"": kernels(ROWS, GREY)}) == []


def test_kernels_that_are_no_stacks_of_colour_kernels_are_refused():
    file = io.BytesIO()
    np.savez(file, context=np.zeros((2, 4, 4, 3), np.float32))
    with pytest.raises(ValueError, match=r"stream context has kernels of shape \(2, 4, 4, 3\); allowed"):
        parse_stream_kernels(file.getvalue())
