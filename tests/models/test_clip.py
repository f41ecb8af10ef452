"""The built nets of clips see what the paper's nets see of space and time, layer for layer."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from repro.models.clip import Context, Fovea, build_clip_network, to_frames
from repro.models.image import build_network
from repro.models.layers import seed_dropout
from repro.models.norm.lrn import LocalResponseNorm
from repro.models.probe import input_of
from repro.spec.experiment import make_run
from repro.spec.geometry.clips import clip_geometry
from repro.spec.network import Conv, Dense, Network, Pooling, ResponseNorm, Size, Towers
from repro.spec.video import Stream, Streams, TimeWindow
from tests.known import KNOWN
from tests.spec.geometry.test_clips import PAPER, TOTALS, clip_network

KARPATHY = KNOWN.paper("karpathy")

CPU = torch.device("cpu")

#: 24 px: 10 maps after conv1, pooled 5; 5 after conv2, pooled 3; 3. In streams of 12 px: 4, pooled 2; 2; 2.
FRAME = Network(
    printed_px=24,
    size=Size(input_px=24),
    num_classes=2,
    towers=Towers(num=1),
    conv=(
        Conv(name="conv1", num_kernels=8, kernel_px=5, stride_px=2, normalised=True, pooled=True, init_std=0.02),
        Conv(name="conv2", num_kernels=16, kernel_px=3, padding_px=1, pooled=True, init_std=0.1, bias=0.1),
        Conv(name="conv3", num_kernels=8, kernel_px=3, padding_px=1, init_std=0.1),
    ),
    dense=(Dense(name="fc4", num_units=16, dropped_out=True, init_std=0.1, bias=0.1),),
    output=Dense(name="fc5", num_units=2, init_std=0.1),
    activation="relu",
    lrn=ResponseNorm(size=5, alpha=1e-3, beta=0.5, k=2.0),
    pooling=Pooling(size_px=2, stride_px=2),
    dropout_rate=0.0,
)
#: A stored clip has five frames, so that its middle frame stays where it is when time runs backwards.
STORED = 5
FIVE = tuple(range(STORED))
SLOW = (TimeWindow(layer="conv1", num_frames=3, stride=2), TimeWindow(layer="conv2", num_frames=2, stride=2))
STREAMS = Streams(
    streams=(Stream(name="context", region="whole"), Stream(name="fovea", region="center")),
    unpooled=("conv2",),
)
FUSIONS = {
    "early_fusion": clip_network(frame=FRAME, frames=FIVE, windows=(TimeWindow(layer="conv1", num_frames=5),)),
    "late_fusion": clip_network(frame=FRAME, frames=(0, 4)),
    "slow_fusion": clip_network(frame=FRAME, frames=FIVE, windows=SLOW),
    "cnn_3d": clip_network(
        frame=FRAME,
        frames=FIVE,
        windows=(
            TimeWindow(layer="conv1", num_frames=3, padding=1),
            TimeWindow(layer="conv2", num_frames=3),
            TimeWindow(layer="conv3", num_frames=2),
        ),
    ),
}
SINGLE = clip_network(frame=FRAME, frames=(2,))
MULTIRES = replace(SINGLE, streams=STREAMS)
MULTIRES_SLOW = replace(FUSIONS["slow_fusion"], streams=STREAMS)
TINY = {"single_frame": SINGLE, **FUSIONS, "multires": MULTIRES, "multires_slow": MULTIRES_SLOW}


def built(network, key=1):
    return build_clip_network(network, num_classes=2, key=key)


def noise(network, num=2, dtype=torch.float32):
    """Return clips of the frames that the network reads."""
    shape = (num, 3, len(network.frames), network.frame.size.input_px, network.frame.size.input_px)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=dtype) * 60


@pytest.fixture(scope="module", params=PAPER)
def printed(request):
    """Return a net of Table 1 as the paper has it, without memory for its weights."""
    with torch.device("meta"):
        return request.param, build_clip_network(PAPER[request.param], num_classes=487, key=1)


def test_every_printed_net_has_the_parameters_counted_by_hand(printed):
    name, net = printed
    assert sum(parameter.numel() for parameter in net.parameters()) == TOTALS[name]
    layers = [layer.name for layer in clip_geometry(PAPER[name]).layers]
    assert [name for name, _ in net.named_parameters()] == [f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")]


def test_every_response_of_the_printed_nets_has_its_size(printed):
    """Responses of two clips lie one after the other: 2 * out_frames of them."""
    name, net = printed
    network, sizes = PAPER[name], {}
    for layer, module in net.named_modules():
        module.register_forward_hook(lambda module, inputs, output, layer=layer: sizes.update({layer: tuple(output.shape)}))
    side = network.frame.size.input_px
    assert net.eval()(torch.empty(2, 3, len(network.frames), side, side, device="meta")).shape == (2, 487)
    for layer in clip_geometry(network).conv:
        assert sizes[f"{layer.name}_relu"] == (2 * layer.out_frames, layer.num_kernels, layer.space.out_px, layer.space.out_px)
        if layer.space.pooling:
            assert sizes[f"{layer.name}_pool"][2:] == (layer.space.pooled_px, layer.space.pooled_px)
    num_maps = {"late_fusion": 2, "multires": 2, "multires_slow": 2}.get(name, 1)
    assert sum(size[1] for layer, size in sizes.items() if layer.rpartition(".")[2] == "flatten") == num_maps * 7 * 7 * 256


def test_first_kernels_of_the_printed_nets():
    expected = {
        "single_frame": {"conv1": (96, 3, 11, 11)},
        "early_fusion": {"conv1": (96, 3, 10, 11, 11)},
        "late_fusion": {"conv1": (96, 3, 11, 11)},
        "slow_fusion": {"conv1": (96, 3, 4, 11, 11)},
        "multires": {"context.conv1": (96, 3, 11, 11), "fovea.conv1": (96, 3, 11, 11)},
    }
    for name, layers in expected.items():
        with torch.device("meta"):
            net = build_clip_network(PAPER[name], num_classes=487, key=1)
        assert {layer: tuple(net.get_submodule(layer).weight.shape) for layer in layers} == layers


def test_layers_stand_in_the_printed_order():
    names = [name for name, _ in built(FUSIONS["slow_fusion"]).named_children()]
    assert names[:6] == ["conv1_clips", "conv1", "conv1_frames", "conv1_relu", "conv1_lrn", "conv1_pool"]
    assert names[6:11] == ["conv2_clips", "conv2", "conv2_frames", "conv2_relu", "conv2_pool"]
    assert names[11:] == ["conv3", "conv3_relu", "flatten", "fc4", "fc4_relu", "fc5"]
    names = [name for name, _ in built(MULTIRES).named_children()]
    assert names == ["context", "fovea", "fc4", "fc4_relu", "fc5"]
    assert "conv2_pool" not in dict(built(MULTIRES).context.named_children())


def by_conv3d(net, network, x_BCTHW):
    """Return the logits from nn.functional on whole clips: every convolution and pooling is one of volumes."""
    norm, windows = network.frame.lrn, {window.layer: window for window in network.windows}
    for layer in network.frame.conv:
        module = net.get_submodule(layer.name)
        window = windows.get(layer.name, TimeWindow(layer=layer.name, num_frames=1))
        weight = module.weight if module.weight.dim() == 5 else module.weight.unsqueeze(2)
        assert weight.shape[2] == window.num_frames
        stride = (window.stride, layer.stride_px, layer.stride_px)
        padding = (window.padding, layer.padding_px, layer.padding_px)
        x_BCTHW = functional.conv3d(x_BCTHW, weight, module.bias, stride=stride, padding=padding).relu()
        if layer.normalised:
            x_BCTHW = functional.local_response_norm(x_BCTHW, norm.size, norm.alpha * norm.size, norm.beta, norm.k)
        if layer.pooled:
            x_BCTHW = functional.max_pool3d(x_BCTHW, (1, 2, 2), ceil_mode=True)
    hidden = net.get_submodule("fc4")(x_BCTHW.transpose(1, 2).flatten(1)).relu()
    return net.get_submodule("fc5")(hidden)


@pytest.mark.parametrize("name", ["single_frame", *FUSIONS])
def test_the_net_equals_convolutions_and_poolings_of_volumes(name):
    """In float64, so that a tolerance of 1e-10 leaves room for another order of the sums alone."""
    network = TINY[name]
    net = built(network).double()
    x = noise(network, num=3, dtype=torch.float64)
    parameters = list(net.parameters())
    ours, reference = net(x), by_conv3d(net, network, x)
    torch.testing.assert_close(ours, reference, rtol=1e-10, atol=1e-10)
    found = torch.autograd.grad(ours.logsumexp(1).sum(), parameters)
    expected = torch.autograd.grad(reference.logsumexp(1).sum(), parameters)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-10)


def test_grouped_kernels_see_the_maps_of_their_group_at_every_time():
    network = replace(FUSIONS["slow_fusion"], frame=replace(FRAME, towers=Towers(num=2)))
    net = built(network).double().eval()
    assert tuple(net.conv2.weight.shape) == (16, 4, 2, 3, 3)
    x = noise(network, dtype=torch.float64)
    _, before = input_of(net, "conv3", x)
    with torch.no_grad():
        net.conv1.weight[4:] *= 2
    _, after = input_of(net, "conv3", x)
    before, after = (rows.unflatten(1, (16, 9)) for rows in (before, after))
    assert torch.equal(before[:, :8], after[:, :8])
    assert not torch.equal(before[:, 8:], after[:, 8:])


def test_the_single_frame_net_is_the_image_net_of_its_frame():
    """At 25 px every window of conv1 fits, so that the two agree on the edge."""
    frame = replace(FRAME, printed_px=25, size=Size(input_px=25))
    network = clip_network(frame=frame, frames=(2,))
    clip, image = built(network, key=5), build_network(frame, num_classes=2, key=5)
    for one, other in zip(clip.parameters(), image.parameters(), strict=True):
        assert torch.equal(one, other)
    x = noise(network)
    torch.testing.assert_close(clip(x), image(x[:, :, 0]), rtol=1e-6, atol=1e-6)


def test_towers_of_late_fusion_share_their_kernels():
    """What the first dense layer sees of each frame is what the single-frame net makes of it."""
    late, single = built(FUSIONS["late_fusion"]), built(SINGLE)
    for layer in ("conv1", "conv2", "conv3"):
        single.get_submodule(layer).load_state_dict(late.get_submodule(layer).state_dict())
    x = noise(FUSIONS["late_fusion"])
    _, joined = input_of(late, "fc4", x)
    apart = [input_of(single, "fc4", x[:, :, [number]])[1] for number in (0, 1)]
    torch.testing.assert_close(joined, torch.cat(apart, dim=1), rtol=1e-5, atol=1e-5)


def moving_clips(num, *, seed):
    """Return clips of a bright square that moves from left to right at a height of its own, (num, 3, STORED, 24, 24)."""
    generator = torch.Generator().manual_seed(seed)
    clips = torch.randn(num, 3, STORED, 24, 24, generator=generator) * 5 - 40
    for clip, row in zip(clips, torch.randint(0, 19, (num,), generator=generator).tolist(), strict=True):
        for frame in FIVE:
            clip[:, frame, row : row + 5, frame * 4 : frame * 4 + 5] += 120
    return clips


def trained(network, *, seed):
    """Return the network after it has been shown clips (class 0) and the same clips backwards (class 1)."""
    net = built(network, key=seed)
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    for step in range(40):
        forwards = moving_clips(16, seed=1000 * seed + step)
        x = torch.cat([forwards, forwards.flip(2)])[:, :, list(network.frames)]
        loss = functional.cross_entropy(net(x), torch.tensor([0] * 16 + [1] * 16))
        optimiser.zero_grad()
        seed_dropout(net, key=seed, step=step, device=CPU)
        loss.backward()
        optimiser.step()
    return net.eval()


def scores_both_ways(network):
    """Return a trained net's scores of clips it has not seen, forwards and backwards in time."""
    net, forwards = trained(network, seed=1), moving_clips(32, seed=99)
    with torch.no_grad():
        return tuple(net(x[:, :, list(network.frames)]) for x in (forwards, forwards.flip(2)))


