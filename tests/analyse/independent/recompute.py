"""Judge a results folder a second time, by a program that shares nothing with `repro.analyse`, and compare.

    python tests/analyse/independent/recompute.py results/small

Needs numpy, scipy and pandas. What a claim is about is read in claims.json, which variants stand on a page in the
literals of the paper; values come from runs.csv and the scores. It prints, claim by claim, estimate, interval and verdict
of both, and the largest difference; it ends with 1 if a verdict or a number differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.analyse.independent import opinions, several
from tests.analyse.independent.folder import Folder
from tests.analyse.independent.gates import gate
from tests.analyse.independent.opinions import Bench, Opinion

#: By kind, who has an opinion, and up to which difference two are equal: textbook methods agree to rounding.
KINDS: dict[str, Callable[[Bench, Mapping[str, Any]], Opinion | None]] = {
    "effect": opinions.of_two_arms,
    "direction": opinions.of_two_arms,
    "no_worse": opinions.of_two_arms,
    "within": opinions.within,
    "level": opinions.level,
    "count": opinions.count,
    "spread": opinions.spread,
    "ratio": several.ratio,
    "ranking": several.ranking,
}
#: Claims about other claims.
OF_CLAIMS = {"every": several.every, "signs": several.signs}
EQUAL = 1e-9
#: Of what is integrated numerically by both.
INTEGRATED = {"p_adjusted": 1e-5}
#: What is decided before any interval.
GATES = ("INVALID", "INCOMPLETE", "UNTESTABLE-HERE", "NOT-COMPARABLE", "DID-NOT-TRAIN")


@dataclass(frozen=True)
class Line:
    """A claim with both opinions. verdict: here; "" where it is not restated. faults: what differs."""

    claim: Mapping[str, Any]
    verdict: str
    largest: float | None
    faults: tuple[str, ...]


def compared(folder: Folder, *, only: str = "") -> Iterator[Line]:
    """Every claim of the folder, in its order, or the only one that is asked for."""
    bench = Bench(folder)
    by_id = {claim["id"]: claim for claim in folder.judged["claims"]}
    for claim in (item for item in folder.judged["claims"] if only in ("", item["id"])):
        here = bench.at(claim)
        opinion = None
        if claim["kind"] in OF_CLAIMS:
            opinion = OF_CLAIMS[claim["kind"]](bench, claim, by_id)
        elif claim["kind"] in KINDS and claim["chosen"]:
            opinion = KINDS[claim["kind"]](here, claim)
        # What was changed afterwards is told beside the verdict that all runs give.
        told = {**claim, "verdict": claim["post_hoc"]["found"]} if claim["verdict"] == "POST-HOC" else claim
        yield _line(told, opinion, gate(here, claim))


def effects(folder: Folder) -> Iterator[Line]:
    """What each variant of a page does to its control, claimed or not."""
    bench = Bench(folder)
    for effect in folder.judged["effects"]:
        if effect["points"] is None:
            continue
        nothing = {"decided_on": "points", "smallest_effect": None, "kind": "effect", "verdict": "", "evidence": "", "id": ""}
        claim = {**nothing, **effect, "chosen": (effect["control"], effect["variant"])}
        found = opinions.of_two_arms(bench, claim)
        shown = {**claim, "id": f"{effect['table']} {effect['variant']}", "ci90": effect["points"]["ci90"]}
        shown["estimate"] = effect["points"]["estimate"]
        wanted = ("points.estimate", "points.ci90", "points.ci95", "p_adjusted")
        if found:
            found = Opinion(numbers={name: value for name, value in found.numbers.items() if name in wanted})
        yield _line(shown, found, "")


def _line(claim: Mapping[str, Any], opinion: Opinion | None, closed: str) -> Line:
    if opinion is None:
        verdict = _restated(claim["verdict"], closed, closed=True)
        return Line(claim, verdict, None, (f"verdict {verdict} here",) if verdict not in ("", claim["verdict"]) else ())
    faults = [f"{name}: {value} here" for name, value in opinion.words.items() if not _same_words(claim.get(name), value)]
    told = flat(claim)
    gaps = {name: gap(told[name], value) for name, value in opinion.numbers.items() if name in told}
    faults += [f"{name} differs by {value:.2g}" for name, value in gaps.items() if value > INTEGRATED.get(name, EQUAL)]
    verdict = _restated(claim["verdict"], closed or opinion.verdict, closed=bool(closed))
    if verdict and verdict != claim["verdict"]:
        faults.append(f"verdict {verdict} here")
    textbook = (value for name, value in gaps.items() if name not in INTEGRATED)
    return Line(claim, verdict, max(textbook, default=None), tuple(faults))


def _restated(there: str, here: str, *, closed: bool) -> str:
    """Our verdict; "" where theirs is of a gate of which the folder tells nothing, as what a paper declares untestable."""
    declared = there == "UNTESTABLE-HERE" and here != there
    return "" if declared or (there in GATES and not closed and here != there) else here


def flat(claim: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a claim, those of an estimate inside it as `welch.ci90`, and pairs of an order by their names."""
    found = dict(claim)
    for name in ("points", "log_ratio", "welch"):
        found |= {f"{name}.{key}": value for key, value in (claim.get(name) or {}).items()}
    for pair in claim.get("pairs", ()):
        numbers = pair["estimate"]["estimate"], *(pair["estimate"]["ci90"] or ()), pair["p_holm"]
        found[f"pair {pair['arm']} {pair['against']}"] = numbers
    return found


