"""The kinds of events of a ledger, each a frozen dataclass; `KIND_OF` names them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from repro.artifacts.documents import digest_of

Status = Literal["ok", "diverged", "failed", "stopped"]
#: A run of these has an end that counts; the others may be taken up again.
WHOLE: tuple[Status, ...] = ("ok", "diverged")


@dataclass(frozen=True, kw_only=True)
class Begin:
    """The ledger begins, or a user begins anew: what was started before is history, and no population of a verdict.

    runs: those that were there, each with the SHA-256 of its run.json; nothing shows what was started to get them.
    """

    why: str
    runs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be run and judged, declared before the first step of training. Plans add up; none takes anything away.

    claims, tables: by `paper/claim` and `paper/table` the SHA-256 of what they declare. seeds: by `paper/variant`.
    looks: by `paper/claim` the numbers of seeds at which it is to be looked at; a claim that is not named declares none.
    rates: by `paper/family` the words of the grid in which an arm's own learning rate is sought, should it be.
    """

    claims: dict[str, str]
    tables: dict[str, str]
    seeds: dict[str, tuple[int, ...]]
    looks: dict[str, tuple[int, ...]] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Start:
    """A worker starts a run, or takes it up again.

    identity: all on which the result depends (repro.train.runs.record.identity_of), the versions of its libraries among it.
    device: as a reader knows it.
    """

    run: str
    identity: dict[str, str]
    host: str
    processor: str
    threads: int
    device: str
    python: str

    @property
    def digest(self) -> str:
        """SHA-256 of the identity: that of two starts is the same if, and only if, they start the same run."""
        return digest_of(self.identity)


@dataclass(frozen=True, kw_only=True)
class End:
    """A run has ended. A start without an end was killed.

    start: SHA-256 of the line of its start. identity: digest of that. reason: why it diverged or failed.
    sha256: of run.json, "" where there is none. results: digest of what was measured, which a run made again to the bit
    has too (run.json has also what it cost); "" where there is none.
    """

    run: str
    start: str
    identity: str
    status: Status
    reason: str = ""
    sha256: str = ""
    results: str = ""

    @property
    def whole(self) -> bool:
        """Whether the run has a result, be it that it diverged."""
        return self.status in WHOLE


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody has judged: SHA-256 of runs.csv and of claims.json, and the number of runs by `paper/variant`."""

    runs_sha256: str
    claims_sha256: str
    n: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A run was made again, elsewhere, and compared with what is stored.

    equal: to the bit. same_machine: kind of processor, device, threads and versions were the same, so that it should be.
    within: of another machine, whether it lies within the spread between seeds. compared: what was (such as scores, or one
    step). reason: what differs. end: SHA-256 of the line of the end that it was compared with. code_before, code_after:
    digests of the code that made each.
    """

    run: str
    equal: bool
    compared: str
    code_before: str
    code_after: str
    host: str
    device: str
    same_machine: bool = True
    within: bool = True
    reason: str = ""
    end: str = ""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A claim was judged by seeds that follow from a text which nobody knew before."""

    claim: str
    beacon: str
    seeds: tuple[int, ...]
    verdict: str
    reason: str
    estimate: float | None = None
    ci90: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """A claim is to be judged once more, each arm with a learning rate of its own, by runs that are not begun yet.

    claim: as `paper/claim`. verdict: the one as printed, on account of which. seeds: of each arm's own runs, by variant. grids:
    by variant that has a rate the words of its grid. search: the scale at which rates are compared. search_seeds: of its runs.
    """

    claim: str
    verdict: str
    seeds: dict[str, tuple[int, ...]]
    grids: dict[str, str]
    search: str
    search_seeds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RateChoice:
    """The learning rate of a variant was chosen, before the first run with it.

    variant: as `paper/variant`. search: the scale of the search. tried: by factor of the printed rate the errors on held-out
    training examples, one for each seed of the search; None of a run that diverged. factor: the one that is chosen. at_edge:
    whether it is an end of all that were tried. tip: SHA-256 of the last line of the ledger of the search by then.
    """

    variant: str
    search: str
    tried: dict[str, tuple[float | None, ...]]
    factor: str
    at_edge: bool
    tip: str


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Results of one scale were put into a tree of published results, stated again there, or taken out of it.

    place: their folder below the tree. published: SHA-256 of their published.json, "" of results that were taken out.
    tip: of their own ledger, "" without one. num_runs: how many runs they have. why: they were stated again or taken out.
    """

    place: str
    published: str
    tip: str
    num_runs: int
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Restate:
    """Records are stated again with less in them: where they are published, the folders of a machine leave their commands.

    records: by run the SHA-256 of the record with which it ended, and of the one that is there now.
    """

    records: dict[str, tuple[str, str]]
    why: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is none of the other kinds, in words."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Torn:
    """The lines before are no events: a writer died in the middle of one.

    num_lines: how many. sha256: of their bytes. before: of the last event before them.
    """

    num_lines: int
    sha256: str
    before: str


Event = Begin | Plan | Start | End | Look | Receipt | Challenge | Tuning | RateChoice | Publish | Restate | Note | Torn

#: What a line calls each class.
KIND_OF: dict[type[Event], str] = {
    Begin: "begin",
    Plan: "plan",
    Start: "start",
    End: "end",
    Look: "look",
    Receipt: "receipt",
    Challenge: "challenge",
    Tuning: "tuning",
    RateChoice: "rate",
    Publish: "publish",
    Restate: "restate",
    Note: "note",
    Torn: "torn",
}
CLASS_OF: dict[str, type[Event]] = {kind: of for of, kind in KIND_OF.items()}

#: Fields that a kind of event got after lines of it had been written. Where one is empty its line goes without it, so that a line
#: of before is read, and would be written, as it was. A new field of an event that there is belongs here.
ADDED_LATER: dict[type[Event], tuple[str, ...]] = {Plan: ("rates",)}
