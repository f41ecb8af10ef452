"""Map sizes, extents in time, parameters and operations of the paper's nets of clips, by hand."""

from dataclasses import replace

import pytest

from repro.spec.geometry.clips import clip_geometry
from repro.spec.geometry.image import KEEP_IN_POOLINGS, geometry
from repro.spec.network import Conv, Dense, Network, Pooling, ResponseNorm, Size, Towers
from repro.spec.video import ClipNetwork, Fusion, Stream, Streams, TimeWindow

#: C(96,11,3)-N-P-C(256,5,1)-N-P-C(384,3,1)-C(384,3,1)-C(256,3,1)-P-FC(4096)-FC(4096)-487
FRAME = Network(
    printed_px=170,
    size=Size(input_px=170),
    num_classes=487,
    towers=Towers(num=1),
    conv=(
        Conv(name="conv1", num_kernels=96, kernel_px=11, stride_px=3, normalised=True, pooled=True),
        Conv(name="conv2", num_kernels=256, kernel_px=5, padding_px=2, bias=1.0, normalised=True, pooled=True),
        Conv(name="conv3", num_kernels=384, kernel_px=3, padding_px=1),
        Conv(name="conv4", num_kernels=384, kernel_px=3, padding_px=1, bias=1.0),
        Conv(name="conv5", num_kernels=256, kernel_px=3, padding_px=1, bias=1.0, pooled=True),
    ),
    dense=(
        Dense(name="fc6", num_units=4096, dropped_out=True, bias=1.0),
        Dense(name="fc7", num_units=4096, dropped_out=True, bias=1.0),
    ),
    output=Dense(name="fc8", num_units=487),
    activation="relu",
    lrn=ResponseNorm(size=5, alpha=1e-4, beta=0.5, k=2.0),
    pooling=Pooling(size_px=2, stride_px=2),
    dropout_rate=0.5,
)
LARGER = replace(FRAME, printed_px=178, size=Size(input_px=178))
TEN = tuple(range(10))
SLOW = (
    TimeWindow(layer="conv1", num_frames=4, stride=2),
    TimeWindow(layer="conv2", num_frames=2, stride=2),
    TimeWindow(layer="conv3", num_frames=2, stride=2),
)
CONTEXT, FOVEA = Stream(name="context", region="whole"), Stream(name="fovea", region="center")


def clip_network(*, frame, frames, windows=(), streams=None):
    return ClipNetwork(frame=frame, fusion=Fusion(frames=frames, windows=windows), streams=streams)


def streams(*those):
    return Streams(streams=those, unpooled=("conv5",))


#: The nets of Table 1, and a net with convolutions over time throughout as in Baccouche et al. 2011.
PAPER = {
    "single_frame": clip_network(frame=FRAME, frames=(5,)),
    "early_fusion": clip_network(frame=FRAME, frames=TEN, windows=(TimeWindow(layer="conv1", num_frames=10),)),
    "late_fusion": clip_network(frame=FRAME, frames=(0, 15)),
    "slow_fusion": clip_network(frame=FRAME, frames=TEN, windows=SLOW),
    "multires": clip_network(frame=LARGER, frames=(5,), streams=streams(CONTEXT, FOVEA)),
    "fovea_only": clip_network(frame=LARGER, frames=(5,), streams=streams(FOVEA)),
    "context_only": clip_network(frame=LARGER, frames=(5,), streams=streams(CONTEXT)),
    "multires_slow": clip_network(frame=LARGER, frames=TEN, windows=SLOW, streams=streams(CONTEXT, FOVEA)),
    "cnn_3d": clip_network(
        frame=FRAME,
        frames=TEN,
        windows=(
            TimeWindow(layer="conv1", num_frames=3, stride=2, padding=1),
            TimeWindow(layer="conv2", num_frames=3),
            TimeWindow(layer="conv3", num_frames=3, padding=1),
            TimeWindow(layer="conv4", num_frames=3, padding=1),
            TimeWindow(layer="conv5", num_frames=3),
        ),
    ),
}

