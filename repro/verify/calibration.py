"""Calibrate again and compare `calibration.json` with what comes of it."""

from __future__ import annotations

from repro.analyse.calibrate.own.calibration import calibration_of
from repro.analyse.judge.again import lacks_scores
from repro.artifacts.calibration_json import FILE, CalibrationJson, read_calibration
from repro.artifacts.claims_json import FILE as CLAIMS_FILE
from repro.artifacts.claims_json import Judgement
from repro.artifacts.documents import digest_of, fields_of, read_document
from repro.artifacts.files import FileFormatError
from repro.artifacts.provenance import code_digest
from repro.artifacts.runs_csv import read_runs_csv
from repro.report.text.formatting import counted
from repro.verify.check import Check
from repro.verify.stored import Stored


def calibration_checked(stored: Stored) -> Check:
    """Compare every number of calibration.json, which all follow from runs, claims and one seed."""
    path = stored.folder / FILE
    if not path.is_file():
        why = "it was not published" if stored.published else f"there is no {FILE}; type python -m repro calibrate"
        return Check(name="calibration", unchecked=(why,))
    again = f"type python -m repro calibrate --scale {stored.scale} --results {stored.results}"
    try:
        judgement = read_document(stored.folder / CLAIMS_FILE, Judgement)
        claims_sha256, runs_sha256 = digest_of(fields_of(judgement)), read_runs_csv(stored.folder / "runs.csv").sha256
        found = read_calibration(path, runs_sha256=runs_sha256, claims_sha256=claims_sha256)
        assert found is not None
        here = code_digest("calibrate")
        if found.code != here:
            said = f"{FILE} is whole, and was made by code {found.code[:12]}, here is {here[:12]}; {again}"
            return Check(name="calibration", unchecked=(said,))
        if lacks_scores(stored.results, stored.scale):
            return Check(name="calibration", unchecked=("scores were not published: nothing calibrated again",))
        papers = [paper for paper in stored.papers if paper.name in found.papers]
        made = calibration_of(papers, scale=stored.scale, results=stored.results)
    except FileFormatError as error:
        return Check(name="calibration", problems=(str(error),))
    ours, theirs = fields_of(made), fields_of(found)
    problems = tuple(f"{path} has other {name} than its runs give; {again}" for name in ours if ours[name] != theirs[name])
    return Check(name="calibration", found="" if problems else _words(found), problems=problems)


def _words(found: CalibrationJson) -> str:
    lines = len(found.alone) + len(found.planted) + len(found.covered) + len(found.chances) + len(found.spreads)
    return f"{counted(lines, 'line')} calibrated again, equal"
