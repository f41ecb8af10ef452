"""Fabricate a complete `results/<scale>/` folder, FOR TESTS ONLY: no network is trained, the errors are chosen by the caller.

Shapes: N examples, K classes (of kernels: kernels), M neighbours, H height, W width, S side, C colours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from repro.artifacts import log_jsonl, run_json, timings_json
from repro.artifacts.dataset_json import (
    DatasetJson,
    ListedFiles,
    MadeFrom,
    ShardFile,
    SplitFiles,
    read_dataset,
    write_dataset,
)
from repro.artifacts.documents import write_document
from repro.artifacts.files import data_folder, run_folder, sha256_bytes, write_text
from repro.artifacts.log_jsonl import LogEntry, log_text
from repro.artifacts.provenance import plain, spec_digest
from repro.artifacts.run_json import (
    FAITHFUL,
    AveragedRuns,
    Costs,
    FittedModel,
    Made,
    Pictures,
    RunData,
    RunJson,
    ScoresFile,
    TimedNetworks,
    TrainedNetwork,
    read_run,
)
from repro.artifacts.scores import Scores, scores_file, write_scores
from repro.artifacts.stored_files import stored_file
from repro.spec.experiment import AnyDataset, Paper, make_run, with_needed
from repro.spec.run import Experiment, Fitted, Run, Timing
from repro.spec.video_datasets import VideoDataset
from tests.described import FABRICATED, no_environment, stand_in
from tests.fabricate_clips import clip_pictures, scores_entry, table_of_videos, video_data, write_clip_scores, write_timings
from tests.fabricate_images import GALLERY_PX, image_data, layer_names, saturation, write_gallery, write_kernels
from tests.fabricate_scores import draws, fabricated_scores

CODE_DIGEST = sha256_bytes(FABRICATED.encode())
#: How much worse than ten crops a protocol is, as a share of what the centre crop is worse.
EXTRA_SHARES = {
    "center": 1.0,
    "center_mirror": 0.6,
    "five_crop": 0.3,
    "ten_crop": 0.0,
    "center_relit": 2.0,
    "clip": 1.0,
    "video": 0.0,
}
#: The training error before the first epoch, and the one that a network with a pace reaches after so many epochs.
FIRST_ERROR, PACE_ERROR = 0.9, 0.25
TRAINING_IMAGES, IMAGES_PER_S = 448, 700.0
CLASSES = ("circle", "square", "triangle", "cross", "star", "ring", "bar", "wave", "dot", "leaf")


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the fabricated runs shall show. Errors are fractions.

    errors: ten-crop, or video, top-1 test error of each variant (others: `error`); the centre crop, or a clip, is worse by
        `center_extra`, a mirrored centre and five crops by shares of that (EXTRA_SHARES).
    paces: epochs, about, in which the running training error of each variant falls to 25 % (others: a straight line to the
        error on training images); a seed's pace differs by `pace_noise`, as a standard deviation of the logarithm.
    color_split: difference of the towers' colour selectivity.
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
    paces: Mapping[str, float] = field(default_factory=dict)
    pace_noise: float = 0.05
    color_split: float = 0.30
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
    """Write data set and runs of `papers` (default: all variants that the scale runs, its own seeds, and the further runs that
    averages have); return the runs in order.

    Different calls may add variants or seeds to the same folder.
    """
    runs = []
    for paper in papers:
        chosen = [
            make_run(paper, scale=scale, variant=variant, seed=seed)
            for variant in (variants or run_at(paper, scale))
            for seed in (seeds if seeds is not None else range(paper.scale(scale).num_seeds))
        ]
        runs += chosen if variants or seeds is not None else with_needed(chosen, paper)
    for run in runs:
        fabricate_run(run, results=results, truth=truth)
    return runs


def run_at(paper: Paper, scale: str) -> list[str]:
    """Return the variants of `paper` whose families of networks `scale` runs."""
    return [item.name for item in paper.variants if paper.scale(scale).has(paper.family(item.name))]


def fabricate_run(run: Run, *, results: Path, truth: Truth) -> Path:
    """Write the folder of one run, and of its data set if that is not there, and return the run's folder."""
    dataset = data_folder(results, run.scale, run.dataset.name) / "dataset.json"
    if not dataset.is_file():
        fabricate_dataset(run.dataset, folder=dataset.parent, truth=truth)
    folder = run_folder(results, run.id)
    folder.mkdir(parents=True, exist_ok=True)
    rng = draws(run.id, f"fabricate {truth.seed}")
    diverged = f"{run.variant}/{run.seed}" in truth.diverged
    error = truth.errors.get(run.variant, truth.error) + truth.seed_noise * rng.standard_normal()
    gap = truth.gaps.get(run.variant, truth.gap)
    train = truth.errors.get(run.variant, truth.error) + truth.center_extra - gap + truth.seed_noise * rng.standard_normal()
    scores = [] if diverged else _write_all_scores(run, folder, truth, rng, ten_crop=error, train=train)
    wall_s = round(50 + float(rng.random()), 3)
    made = _made(run, folder, rng, truth, train=train, diverged=diverged)
    train_s = made.num_epochs * TRAINING_IMAGES / IMAGES_PER_S if isinstance(made, TrainedNetwork) else 30.0
    data = read_dataset(dataset.parent)
    costs = Costs(wall_s=wall_s, cpu_s=40.0, train_s=train_s, peak_mib=900.0)
    record = _record(run, truth, data=data, scores=scores, made=made, costs=costs, diverged=diverged)
    write_document(folder / run_json.FILE, record)
    return folder


