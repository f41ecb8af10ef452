"""The figures of a page: what can be drawn, and what a paper says about what is drawn."""

from __future__ import annotations

from dataclasses import dataclass

#: By name, what is drawn; the page's control, its other variants and its claims say of which nets.
FIGURES = {
    "architecture": "the net of the page's control, layer by layer: towers, sizes and what each kernel sees",
    "streams": "the page's first net with several streams: what each sees of a frame, and where they meet",
    "fusion_over_time": "where the page's nets of clips bring frames together, layer by layer",
    "kernels_over_time": "what a kernel of the first layer sees of a clip: one frame, all of them, or some at a time",
    "training_error": "training error over the epochs by activation, with the epochs to each training error of a claim",
    "saturation": "share of saturated units by layer, over the epochs",
    "scaling": "error against what a net has of images or of width, with the lines whose slopes are judged",
    "crops": "error by the number of crops over which scores are averaged",
    "tower_kernels": "kernels of the first layer by tower, with their colour selectivity",
    "stream_kernels": "kernels of the first layer by stream and over the frames that they reach",
    "gallery": "test images with the best classes, and the training images nearest in the last hidden layer",
    "clips": "test videos with the classes that two nets find most probable",
    "class_gains": "what a net gains over the control in average precision, class by class",
    "gain_by_camera_motion": "what a net gains over the control by the motion of the camera",
}
EARLY_TRAINING_ERROR, CLASS_GAINS, GAIN_BY_CAMERA_MOTION = "early_training_error", "class_gains", "gain_by_camera_motion"
#: What the judge measures of a page beside its claims and the test error of each variant.
MEASURES = {
    EARLY_TRAINING_ERROR: "each variant's effect on the early training error",
    CLASS_GAINS: "what the other variant gains over the control in average precision, class by class",
    GAIN_BY_CAMERA_MOTION: "what the other variant gains over the control by the motion of the camera",
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a page.

    name: of FIGURES. title: in place of the general one.
    lead: what the paper says about what is drawn; it follows the sentence that says what that is.
    reading: how to read the drawing with regard to what the paper says; it follows the caption.
    """

    name: str
    title: str = ""
    lead: str = ""
    reading: str = ""


def needed_measure(name: str) -> str:
    """Name the measure without which a figure has nothing to show; "" if it needs none."""
    return name if name in MEASURES else ""