@pytest.mark.parametrize("name", [*FUSIONS, "multires_slow"])
def test_a_fusion_net_learns_to_tell_the_order_of_frames(name):
    forwards, backwards = scores_both_ways(TINY[name])
    assert (forwards.argmax(1) == 0).float().mean() > 0.9
    assert (backwards.argmax(1) == 1).float().mean() > 0.9


@pytest.mark.parametrize("name", ["single_frame", "multires"])
def test_a_single_frame_net_gives_equal_scores_in_any_order(name):
    """The proof that the test above is one of time: what the fusion nets learned is not in the frame."""
    forwards, backwards = scores_both_ways(TINY[name])
    assert torch.equal(forwards, backwards)


def stream_outputs(net, x):
    frames = to_frames(x)
    return {name: net.get_submodule(name)(frames) for name in ("context", "fovea")}


@pytest.mark.parametrize("network", [MULTIRES, MULTIRES_SLOW], ids=["single", "slow"])
def test_border_pixels_reach_the_context_alone(network):
    """The fovea is the central 12 of 24 px."""
    net = built(network).eval()
    x = noise(network).round()
    changed = x.clone()
    changed[..., :6, :] += 50
    changed[..., 18:] -= 30
    before, after = stream_outputs(net, x), stream_outputs(net, changed)
    assert torch.equal(before["fovea"], after["fovea"])
    assert not torch.equal(before["context"], after["context"])
    changed[..., 6:18, 6] += 20
    assert not torch.equal(before["fovea"], stream_outputs(net, changed)["fovea"])


