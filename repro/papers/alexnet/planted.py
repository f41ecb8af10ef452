"""Effects that are put there on purpose, at the scales of generated images: what they are is known.

The net has no hidden dense layers: it learns from the first epoch on, so that few seeds tell much; centre crops are enough.
The colour noise is four times the printed one, and the light of the test images is one that no training image has.
"""

from dataclasses import replace

from repro.papers.alexnet.printed import AS_PRINTED, COLOR_NOISE, NETWORK, RECIPE
from repro.spec.claims.planted import EITHER, SAME, WORSE, PlantedEffect
from repro.spec.evaluation import ImageEvaluation
from repro.spec.experiment import Table, Variant
from repro.spec.network import Dense

NET = replace(
    AS_PRINTED,
    network=replace(
        NETWORK,
        dense=(
            Dense(name="fc6", num_units=4096, dropped_out=True, bias=1.0, present=False),
            Dense(name="fc7", num_units=4096, dropped_out=True, bias=1.0, present=False),
        ),
    ),
    evaluation=ImageEvaluation(protocols=("center",), num_train_examples=50_000, num_probe=0, num_gallery=0),
)
NOISY = replace(NET, recipe=replace(RECIPE, color_noise=replace(COLOR_NOISE, std=0.4)))

PLANTED = (
    Variant(
        name="planted_control",
        title="AlexNet without fc6 and fc7",
        why="with which planted effects are compared",
        source="of our own",
        family="planted",
        experiment=NET,
    ),
    Variant(
        name="planted_name",
        title="the same under another name",
        why="a name may change nothing: the same draws, the same weights to the bit",
        source="of our own",
        family="planted",
        experiment=NET,
    ),
    Variant(
        name="planted_labels_2",
        title="2 % wrong training labels",
        why="an effect that may be too small for few seeds",
        source="of our own",
        family="planted_labels_2",
        experiment=NET,
    ),
    Variant(
        name="planted_labels_10",
        title="10 % wrong training labels",
        why="an effect that must be found",
        source="of our own",
        family="planted_labels_10",
        experiment=NET,
    ),
    Variant(
        name="planted_cast",
        title="test images in coloured light",
        why="what colour noise is for: a light that no training image has",
        source="of our own",
        family="planted_cast",
        experiment=NOISY,
    ),
    Variant(
        name="planted_cast_no_noise",
        title="test images in coloured light, without colour noise",
        why="without the noise the light is new: an effect that must be found",
        source="of our own",
        base="planted_cast",
        key="recipe.color_noise",
        value=None,
    ),
)

PLANTED_PAGE = Table(
    name="alexnet_planted",
    title="Planted effects",
    where="no part of it",
    control="planted_control",
    controls=(("planted_cast_no_noise", "planted_cast"),),
    variants=(
        "planted_control",
        "planted_name",
        "planted_labels_2",
        "planted_labels_10",
        "planted_cast",
        "planted_cast_no_noise",
    ),
    claims=(),
    planted=(
        PlantedEffect(variant="planted_name", against="planted_control", what="another name, and nothing else", expected=SAME),
        PlantedEffect(variant="planted_labels_2", against="planted_control", what="2 % wrong training labels", expected=EITHER),
        PlantedEffect(variant="planted_labels_10", against="planted_control", what="10 % wrong training labels", expected=WORSE),
        PlantedEffect(
            variant="planted_cast_no_noise",
            against="planted_cast",
            what="coloured light on the test images alone, and no colour noise in training",
            expected=WORSE,
        ),
    ),
    about=(
        "Nothing here is the paper's: these effects are put into generated data, so that it is known what should be found. What "
        "is found of them stands on the page of calibration."
    ),
)
