"""Training clips are what the paper describes, and those clips and frames that we chose."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import torch
from PIL import Image

from repro.artifacts.files import FileFormatError
from repro.data.load import clips
from repro.data.load.clip_stream import ClipBatch, ClipLoading, clip_stream, drawn_labels_B, graph_batches
from repro.data.load.clip_views import ClipPixels, clip_batches, evaluation_crops
from repro.data.load.clips import DecodedClips, StripClips, clips_in_memory
from repro.data.load.graphs import clip_graph, decoded_clip_graph
from repro.data.load.plan import training_plan
from repro.data.load.randomness import Draws, draw_training
from repro.data.prepare.prepare import prepare
from repro.data.shards.clips import ClipShards
from repro.spec.recipe import Crops, Optimizer, Schedule
from repro.spec.video import ClipRecipe
from repro.spec.video_datasets import Clips, ProceduralVideos, VideoDataset
from tests.tiny import write_prepared

TOYS = VideoDataset(
    name="toys",
    kind="procedural_videos",
    title="toys",
    stored_px=40,
    clips=Clips(num_frames=5, span_s=0.5, num_train=3, num_test=2),
    num_validation=2,
    max_refused=0.0,
    procedural=ProceduralVideos(
        num_train=16,
        num_test=4,
        frame_px=40,
        fps=10,
        seconds=1.0,
        num_shots=2,
        appearance_classes=1,
        motion_classes=2,
        detail_classes=1,
        weak_share=0.0,
        camera=0.2,
        two_label_share=0.4,
        seed=3,
    ),
)
RECIPE = ClipRecipe(
    batch_size=8,
    optimizer=Optimizer(learning_rate=0.01, momentum=0.9, weight_decay=0.0),
    schedule=Schedule(rule="epochs", num_epochs=2),
    crops=Crops(position="random", mirror=True),
    pixel_mean=117.0,
)
MEAN = RECIPE.pixel_mean
INPUT_PX = 32


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys")
    prepare(TOYS, folder=folder, source=None, num_threads=1, say=lambda line: None)
    return folder


def pixels(shards: ClipShards) -> np.ndarray:
    """Return every stored frame, decoded by Pillow: (N, T, S, S, C)."""
    strips = [np.asarray(Image.open(io.BytesIO(strip.tobytes()))) for strip in shards.strips(range(shards.num_clips))]
    return np.stack(strips).reshape(shards.num_clips, shards.num_frames, shards.stored_px, shards.stored_px, 3)


def stream(
    folder: Path,
    *,
    frames: tuple[int, ...] = (1, 2, 3),
    key: int = 1,
    start: tuple[int, int] = (0, 0),
    num_epochs: int = 2,
    num_threads: int = 1,
    keep_bytes: int = 0,
    recipe: ClipRecipe = RECIPE,
    input_px: int = INPUT_PX,
    mean_level: float = MEAN,
) -> Iterator[ClipBatch]:
    shards = ClipShards(folder, "train")
    plan = training_plan(shards.num_clips, key=key, batch_size=8, num_epochs=num_epochs, epoch=start[0], step=start[1])
    stored = clips_in_memory(shards, frames=frames, num_threads=num_threads, device="cpu", keep_bytes=keep_bytes)
    settings: dict[str, Any] = {"key": key, "input_px": input_px, "mean_level": mean_level, "num_threads": num_threads}
    return clip_stream(stored, recipe, plan=plan, device="cpu", **settings)


def graph_stream(
    folder: Path,
    *,
    frames: tuple[int, ...] = (1, 2, 3),
    num_epochs: int = 2,
    input_px: int = INPUT_PX,
    mean_level: float = MEAN,
) -> Iterator[ClipBatch]:
    """Return the batches as the graph of a GPU makes them, on the CPU."""
    shards = ClipShards(folder, "train")
    loading = ClipLoading(
        shards=shards, recipe=RECIPE, key=1, input_px=input_px, mean_level=mean_level, num_threads=1, device="cpu"
    )
    plan = training_plan(shards.num_clips, key=1, batch_size=8, num_epochs=num_epochs)
    return graph_batches(loading, StripClips(shards, frames=frames), plan)


def drawn(batch: ClipBatch, *, input_px: int) -> Draws:
    """The crops and mirrorings of a batch, drawn again."""
    return draw_training(
        batch.planned.index_B,
        key=1,
        epoch=batch.planned.epoch,
        crops=RECIPE.crops,
        batch_size=8,
        color_noise=None,
        components_33=np.zeros((3, 3)),
        stored_px=40,
        input_px=input_px,
    )


@pytest.mark.parametrize("keep_bytes", [0, 2**30])
@pytest.mark.parametrize("settings", [{}, {"frames": (3, 1)}, {"input_px": 31}, {"input_px": 40}, {"mean_level": 103.94}])
def test_the_compiled_pass_gives_the_bits_of_the_graph(folder: Path, settings: dict[str, Any], keep_bytes: int) -> None:
    compiled, graph = list(stream(folder, keep_bytes=keep_bytes, **settings)), list(graph_stream(folder, **settings))
    assert len(compiled) == 12
    for one, other in zip(compiled, graph, strict=True):
        assert same(one, other) and torch.equal(one.label_BL, other.label_BL)
        assert one.x_BCTHW.stride() == other.x_BCTHW.stride()
        assert np.array_equal(one.planned.index_B, other.planned.index_B)


@pytest.mark.parametrize("keep_bytes", [0, 2**30])
@pytest.mark.parametrize("frames", [(0, 1, 2, 3, 4), (2,), (0, 4), (3, 1)])
def test_a_training_batch_is_frames_less_the_constant_cropped_and_mirrored_alike(
    folder: Path, frames: tuple[int, ...], keep_bytes: int
) -> None:
    shards = ClipShards(folder, "train")
    expected_NTSSC = pixels(shards)[:, list(frames)].astype(np.float32) - MEAN
    seen = []
    for batch in stream(folder, frames=frames, keep_bytes=keep_bytes):
        index_B, draws = batch.planned.index_B, drawn(batch, input_px=INPUT_PX)
        seen += list(zip(draws.top_px_N.tolist(), draws.left_px_N.tolist(), draws.mirror_N.tolist(), strict=True))
        for place, i in enumerate(index_B):
            top, left = draws.top_px_N[place], draws.left_px_N[place]
            window = expected_NTSSC[i, :, top : top + INPUT_PX, left : left + INPUT_PX]
            window = window[:, :, ::-1] if draws.mirror_N[place] else window
            # Exact: DALI and Pillow decode alike, and these are differences of whole numbers.
            assert np.array_equal(batch.x_BCTHW[place].permute(1, 2, 3, 0).numpy(), window)
            labels = shards.label_VL[shards.video_N[i]]
            assert batch.label_BL[place].tolist() == labels.tolist()
            assert int(batch.label_B[place]) in labels[labels >= 0]
    assert len(set(seen)) > 60  # of 84 draws from 9 * 9 * 2 places and mirrorings


@pytest.mark.parametrize("keep_bytes", [0, 2**30])
def test_what_is_loaded_before_the_first_batch_is_what_the_batches_take(
    folder: Path, monkeypatch: pytest.MonkeyPatch, keep_bytes: int
) -> None:
    compiled = numba.njit(clips.augment_clips.py_func)
    monkeypatch.setattr(clips, "augment_clips", compiled)
    batches = stream(folder, keep_bytes=keep_bytes)
    assert len(compiled.signatures) == 1  # loaded by now
    assert len(list(batches)) == 12
    assert len(compiled.signatures) == 1


@pytest.mark.parametrize("keep_bytes", [0, 2**30])
def test_a_crop_that_does_not_fit_is_refused_before_anything_is_read(folder: Path, keep_bytes: int) -> None:
    with pytest.raises(ValueError, match="crops of 41 px that begin at 0 to 0 px do not fit stored frames of 40 px"):
        next(stream(folder, input_px=41, keep_bytes=keep_bytes))


@pytest.mark.parametrize(("top", "left"), [(-1, 0), (0, -1), (9, 0), (0, 9)])
def test_a_window_over_the_edge_is_refused(top: int, left: int) -> None:
    one = np.zeros(1, np.int64)
    settings: dict[str, Any] = {"mirror_B": np.zeros(1, np.int32), "mean_level": MEAN, "input_px": INPUT_PX}
    with pytest.raises(ValueError, match="do not fit stored frames of 40 px"):
        clips.cut_clips(np.zeros((1, 2, 40, 40, 3), np.uint8), one, top_px_B=one + top, left_px_B=one + left, **settings)


@pytest.mark.parametrize("load", [stream, graph_stream])
def test_every_offset_is_reached_exactly(folder: Path, load: Callable[..., Iterator[ClipBatch]]) -> None:
    """A crop of one pixel shows where it was taken: DALI's rounding, too, gives each drawn offset back."""
    shards = ClipShards(folder, "train")
    stored = pixels(shards)[:, :1].astype(np.float32) - MEAN
    for batch in load(folder, frames=(0,), input_px=1, num_epochs=8):
        draws = drawn(batch, input_px=1)
        expected = stored[batch.planned.index_B, 0, draws.top_px_N, draws.left_px_N]
        assert np.array_equal(batch.x_BCTHW[:, :, 0, 0, 0].numpy(), expected)


