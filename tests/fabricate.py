"""Fabricate a complete `results/<scale>/` folder, FOR TESTS ONLY: no network is trained, the errors are chosen by the caller.

Shapes: N examples, K classes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repro import files
from repro.evaluate.scores import Scores, scores_file, write_scores
from repro.files import data_folder, run_folder, sha256_bytes, sha256_file, write_json, write_text
from repro.provenance import plain, spec_digest
from repro.spec.datasets import Dataset
from repro.spec.experiment import Paper, make_run
from repro.spec.run import Run, derived_key

CODE_DIGEST = sha256_bytes(b"fabricated for tests")
ENVIRONMENT = {
    "python": "3.11.0",
    "system": "fabricated for tests",
    "processor": "fabricated for tests",
    "commit": "0123456789ab",
    "torch": "2.13.0",
    "nvidia-dali-cuda130": "2.4.0",
    "numpy": "2.0.0",
    "numba": "0.65.0",
    "pandas": "2.2.0",
    "snakemake": "9.20.0",
}
CLASSES = ("circle", "square", "triangle", "cross", "star", "ring", "bar", "wave", "dot", "leaf")


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the fabricated runs shall show. Errors are fractions.

    errors: ten-crop top-1 test error of each variant (others: `error`); the centre crop is worse by `center_extra`.
    gaps: test minus training error on centre crops of each variant (others: `gap`).
    seed_noise: standard deviation of a run's test error, and of its training error, around its variant's.
    top5_share: share of the top-1 errors that are top-5 errors too.
    num_examples: test images, and training images that are scored.
    diverged: `variant/seed` of the runs whose loss became NaN.
    """

    errors: Mapping[str, float] = field(default_factory=dict)
    error: float = 0.30
    center_extra: float = 0.02
    gaps: Mapping[str, float] = field(default_factory=dict)
    gap: float = 0.10
    seed_noise: float = 0.005
    top5_share: float = 0.4
    num_examples: int = 400
    num_classes: int = 10
    diverged: Collection[str] = ()
    seed: int = 0


def fabricate(
    papers: Sequence[Paper],
    *,
    scale: str,
    results: Path,
    truth: Truth,
    variants: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
) -> list[Run]:
    """Write data set and runs of `papers` (default: all variants, the scale's own seeds) and return the runs in order.

    Different calls may add variants or seeds to the same folder.
    """
    runs = [
        make_run(paper, scale=scale, variant=variant, seed=seed)
        for paper in papers
        for variant in (variants or [item.name for item in paper.variants])
        for seed in (seeds if seeds is not None else range(paper.scale(scale).num_seeds))
    ]
    for run in runs:
        fabricate_run(run, results=results, truth=truth)
    return runs


def fabricate_run(run: Run, *, results: Path, truth: Truth) -> Path:
    """Write the folder of one run, and of its data set if that is not there, and return the run's folder."""
    dataset = data_folder(results, run.scale, run.dataset.name) / "dataset.json"
    if not dataset.is_file():
        fabricate_dataset(run.dataset, folder=dataset.parent, truth=truth)
    folder = run_folder(results, run.id)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(derived_key(run.id, f"fabricate {truth.seed}"))
    diverged = f"{run.variant}/{run.seed}" in truth.diverged
    error = truth.errors.get(run.variant, truth.error) + truth.seed_noise * rng.standard_normal()
    center = error + truth.center_extra
    gap = truth.gaps.get(run.variant, truth.gap)
    train = truth.errors.get(run.variant, truth.error) + truth.center_extra - gap + truth.seed_noise * rng.standard_normal()
    scores = [] if diverged else _write_all_scores(run, folder, truth, rng, ten_crop=error, center=center, train=train)
    _write_log(run, folder / "log.jsonl", rng, final_error=train, diverged=diverged)
    write_json(
        folder / "run.json", _record(run, folder, truth, rng, dataset=dataset, scores=scores, diverged=diverged), schema="run/1"
    )
    return folder


