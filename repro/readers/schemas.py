"""JSON Schemas of the files that stages leave: `python -m repro.readers.schemas` writes them into workflow/schemas."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from repro.artifacts import calibration_json, claims_json, dataset_json, log_jsonl, run_json, timings_json
from repro.artifacts.documents import Document, entry_schema, json_schema
from repro.artifacts.files import write_text
from repro.artifacts.judged import sizes_json
from repro.artifacts.ledger import population_json
from repro.artifacts.provenance import PACKAGE

#: The files of results that are documents, and the class of each. finished.json is run.json by another name.
DOCUMENTS: dict[str, type[Document]] = {
    calibration_json.FILE: calibration_json.CalibrationJson,
    claims_json.FILE: claims_json.Judgement,
    dataset_json.FILE: dataset_json.DatasetJson,
    population_json.FILE: population_json.PopulationJson,
    run_json.FILE: run_json.RunJson,
    sizes_json.EXAMPLE: sizes_json.SizesJson,
    timings_json.FILE: timings_json.TimingsJson,
}
FOLDER = PACKAGE.parent / "workflow" / "schemas"


def schema_texts() -> dict[str, str]:
    """Text of each schema by the name of its file: those of DOCUMENTS, and that of a line of log.jsonl."""
    schemas = {name: json_schema(kind) for name, kind in DOCUMENTS.items()}
    schemas[log_jsonl.FILE] = entry_schema(log_jsonl.LogEntry)
    texts = {}
    for name, schema in sorted(schemas.items()):
        texts[f"{Path(name).stem}.schema.json"] = json.dumps(schema, indent=1) + "\n"
    return texts


def main(arguments: Sequence[str]) -> None:
    """Write every schema into the folder that is named, or into workflow/schemas."""
    folder = Path(arguments[0]) if arguments else FOLDER
    for name, text in schema_texts().items():
        write_text(folder / name, text)


if __name__ == "__main__":
    main(sys.argv[1:])