def _same_words(there: Any, here: Any) -> bool:
    return sorted(there or ()) == sorted(here) if isinstance(here, tuple) else there == here or (there == "" and here == "none")


def gap(there: Any, here: Any) -> float:
    """How far two numbers or intervals are apart; infinity where only one of them is there."""
    if there is None or here is None:
        return 0.0 if there is here else float("inf")
    if isinstance(here, Sequence):
        return max(abs(float(one) - float(two)) for one, two in zip(there, here, strict=True))
    return abs(float(there) - float(here))


def main(words: Sequence[str]) -> int:
    """Print every claim and a summary; 0 if all is equal."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="results/<scale>, with runs.csv, claims.json and the runs")
    parser.add_argument("--faults", action="store_true", help="print claims that differ alone")
    chosen = parser.parse_args(words)
    folder = Folder(chosen.folder)
    lines = [*compared(folder), *effects(folder)]
    for line in lines:
        if line.faults or not chosen.faults:
            print(_text(line))
    claims = [line for line in lines if line.claim["verdict"]]
    verdicts = [line for line in claims if line.verdict]
    numbers = [line.largest for line in lines if line.largest is not None]
    faults = [line for line in lines if line.faults]
    print(
        f"{len(claims)} claims, {len(lines) - len(claims)} effects: {len(verdicts)} verdicts and the numbers of {len(numbers)} "
        f"found again, largest difference {max(numbers, default=0.0):.2g}; {len(faults)} differ, "
        f"{len(claims) - len(verdicts)} verdicts not restated."
    )
    return 1 if faults else 0


def _text(line: Line) -> str:
    claim = line.claim
    ci90 = claim.get("ci90")
    interval = f"[{ci90[0]:+.4f}, {ci90[1]:+.4f}]" if ci90 else ""
    estimate = f"{claim['estimate']:+.4f}" if claim.get("estimate") is not None else ""
    equal = "equal" if line.verdict == claim["verdict"] else "not restated" if not line.verdict else "DIFFERS"
    largest = f"{line.largest:.1e}" if line.largest is not None else ""
    faults = f"  <- {'; '.join(line.faults)}" if line.faults else ""
    return f"{claim['id']:36} {claim['kind']:10} {estimate:>9} {interval:20} {claim['verdict']:16} {equal:13} {largest}{faults}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
