"""On which videos, how large and how long each family of networks is trained, at every scale.

A sizing fixes what no variant ablates: input and width, batch, rate and length. The frames of a clip and what
a network does with them over time are never touched, so a stored clip has 16 frames at every scale.
"""

from dataclasses import replace

from repro.papers.karpathy.data import (
    FOLDERS,
    FOLDERS_HALF_SECOND,
    FOLDERS_TRANSFER,
    FOLDERS_TRANSFER_HALF_SECOND,
    PROCEDURAL_SMALL,
    PROCEDURAL_SMOKE,
    PROCEDURAL_TRANSFER_SMALL,
    PROCEDURAL_TRANSFER_SMOKE,
    SMALL_CROP_PX,
    SMOKE_CROP_PX,
    SPORTS1M,
    UCF101,
)
from repro.papers.karpathy.histograms import FOLDERS as FOLDERS_HISTOGRAMS
from repro.papers.karpathy.histograms import PRINTED as PRINTED_HISTOGRAMS
from repro.papers.karpathy.histograms import SMALL as SMALL_HISTOGRAMS
from repro.papers.karpathy.histograms import SMOKE as SMOKE_HISTOGRAMS
from repro.papers.karpathy.nets import FRAME, LARGER_FRAME
from repro.spec.experiment import MethodSizing, ModelSizing, Scale, Sizing
from repro.spec.network import Size, Stem
from repro.spec.recipe import Schedule

# At the smaller scales whole frames and streams of half the side end in maps of one size, 3 px at `smoke` and
# `small`, 4 px at `folders`. What was tried to find sizes, rates and lengths: docs/tuning.md.
STEM = Stem(kernel_px=5, stride_px=2, padding_px=2)

SMOKE_NET = Sizing(
    family="clip",
    size=Size(input_px=SMOKE_CROP_PX, width=1 / 8, stem=STEM),
    batch_size=16,
    schedule=Schedule(rule="epochs", num_epochs=12, drops=(9, 11)),
    learning_rate=0.005,
    num_train_examples=80,
)
SMALL_NET = Sizing(
    family="clip",
    size=Size(input_px=SMALL_CROP_PX, width=1 / 6, stem=STEM),
    batch_size=16,
    schedule=Schedule(rule="epochs", num_epochs=20, drops=(15, 18)),
    learning_rate=0.005,
    num_train_examples=600,
)
FOLDERS_NET = Sizing(
    family="clip",
    size=Size(input_px=64, width=1 / 6, stem=STEM),
    batch_size=32,
    schedule=Schedule(rule="epochs", num_epochs=30, drops=(22, 27)),
    learning_rate=0.005,
    num_train_examples=600,
)
PAPER_NET = Sizing(
    family="clip",
    size=FRAME.size,
    batch_size=32,
    schedule=Schedule(rule="plateau", num_epochs=10, patience=1, num_drops=3),
    learning_rate=1e-3,
    num_train_examples=50_000,
)

SMOKE_MODEL = ModelSizing(family="video_histograms", model=SMOKE_HISTOGRAMS)
SMALL_MODEL = ModelSizing(family="video_histograms", model=SMALL_HISTOGRAMS)
FOLDERS_MODEL = ModelSizing(family="video_histograms", model=FOLDERS_HISTOGRAMS, num_threads=4)
PAPER_MODEL = ModelSizing(family="video_histograms", model=PRINTED_HISTOGRAMS, num_threads=4)

AVERAGE, TIMING = MethodSizing(family="clip_average"), MethodSizing(family="clip_timing")

SCALES = (
    Scale(
        name="smoke",
        title="every rule and every variant, in minutes",
        dataset=PROCEDURAL_SMOKE,
        evidence="demonstration",
        num_seeds=2,
        variants_per_job=6,
        sizings=(
            SMOKE_NET,
            replace(SMOKE_NET, family="clip_multires"),
            replace(SMOKE_NET, family="transfer", folds=(PROCEDURAL_TRANSFER_SMOKE,)),
            SMOKE_MODEL,
            replace(SMOKE_MODEL, family="transfer_histograms", folds=(PROCEDURAL_TRANSFER_SMOKE,)),
            AVERAGE,
            TIMING,
        ),
    ),
    Scale(
        name="small",
        title="generated videos, the whole machinery",
        dataset=PROCEDURAL_SMALL,
        evidence="demonstration",
        num_seeds=3,
        variants_per_job=2,
        sizings=(
            SMALL_NET,
            replace(SMALL_NET, family="clip_multires"),
            replace(SMALL_NET, family="transfer", folds=(PROCEDURAL_TRANSFER_SMALL,)),
            SMALL_MODEL,
            replace(SMALL_MODEL, family="transfer_histograms", folds=(PROCEDURAL_TRANSFER_SMALL,)),
            AVERAGE,
            TIMING,
        ),
    ),
    Scale(
        name="folders",
        title="a user's own folder of class folders of videos, in clips of four fifths of each",
        dataset=FOLDERS,
        evidence="stand-in",
        num_seeds=3,
        sizings=(
            FOLDERS_NET,
            replace(FOLDERS_NET, family="clip_multires"),
            replace(FOLDERS_NET, family="transfer", folds=(FOLDERS_TRANSFER,)),
            FOLDERS_MODEL,
            replace(FOLDERS_MODEL, family="transfer_histograms", folds=(FOLDERS_TRANSFER,)),
            AVERAGE,
            TIMING,
        ),
    ),
    Scale(
        name="folders_half_second",
        title="a user's own folder of class folders of videos, in clips of half a second",
        dataset=FOLDERS_HALF_SECOND,
        evidence="stand-in",
        num_seeds=3,
        sizings=(
            FOLDERS_NET,
            replace(FOLDERS_NET, family="clip_multires"),
            replace(FOLDERS_NET, family="transfer", folds=(FOLDERS_TRANSFER_HALF_SECOND,)),
            FOLDERS_MODEL,
            replace(FOLDERS_MODEL, family="transfer_histograms", folds=(FOLDERS_TRANSFER_HALF_SECOND,)),
            AVERAGE,
            TIMING,
        ),
    ),
    Scale(
        name="paper",
        title="Sports-1M at the printed size",
        dataset=SPORTS1M,
        evidence="same data",
        num_seeds=3,
        sizings=(
            PAPER_NET,
            replace(PAPER_NET, family="clip_multires", size=LARGER_FRAME.size),
            replace(PAPER_NET, family="transfer", folds=UCF101),
            PAPER_MODEL,
            replace(PAPER_MODEL, family="transfer_histograms", folds=UCF101),
            AVERAGE,
            TIMING,
        ),
    ),
)