# Kernels and biases of the convolutions that see one response at a time.
CONV1 = 96 * (11 * 11 * 3 + 1)
CONV2 = 256 * (5 * 5 * 96 + 1)
CONV3 = 384 * (3 * 3 * 256 + 1)
CONV4 = 384 * (3 * 3 * 384 + 1)
CONV5 = 256 * (3 * 3 * 384 + 1)
# The first three convolutions of slow fusion.
SLOW1 = 96 * (11 * 11 * 3 * 4 + 1)
SLOW2 = 256 * (5 * 5 * 96 * 2 + 1)
SLOW3 = 384 * (3 * 3 * 256 * 2 + 1)
# The first dense layer above one last map of 7 x 7 x 256, and above two.
FC6 = 4096 * (7 * 7 * 256 + 1)
FC6_OF_TWO = 4096 * (2 * 7 * 7 * 256 + 1)
FC7 = 4096 * (4096 + 1)
FC8 = 487 * (4096 + 1)


def test_the_sums_by_hand_are_what_they_say():
    assert (CONV1, CONV2, CONV3, CONV4, CONV5) == (34_944, 614_656, 885_120, 1_327_488, 884_992)
    assert (SLOW1, SLOW2, SLOW3) == (139_488, 1_229_056, 1_769_856)
    assert (FC6, FC6_OF_TWO, FC7, FC8) == (51_384_320, 102_764_544, 16_781_312, 1_995_239)


PARAMETERS = {
    "single_frame": [CONV1, CONV2, CONV3, CONV4, CONV5, FC6, FC7, FC8],
    "early_fusion": [96 * (11 * 11 * 3 * 10 + 1), CONV2, CONV3, CONV4, CONV5, FC6, FC7, FC8],
    "late_fusion": [CONV1, CONV2, CONV3, CONV4, CONV5, FC6_OF_TWO, FC7, FC8],
    "slow_fusion": [SLOW1, SLOW2, SLOW3, CONV4, CONV5, FC6, FC7, FC8],
    "multires": [*[CONV1, CONV2, CONV3, CONV4, CONV5] * 2, FC6_OF_TWO, FC7, FC8],
    "fovea_only": [CONV1, CONV2, CONV3, CONV4, CONV5, FC6, FC7, FC8],
    "context_only": [CONV1, CONV2, CONV3, CONV4, CONV5, FC6, FC7, FC8],
    "multires_slow": [*[SLOW1, SLOW2, SLOW3, CONV4, CONV5] * 2, FC6_OF_TWO, FC7, FC8],
    "cnn_3d": [
        96 * (11 * 11 * 3 * 3 + 1),
        256 * (5 * 5 * 96 * 3 + 1),
        384 * (3 * 3 * 256 * 3 + 1),
        384 * (3 * 3 * 384 * 3 + 1),
        256 * (3 * 3 * 384 * 3 + 1),
        FC6,
        FC7,
        FC8,
    ],
}
#: Responses in time before conv1 and after each convolution.
EXTENTS = {
    "single_frame": [1, 1, 1, 1, 1, 1],
    "early_fusion": [10, 1, 1, 1, 1, 1],
    "late_fusion": [2, 2, 2, 2, 2, 2],
    "slow_fusion": [10, 4, 2, 1, 1, 1],
    "multires": [1, 1, 1, 1, 1, 1],
    "fovea_only": [1, 1, 1, 1, 1, 1],
    "context_only": [1, 1, 1, 1, 1, 1],
    "multires_slow": [10, 4, 2, 1, 1, 1],
    "cnn_3d": [10, 5, 3, 3, 3, 1],
}
TOTALS = {
    "single_frame": 73_908_071,
    "early_fusion": 74_221_703,
    "late_fusion": 125_288_295,
    "slow_fusion": 75_511_751,
    "multires": 129_035_495,
    "fovea_only": 73_908_071,
    "context_only": 73_908_071,
    "multires_slow": 132_242_855,
    "cnn_3d": 81_399_719,
}


