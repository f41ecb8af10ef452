"""Every seed is so many bits of a digest of what it is for."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from repro.baselines.fitting.randomness import generator, seed_of
from repro.data.generated import images, videos
from repro.models.layers import Dropout, seed_dropout
from repro.papers import PAPERS
from repro.spec.datasets import Procedural
from repro.spec.experiment import make_run
from repro.spec.video_datasets import ProceduralVideos
from repro.system.seeds import derived_seed

KEYS = st.integers(0, 2**64 - 1)
#: Knobs of generated data of which nothing but the seed is used here.
KNOBS = Procedural(
    num_classes=2,
    num_train=2,
    num_test=2,
    image_px=16,
    clutter=0,
    occlusion=0,
    pose=0,
    illumination_train=0,
    illumination_test=0,
    cast_shift_test=0,
    label_noise=0,
    seed=11,
)


def video_knobs(seed: int) -> ProceduralVideos:
    return ProceduralVideos(
        num_train=2,
        num_test=2,
        frame_px=32,
        fps=1,
        seconds=1,
        num_shots=1,
        appearance_classes=2,
        motion_classes=0,
        detail_classes=0,
        weak_share=0,
        camera=0,
        two_label_share=0,
        seed=seed,
    )


def test_seeds_are_the_first_bytes_of_published_digests_little_endian() -> None:
    # printf 'smoke/alexnet/0\ninit/0' | sha256sum: 05f8b35f15c964255434b1e7...
    assert derived_seed("smoke/alexnet/0\ninit/0", num_bits=64) == 0x2564C9155FB3F805
    # printf '7/dropout/0' | sha256sum: 08b0b0b8b442a0f5dc722dfa..., without the last bit
    assert derived_seed("7/dropout/0") == 0xF5A042B4B8B0B008 >> 1
    # printf '11/train/3/noise' | b2sum -l 128: de2176df124c11a08d1660d64fadc844
    assert derived_seed("11/train/3/noise", num_bits=128) == 0x44C8AD4FD660168DA0114C12DF7621DE


def test_a_run_a_baseline_and_a_dropout_layer_take_theirs_from_it() -> None:
    run = make_run(PAPERS["alexnet"], scale="smoke", variant="full", seed=0)
    assert run.key_for("init") == 0x2564C9155FB3F805
    assert seed_of(7, "dropout") == 0xF5A042B4B8B0B008 >> 1
    net = torch.nn.Sequential(Dropout(0.5))
    seed_dropout(net, key=9, step=4, device=torch.device("cpu"))
    mask = net(torch.ones(1, 64))
    # printf '9/4/0' | sha256sum: first 8 bytes, little-endian, without the last bit
    wanted = torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(b"9/4/0").digest()[:8], "little") >> 1)
    assert torch.equal(mask[0], (torch.rand(1, 64, generator=wanted) >= 0.5).float()[0])


def test_generated_images_and_videos_draw_from_streams_of_their_own() -> None:
    image = images.stream(KNOBS, split="train", index=3, purpose="noise")
    key = np.array([0xA0114C12DF7621DE, 0x44C8AD4FD660168D], np.uint64)
    assert image.integers(2**63, size=5).tolist() == philox(key).integers(2**63, size=5).tolist()
    # printf 'video/11/train/3/labels' | b2sum -l 128: 04e6a5cb65aa97355e1fc9ac7b330dcf
    video = videos.stream(video_knobs(11), split="train", index=3, purpose="labels")
    key = np.array([0x3597AA65CBA5E604, 0xCF0D337BACC91F5E], np.uint64)
    assert video.integers(2**63, size=5).tolist() == philox(key).integers(2**63, size=5).tolist()


def philox(key: np.ndarray) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key))


@given(key=KEYS, purpose=st.text(max_size=30), index=st.integers(0, 10**6))
def test_seeds_of_baselines_are_those_of_before(key: int, purpose: str, index: int) -> None:
    text = f"{key}/{purpose}/{index}".encode()
    before = int.from_bytes(hashlib.sha256(text).digest()[:8], "little") >> 1
    assert seed_of(key, purpose, index) == before
    assert generator(key, purpose, index).random() == np.random.Generator(np.random.Philox(before)).random()


@given(seed=st.integers(0, 10**6), split=st.sampled_from(("train", "test")), index=st.integers(0, 10**6), purpose=st.text())
def test_streams_of_generated_data_are_those_of_before(seed: int, split: str, index: int, purpose: str) -> None:
    text = f"video/{seed}/{split}/{index}/{purpose}".encode()
    before = np.frombuffer(hashlib.blake2b(text, digest_size=16).digest(), np.uint64)
    stream = videos.stream(video_knobs(seed), split=split, index=index, purpose=purpose)
    assert stream.integers(2**63) == philox(before).integers(2**63)


@given(name=st.text(), purpose=st.text())
def test_seeds_of_64_bits_are_the_first_of_the_digest(name: str, purpose: str) -> None:
    text = f"{name}\n{purpose}"
    assert derived_seed(text, num_bits=64) == int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def test_another_number_of_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="a seed of 32 bits; allowed: 63, 64, 128"):
        derived_seed("x", num_bits=32)