@pytest.mark.parametrize("network", [MULTIRES, MULTIRES_SLOW], ids=["single", "slow"])
def test_a_fine_checkerboard_reaches_the_fovea_alone(network):
    """Its mean over every 2 x 2 block is 0; whole numbers, so that the means are exact."""
    net = built(network).eval()
    x = noise(network).round()
    rows, columns = torch.arange(24)[:, None], torch.arange(24)[None, :]
    before, after = stream_outputs(net, x), stream_outputs(net, x + 16 * (1 - 2 * ((rows + columns) % 2)))
    assert torch.equal(before["context"], after["context"])
    assert not torch.equal(before["fovea"], after["fovea"])


def test_what_streams_see_by_hand():
    """5 px have a rest of one: the context leaves out the last row and column, the fovea starts one pixel in."""
    image = torch.arange(25.0).reshape(1, 1, 5, 5)
    assert Context(2)(image).flatten().tolist() == [3.0, 5.0, 13.0, 15.0]
    assert Fovea(2)(image).flatten().tolist() == [6.0, 7.0, 11.0, 12.0]
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert Context(2)(image).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert Fovea(2)(image).flatten().tolist() == [5.0, 6.0, 9.0, 10.0]
    assert torch.equal(Context(1)(image), image)
    assert torch.equal(Fovea(1)(image), image)


