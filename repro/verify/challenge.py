"""Challenge a claim: judge it alone by seeds that follow from a text which nobody knew before.

The ledger has a challenge from before its first run on, so that one whose runs are not liked is seen, and for good.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from repro.analyse.collect.collect import collect
from repro.analyse.evidence.looks.declared import Declared
from repro.analyse.evidence.population import Population
from repro.analyse.judge.looks import at_looks
from repro.artifacts.files import data_folder, sha256_bytes
from repro.artifacts.judged import JudgedByRuns, JudgedClaim
from repro.artifacts.ledger.append import extend
from repro.artifacts.ledger.chain import Ledger, read_ledger
from repro.artifacts.ledger.events import Challenge, Event
from repro.artifacts.runs_csv import read_runs_csv
from repro.planning.plan import stage_of
from repro.spec.claims import Claim, OfClaims
from repro.spec.experiment import ModelSizing, Paper, make_run, with_needed
from repro.spec.run import Run
from repro.system.locks import locked
from repro.system.progress import Say
from repro.train.runs.context import Compute
from repro.verify.files import CHALLENGES
from repro.verify.remade import in_a_process, make

#: Seeds of challenges begin here: plans number theirs from 0.
FIRST_SEED = 2**40
#: Hexadecimal digits of a hash that are a seed.
SEED_DIGITS = 10


class CannotChallenge(ValueError):
    """A challenge that cannot be carried out as it is typed."""


@dataclass(frozen=True, kw_only=True)
class Challenged:
    """A claim of a paper, challenged by a text. root: the folder of its results."""

    paper: Paper
    claim: Claim
    scale: str
    beacon: str
    seeds: tuple[int, ...]
    results: Path

    @property
    def name(self) -> str:
        """The claim as the ledger names it."""
        return f"{self.paper.name}/{self.claim.id}"

    @property
    def root(self) -> Path:
        return Path(self.results) / self.scale / CHALLENGES / folder_name(self.claim.id, beacon=self.beacon)


def folder_name(claim: str, *, beacon: str) -> str:
    """The name of the folder of a challenge, by a claim's id and a text."""
    return f"{claim}-{sha256_bytes(beacon.encode())[:12]}"


def seeds_of(claim: str, *, beacon: str, num: int) -> tuple[int, ...]:
    """The seeds that follow from a text and a claim's id: no plan has them, and no other claim or text."""
    hashes = [sha256_bytes(f"{beacon}\n{claim}\n{number}".encode()) for number in range(num)]
    return tuple(FIRST_SEED + int(text[:SEED_DIGITS], 16) for text in hashes)


def challenge(challenged: Challenged, *, device: str, say: Say) -> Challenge:
    """Train the arms of a claim with the challenge's seeds, judge it by these alone and write that into the ledger.

    What was done before is kept: the same challenge goes on, and once it is over adds nothing.

    Raises:
        CannotChallenge: the claim has no runs, was challenged by this text with another number of seeds, or lacks data.
        FileFormatError: the ledger is broken.
    """
    folder = Path(challenged.results) / challenged.scale
    runs = runs_of(challenged)
    before = _known(read_ledger(folder), challenged)
    if before is not None and before.verdict:
        say(f"{challenged.name} was challenged by this text before: {before.verdict}")
        return before
    _refuse_lacking_data(challenged, runs)
    extend(folder, lambda ledger: [] if _known(ledger, challenged) else [event_of(challenged)])
    with locked(challenged.root, say=say):
        _borrow_data(challenged)
        _train(runs, challenged, device=device, say=say)
        collect(runs, papers=[alone(challenged)], results=challenged.root)
        event = event_of(challenged, judged_alone(challenged))

    def decide(ledger: Ledger) -> Sequence[Event]:
        known = _known(ledger, challenged)
        return [] if known is not None and known.verdict else [event]

    extend(folder, decide)
    return event


def _known(ledger: Ledger, challenged: Challenged) -> Challenge | None:
    """What the ledger has of this challenge: how it ended, or that it has begun; None if nothing.

    Raises:
        CannotChallenge: the same text, with another number of seeds.
    """
    events = [item for item in ledger.events(Challenge) if (item.claim, item.beacon) == (challenged.name, challenged.beacon)]
    for event in events:
        if event.seeds != challenged.seeds:
            raise CannotChallenge(
                f"claim {challenged.claim.id} was challenged by this text with {len(event.seeds)} seeds, now with "
                f"{len(challenged.seeds)}; allowed: --seeds {len(event.seeds)}, or another text"
            )
    return next((event for event in events if event.verdict), events[0] if events else None)


