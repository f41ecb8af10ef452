"""An effect at every size: its estimate, or why it is no part of a line; the line; and where that leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repro.analyse.evidence.verdict import BLOCKING
from repro.analyse.sizes.folders import AtSize
from repro.analyse.sizes.line import LEAST_SIZES, FittedLine, fit, student
from repro.artifacts.claims_json import MeasuredEffect
from repro.artifacts.judged import Estimated, JudgedDifference, JudgedEffect, JudgedWithin
from repro.artifacts.judged.sizes_json import DrawnOn, EffectOverSizes, OthersEffect, PointAtSize
from repro.artifacts.ledger.receipts import Bridges
from repro.spec.claims import Claim
from repro.spec.experiment import Paper, Sizing
from repro.spec.network import Network
from repro.spec.run import Experiment
from repro.spec.scales.declared import ShownEffect
from repro.spec.scales.series import IMAGES, WIDTH
from repro.spec.terms.metrics import metric_named

#: What a line that is drawn on comes to, beside no effect and the printed one.
TOO_WIDE, PAPERS, NONE, NEITHER, ABOVE_NONE = "too_wide", "printed", "none", "neither", "some"
OUTCOMES = (TOO_WIDE, PAPERS, NONE, NEITHER, ABOVE_NONE)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is looked for at every size: a claim's effect, or one of its two arms by another metric."""

    paper: Paper
    claim: Claim
    shown: ShownEffect | None
    metric: str
    protocol: str

    @property
    def is_claims_own(self) -> bool:
        """Whether it is the very quantity that the claim is about."""
        return (self.metric, self.protocol) == (self.claim.metric, self.claim.protocol)


#: Of a claim, or of a measured effect: what both have.
Entry = JudgedEffect | JudgedWithin | MeasuredEffect


def asked_of(paper: Paper) -> Iterator[Asked]:
    """Give what can be asked of a paper at several sizes: first the effects that it shows, then those of its other claims.

    Effects are ratios of test errors; others do not carry over from one size to another.
    """
    claims = {claim.id: claim for claim in paper.claims}
    shown = paper.sizes.effects if paper.sizes else ()
    for item in shown:
        claim = claims[item.claim]
        metric, protocol = item.metric or claim.metric, item.protocol or claim.protocol
        yield Asked(paper=paper, claim=claim, shown=item, metric=metric, protocol=protocol)
    own = {item.claim for item in shown if not item.metric}
    for claim in paper.claims:
        compares = claim.kind in ("effect", "direction", "no_worse", "within") and claim.id not in own
        if compares and metric_named(claim.metric).is_test_error:
            yield Asked(paper=paper, claim=claim, shown=None, metric=claim.metric, protocol=claim.protocol)


def effect_over(asked: Asked, items: Sequence[AtSize], *, along: str) -> EffectOverSizes | None:
    """The effect at every size, and its line; None where it was not run, or, of one that is not shown, nowhere measured."""
    found = [(item, _entry(asked, item)) for item in items]
    arms = {asked.claim.arm, getattr(asked.claim, "against", "") or asked.claim.arm}
    if not any(entry is not None and arms <= {run.split("/")[2] for run in entry.runs} for _, entry in found):
        return None
    points = tuple(_point(asked, item, entry, along=along) for item, entry in found)
    used = [point for point in points if not point.why]
    if not used and asked.shown is None:
        return None
    reason = _other_code(asked, items, used) or _too_few(used)
    line = None if reason else _line(used)
    judged = next((entry for _, entry in found if isinstance(entry, JudgedDifference)), None)
    printed = judged.paper_log_ratio if judged is not None and asked.is_claims_own else None
    claim = asked.claim
    return EffectOverSizes(
        paper=asked.paper.name,
        claim=claim.id,
        title=asked.shown.title if asked.shown else "",
        statement=claim.statement,
        arm=claim.arm,
        against=getattr(claim, "against", ""),
        metric=asked.metric,
        protocol=asked.protocol,
        points=points,
        line=None if line is None else line.stored(),
        drawn_on=None if line is None else _drawn_on(asked, line, used, printed=printed or None, along=along),
        others=tuple(
            OthersEffect(who=item.who, effect=item.log_ratio, same_quantity=item.same_quantity, note=item.note)
            for item in (judged.reproductions if judged is not None else ())
            if item.log_ratio is not None
        ),
        reason=reason,
    )


def _entry(asked: Asked, item: AtSize) -> Entry | None:
    """What was judged, or measured, of an effect at a size."""
    judged = item.entries.get(asked.claim.id)
    if asked.is_claims_own:
        return judged if isinstance(judged, JudgedEffect | JudgedWithin) else None
    arms = (asked.paper.name, asked.claim.arm, getattr(asked.claim, "against", ""), asked.metric, asked.protocol)
    for effect in item.judgement.effects:
        if (effect.paper, effect.control, effect.variant, effect.metric, effect.protocol) == arms:
            return effect
    return None