@pytest.mark.parametrize("name", PAPER)
def test_parameters_by_hand(name):
    shapes = clip_geometry(PAPER[name])
    assert [layer.num_parameters for layer in shapes.layers] == PARAMETERS[name]
    assert shapes.num_parameters == TOTALS[name]


@pytest.mark.parametrize("name", PAPER)
def test_extents_in_time_by_hand(name):
    """Slow fusion: (10 - 4) / 2 + 1 = 4 responses, (4 - 2) / 2 + 1 = 2, (2 - 2) / 2 + 1 = 1.

    Windows of three throughout: (10 + 2 - 3) // 2 + 1 = 5, 5 - 3 + 1 = 3, 3 + 2 - 3 + 1 = 3 twice, 3 - 3 + 1 = 1.
    """
    for stream in clip_geometry(PAPER[name]).streams:
        assert [stream.conv[0].in_frames, *(layer.out_frames for layer in stream.conv)] == EXTENTS[name]
        assert [layer.in_frames for layer in stream.conv] == EXTENTS[name][:-1]


def maps(shapes, stream=0):
    conv = shapes.streams[stream].conv
    return [(layer.space.out_px, layer.space.pooled_px) for layer in conv]


@pytest.mark.parametrize("name", ["single_frame", "early_fusion", "late_fusion", "slow_fusion", "cnn_3d"])
def test_whole_frames_of_170_px_leave_7_by_7_maps(name):
    """(170 - 11) / 3 + 1 = 54, pooled 27, 14 (the last window hangs over), 7."""
    shapes = clip_geometry(PAPER[name])
    assert maps(shapes) == [(54, 27), (27, 14), (14, 14), (14, 14), (14, 7)]
    assert [stream.name for stream in shapes.streams] == [""]


def test_whole_frames_of_178_px_leave_7_by_7_maps_too():
    """(178 - 11) // 3 + 1 = 56: a valid convolution leaves its last window out, as the poolings after it do not."""
    shapes = clip_geometry(clip_network(frame=LARGER, frames=(0,)))
    assert maps(shapes) == [(56, 28), (28, 14), (14, 14), (14, 14), (14, 7)]
    assert all(layer.space.extra_px == 0 for layer in shapes.conv)


@pytest.mark.parametrize("name", ["multires", "fovea_only", "context_only", "multires_slow"])
def test_streams_of_89_px_leave_7_by_7_maps_without_the_last_pooling(name):
    """(89 - 11) / 3 + 1 = 27, pooled 14, 7; the last stays 7."""
    shapes = clip_geometry(PAPER[name])
    for number, stream in enumerate(shapes.streams):
        assert stream.input_px == 89
        assert stream.num_features == 7 * 7 * 256
        assert maps(shapes, number) == [(27, 14), (14, 7), (7, 7), (7, 7), (7, 7)]
    assert shapes.dense[0].in_units == len(shapes.streams) * 12_544


def test_layers_of_streams_carry_the_name_of_their_stream():
    names = [layer.name for layer in clip_geometry(PAPER["multires"]).layers]
    assert names[0::5] == ["context.conv1", "fovea.conv1", "fc6"]
    assert names[4::5] == ["context.conv5", "fovea.conv5"]


def test_poolings_that_drop_their_last_window_leave_6_by_6_maps():
    """Why `keep`: 54 -> 27 -> 13 -> 6."""
    shapes = clip_geometry(clip_network(frame=replace(FRAME, edge="drop"), frames=(0,)))
    assert [layer.space.pooled_px for layer in shapes.conv] == [27, 13, 13, 13, 6]


def test_convolutions_and_poolings_may_have_two_edges():
    network = replace(LARGER, edge=KEEP_IN_POOLINGS)
    assert [layer.pooled_px for layer in geometry(network).conv] == [28, 14, 14, 14, 7]
    assert geometry(LARGER).conv[0].out_px == 57


