"""What the ledger says of claims that are judged with rates of their arms' own: what was declared, chosen, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from repro.artifacts.ledger.chain import Ledger, OfKind
from repro.artifacts.ledger.events import Plan, RateChoice, Start, Tuning
from repro.spec.experiment import Paper, Sizing
from repro.spec.scales.names import AtRate, named_factor


@dataclass(frozen=True, kw_only=True)
class DeclaredTuning:
    """Of one claim. choices: by variant its rate, of those whose search is over. post_hoc: what was not declared before."""

    event: Tuning
    choices: Mapping[str, RateChoice]
    post_hoc: str

    @property
    def waiting(self) -> tuple[str, ...]:
        """The arms whose rate is not chosen yet."""
        return tuple(name for name in self.event.grids if name not in self.choices)

    @property
    def runs_as(self) -> dict[str, str]:
        """By arm the variant whose runs stand for it: of the rate that was chosen; itself of one that has none."""
        chosen = {name: named_factor(choice.factor) for name, choice in self.choices.items()}
        return {name: AtRate(base=name, factor=chosen.get(name, 1.0)).name for name in self.event.seeds}


def first_grid(ledger: Ledger, paper: Paper, *, scale: str, variant: str) -> str:
    """The words of the grid of a variant that were declared first; "" where no plan names its family."""
    family = paper.family(variant)
    if not isinstance(paper.scale(scale).sizing(family), Sizing):
        return ""
    name = f"{paper.name}/{family}"
    return next((plan.rates[name] for plan in ledger.since_begin.events(Plan) if name in plan.rates), "")


def declared_tunings(ledger: Ledger, paper: Paper, *, scale: str) -> dict[str, DeclaredTuning]:
    """By claim of `paper` what is declared; the first declaration of a claim, and the first choice of a rate, count."""
    lines = ledger.since_begin
    choices: dict[str, OfKind[RateChoice]] = {}
    for choice in lines.of(RateChoice):
        choices.setdefault(choice.event.variant, choice)
    starts: dict[str, int] = {}
    for start in lines.of(Start):
        starts.setdefault("/".join(start.event.run.split("/")[1:3]), start.number)
    found: dict[str, DeclaredTuning] = {}
    for line in lines.of(Tuning):
        of_paper, _, claim = line.event.claim.partition("/")
        if of_paper != paper.name or claim in found:
            continue
        chosen = {name: choices[key] for name in line.event.grids if (key := f"{paper.name}/{name}") in choices}
        found[claim] = DeclaredTuning(
            event=line.event,
            choices={name: choice.event for name, choice in chosen.items()},
            post_hoc=_post_hoc(lines, line, chosen, starts, paper=paper, scale=scale),
        )
    return found


def _post_hoc(
    ledger: Ledger,
    line: OfKind[Tuning],
    chosen: Mapping[str, OfKind[RateChoice]],
    starts: Mapping[str, int],
    *,
    paper: Paper,
    scale: str,
) -> str:
    """What was not declared before it was seen; "" if all was."""
    for name, words in line.event.grids.items():
        known = first_grid(ledger, paper, scale=scale, variant=name)
        if known != words:
            return f"the rates of {name} are sought in another grid ({words}) than was declared first ({known or 'none'})"
    for name, choice in chosen.items():
        runs_as = AtRate(base=name, factor=named_factor(choice.event.factor)).name
        begun = starts.get(f"{paper.name}/{runs_as}", choice.number + 1)
        if runs_as != name and begun < choice.number:
            return f"{runs_as} was begun by line {begun} of the ledger, before line {choice.number} chose its rate"
    return ""