def test_batches_are_float32_with_frames_one_after_the_other_and_channels_last(folder: Path) -> None:
    batch = next(stream(folder))
    assert batch.x_BCTHW.shape == (8, 3, 3, INPUT_PX, INPUT_PX)
    assert batch.x_BCTHW.dtype == torch.float32
    frames_NCHW = batch.x_BCTHW.permute(0, 2, 1, 3, 4).reshape(24, 3, INPUT_PX, INPUT_PX)
    assert frames_NCHW.data_ptr() == batch.x_BCTHW.data_ptr()  # a view: nets that read frame by frame copy nothing
    assert frames_NCHW.is_contiguous(memory_format=torch.channels_last)
    assert batch.label_B.dtype == batch.label_BL.dtype == torch.int64


def test_every_epoch_sees_every_clip_of_every_video_once(folder: Path) -> None:
    batches = list(stream(folder))
    orders = [np.concatenate([b.planned.index_B for b in batches if b.planned.epoch == epoch]) for epoch in (0, 1)]
    assert all(sorted(order) == list(range(42)) for order in orders)
    assert list(orders[0]) != list(orders[1])
    assert [len(b.label_B) for b in batches[:6]] == [8, 8, 8, 8, 8, 2]


def same(one: ClipBatch, other: ClipBatch) -> bool:
    return torch.equal(one.x_BCTHW, other.x_BCTHW) and torch.equal(one.label_B, other.label_B)


