"""A scale at which every kind of run takes about a second, for the soak of kills: nothing that is learned counts."""

from dataclasses import replace

from repro.papers.alexnet.classical import SMOKE_FISHER, SMOKE_SPARSE
from repro.papers.alexnet.data import KNOBS_SMOKE
from repro.papers.alexnet.data import PROCEDURAL_SMOKE as IMAGES_SMOKE
from repro.papers.alexnet.scales import SMOKE_NET
from repro.papers.karpathy.data import PROCEDURAL_SMOKE as VIDEOS_SMOKE
from repro.papers.karpathy.data import PROCEDURAL_TRANSFER_SMOKE, SMOKE_KNOBS
from repro.papers.karpathy.histograms import SMOKE as SMOKE_HISTOGRAMS
from repro.papers.karpathy.scales import SMOKE_NET as SMOKE_CLIP_NET
from repro.spec.classical import PatchSampling, ScoreFusion
from repro.spec.experiment import Extension, MethodSizing, ModelSizing, Scale, Table
from repro.spec.recipe import Schedule

THREE = Schedule(rule="epochs", num_epochs=3, drops=(2,))

IMAGES = replace(IMAGES_SMOKE, num_validation=20, procedural=replace(KNOBS_SMOKE, num_train=116, num_test=40))
NET = replace(SMOKE_NET, batch_size=16, schedule=THREE, num_train_examples=32)
FEW = PatchSampling(num_images=60, per_image=40)
FUSED = ScoreFusion(weights="equal", num_held_out=20)

SOAK_OF_IMAGES = Extension(
    paper="alexnet",
    scales=(
        Scale(
            name="soak",
            title="a second a run",
            dataset=IMAGES,
            evidence="demonstration",
            num_seeds=2,
            sizings=(
                NET,
                replace(NET, family="pretraining"),
                ModelSizing(family="sift_fisher", model=replace(SMOKE_FISHER, sampling=FEW, fusion=FUSED)),
                ModelSizing(family="sparse_coding", model=replace(SMOKE_SPARSE, sampling=FEW, fusion=FUSED)),
            ),
        ),
    ),
    tables=(
        Table(
            name="alexnet_soak",
            title="Of the soak",
            where="no part of it",
            control="full",
            variants=("full", "no_lrn", "sift_fisher"),
            claims=(),
            about="Three runs for the soak of kills. Nothing is claimed of them.",
        ),
    ),
)

VIDEOS = replace(VIDEOS_SMOKE, num_validation=10, procedural=replace(SMOKE_KNOBS, num_train=40, num_test=20))
OTHERS = replace(
    PROCEDURAL_TRANSFER_SMOKE,
    num_validation=10,
    procedural=replace(SMOKE_KNOBS, num_train=40, num_test=20, appearance_classes=2, motion_classes=4, first_class=4, seed=101),
)
CLIP_NET = replace(SMOKE_CLIP_NET, batch_size=10, schedule=THREE, num_train_examples=20)

SOAK_OF_VIDEOS = Extension(
    paper="karpathy",
    scales=(
        Scale(
            name="soak",
            title="a second a run",
            dataset=VIDEOS,
            evidence="demonstration",
            num_seeds=2,
            sizings=(
                CLIP_NET,
                replace(CLIP_NET, family="clip_multires"),
                replace(CLIP_NET, family="transfer", folds=(OTHERS,)),
                ModelSizing(family="video_histograms", model=SMOKE_HISTOGRAMS),
                MethodSizing(family="clip_average"),
                MethodSizing(family="clip_timing"),
            ),
        ),
    ),
)