def test_streams_have_kernels_of_their_own():
    net = built(MULTIRES)
    assert net.context.conv1.weight.shape == net.fovea.conv1.weight.shape
    assert not torch.equal(net.context.conv1.weight, net.fovea.conv1.weight)


@pytest.mark.parametrize("name", TINY)
def test_gradients_flow_into_every_parameter(name):
    net = built(TINY[name])
    net(noise(TINY[name], num=8)).logsumexp(1).sum().backward()
    for parameter_name, parameter in net.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, parameter_name


@pytest.mark.parametrize("name", TINY)
def test_one_key_gives_one_initialisation_and_two_keys_two(name):
    one, same, other = (built(TINY[name], key=key) for key in (2, 2, 4))
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert a.dim() == 1 or not torch.equal(a, c)


def test_weights_keep_the_gain_of_the_printed_net_and_biases_are_as_printed():
    """At twice the printed width std * sqrt(fan-in) is what the printed layer has, kernels over time included."""
    network = replace(MULTIRES_SLOW, frame=replace(FRAME, size=Size(input_px=24, width=2.0)))
    printed = {layer.name: (layer.init_std, layer.fan_in) for layer in clip_geometry(MULTIRES_SLOW).layers}
    assert printed["fovea.conv2"] == (0.1, 3 * 3 * 8 * 2)
    net = built(network, key=7)
    for layer in clip_geometry(network, num_classes=2).layers:
        std, fan_in = printed[layer.name]
        expected = std * (fan_in / layer.fan_in) ** 0.5
        module = net.get_submodule(layer.name)
        count = module.weight.numel()
        assert abs(float(module.weight.detach().std()) / expected - 1) < 5 / (2 * count) ** 0.5
        assert (module.bias == layer.bias).all(), layer.name


