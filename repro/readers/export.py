"""A finished run for others: weights as safetensors, the net's description, a model card; a card for prepared data."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import yaml
from torch import nn

from repro.artifacts.dataset_json import DatasetJson, read_dataset
from repro.artifacts.documents import MissingFileError
from repro.artifacts.files import FileFormatError, data_folder, write_text
from repro.artifacts.run_json import RunJson, read_run
from repro.artifacts.runs_csv import Measurement, read_runs_csv
from repro.readers.net import NoNetError, built_from, read_net

WEIGHTS, DESCRIPTION, CARD = "model.safetensors", "config.json", "README.md"
#: Between scale and name, where a data set and no run is meant.
DATA = "data"
#: The licence of generated data is that of this package; that of others is known to those from whom they are.
GENERATED = ("procedural", "procedural_videos")


class ExportError(ValueError):
    """Nothing of that name can be given away, or a library for it is missing."""


def export_run(run_id: str, *, results: Path, out: Path) -> list[Path]:
    """Write weights, description and card of a finished run of a network to the folder `out`; the files.

    Raises:
        ExportError: safetensors is not installed.
        NoNetError, FileFormatError: as repro.load_run.
    """
    net = read_net(run_id, results=results)
    safetensors = _safetensors()
    record = read_run(results, run_id)
    out.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.contiguous().clone() for name, value in net.state_dict().items()}
    safetensors.save_file(tensors, str(out / WEIGHTS), metadata={"format": "pt", "run": run_id})
    described = {"run": run_id, "num_classes": record.num_classes, "classes": list(record.dataset.classes)}
    described |= {"spec": record.spec, "spec_digest": record.spec_digest}
    write_text(out / DESCRIPTION, json.dumps(described, indent=1) + "\n")
    write_text(out / CARD, model_card(record, rows=_rows(record, results)))
    return [out / WEIGHTS, out / DESCRIPTION, out / CARD]


def load_net(folder: Path) -> nn.Module:
    """The net of a folder that `export_run` wrote, in evaluation mode.

    Raises:
        ExportError: the folder is none, or safetensors is not installed.
        NoNetError: the net is described in words that this version does not know, or the weights are of another one.
    """
    try:
        described = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        name, spec, num_classes = str(described["run"]), dict(described["spec"]), int(described["num_classes"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ExportError(f"{folder} holds no exported net; give a folder that `python -m repro export` wrote") from None
    net = built_from(name, spec, num_classes=num_classes)
    try:
        net.load_state_dict(_safetensors().load_file(str(folder / WEIGHTS)))
    except (OSError, RuntimeError) as error:
        raise NoNetError(f"{folder / WEIGHTS} does not fit its net ({' '.join(str(error).split())[:200]})") from None
    return net.eval()


def export_data(scale: str, name: str, *, results: Path, out: Path) -> list[Path]:
    """Write a card of prepared data to the folder `out`; the data stay where they are.

    Raises:
        ExportError: no data of that name are prepared.
    """
    try:
        dataset = read_dataset(data_folder(results, scale, name))
    except MissingFileError:
        there = sorted(path.parent.name for path in (results / scale / DATA).glob("*/dataset.json"))
        raise ExportError(
            f"no data {name!r} are prepared in {results / scale}; allowed: {', '.join(there) or 'none yet'}"
        ) from None
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / CARD, data_card(dataset, scale=scale))
    return [out / CARD]


def model_card(record: RunJson, *, rows: list[Measurement]) -> str:
    """What a reader should know of a net before using it, with the fields that model hubs read at its head."""
    assert record.network is not None
    task = "video-classification" if "frame" in (record.spec.get("network") or {}) else "image-classification"
    head: dict[str, Any] = {
        "license": "mit",
        "library_name": "repro",
        "tags": ["reproducibility", record.paper, record.variant, task],
        "model-index": [{"name": record.id, "results": [_result(row, record, task=task) for row in rows]}],
    }
    is_generated = record.evidence == "demonstration"
    lines = [
        f"# {record.id}",
        "",
        f"Variant `{record.variant}` of paper `{record.paper}` at scale `{record.scale}`, seed {record.seed}: a net of "
        f"{record.network.num_parameters:,} parameters, trained for {record.network.num_epochs} epochs on "
        f"{record.num_train_examples:,} examples of {record.dataset.title} ({record.num_classes} classes).",
        "",
        f"What its numbers are worth: **{record.evidence}**."
        + " It was trained on generated data and knows no natural images." * is_generated,
        "",
        *_measured(rows),
        "",
        *("```python", "import repro", "", 'net = repro.load_exported(".")  # this folder', "```", ""),
        f"Input: pixels from 0 to 255 less the mean, as `help(repro.load_run)` says. Classes by number: `{DESCRIPTION}`.",
        "",
        f"Made on {record.device} in {record.costs.wall_s:.0f} s by `{record.command}`, code {record.code_digest[:12]}, data "
        f"{record.dataset.digest[:12]}, specification {record.spec_digest[:12]}. The licence is that of the software; that of "
        "the data on which it was trained is another matter.",
        "",
    ]
    return f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n" + "\n".join(lines)


def _measured(rows: list[Measurement]) -> list[str]:
    if not rows:
        return ["Its numbers are not collected yet (`python -m repro collect`)."]
    cells = [f"| {row.metric} | {row.protocol} | {row.value:.4g} | {row.n_examples:,} |" for row in rows]
    return ["| metric | protocol | value | examples |", "|---|---|--:|--:|", *cells]


def data_card(dataset: DatasetJson, *, scale: str) -> str:
    """What a reader should know of prepared data, their licence among it."""
    is_generated = dataset.kind in GENERATED
    licence = "mit" if is_generated else "other"
    rights = (
        "they are generated by this package, and under its licence (MIT)"
        if is_generated
        else "they are under the licence of their originals, to be asked of those from whom they are; this card gives no right"
    )
    head = {"license": licence, "pretty_name": dataset.title, "tags": ["reproducibility", dataset.kind, scale]}
    left_out = [f"- {item.num:,} {item.place}: {item.reason}, such as `{item.example}`" for item in dataset.left_out]
    lines = [
        f"# {dataset.title}",
        "",
        f"Data `{dataset.name}` of scale `{scale}`, prepared by `repro` from: {dataset.source}. Stored at {dataset.stored_px} px "
        f"({dataset.encoding}), {dataset.num_bytes:,} bytes; {len(dataset.classes)} classes. Licence: {rights}.",
        "",
        "| split | examples | fewest of a class | most of a class |",
        "|---|--:|--:|--:|",
        *(
            f"| {name} | {split.num_examples:,} | {min(split.class_counts):,} | {max(split.class_counts):,} |"
            for name, split in dataset.splits.items()
        ),
        "",
        f"Left out: {'' if left_out else 'nothing.'}",
        *left_out,
        "",
        f"Specification {dataset.made_from.spec_digest[:12]}, code {dataset.made_from.code_digest[:12]}, source "
        f"{dataset.made_from.source_fingerprint[:12]}.",
        "",
    ]
    return f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n" + "\n".join(lines)


def _result(row: Measurement, record: RunJson, *, task: str) -> dict[str, Any]:
    return {
        "task": {"type": task},
        "dataset": {"name": record.dataset.title, "type": record.dataset.name},
        "metrics": [{"type": row.metric, "name": f"{row.metric}, {row.protocol}", "value": row.value}],
    }


def _rows(record: RunJson, results: Path) -> list[Measurement]:
    """What runs.csv says of the run; nothing where it was not collected."""
    path = results / record.scale / "runs.csv"
    try:
        table = read_runs_csv(path)
    except (FileFormatError, OSError):
        return []
    return [row for row in table.rows if row.run == record.id]


def _safetensors() -> Any:
    try:
        return importlib.import_module("safetensors.torch")
    except ModuleNotFoundError:
        raise ExportError("exported weights need the library safetensors; type `pip install 'repro-claims[export]'`") from None
