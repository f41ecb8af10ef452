"""Say in plain words what a verdict, an evidence level, a metric and a protocol mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VerdictWords:
    """How a verdict is shown. `tone` names its colour, `symbol` tells it apart without colour."""

    name: str
    symbol: str
    tone: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class EvidenceWords:
    """What verdicts on one kind of data are worth."""

    name: str
    tone: str
    banner: str
    meaning: str


#: In the order in which a reader wants to see them counted.
VERDICTS = {
    words.name: words
    for words in (
        VerdictWords(
            name="REPRODUCED",
            symbol="✓",
            tone="good",
            meaning="The effect has the paper's sign, and the 90 % interval lies between half and twice the paper's effect "
            "(for a ratio: of its logarithm). A claim about several things holds if all its parts do.",
        ),
        VerdictWords(
            name="DIRECTION",
            symbol="↗",
            tone="partial",
            meaning="The 90 % interval lies on the paper's side of zero; the size is weaker, stronger or still open. "
            "A bound alone, as from runs that never got there, decides no more than this.",
        ),
        VerdictWords(
            name="NOT-REPRODUCED",
            symbol="✗",
            tone="bad",
            meaning="An effect as large as the paper's is excluded; whether there is a smaller one is undecided.",
        ),
        VerdictWords(
            name="ABSENT",
            symbol="○",
            tone="bad",
            meaning="The 90 % interval lies within the smallest effect of interest around zero: no difference that matters here.",
        ),
        VerdictWords(
            name="REVERSED",
            symbol="⇄",
            tone="bad",
            meaning="The 90 % interval lies wholly on the other side of zero: the effect has the opposite sign.",
        ),
        VerdictWords(
            name="INCONCLUSIVE",
            symbol="?",
            tone="open",
            meaning="Neither zero nor the paper's effect is excluded: these runs cannot tell, which is no failure of the claim.",
        ),
        VerdictWords(
            name="EXACT-PASS",
            symbol="=",
            tone="good",
            meaning="A number that follows from the architecture equals the printed one within its rounding, "
            "or keeps the printed bound.",
        ),
        VerdictWords(
            name="EXACT-FAIL",
            symbol="≠",
            tone="bad",
            meaning="A number that follows from the architecture differs from the printed one by more than its rounding, "
            "or breaks the printed bound.",
        ),
        VerdictWords(
            name="INVALID",
            symbol="!",
            tone="blocked",
            meaning="The runs cannot be compared: one diverged, the control did not learn, or more than one thing differs.",
        ),
        VerdictWords(
            name="INCOMPLETE",
            symbol="…",
            tone="blocked",
            meaning="Runs that the claim needs are missing, or nothing has been run for it yet, so that nothing is decided.",
        ),
        VerdictWords(
            name="UNTESTABLE-HERE",
            symbol="\N{EN DASH}",
            tone="blocked",
            meaning="The claim is about something that this scale, or any run here, does not have, such as the paper's own data "
            "set. What was measured stands beside the printed number all the same.",
        ),
    )
}

EVIDENCE = {
    words.name: words
    for words in (
        EvidenceWords(
            name="demonstration",
            tone="demo",
            banner="Generated data: shows that the machinery works, no evidence about the paper.",
            meaning="A program makes the data. A verdict here exercises every step and says nothing about natural ones.",
        ),
        EvidenceWords(
            name="stand-in",
            tone="standin",
            banner="Real data, but not the paper's: a verdict says whether the effect carries over to them.",
            meaning="The data are real, but another set than the paper's. Effects are compared as log error ratios.",
        ),
        EvidenceWords(
            name="same data",
            tone="same",
            banner="The paper's own data set: a verdict speaks about the paper's statement itself.",
            meaning="The data are the paper's own. Effects are compared in points of error.",
        ),
        EvidenceWords(
            name="architecture",
            tone="blocked",
            banner="No data: these numbers follow from the printed layers alone.",
            meaning="The claim is about the network as printed, such as its number of parameters; no run is needed.",
        ),
    )
}

METRICS = {
    "top1_error": "top-1 error",
    "top5_error": "top-5 error",
    "train_top1_error": "top-1 error on training images",
    "early_train_error": "early training error",
    "top1_gap": "top-1 gap, test minus training",
    "epochs_to_train_error": "epochs to a training error",
    "train_s": "seconds of training",
    "train_days": "days of training",
    "tower_color_split": "split of the towers by colour",
    "num_parameters": "parameters",
    "num_neurons": "neurons",
    "num_flops": "operations for an image",
    "largest_conv_share": "largest share of parameters in a convolution",
    "num_crops": "different crops of an image",
    "average_precision": "average precision",
    "mean_average_precision": "mean average precision",
    "mean_average_precision_gap": "gap in mean average precision",
    "train_s_per_clip": "seconds of training for a clip",
    "test_s_per_clip": "seconds of testing for a clip",
    "clips_per_s": "clips trained on in a second",
    "num_near_duplicates": "near-duplicates",
}

PROTOCOLS = {
    "center": "centre crop",
    "center_mirror": "centre crop and its mirror image",
    "five_crop": "five crops",
    "ten_crop": "ten crops",
    "training": "while training",
    "weights": "weights",
    "clip": "single clips",
    "video": "whole videos",
}
#: By protocols that are not of images: what is scored, what was sampled, and what is trained on.
CLIP_PROTOCOLS = {"clip": "clips", "video": "videos"}

CONFIDENCE = {
    "V": "read verbatim in a public source",
    "C": "read in the original code or its notes",
    "S": "read in a text that quotes the source",
    "D": "derived by arithmetic",
    "M": "from memory, not verified",
}

SIZES = {
    "weaker": "weaker than the paper's",
    "stronger": "stronger than the paper's",
    "open": "size open",
    "": "",
}


def verdict_words(name: str) -> VerdictWords:
    """Return how the verdict called `name` is shown.

    Raises:
        ValueError: there is no such verdict.
    """
    if name not in VERDICTS:
        raise ValueError(f"unknown verdict {name!r} in claims.json; allowed: {', '.join(VERDICTS)}; run the stage judge again")
    return VERDICTS[name]


def evidence_words(name: str) -> EvidenceWords:
    """Return how the evidence level called `name` is shown.

    Raises:
        ValueError: there is no such level.
    """
    if name not in EVIDENCE:
        raise ValueError(f"unknown evidence level {name!r}; allowed: {', '.join(EVIDENCE)}; run the stage judge again")
    return EVIDENCE[name]


def metric_title(name: str) -> str:
    """Return the words for a metric; what stands after a point is a layer, or the training error that counts."""
    head, _, rest = name.partition(".")
    words = METRICS.get(head, head.replace("_", " "))
    if not rest:
        return words
    if head == "epochs_to_train_error":
        return f"epochs to {threshold_title(float(rest))}"
    return f"{words}, {rest.replace('_', ' ')}"


def threshold_title(threshold: float) -> str:
    """Return the words for a training error at which paces are compared."""
    return f"{100 * threshold:g} % training error"


def sampled(protocol: str) -> str:
    """Return what was sampled where a protocol is applied: images, or videos, whose clips succeed and fail together."""
    return "videos" if protocol in CLIP_PROTOCOLS else "images"


def protocol_title(name: str) -> str:
    """Return the words for an evaluation protocol."""
    return PROTOCOLS.get(name, name.replace("_", " "))
