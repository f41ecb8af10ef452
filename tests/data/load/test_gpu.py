"""A GPU loads the same examples as a CPU: the whole data path twice, compared pixel by pixel.

Tolerances. Raw pixels go through the same float32 sums: one rounding of numbers up to 255, 1e-3 for all of them. Of JPEG files
the inverse cosine transforms of two decoders round luma and chroma to neighbouring levels; blue is luma + 1.772 chroma, so it
differs by up to 1 + 1.772 and a rounding: 3 levels.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from repro.data.load.clip_stream import clip_stream
from repro.data.load.clip_views import ClipPixels
from repro.data.load.clips import clips_in_memory
from repro.data.load.plan import training_plan
from repro.data.load.whole_images import WholeImages
from repro.data.prepare.prepare import prepare
from repro.data.shards.clips import ClipShards
from repro.data.shards.decode import Decoder
from repro.data.shards.images import Shards
from tests.data.load.test_clips import INPUT_PX, MEAN, RECIPE, TOYS
from tests.data.load.test_images import stream
from tests.tiny import write_prepared

pytestmark = pytest.mark.gpu
DEVICES = ("cpu", "cuda")


@pytest.mark.parametrize(("encoding", "limit"), [("raw", 1e-3), ("jpeg", 3.001)])
def test_training_images_are_the_same(tmp_path: Path, encoding: str, limit: float) -> None:
    write_prepared(tmp_path / "data", encoding=encoding)
    num = 0
    for cpu, gpu in zip(stream(tmp_path / "data"), stream(tmp_path / "data", device="cuda"), strict=True):
        assert gpu.image_BCHW.is_cuda and gpu.image_BCHW.is_contiguous(memory_format=torch.channels_last)
        assert torch.equal(cpu.label_B, gpu.label_B.cpu())
        difference = (cpu.image_BCHW - gpu.image_BCHW.cpu()).abs()
        assert difference.max() <= limit
        num += len(gpu.label_B)
    assert num == 100


def test_batches_stay_as_they_are_while_the_next_are_loaded(tmp_path: Path) -> None:
    write_prepared(tmp_path / "data", encoding="raw")
    kept = [batch.image_BCHW for batch in stream(tmp_path / "data", device="cuda")]
    for found, expected in zip(kept, stream(tmp_path / "data"), strict=True):
        assert (found.cpu() - expected.image_BCHW).abs().max() < 1e-3


@pytest.mark.parametrize(("encoding", "limit"), [("raw", 0), ("jpeg", 3)])
def test_images_to_be_scored_are_the_same(tmp_path: Path, encoding: str, limit: float) -> None:
    write_prepared(tmp_path / "data", encoding=encoding)
    shards, index_N = Shards(tmp_path / "data", "test"), np.array([3, 22, 0, 7, 11])
    found = [
        torch.cat(list(WholeImages(shards, num_threads=1, device=device).batches(index_N, batch_size=2))) for device in DEVICES
    ]
    assert (found[0].float() - found[1].cpu().float()).abs().max() <= limit


def test_clips_are_the_same(tmp_path: Path) -> None:
    prepare(TOYS, folder=tmp_path, source=None, num_threads=1, say=lambda line: None)
    shards, frames = ClipShards(tmp_path, "train"), (1, 2, 3)
    streams = []
    for device in DEVICES:
        clips = clips_in_memory(shards, frames=frames, num_threads=1, device=device)
        plan = training_plan(shards.num_clips, key=1, batch_size=8, num_epochs=2)
        settings = {"plan": plan, "key": 1, "input_px": INPUT_PX, "mean_level": MEAN, "num_threads": 1, "device": device}
        streams.append(clip_stream(clips, RECIPE, **settings))
    for cpu, gpu in zip(*streams, strict=True):
        assert gpu.x_BCTHW.is_cuda
        assert torch.equal(cpu.label_B, gpu.label_B.cpu())
        assert (cpu.x_BCTHW - gpu.x_BCTHW.cpu()).abs().max() <= 3
    views = [ClipPixels(shards, frames=frames, num_threads=1, device=device) for device in DEVICES]
    for one, other in zip(*(view.batches(np.arange(7), batch_size=3) for view in views), strict=True):
        assert (one.float() - other.cpu().float()).abs().max() <= 3


def test_grey_files_are_decoded_alike() -> None:
    file = io.BytesIO()
    Image.fromarray(np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)).save(file, "JPEG", quality=95)
    found = [Decoder(device=device, num_threads=1).decode([file.getvalue()])[0] for device in DEVICES]
    assert np.abs(found[0].astype(int) - found[1]).max() <= 2