def fabricate_dataset(dataset: Dataset, *, folder: Path, truth: Truth) -> None:
    """Write `dataset.json`, the mean image and the list of refused files of a data set; its shards are named, not made."""
    folder.mkdir(parents=True, exist_ok=True)
    mean_HWC = np.full((dataset.stored_px, dataset.stored_px, 3), 117.0, np.float32)
    with files.atomic_writer(folder / "mean_image.npy") as stream:
        np.save(stream, mean_HWC)
    write_text(folder / "refused.csv", "split,file,reason\n")
    names = ("train", "validation", "test") if dataset.num_validation else ("train", "test")
    counts = [len(range(k, truth.num_examples, truth.num_classes)) for k in range(truth.num_classes)]
    splits = {
        name: {
            "num_examples": truth.num_examples,
            "class_counts": counts,
            "index": {"file": f"{name}.index.npz", "sha256": "0" * 64},
            "shards": [{"file": f"{name}-00000.tar", "sha256": "0" * 64, "num_bytes": 1, "num_examples": truth.num_examples}],
        }
        for name in names
    }
    record = {
        "name": dataset.name,
        "kind": dataset.kind,
        "title": dataset.title,
        "spec": plain(dataset),
        "spec_digest": spec_digest(dataset),
        "code_digest": CODE_DIGEST,
        "source": "fabricated for tests",
        "classes": class_names(truth),
        "stored_px": dataset.stored_px,
        "encoding": dataset.encoding,
        "splits": splits,
        "mean_image": {"file": "mean_image.npy", "sha256": sha256_file(folder / "mean_image.npy")},
        "color": {
            "covariance": [[3.0, 1.0, 1.0], [1.0, 3.0, 1.0], [1.0, 1.0, 3.0]],
            "eigenvalues": [5.0, 2.0, 2.0],
            "eigenvectors": [[3**-0.5, 2**-0.5, 6**-0.5], [3**-0.5, -(2**-0.5), 6**-0.5], [3**-0.5, 0.0, -2 * 6**-0.5]],
        },
        "refused": {"file": "refused.csv", "num": 0, "share": 0.0},
        "warnings": [],
        "decoder": "fabricated for tests",
        "wall_s": 1.0,
        "num_bytes": len(names),
    }
    write_json(folder / "dataset.json", record, schema="dataset/1")


def class_names(truth: Truth) -> list[str]:
    """Return a name for every class."""
    return [CLASSES[k] if k < len(CLASSES) else f"class {k}" for k in range(truth.num_classes)]


def fabricated_scores(
    rng: np.random.Generator, *, split: str, error: float, truth: Truth
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.bytes_]]:
    """Return scores, labels and keys whose top-1 error is exactly `error`, rounded to whole examples.

    Some examples are harder than others in every run, so that the errors of two runs overlap as those of trained networks do.
    """
    num, num_classes = truth.num_examples, truth.num_classes
    num_wrong = round(min(max(error, 0.0), 1.0) * num)
    hardness_N = np.random.default_rng(derived_key(split, "hardness")).standard_normal(num) + 0.5 * rng.standard_normal(num)
    order_N = np.argsort(-hardness_N)
    rank_N = np.zeros(num, np.int64)
    num_far = round(truth.top5_share * num_wrong)
    rank_N[order_N[:num_far]] = min(5, num_classes - 1)
    rank_N[order_N[num_far:num_wrong]] = 1
    label_N = (np.arange(num) % num_classes).astype(np.int32)
    draws_NK = rng.random((num, num_classes))
    draws_NK[np.arange(num), label_N] = -1.0
    others_NK = np.argsort(-draws_NK, axis=1)[:, :-1]
    place_K = np.arange(num_classes)[None, :]
    source_NK = np.clip(place_K - (place_K > rank_N[:, None]), 0, num_classes - 2)
    ranked_NK = np.where(place_K == rank_N[:, None], label_N[:, None], np.take_along_axis(others_NK, source_NK, axis=1))
    shares_K = 0.5 ** np.arange(1, num_classes + 1)
    scores_NK = np.empty((num, num_classes), np.float32)
    np.put_along_axis(
        scores_NK, ranked_NK, np.broadcast_to(shares_K / shares_K.sum(), ranked_NK.shape).astype(np.float32), axis=1
    )
    return scores_NK, label_N, np.array([f"{split}-{i:06d}".encode() for i in range(num)])