def _point(asked: Asked, item: AtSize, entry: Entry | None, *, along: str) -> PointAtSize:
    stated, size = item.stated, _size(asked, item, entry, along=along)
    verdict = "" if entry is None else entry.gate if isinstance(entry, MeasuredEffect) else entry.verdict
    effect, df = (None, None) if entry is None else (entry.log_ratio, entry.df)
    se = _se(effect, df)
    n = dict(entry.n) if entry is not None else {}
    return PointAtSize(
        scale=stated.scale,
        share=stated.share,
        size=size,
        verdict=verdict,
        effect=effect,
        se=se,
        df=None if df is None else float(df),
        n=n,
        runs=entry.runs if entry is not None else (),
        why=_why(entry, verdict, se),
        remark=seeds_differ(n),
    )


def _why(entry: Entry | None, verdict: str, se: float | None) -> str:
    """Why a point is no part of a line; "" if it is one."""
    if entry is None or not entry.runs:
        return "not run at this size"
    if verdict in BLOCKING:
        return f"{verdict}: {entry.reason}"
    if entry.log_ratio is None:
        return "no ratio of errors was measured"
    return "" if se else "seeds show no spread, or there is one alone; train more seeds"


def seeds_differ(n: dict[str, int]) -> str:
    """Say so if arms have different numbers of seeds; "" if they have not."""
    if len(set(n.values())) < 2:
        return ""
    return f"arms of different numbers of seeds: {' and '.join(f'{name} {num}' for name, num in n.items())}"


def _se(effect: Estimated | None, df: float | None) -> float | None:
    """The standard error behind an interval."""
    if effect is None or effect.ci90 is None or not df:
        return None
    low, high = effect.ci90
    return (high - low) / 2 / student(df, 0.90) or None


def _size(asked: Asked, item: AtSize, entry: Entry | None, *, along: str) -> float:
    """How large what the axis is about is here: training examples, width, or epochs."""
    if along == IMAGES:
        ids = entry.runs if entry is not None else ()
        return float(max((item.runs[run].num_train_examples for run in ids if run in item.runs), default=0))
    sizing = asked.paper.scale(item.scale).sizing(asked.paper.family(asked.claim.arm))
    if not isinstance(sizing, Sizing):
        return 0.0
    return sizing.size.width if along == WIDTH else float(sizing.schedule.num_epochs)


def _other_code(asked: Asked, items: Sequence[AtSize], used: Sequence[PointAtSize]) -> str:
    """Say so if sizes were trained by different code that no receipts join; name two of them."""
    bridges = Bridges(
        equal=tuple(bridge for item in items for bridge in item.bridges.equal),
        refuted=frozenset(pair for item in items for pair in item.bridges.refuted),
    )
    by_scale = {item.scale: item for item in items}
    codes = {
        point.scale: sorted(
            {by_scale[point.scale].runs[run].code_digest for run in point.runs if run in by_scale[point.scale].runs}
        )
        for point in used
    }
    found = [(scale, code) for scale, known in codes.items() for code in known]
    for scale, code in found[1:]:
        first_scale, first = found[0]
        if not bridges.joins(first, code):
            return (
                f"{first_scale} was trained by other code ({first[:12]}) than {scale} ({code[:12]}); make runs of one of them "
                "again: python -m repro verify RESULTS --carry 1, or train it again"
            )
    return ""


def _too_few(used: Sequence[PointAtSize]) -> str:
    if len({point.size for point in used}) >= LEAST_SIZES:
        return ""
    return f"{len(used)} sizes have an effect; a line needs {LEAST_SIZES}"


def _line(used: Sequence[PointAtSize]) -> FittedLine:
    return fit(
        [point.size for point in used],
        [point.effect.estimate for point in used if point.effect],
        [point.se for point in used if point.se],
        df_seeds=sum(point.df for point in used if point.df),
    )


def _drawn_on(
    asked: Asked, line: FittedLine, used: Sequence[PointAtSize], *, printed: float | None, along: str
) -> DrawnOn | None:
    size = papers_size(asked.paper, asked.claim, along=along)
    if size is None:
        return None
    predicted = line.predicted(size)
    return DrawnOn(
        size=size,
        times=size / max(point.size for point in used),
        effect=line.estimated(size),
        predicted90=predicted,
        paper=printed,
        says=outcome(predicted, printed),
    )


def papers_size(paper: Paper, claim: Claim, *, along: str) -> float | None:
    """How large the paper's own is: examples of the printed set, width or epochs of the printed net; None: unknown."""
    if along == IMAGES:
        sets = paper.sizes.trained_on if paper.sizes else ()
        return next((float(item.num) for item in sets if claim.dataset and item.of == claim.dataset.of), None)
    method = paper.experiment(claim.arm)
    if not isinstance(method, Experiment):
        return None
    net = method.network if isinstance(method.network, Network) else method.network.frame
    return net.size.width if along == WIDTH else float(method.recipe.schedule.num_epochs)


def outcome(predicted: tuple[float, float], printed: float | None) -> str:
    """Which of OUTCOMES: whether no effect, and the printed one, lie where an effect at the paper's size is expected."""
    low, high = predicted
    none = low <= 0 <= high
    if printed is None:
        return NONE if none else ABOVE_NONE
    if low <= printed <= high:
        return TOO_WIDE if none else PAPERS
    return NONE if none else NEITHER
