"""The entries of `claims.json`, one a claim: what the paper states, what was measured, and the verdict.

Effects are `metric(against) - metric(arm)`, positive as the paper says; a ratio is that of the same two.
Errors are fractions. Intervals: `ci90` and `ci95` over seeds, `total_ci90` over seeds and test examples. What
is null or empty was not measured.
"""

from repro.artifacts.judged.differences import (
    Epochs,
    JudgedDifference,
    JudgedEffect,
    JudgedExact,
    JudgedLevel,
    JudgedRatio,
    JudgedSized,
    JudgedWithin,
    RatioAt,
)
from repro.artifacts.judged.several import (
    JudgedCount,
    JudgedParts,
    JudgedRanking,
    JudgedSigns,
    JudgedSpread,
    Part,
    RankedPair,
    SignedPart,
)
from repro.artifacts.judged.slopes import JudgedSlope, Line
from repro.artifacts.judged.stated import Estimated, Interval, Judged, JudgedByRuns, Look, PostHoc, Reproduction
from repro.artifacts.judged.tuned import TriedRate, Tuned, TunedArm

JudgedClaim = (
    JudgedLevel
    | JudgedEffect
    | JudgedWithin
    | JudgedRatio
    | JudgedRanking
    | JudgedSpread
    | JudgedSlope
    | JudgedCount
    | JudgedExact
    | JudgedParts
    | JudgedSigns
)

__all__ = [
    "Epochs",
    "Estimated",
    "Interval",
    "Judged",
    "JudgedByRuns",
    "JudgedClaim",
    "JudgedCount",
    "JudgedDifference",
    "JudgedEffect",
    "JudgedExact",
    "JudgedLevel",
    "JudgedParts",
    "JudgedRanking",
    "JudgedRatio",
    "JudgedSigns",
    "JudgedSized",
    "JudgedSlope",
    "JudgedSpread",
    "JudgedWithin",
    "Line",
    "Look",
    "Part",
    "PostHoc",
    "RankedPair",
    "RatioAt",
    "Reproduction",
    "SignedPart",
    "TriedRate",
    "Tuned",
    "TunedArm",
]
