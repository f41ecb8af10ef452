"""What decides a claim before any interval, as far as the results folder alone can tell."""

from __future__ import annotations

from tests.analyse.independent.opinions import Bench, Claim
from tests.analyse.independent.pages import page_of

#: The fewest classes with which a top-5 error says anything.
TOP5_CLASSES = 50
DIFFERENCES = ("effect", "direction", "no_worse")


def gate(bench: Bench, claim: Claim) -> str:
    """The verdict of a gate; "" where none here closes. What a paper itself declares untestable is not in the folder."""
    arms = claim["chosen"]
    if not arms:
        return ""
    if (
        claim["metric"] == "top5_error"
        and claim["kind"] != "level"
        and 0 < bench.folder.classes(claim["paper"], arms[0]) < TOP5_CLASSES
    ):
        return "UNTESTABLE-HERE"
    if claim["kind"] not in DIFFERENCES:
        return ""
    printed = claim["paper_delta"] is not None and None in (claim["paper_arm"], claim["paper_against"])
    if claim["decided_on"] == "log_ratio" and claim["metric"].endswith("error") and printed:
        return "UNTESTABLE-HERE"
    folder = f"{bench.folder.judged['scale']}/{claim['paper']}/"
    gone = (*bench.folder.judged["missing"], *(item["run"] for item in bench.folder.judged["diverged"]))
    if any(run.startswith(f"{folder}{arm}/") for run in bench.folder.judged["missing"] for arm in arms):
        return "INCOMPLETE"
    if any(run.startswith(f"{folder}{arm}/") for run in gone for arm in arms):
        return "INVALID"
    return _learned(bench, claim)


def _learned(bench: Bench, claim: Claim) -> str:
    """A control that stays at chance shows nothing; another arm that does is a result of its own."""
    if not claim["metric"].endswith("error") or claim["metric"].startswith(("train", "early")):
        return ""
    page = page_of(claim["paper"], claim["id"])
    control = page.control if page and page.control in claim["chosen"] else claim["chosen"][0]
    if bench.folder.at_chance(claim["paper"], control, claim["protocol"]):
        return "INVALID"
    others = (arm for arm in claim["chosen"] if arm != control)
    return "DID-NOT-TRAIN" if any(bench.folder.at_chance(claim["paper"], arm, claim["protocol"]) for arm in others) else ""