def test_normalisation_is_the_paper_s_over_each_response():
    with torch.device("meta"):
        net = build_clip_network(PAPER["slow_fusion"], num_classes=487, key=1)
    norms = {name: module for name, module in net.named_children() if isinstance(module, LocalResponseNorm)}
    assert list(norms) == ["conv1_lrn", "conv2_lrn"]
    assert {(norm.size, norm.alpha, norm.beta, norm.k) for norm in norms.values()} == {(5, 1e-4, 0.5, 2.0)}


def test_upper_layers_are_found_by_name_for_fine_tuning():
    net = built(MULTIRES_SLOW)
    net.requires_grad_(False)
    for name in ("fc4", "fc5"):
        net.get_submodule(name).requires_grad_(True)
    net(noise(MULTIRES_SLOW)).sum().backward()
    assert [name for name, p in net.named_parameters() if p.grad is not None] == [
        "fc4.weight",
        "fc4.bias",
        "fc5.weight",
        "fc5.bias",
    ]


@pytest.mark.parametrize("rate", [0.5, 0.9])
def test_in_transfer_of_three_layers_dropout_stands_before_each_of_them(rate):
    """Section 4.2: before all trained layers; of the net as it is built, the layers from the last map on."""
    name = "transfer_top3" if rate == 0.5 else "transfer_top3_dropout"
    network = make_run(KARPATHY, scale="smoke", variant=name, seed=0).trained.network
    net = build_clip_network(network, num_classes=5, key=1)
    names = [child for child, _ in net.named_children()]
    layers = names[names.index("flatten") :]
    assert layers == ["flatten", "fc6_input_dropout", "fc6", "fc6_relu", "fc6_dropout", "fc7", "fc7_relu", "fc7_dropout", "fc8"]
    assert {net.get_submodule(child).rate for child in layers if child.endswith("dropout")} == {rate}
    scratch = make_run(KARPATHY, scale="smoke", variant="transfer_scratch", seed=0).trained.network
    others = [child for child, _ in build_clip_network(scratch, num_classes=5, key=1).named_children()]
    assert others == [child for child in names if child != "fc6_input_dropout"]


def test_dropout_before_the_dense_layers_of_two_streams_stands_where_they_meet():
    network = make_run(KARPATHY, scale="smoke", variant="single_frame_multires", seed=0).trained.network
    net = build_clip_network(replace(network, dropout_before_dense=True), num_classes=5, key=1)
    assert [child for child, _ in net.named_children()][:4] == ["context", "fovea", "fc6_input_dropout", "fc6"]
    without = replace(network, dropout_before_dense=True, frame=replace(network.frame, dropout_rate=0.0))
    assert "fc6_input_dropout" not in dict(build_clip_network(without, num_classes=5, key=1).named_children())


def test_dropout_is_the_paper_s_and_a_function_of_its_seed():
    net = built(replace(SINGLE, frame=replace(FRAME, dropout_rate=0.5)))
    x, outputs = noise(SINGLE), []
    for key in (1, 1, 2):
        seed_dropout(net, key=key, step=0, device=CPU)
        outputs.append(net(x))
    assert torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[0], outputs[2])


def test_frames_that_lie_one_after_the_other_are_not_copied():
    x_BTHWC = torch.zeros(2, 3, 4, 4, 5)
    assert to_frames(x_BTHWC.permute(0, 4, 1, 2, 3)).data_ptr() == x_BTHWC.data_ptr()


@pytest.mark.parametrize("shape", [(2, 3, 4, 24, 24), (2, 3, 5, 23, 24), (2, 1, 5, 24, 24), (3, 5, 24, 24)])
def test_clips_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"input has shape .*; allowed: \(B, 3, 5, 24, 24\)"):
        built(FUSIONS["slow_fusion"])(torch.zeros(shape))


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="unknown activation 'swish'"):
        built(replace(SINGLE, frame=replace(FRAME, activation="swish")))
