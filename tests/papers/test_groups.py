"""The five types of UCF-101 are those of its authors: every class once, in the numbers that they print."""

from repro.papers.karpathy import KARPATHY
from repro.papers.karpathy.groups import UCF101_GROUPS
from repro.spec.terms.metrics import class_slug

#: Classes by type, as the authors' page counts them; Table 4 of the video paper is in this order.
NUM_CLASSES = {
    "Human-Object Interaction": 20,
    "Body-Motion Only": 16,
    "Human-Human Interaction": 5,
    "Playing Musical Instruments": 10,
    "Sports": 50,
}


def test_every_type_has_as_many_classes_as_its_authors_say():
    assert {group.name: len(group.classes) for group in UCF101_GROUPS} == NUM_CLASSES


def test_every_class_stands_once_and_all_are_101():
    names = [name.lower() for group in UCF101_GROUPS for name in group.classes]
    assert len(names) == len(set(names)) == 101


def test_the_rows_of_table_4_are_the_types():
    rows = [claim.row for claim in KARPATHY.claims if claim.id.startswith("B.T4.") and claim.id.endswith(".top")]
    assert rows == [*NUM_CLASSES, "All groups"]
    metrics = {claim.metric for claim in KARPATHY.claims if claim.id.startswith("B.T4.")}
    assert {f"mean_average_precision.{class_slug(name)}" for name in NUM_CLASSES} < metrics


def test_all_folds_bring_the_groups_along():
    folds = [dataset for dataset in KARPATHY.scale("paper").datasets if dataset.kind == "ucf101"]
    assert [dataset.groups for dataset in folds] == [UCF101_GROUPS] * 3