def test_the_single_frame_net_counts_what_its_image_network_counts():
    shapes, image = clip_geometry(PAPER["single_frame"]), geometry(FRAME)
    assert [layer.num_macs for layer in shapes.layers] == [layer.num_macs for layer in image.layers]
    assert shapes.neurons_by_layer == image.neurons_by_layer
    assert (shapes.num_flops, shapes.num_neurons) == (image.num_flops, image.num_neurons)


def test_neurons_and_operations_of_slow_fusion_by_hand():
    shapes = clip_geometry(PAPER["slow_fusion"])
    neurons = {
        "input": 10 * 170 * 170 * 3,
        "conv1": 4 * 54 * 54 * 96,
        "conv2": 2 * 27 * 27 * 256,
        "conv3": 14 * 14 * 384,
        "conv4": 14 * 14 * 384,
        "conv5": 14 * 14 * 256,
        "fc6": 4096,
        "fc7": 4096,
        "fc8": 487,
    }
    assert shapes.neurons_by_layer == neurons
    macs = [
        neurons["conv1"] * 11 * 11 * 3 * 4,
        neurons["conv2"] * 5 * 5 * 96 * 2,
        neurons["conv3"] * 3 * 3 * 256 * 2,
        neurons["conv4"] * 3 * 3 * 384,
        neurons["conv5"] * 3 * 3 * 384,
        7 * 7 * 256 * 4096,
        4096 * 4096,
        4096 * 487,
    ]
    assert [layer.num_macs for layer in shapes.layers] == macs
    assert shapes.num_flops == 2 * sum(macs) == 2 * 4_267_948_032


def test_two_streams_of_half_the_side_do_less_than_a_whole_frame():
    """Why the paper has them: 0.58 of the operations, with more parameters."""
    whole, halves = (clip_geometry(PAPER[name]) for name in ("single_frame", "multires"))
    assert halves.num_macs / whole.num_macs == pytest.approx(716_650_048 / 1_226_595_456)
    assert halves.num_parameters > whole.num_parameters
    assert halves.input_neurons == 2 * 89 * 89 * 3


def test_fan_in_at_the_printed_size_counts_time_and_streams():
    """At half the width and a smaller input the printed fan-in is still the paper's."""
    small = replace(LARGER, size=Size(input_px=90, width=0.5))
    shapes = clip_geometry(replace(PAPER["multires_slow"], frame=small), num_classes=7)
    found = {layer.name: layer.reference_fan_in for layer in shapes.layers}
    assert found["context.conv1"] == found["fovea.conv1"] == 11 * 11 * 3 * 4
    assert found["fovea.conv2"] == 5 * 5 * 96 * 2
    assert (found["fc6"], found["fc7"], found["fc8"]) == (2 * 7 * 7 * 256, 4096, 4096)
    fan_in = {layer.name: layer.fan_in for layer in shapes.layers}
    assert fan_in["fovea.conv2"] == 5 * 5 * 48 * 2
    assert shapes.dense[-1].num_units == 7
    late = clip_geometry(replace(PAPER["late_fusion"], frame=replace(FRAME, size=Size(input_px=90, width=0.5))))
    assert late.dense[0].reference_fan_in == 2 * 7 * 7 * 256


def test_zero_frames_at_both_ends_keep_the_extent():
    window = TimeWindow(layer="conv1", num_frames=3, padding=1)
    (conv1, *_) = clip_geometry(clip_network(frame=FRAME, frames=TEN, windows=(window,))).conv
    assert (conv1.in_frames, conv1.out_frames) == (10, 10)


def window(**changes):
    return (replace(TimeWindow(layer="conv1", num_frames=2), **changes),)