def judged_alone(challenged: Challenged) -> JudgedClaim:
    """The claim, judged by the runs of a challenge that are collected."""
    table = read_runs_csv(challenged.root / challenged.scale / "runs.csv")
    population = Population(table.rows, paper=alone(challenged), scale=challenged.scale, results=challenged.root)
    # The ledger of the scale has declared the challenge: by one look, at all its seeds.
    return at_looks(population, Declared())[challenged.claim.id]


def event_of(challenged: Challenged, entry: JudgedClaim | None = None) -> Challenge:
    """What the ledger says of a challenge: that it begins, or (`entry`) what came of it."""
    deciding = entry.deciding if isinstance(entry, JudgedByRuns) else None
    return Challenge(
        claim=challenged.name,
        beacon=challenged.beacon,
        seeds=challenged.seeds,
        verdict=entry.verdict if entry else "",
        reason=entry.reason if entry else "",
        estimate=deciding.estimate if deciding else None,
        ci90=deciding.ci90 if deciding else None,
    )


def runs_of(challenged: Challenged) -> list[Run]:
    """The runs that a challenge needs, those first from which others start.

    Raises:
        CannotChallenge: the claim rests on no runs, or not at this scale.
    """
    paper, scale = challenged.paper, challenged.paper.scale(challenged.scale)
    variants = list(dict.fromkeys(name for claim in claims_of(challenged) for name in claim.variants))
    lacking = [name for name in variants if not scale.has(paper.family(name))]
    if not variants or lacking:
        why = f"scale {scale.name} does not run {', '.join(lacking)}" if lacking else "it rests on no run"
        raise CannotChallenge(f"claim {challenged.claim.id} cannot be challenged: {why}; take another (python -m repro list)")
    asked = [make_run(paper, scale=scale.name, variant=name, seed=seed) for name in variants for seed in challenged.seeds]
    return with_needed(asked, paper)


def claims_of(challenged: Challenged) -> list[Claim]:
    """The claim and, where it is about others, these."""
    claim = challenged.claim
    parts = claim.parts if isinstance(claim, OfClaims) else ()
    return [item for item in challenged.paper.claims if item.id == claim.id or item.id in parts]


def alone(challenged: Challenged) -> Paper:
    """The paper as if it made this claim alone, with no seeds planned but those of the challenge."""
    claims = claims_of(challenged)
    known = {claim.id for claim in claims}
    tables = [
        replace(table, claims=tuple(name for name in table.claims if name in known), figures=(), measures=())
        for table in challenged.paper.tables
        if known & set(table.claims)
    ]
    others = tuple(item for item in challenged.paper.scales if item.name != challenged.scale)
    scales = (*others, replace(challenged.paper.scale(challenged.scale), num_seeds=0))
    return replace(challenged.paper, claims=tuple(claims), tables=tuple(tables), scales=scales)


def _refuse_lacking_data(challenged: Challenged, runs: Sequence[Run]) -> None:
    for name in dict.fromkeys(run.dataset.name for run in runs):
        if not (data_folder(challenged.results, challenged.scale, name) / "dataset.json").is_file():
            raise CannotChallenge(
                f"the data {name} of scale {challenged.scale} are not prepared in {challenged.results}; type python -m repro "
                f"prepare --paper {challenged.paper.name} --scale {challenged.scale} --dataset {name} first"
            )


def _borrow_data(challenged: Challenged) -> None:
    """Lay a link to the prepared data of the scale into the folder of the challenge."""
    link = challenged.root / challenged.scale / "data"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(Path(*[os.pardir] * 3, "data"), target_is_directory=True)


def _train(runs: Sequence[Run], challenged: Challenged, *, device: str, say: Say) -> None:
    """Make the runs of a challenge, in order; those that are finished are kept."""
    for threads, stage in dict.fromkeys((threads_of(run, challenged.paper), stage_of(run)) for run in runs):
        chosen = [run for run in runs if (threads_of(run, challenged.paper), stage_of(run)) == (threads, stage)]
        say(f"makes {len(chosen)} runs of {', '.join(dict.fromkeys(run.variant for run in chosen))}")
        with in_a_process(num_threads=threads) as call:
            call(make, chosen, challenged.root, Compute(num_threads=threads, device=device), True)


def threads_of(run: Run, paper: Paper) -> int:
    """With how many threads a run is made, as the workflow makes it."""
    sizing = paper.scale(run.scale).sizing(paper.family(run.variant))
    return sizing.num_threads if isinstance(sizing, ModelSizing) else 1