def fabricate_dataset(dataset: AnyDataset, *, folder: Path, truth: Truth) -> None:
    """Write `dataset.json`, the mean image and the list of refused files of a data set; words stand in for its shards.

    Of videos the motions of the camera are there instead of a mean image.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "refused.csv", "split,file,reason\n")
    names = ("train", "validation", "test") if dataset.num_validation else ("train", "test")
    counts = [len(range(k, truth.num_examples, truth.num_classes)) for k in range(truth.num_classes)]
    of_videos = isinstance(dataset, VideoDataset)
    splits = {
        name: SplitFiles(
            num_examples=truth.num_examples,
            class_counts=tuple(counts),
            index=stand_in(folder / f"{name}.index.npz", dataset.name),
            shards=(_shard(folder / f"{name}-00000.tar", dataset.name, truth),),
            videos=table_of_videos(folder, name, num_videos=truth.num_examples) if of_videos else None,
        )
        for name in names
    }
    videos = None
    if of_videos:
        videos = video_data(folder, splits["test"].index, classes=class_names(truth), num_videos=truth.num_examples)
    made_from = MadeFrom(spec_digest=spec_digest(dataset), code_digest=CODE_DIGEST, source_fingerprint=FABRICATED)
    described = DatasetJson(
        name=dataset.name,
        kind=dataset.kind,
        title=dataset.title,
        spec=plain(dataset),
        source=FABRICATED,
        classes=class_names(truth),
        stored_px=dataset.stored_px,
        encoding="jpeg" if isinstance(dataset, VideoDataset) else dataset.encoding,
        splits=splits,
        images=None if of_videos else image_data(dataset.stored_px, folder),
        videos=videos,
        refused=ListedFiles(file="refused.csv", sha256=stored_file(folder / "refused.csv").sha256, num=0, share=0.0),
        warnings=(),
        wall_s=1.0,
        num_bytes=len(names),
        made_from=made_from,
        decoder=FABRICATED,
    )
    write_dataset(folder, described)


def _shard(path: Path, name: str, truth: Truth) -> ShardFile:
    stored = stand_in(path, name)
    return ShardFile(file=stored.file, sha256=stored.sha256, num_bytes=path.stat().st_size, num_examples=truth.num_examples)


def class_names(truth: Truth) -> tuple[str, ...]:
    """Return a name for every class."""
    return tuple(CLASSES[k] if k < len(CLASSES) else f"class {k}" for k in range(truth.num_classes))


def _write_all_scores(
    run: Run, folder: Path, truth: Truth, rng: np.random.Generator, *, ten_crop: float, train: float
) -> list[ScoresFile]:
    protocols = run.experiment.evaluation.protocols
    wanted = [("test", protocol, ten_crop + EXTRA_SHARES[protocol] * truth.center_extra) for protocol in protocols]
    written = []
    videos = isinstance(run.dataset, VideoDataset)
    seen = (
        [("train", "clip" if videos else "center", train)] if getattr(run.experiment.evaluation, "num_train_examples", 0) else []
    )
    for split, protocol, error in [*wanted, *seen]:
        scores_NK, label_N, example_N = fabricated_scores(rng, split=split, error=error, truth=truth)
        if videos:
            written.append(write_clip_scores(run, folder, scores_NK, label_N, split=split, protocol=protocol))
            continue
        path = folder / scores_file(split, protocol)
        scores = Scores(scores_NK=scores_NK, label_N=label_N, example_N=example_N, run=run.id, split=split, protocol=protocol)
        write_scores(path, scores)
        written.append(scores_entry(path, split=split, protocol=protocol, num_examples=truth.num_examples))
    return written


def _write_log(run: Run, path: Path, rng: np.random.Generator, truth: Truth, *, final_error: float, diverged: bool) -> None:
    num_epochs = 1 if diverged else run.experiment.recipe.schedule.num_epochs
    pace = truth.paces.get(run.variant)
    if pace is not None:
        own = draws(run.id, f"fabricate pace {truth.seed}")
        pace *= float(np.exp(truth.pace_noise * own.standard_normal()))
    probed = not isinstance(run.dataset, VideoDataset) and bool(run.experiment.evaluation.num_probe)
    network = run.experiment.network
    names = layer_names(network, num_classes=truth.num_classes) if probed and not diverged else ()
    entries = []
    for epoch in range(1, num_epochs + 1):
        done = epoch / num_epochs
        falling = FIRST_ERROR - (FIRST_ERROR - final_error) * done
        entry = LogEntry(
            epoch=epoch,
            num_steps=28 * epoch,
            learning_rate=run.experiment.recipe.optimizer.learning_rate * 0.1 ** int(2.5 * done),
            train_loss=None if diverged else round(2.3 - 1.8 * done + 0.02 * rng.standard_normal(), 4),
            train_top1_error=round(falling if pace is None else FIRST_ERROR * (PACE_ERROR / FIRST_ERROR) ** (epoch / pace), 4),
            validation_top1_error=round(0.9 - (0.85 - final_error) * done, 4) if run.dataset.num_validation else None,
            images_per_s=IMAGES_PER_S,
            wall_s=round(TRAINING_IMAGES / IMAGES_PER_S, 3),
            data_wait_s=0.01,
            saturation=saturation(names, activation=network.activation, done=done) if names else None,
        )
        entries.append(entry)
    write_text(path, log_text(entries))


def _pictures(run: Run, folder: Path, truth: Truth, *, diverged: bool) -> Pictures:
    """Write kernels and gallery."""
    rng = draws(run.id, f"fabricate files {truth.seed}")
    evaluation = run.experiment.evaluation
    if isinstance(run.dataset, VideoDataset):
        num = 0 if diverged else min(evaluation.num_gallery, truth.num_examples)
        return clip_pictures(run, folder, rng, num_gallery=num, num_classes=truth.num_classes)
    write_kernels(folder / "kernels.npz", run.experiment.network, rng, num_classes=truth.num_classes, split=truth.color_split)
    kept = bool(evaluation.num_gallery) and not diverged
    if kept:
        num = min(evaluation.num_gallery, truth.num_examples)
        write_gallery(
            folder / "gallery.npz", rng, num=num, side=min(run.dataset.stored_px, GALLERY_PX), num_classes=truth.num_classes
        )
    return Pictures(kernels=stored_file(folder / "kernels.npz"), gallery=stored_file(folder / "gallery.npz") if kept else None)


def _record(
    run: Run,
    truth: Truth,
    *,
    data: DatasetJson,
    scores: Sequence[ScoresFile],
    made: Made,
    costs: Costs,
    diverged: bool,
) -> RunJson:
    """Say what run.json says of a run."""
    identity = {"run": run.id, "spec": spec_digest(run.experiment), "code": CODE_DIGEST, "data": data.digest, "device": "cpu"}
    return RunJson(
        id=run.id,
        scale=run.scale,
        paper=run.paper,
        variant=run.variant,
        seed=run.seed,
        evidence=run.evidence,
        status="diverged" if diverged else "ok",
        reason="the training loss is NaN in epoch 1" if diverged else "",
        dataset=RunData(name=data.name, title=data.title, digest=data.digest, classes=data.classes, groups=dict(data.groups)),
        num_classes=truth.num_classes,
        num_train_examples=round(TRAINING_IMAGES * getattr(run.dataset, "share", 1)),
        costs=costs,
        scores=tuple(scores),
        network=made if isinstance(made, TrainedNetwork) else None,
        fitted=made if isinstance(made, FittedModel) else None,
        ensemble=made if isinstance(made, AveragedRuns) else None,
        timing=made if isinstance(made, TimedNetworks) else None,
        spec=plain(run.experiment),
        spec_digest=identity["spec"],
        code_digest=CODE_DIGEST,
        identity=identity,
        environment=no_environment(),
        command=f"python -m repro train ({FABRICATED})",
        device=f"cpu: {FABRICATED}",
        precision=FAITHFUL,
        num_threads=1,
    )


def _made(run: Run, folder: Path, rng: np.random.Generator, truth: Truth, *, train: float, diverged: bool) -> Made:
    """Write what the method of a run leaves, and say what it adds to run.json."""
    if isinstance(run.experiment, Experiment):
        _write_log(run, folder / log_jsonl.FILE, rng, truth, final_error=train, diverged=diverged)
        num_epochs = 1 if diverged else run.trained.recipe.schedule.num_epochs
        probed = not isinstance(run.dataset, VideoDataset) and bool(run.trained.evaluation.num_probe)
        names = layer_names(run.experiment.network, num_classes=truth.num_classes) if probed else ()
        return TrainedNetwork(
            num_epochs=num_epochs,
            num_steps=28 * num_epochs,
            num_parameters=1_000_000,
            num_resumes=0,
            images_per_s=IMAGES_PER_S,
            data_wait_s=0.01 * num_epochs,
            log=stored_file(folder / log_jsonl.FILE),
            weights=stand_in(folder / "weights.pt", run.id),
            pictures=_pictures(run, folder, truth, diverged=diverged),
            saturation_at_start=saturation(names, activation=run.experiment.network.activation, done=0.0) if probed else None,
        )
    if isinstance(run.experiment, Timing):
        return write_timings(run.experiment, folder / timings_json.FILE, rng)
    if isinstance(run.experiment, Fitted):
        return FittedModel(num_features=1, steps_s={"all": 30.0}, model=stand_in(folder / "model.npz", run.id))
    return AveragedRuns(members=(), num_parameters=1_000_000)


def record_scores_again(results: Path, run_id: str, file: str) -> None:
    """Record the hash that a file of scores has now."""
    changed = stored_file(run_folder(results, run_id) / file)
    scores = [
        replace(entry, sha256=changed.sha256) if entry.file == file else entry for entry in read_run(results, run_id).scores
    ]
    change_run(results, run_id, scores=tuple(scores))


def change_run(results: Path, run_id: str, **changes: Any) -> None:
    """Record other things of a finished run, as if it had been so."""
    record = replace(read_run(results, run_id), **changes)
    write_document(run_folder(results, run_id) / run_json.FILE, record)
