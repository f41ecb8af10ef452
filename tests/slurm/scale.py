"""A scale for the test on a cluster: two small nets, which take some ten seconds each; nothing that is learned counts."""

from dataclasses import replace

from repro.papers.alexnet.data import KNOBS_SMOKE, PROCEDURAL_SMOKE
from repro.papers.alexnet.scales import SMOKE_NET
from repro.spec.experiment import Extension, Scale, Table
from repro.spec.recipe import Schedule

IMAGES = replace(PROCEDURAL_SMOKE, num_validation=20, procedural=replace(KNOBS_SMOKE, num_train=220, num_test=40))
NET = replace(SMOKE_NET, batch_size=10, schedule=Schedule(rule="epochs", num_epochs=24, drops=(20,)), num_train_examples=32)

CLUSTER = Extension(
    paper="alexnet",
    scales=(
        Scale(
            name="cluster",
            title="some seconds a run",
            dataset=IMAGES,
            evidence="demonstration",
            num_seeds=2,
            sizings=(NET, replace(NET, family="pretraining")),
        ),
    ),
    tables=(
        Table(
            name="alexnet_cluster",
            title="Of the test on a cluster",
            where="no part of it",
            control="full",
            variants=("full", "no_lrn"),
            claims=(),
            about="Four runs for the test on a cluster. Nothing is claimed of them.",
        ),
    ),
)