def _write_all_scores(
    run: Run, folder: Path, truth: Truth, rng: np.random.Generator, *, ten_crop: float, center: float, train: float
) -> list[dict[str, Any]]:
    wanted = [("test", "center", center), ("test", "ten_crop", ten_crop)]
    wanted = [item for item in wanted if item[1] in run.experiment.evaluation.protocols] + [("train", "center", train)]
    written = []
    for split, protocol, error in wanted:
        scores_NK, label_N, example_N = fabricated_scores(rng, split=split, error=error, truth=truth)
        path = folder / scores_file(split, protocol)
        scores = Scores(scores_NK=scores_NK, label_N=label_N, example_N=example_N, run=run.id, split=split, protocol=protocol)
        write_scores(path, scores)
        entry = {"split": split, "protocol": protocol, "file": path.name, "sha256": sha256_file(path)}
        written.append({**entry, "num_examples": truth.num_examples})
    return written


def _write_log(run: Run, path: Path, rng: np.random.Generator, *, final_error: float, diverged: bool) -> None:
    num_epochs = 1 if diverged else run.experiment.recipe.schedule.num_epochs
    lines = []
    for epoch in range(1, num_epochs + 1):
        done = epoch / num_epochs
        line = {
            "epoch": epoch,
            "num_steps": 28 * epoch,
            "learning_rate": run.experiment.recipe.optimizer.learning_rate * 0.1 ** int(2.5 * done),
            "train_loss": None if diverged else round(2.3 - 1.8 * done + 0.02 * rng.standard_normal(), 4),
            "train_top1_error": round(0.9 - (0.9 - final_error) * done, 4),
            "validation_top1_error": round(0.9 - (0.85 - final_error) * done, 4) if run.dataset.num_validation else None,
            "images_per_s": 700.0,
            "wall_s": 2.5,
            "data_wait_s": 0.1,
        }
        lines.append(json.dumps(line, allow_nan=False))
    write_text(path, "\n".join(lines) + "\n")


def _record(
    run: Run, folder: Path, truth: Truth, rng: np.random.Generator, *, dataset: Path, scores: list[dict[str, Any]], diverged: bool
) -> dict[str, Any]:
    num_epochs = 1 if diverged else run.experiment.recipe.schedule.num_epochs
    return {
        "id": run.id,
        "scale": run.scale,
        "paper": run.paper,
        "variant": run.variant,
        "seed": run.seed,
        "evidence": run.evidence,
        "dataset": {
            "name": run.dataset.name,
            "title": run.dataset.title,
            "digest": sha256_file(dataset),
            "classes": class_names(truth),
        },
        "spec": plain(run.experiment),
        "spec_digest": spec_digest(run.experiment),
        "code_digest": CODE_DIGEST,
        "environment": ENVIRONMENT,
        "command": "python -m repro train (fabricated for tests)",
        "device": "cpu: fabricated for tests",
        "status": "diverged" if diverged else "ok",
        "reason": "the training loss is NaN in epoch 1" if diverged else "",
        "num_epochs": num_epochs,
        "num_steps": 28 * num_epochs,
        "num_parameters": 1_000_000,
        "num_classes": truth.num_classes,
        "wall_s": round(50 + float(rng.random()), 3),
        "train_s": 45.0,
        "data_wait_s": 1.0,
        "images_per_s": 700.0,
        "num_resumes": 0,
        "scores": scores,
        "log": {"file": "log.jsonl", "sha256": sha256_file(folder / "log.jsonl")},
    }
