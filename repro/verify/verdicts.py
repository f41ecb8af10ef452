"""Judge every claim again and compare `claims.json` with what is judged, byte for byte."""

from __future__ import annotations

from repro.analyse.judge.again import differences, judge_again, lacks_scores
from repro.analyse.judge.judge import judgement_of
from repro.artifacts import claims_json
from repro.artifacts.claims_json import Judgement
from repro.artifacts.documents import read_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.runs_csv import read_runs_csv
from repro.report.text.formatting import counted
from repro.verify.check import Check
from repro.verify.stored import Stored

#: Ways of adding up the same numbers differ by less than this.
ROUNDING = 1e-9


def claims_checked(stored: Stored) -> Check:
    """Judge from runs.csv, the scores and the ledger, and compare every byte."""
    path = stored.folder / claims_json.FILE
    if not path.is_file():
        return Check(name="claims", unchecked=(f"there is no {claims_json.FILE}; type python -m repro judge",))
    try:
        judgement = read_document(path, Judgement)
        if lacks_scores(stored.results, stored.scale):
            return _without_scores(stored, judgement)
        problems = differences(judgement_of(stored.papers, scale=stored.scale, results=stored.results), path=path)
    except FileFormatError as error:
        return Check(name="claims", problems=(str(error),))
    found = f"{counted(len(judgement.claims), 'claim')} judged again, equal byte for byte"
    return Check(name="claims", found="" if problems else found, problems=tuple(problems))


def _without_scores(stored: Stored, judgement: Judgement) -> Check:
    """What can be said of verdicts whose scores were not published: that they state the runs' own numbers."""
    table = read_runs_csv(stored.folder / "runs.csv")
    problems = []
    if judgement.runs_sha256 != table.sha256:
        path = stored.folder / claims_json.FILE
        problems.append(f"{path} was judged from another runs.csv; {judge_again(path)}")
    values: dict[tuple[str, str, str, str], list[float]] = {}
    for row in table.rows:
        values.setdefault((row.paper, row.variant, row.metric, row.protocol), []).append(row.value)
    num = 0
    for claim in judgement.claims:
        means, protocol = getattr(claim, "means", {}), getattr(claim, "protocol", "")
        for variant, mean in means.items():
            known = values.get((claim.paper, variant, getattr(claim, "metric", ""), protocol))
            if known is None:
                continue
            num += 1
            if abs(sum(known) / len(known) - mean) > ROUNDING * max(1.0, abs(mean)):
                problems.append(f"claim {claim.id} has mean {mean} of {variant}, runs.csv gives {sum(known) / len(known)}")
    return Check(
        name="claims",
        found=f"{counted(num, 'mean')} that claims state equal those of runs.csv" if num and not problems else "",
        problems=tuple(problems),
        unchecked=(f"scores were not published: {counted(len(judgement.claims), 'verdict')} not judged again",),
    )