def test_threads_and_memory_change_nothing_and_the_seed_does(folder: Path) -> None:
    base = list(stream(folder))
    for others in (stream(folder, num_threads=2), stream(folder, keep_bytes=2**30)):
        assert all(same(one, other) for one, other in zip(base, others, strict=True))
    assert not same(base[0], next(stream(folder, key=2)))


def test_a_batch_stays_as_it_is_while_others_are_loaded(folder: Path) -> None:
    batches = stream(folder, num_epochs=8)
    first = next(batches)
    before = first.x_BCTHW.clone()
    assert sum(1 for _ in batches) == 47
    assert torch.equal(first.x_BCTHW, before)


def test_a_restart_in_mid_epoch_gives_the_batches_that_were_left(folder: Path) -> None:
    whole = list(stream(folder))
    for position, start in ((2, (0, 2)), (6, (1, 0)), (11, (1, 5))):
        rest = list(stream(folder, start=start))
        assert all(same(one, other) for one, other in zip(whole[position:], rest, strict=True))


def test_without_augmentation_clips_are_cut_at_the_centre(folder: Path) -> None:
    plain = replace(RECIPE, crops=Crops(position="center", mirror=False))
    expected = pixels(ClipShards(folder, "train"))[:, 1:4, 4:36, 4:36].astype(np.float32) - MEAN
    for batch in stream(folder, recipe=plain):
        assert np.array_equal(batch.x_BCTHW.permute(0, 2, 3, 4, 1).numpy(), expected[batch.planned.index_B])


def test_one_of_several_labels_is_drawn_anew_in_each_epoch_and_equally_often() -> None:
    label_BL = np.array([[4, -1, -1], [1, 2, -1], [0, 3, 5]])
    drawn = np.stack([drawn_labels_B(label_BL, np.arange(3), key=7, epoch=epoch) for epoch in range(3000)])
    assert set(drawn[:, 0]) == {4}
    for column, labels in ((1, (1, 2)), (2, (0, 3, 5))):
        shares = [(drawn[:, column] == label).mean() for label in labels]
        np.testing.assert_allclose(shares, 1 / len(labels), atol=0.04)  # four standard deviations


def test_small_splits_are_decoded_into_memory_and_large_ones_are_not(folder: Path) -> None:
    shards = ClipShards(folder, "train")
    num_bytes = 42 * 2 * 40 * 40 * 3
    kept = clips_in_memory(shards, frames=(0, 4), num_threads=1, device="cpu", keep_bytes=num_bytes)
    assert isinstance(kept, DecodedClips)
    assert kept.clip_NTSSC.nbytes == num_bytes  # the frames that are read, not all five
    assert isinstance(clips_in_memory(shards, frames=(0, 4), num_threads=1, device="cpu", keep_bytes=num_bytes - 1), StripClips)
    assert isinstance(clips_in_memory(shards, frames=(0,), num_threads=1, device="cuda"), StripClips)


