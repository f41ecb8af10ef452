"""Say in words what a part of a specification is where its leaves tell little: time, streams, starts, other methods."""

from __future__ import annotations

from repro.report.text.formatting import counted, listed
from repro.spec.run import Ensemble, Fitted, InitialWeights, Method, Timing
from repro.spec.video import Fusion, Stream, Streams, TimeWindow

REGION_WORDS = {"whole": "the whole frame", "center": "its centre"}


def part_words(value: object) -> str:
    """What a part of a specification is, "" for one that its leaves tell well."""
    if isinstance(value, Fusion):
        return fusion_words(value)
    if isinstance(value, Streams):
        return streams_words(value)
    return start_words(value) if isinstance(value, InitialWeights) else ""


def fusion_words(fusion: Fusion) -> str:
    """Which frames of a clip a net reads, and which kernels reach over time."""
    frames = fusion.frames
    in_a_row = len(frames) > 2 and list(frames) == list(range(frames[0], frames[-1] + 1))
    read = (
        f"frames {frames[0]} to {frames[-1]}" if in_a_row else f"frame{'s' * (len(frames) > 1)} {listed(list(map(str, frames)))}"
    )
    if not fusion.windows:
        return f"{read} of a clip, no kernel over time"
    return f"{read} of a clip; kernels over time: {', '.join(map(_window_words, fusion.windows))}"


def _window_words(window: TimeWindow) -> str:
    step = f" in steps of {window.stride}" if window.stride > 1 else ""
    return f"{window.layer} over {window.num_frames}{step}"


def streams_words(streams: Streams) -> str:
    """What each stream sees, and which poolings are left out."""
    shown = listed([_stream_words(stream) for stream in streams.streams])
    return f"{shown}; no pooling after {listed(list(streams.unpooled))}" if streams.unpooled else shown


def _stream_words(stream: Stream) -> str:
    seen = REGION_WORDS.get(stream.region, stream.region)
    how = f"at 1/{stream.divide_by} of the resolution" if stream.region == "whole" else f"1/{stream.divide_by} of the side"
    return f"{stream.name} ({seen}, {how})"


def start_words(start: InitialWeights) -> str:
    """Whose weights a net begins with, and which layers are trained."""
    trained = f"trains {listed(list(start.trained))} alone" if start.trained else "trains all layers"
    fresh = f", {listed(list(start.fresh))} begin anew" if start.fresh else ""
    return f"begins with the weights of {start.variant}{fresh}, {trained}"


def method_words(method: Method) -> str:
    """What a method that is no network does, "" for a network."""
    if isinstance(method, Ensemble):
        runs = [f"{counted(item.num, 'run')} of {item.variant}" if item.num > 1 else item.variant for item in method.members]
        weights = "" if method.weights == "equal" else ", weighed on validation examples"
        seeds = ", each of another seed" if any(item.cycle > 1 for item in method.members) else ""
        return f"the mean prediction of {listed(runs)}{seeds}{weights}"
    if isinstance(method, Fitted):
        return "a classical model, no network of convolutions; its specification is on the pages of its runs"
    if isinstance(method, Timing):
        return f"{listed(list(method.variants))} in turns, {counted(method.num_rounds, 'round')}"
    return ""