REFUSED = {
    "unknown layer": (
        {"windows": window(layer="conv9")},
        r"window over time for layer 'conv9'; allowed: .* one of conv1, conv2, conv3, conv4, conv5",
    ),
    "dense layer": ({"windows": window(layer="fc6")}, "window over time for layer 'fc6'"),
    "two windows": ({"windows": window() + window()}, "two windows over time for layer conv1; allowed: one a layer"),
    "no frame in the window": ({"windows": window(num_frames=0)}, "a window over 0 frames with stride 1 and padding 0; allowed"),
    "all zeros in the window": ({"windows": window(padding=2)}, "a window over 2 frames with stride 1 and padding 2; allowed"),
    "window too long": (
        {"windows": window(num_frames=11)},
        "layer conv1: a window over 11 frames and 10 left of time .* allowed: at most 10 frames",
    ),
    "window too long for what is left": (
        {"windows": (*SLOW, TimeWindow(layer="conv4", num_frames=2))},
        "layer conv4: a window over 2 frames and 1 left of time",
    ),
    "frames left unread": (
        {"windows": window(num_frames=4, stride=4)},
        "layer conv1: windows over 4 frames, 4 apart, leave 2 of 10 unread at the end",
    ),
    "no frames": ({"frames": ()}, r"frames are \(\); allowed: at least one frame"),
    "negative frame": ({"frames": (-1, 2)}, r"frames are \(-1, 2\); allowed"),
    "same frame twice": ({"frames": (2, 2)}, r"frames are \(2, 2\); allowed: .* each after the one before"),
    "frames backwards": ({"frames": (2, 1)}, r"frames are \(2, 1\); allowed"),
    "no stream": ({"streams": streams()}, r"streams are called \[\]; allowed: at least one"),
    "unknown region": (
        {"streams": streams(replace(FOVEA, region="left"))},
        "stream fovea: unknown region 'left'; allowed: whole, center",
    ),
    "same name twice": ({"streams": streams(FOVEA, FOVEA)}, "streams are called .*; allowed: .* a name of its own"),
    "name of a layer": ({"streams": streams(replace(FOVEA, name="fc6"))}, r"streams are called \['fc6'\]; allowed"),
    "name with a dot": ({"streams": streams(replace(FOVEA, name="a.b"))}, r"streams are called \['a.b'\]; allowed"),
    "divided by nothing": ({"streams": streams(replace(FOVEA, divide_by=0))}, "stream fovea: divide_by is 0; allowed: 1 to"),
    "maps that differ": (
        {"streams": streams(CONTEXT, replace(FOVEA, divide_by=4))},
        r"last maps of the streams differ \(context: 7 px, fovea: 3 px\); allowed: one size for all",
    ),
    "unpooled and unknown": (
        {"streams": Streams(streams=(FOVEA,), unpooled=("conv9",))},
        "leave out the pooling of layer 'conv9'; allowed: a pooled layer, which is one of conv1, conv2, conv5",
    ),
    "unpooled and never pooled": (
        {"streams": Streams(streams=(FOVEA,), unpooled=("conv3",))},
        "leave out the pooling of layer 'conv3'",
    ),
    "towers that never cross": ({"frame": replace(LARGER, towers=Towers(num=2, cross=False))}, "2 towers that never cross"),
    "unknown edge": ({"frame": replace(LARGER, edge="wrap")}, "unknown edge 'wrap'; allowed: keep, drop"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_built_is_refused_with_the_reason(name):
    changes, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        clip_geometry(clip_network(**({"frame": LARGER, "frames": TEN} | changes)))


def test_a_window_over_a_layer_that_is_not_there_is_refused():
    conv = tuple(replace(layer, present=layer.name != "conv3") for layer in FRAME.conv)
    with pytest.raises(ValueError, match=r"window over time for layer 'conv3'; allowed: .* one of conv1, conv2, conv4, conv5"):
        clip_geometry(replace(PAPER["slow_fusion"], frame=replace(FRAME, conv=conv)))


def test_a_window_over_kernels_of_each_place_is_refused():
    conv = tuple(replace(layer, shared=layer.name != "conv3") for layer in FRAME.conv)
    with pytest.raises(ValueError, match="window over time for layer 'conv3'; allowed: a convolution with shared kernels"):
        clip_geometry(replace(PAPER["slow_fusion"], frame=replace(FRAME, conv=conv)))