@pytest.mark.parametrize("frames", [(), (5,), (-1, 0)])
def test_frames_that_are_not_stored_are_named(folder: Path, frames: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the stored clips have frames 0 to 4"):
        StripClips(ClipShards(folder, "train"), frames=frames)


def test_a_set_of_single_images_is_refused(tmp_path: Path) -> None:
    write_prepared(tmp_path / "images")
    with pytest.raises(FileFormatError, match="holds single images, not clips"):
        ClipShards(tmp_path / "images", "train")


def test_the_windows_of_a_clip_and_of_a_video_by_hand() -> None:
    assert evaluation_crops("clip", stored_px=200, input_px=170) == [(15, 15, False)]
    four = evaluation_crops("video", stored_px=200, input_px=170)
    assert four == [(0, 0, False), (0, 30, True), (30, 0, True), (30, 30, False)]
    with pytest.raises(ValueError, match="a crop of 48 px does not fit stored frames of 40 px"):
        evaluation_crops("clip", stored_px=40, input_px=48)
    with pytest.raises(ValueError, match="unknown protocol of clips 'ten_crop'; allowed: clip, video"):
        evaluation_crops("ten_crop", stored_px=40, input_px=32)


@pytest.mark.parametrize("keep_bytes", [0, 2**30])
def test_scoring_sees_the_clips_in_order_at_every_window(folder: Path, keep_bytes: int) -> None:
    shards = ClipShards(folder, "test")
    windows = evaluation_crops("video", stored_px=40, input_px=INPUT_PX)
    source = ClipPixels(shards, frames=(0, 2), num_threads=1, device="cpu", keep_bytes=keep_bytes)
    expected_NTSSC = pixels(shards)[:, [0, 2]].astype(np.float32) - MEAN
    for _ in range(2):  # the second time from memory, where they are kept
        index_N = np.array([5, 1, 7, 0, 3])
        views = list(clip_batches(source, index_N, windows=windows, input_px=INPUT_PX, mean_level=MEAN, batch_size=2))
        assert [(view.index_B.tolist(), view.window) for view in views] == [
            (part, window) for part in ([5, 1], [7, 0], [3]) for window in range(4)
        ]
        for view in views:
            top, left, mirrored = windows[view.window]
            crop = expected_NTSSC[view.index_B][:, :, top : top + INPUT_PX, left : left + INPUT_PX]
            crop = crop[:, :, :, ::-1] if mirrored else crop
            assert np.array_equal(view.x_BCTHW.permute(0, 2, 3, 4, 1).numpy(), crop)


@pytest.mark.parametrize("frames", [(0, 1, 2, 3, 4), (0, 4)])
def test_the_gpu_variant_of_the_graph_serialises(frames: tuple[int, ...]) -> None:
    settings: dict[str, Any] = {"frames": frames, "stored_px": 40, "device": "cuda", "batch_size": 4, "num_threads": 1}
    graphs = [
        clip_graph(source=lambda: None, input_px=INPUT_PX, mean_level=MEAN, device_id=None, **settings),
        decoded_clip_graph(source=lambda: None, device_id=None, **settings),
    ]
    for graph in graphs:
        assert len(graph.serialize()) > 500


@pytest.mark.bench
@pytest.mark.parametrize(("frames", "keep_bytes"), [((0, 1, 2, 3, 4), 0), ((2,), 0), ((2,), 2**30)])
def test_loading_beside_a_small_net(benchmark: Any, folder: Path, frames: tuple[int, ...], keep_bytes: int) -> None:
    """Tell how long an epoch takes, and which share of it a small net of single frames waits; runs with --benchmark-only."""
    net = torch.nn.Conv2d(3, 32, 11, stride=2)

    def train() -> tuple[float, float]:
        begin, wait_s = time.perf_counter(), 0.0
        for batch in stream(folder, frames=frames, keep_bytes=keep_bytes, num_epochs=20):
            wait_s += batch.wait_s
            net(batch.x_BCTHW[:, :, 0]).square().mean().backward()
        return wait_s, time.perf_counter() - begin

    wait_s, wall_s = benchmark.pedantic(train, rounds=1)
    benchmark.extra_info["waiting_share"] = wait_s / wall_s
    benchmark.extra_info["clips_per_s"] = 20 * 42 / wall_s
