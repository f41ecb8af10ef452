"""Judge again what `claims.json` says, and refuse verdicts that the runs do not give."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from repro.analyse.collect.run_files import ScoresLeftOutError
from repro.analyse.judge.judge import judgement_of
from repro.artifacts import claims_json
from repro.artifacts.claims_json import Judgement
from repro.artifacts.documents import fields_of, read_document, text_of
from repro.artifacts.files import FileFormatError
from repro.artifacts.ledger.chain import read_ledger
from repro.artifacts.ledger.since import since_judged
from repro.artifacts.published.published_json import read_published
from repro.spec.experiment import Paper
from repro.system.some import and_more, some

#: Why published results may not be judged again.
WITHOUT_SCORES = (
    "the scores of their runs were not published, nor which examples they got right. Errors, and intervals over examples, cannot "
    "be computed again; what records, learning curves and kernels give can"
)
#: Fields that are named of a difference.
MOST_NAMED = 4


class OtherVerdictsError(FileFormatError):
    """`claims.json` is not what `judge` writes from the runs that are there."""


def judge_again(path: Path) -> str:
    """What is typed to judge again what the `claims.json` at `path` judges."""
    scale, results = path.parent.name, path.parent.parent
    return f"type python -m repro judge --scale {shlex.quote(scale)} --results {shlex.quote(str(results))}"


def refuse_other_verdicts(papers: Sequence[Paper], *, scale: str, results: Path) -> str:
    """Judge again and compare every byte; "" if all are equal, or why they could not be judged again.

    Only of published results without scores there is nothing to judge from.

    Raises:
        OtherVerdictsError: claims.json is not what is judged; names the first difference and how to mend it.
        FileFormatError: a file that a verdict rests on is missing or damaged.
    """
    path = Path(results) / scale / claims_json.FILE
    judged = read_document(path, Judgement)
    known = [paper for paper in papers if paper.name in judged.evidence]
    unknown = sorted(set(judged.evidence) - {paper.name for paper in known})
    if unknown:
        raise OtherVerdictsError(
            f"{path} judges {', '.join(unknown)}, which is not known here; add --catalogue FILE, or {judge_again(path)}"
        )
    if lacks_scores(results, scale):
        return WITHOUT_SCORES
    try:
        found = differences(judgement_of(known, scale=scale, results=results), path=path)
    except ScoresLeftOutError:
        return WITHOUT_SCORES
    if found:
        more = and_more(found, most=1, noun="difference")
        raise OtherVerdictsError(f"{found[0]} ({more})" if more else found[0])
    return ""


def lacks_scores(results: Path, scale: str) -> bool:
    """Whether results are published ones, of some of whose runs neither scores nor right answers are there."""
    published = read_published(Path(results) / scale)
    return published is not None and any(run.lacks_scores for run in published.runs.values())


def differences(made: Judgement, *, path: Path) -> list[str]:
    """What differs between the file of verdicts at `path` and what is judged from the runs: nothing, or a line each.

    Raises:
        FileFormatError: the file is damaged.
    """
    if path.read_text(encoding="utf-8") == text_of(made):
        return []
    stored, again = read_document(path, Judgement), judge_again(path)
    claims = {claim.id: claim for claim in stored.claims}
    since = since_judged(stored.ledger, read_ledger(path.parent), runs_sha256=stored.runs_sha256)
    problems = [f"{path} was judged before {since}; {again}, or the workflow's command, which notices it"] if since else []
    for claim in made.claims:
        other = claims.pop(claim.id, None)
        if other is None:
            problems.append(f"{path} lacks claim {claim.id}; {again}")
        elif other != claim:
            problems.append(f"{path} has {_of_claim(other, claim)}; {again}")
    problems += [f"{path} has claim {name}, which these papers do not make; {again}" for name in claims]
    ours, theirs = fields_of(made), fields_of(stored)
    others = [name for name in ours if name != "claims" and ours[name] != theirs[name]]
    problems += [f"{path} has other {_named(others)} than are judged from the runs; {again}"] if others else []
    return problems or [f"{path} is not as judge writes it; {again}"]


def _of_claim(stored: object, made: object) -> str:
    ours, theirs = vars(made), vars(stored)
    if theirs.get("verdict") != ours.get("verdict"):
        return f"{theirs.get('verdict')} of claim {theirs['id']}, the runs give {ours.get('verdict')}"
    return f"claim {theirs['id']} with other {_named([key for key in ours if ours[key] != theirs.get(key)])} than the runs give"


def _named(fields: Sequence[str]) -> str:
    return some(fields, most=MOST_NAMED)
