"""Write `results/<scale>/calibration.json`: how often the verdicts there are right, by the runs that are there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repro.analyse.calibrate.own.alone import alone_twice
from repro.analyse.calibrate.own.chances import chances
from repro.analyse.calibrate.own.coverage import coverage
from repro.analyse.calibrate.own.measures import Measure, measures_of
from repro.analyse.calibrate.own.planted import planted_effects
from repro.analyse.calibrate.own.spreads import page_spreads
from repro.analyse.evidence.population import Population
from repro.artifacts import claims_json
from repro.artifacts.calibration_json import FILE, AloneTwice, CalibrationJson, Covered, PageSpreads, Planted, read_calibration
from repro.artifacts.claims_json import read_claims_json
from repro.artifacts.documents import digest_of, fields_of, write_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import code_digest
from repro.artifacts.runs_csv import read_runs_csv
from repro.spec.experiment import Paper

__all__ = ["FILE", "calibrate_results"]

#: Of everything that is drawn.
SEED = 2012
#: Tables invented for coverage, over all pages of all papers, and draws of each claim's chances: some seconds.
MOST_TABLES, DRAWS = 6_000, 1_000


def calibrate_results(papers: Sequence[Paper], *, scale: str, results: Path) -> bool:
    """Write the file; False if it is there already, of these runs, claims and papers and by this code.

    Raises:
        FileFormatError: runs.csv or claims.json is missing or damaged, or a run's folder is.
    """
    folder = Path(results) / scale
    table = read_runs_csv(folder / "runs.csv")
    judgement = read_claims_json(folder / claims_json.FILE, table=table)
    present = [paper for paper in papers if paper.name in judgement.evidence]
    claims_sha256, code = digest_of(fields_of(judgement)), code_digest("calibrate")
    names = tuple(paper.name for paper in present)
    if _there(folder, names=names, runs_sha256=table.sha256, claims_sha256=claims_sha256, code=code):
        return False
    write_document(folder / FILE, calibration_of(present, scale=scale, results=results))
    return True


def calibration_of(papers: Sequence[Paper], *, scale: str, results: Path) -> CalibrationJson:
    """What `calibrate` writes of `papers`, which are judged; nothing is written."""
    folder = Path(results) / scale
    table = read_runs_csv(folder / "runs.csv")
    judgement = read_claims_json(folder / claims_json.FILE, table=table)
    names = tuple(paper.name for paper in papers)
    measures: list[Measure] = []
    planted: list[Planted] = []
    for paper in papers:
        population = Population(table.rows, paper=paper, scale=scale, results=results)
        measures += measures_of(population, [claim for claim in judgement.claims if claim.paper == paper.name])
        planted += planted_effects(population)
    alone: list[AloneTwice] = [found for measure in measures for found in alone_twice(measure, seed=SEED)]
    covered: list[Covered] = coverage(measures, seed=SEED, most_tables=MOST_TABLES)
    spreads: list[PageSpreads] = [found for paper in papers for found in page_spreads(_of(paper, measures))]
    return CalibrationJson(
        scale=scale,
        papers=names,
        runs_sha256=table.sha256,
        claims_sha256=digest_of(fields_of(judgement)),
        code=code_digest("calibrate"),
        seed=SEED,
        most_tables=MOST_TABLES,
        draws=DRAWS,
        alone=tuple(alone),
        planted=tuple(planted),
        covered=tuple(covered),
        chances=tuple(chances([claim for claim in judgement.claims if claim.paper in names], seed=SEED, draws=DRAWS)),
        spreads=tuple(spreads),
    )


def _of(paper: Paper, measures: Sequence[Measure]) -> list[Measure]:
    return [measure for measure in measures if measure.population.paper.name == paper.name]


def _there(folder: Path, *, names: tuple[str, ...], runs_sha256: str, claims_sha256: str, code: str) -> bool:
    try:
        found = read_calibration(folder / FILE, runs_sha256=runs_sha256, claims_sha256=claims_sha256)
    except FileFormatError:  # of other runs, or damaged: made again
        return False
    return found is not None and (found.papers, found.code) == (names, code)
