"""The last step of a fit: choose on held-out images, then train the classifiers on all training images.

Legend: N images, L values of a signature, K classes, C channels.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.baselines.costs import peak_mib
from repro.baselines.draws import generator, seed_of
from repro.baselines.fusion import sharpness_of, split_held_out, weights_C
from repro.baselines.linear_svm import LinearClassifier, joined, train_svm
from repro.baselines.progress import Progress
from repro.baselines.signatures import SignatureFile, read_arrays, write_arrays
from repro.baselines.work import Work
from repro.baselines.workers import in_order
from repro.spec.classical import LinearSvm

#: Signatures that are scored at a time.
BLOCK = 256


@dataclass(frozen=True, kw_only=True)
class Fused:
    """Classifiers by channel, the weights of their margins (sum 1), and the sharpness of the scores.

    top1: share of the held-out images right, of each channel with the regularisation taken, and of all channels together.
    """

    classifiers: dict[str, LinearClassifier]
    weights: dict[str, float]
    sharpness: float
    top1: dict[str, float]
    fused_top1: float


@dataclass(frozen=True, kw_only=True)
class _Job:
    """Classes to be trained together on some images. file: where their classifiers are stored."""

    signatures: SignatureFile
    classes: range
    regularization: float
    images: Path
    seed: int
    file: Path


def classify(files: dict[str, SignatureFile], labels_N: NDArray[np.int64], *, num_classes: int, work: Work) -> Fused:
    """Return the classifiers of the channels and how they are fused."""
    spec, folder = work.spec, work.folder / "classifiers"
    kept_N, out_N = split_held_out(labels_N, num_held_out=spec.fusion.num_held_out, key=work.key)
    if spec.fusion.num_tuning is not None:
        kept_N = np.sort(generator(work.key, "images for tuning").permutation(kept_N)[: spec.fusion.num_tuning])
    choices = [(name, regularization) for name in files for regularization in spec.classifier.regularizations]
    tuned = _trained(files, choices, kept_N, labels_N, num_classes=num_classes, work=work, purpose="tuning", folder=folder)
    margins, chosen, top1 = [], {}, {}
    for name, file in files.items():
        own = {value: _margins_NK(file, tuned[name, value], out_N) for value in spec.classifier.regularizations}
        right = {value: float((margin_NK.argmax(axis=1) == labels_N[out_N]).mean()) for value, margin_NK in own.items()}
        chosen[name] = max(own, key=lambda value: (right[value], value))  # of equals the stronger
        top1[name] = right[chosen[name]]
        margins.append(own[chosen[name]])
        told = ", ".join(f"{value:g}: {share:.3f}" for value, share in right.items())
        work.say(f"{name}: {len(out_N)} held-out images right by regularisation: {told}")
    weight_C = weights_C(np.stack(margins), labels_N[out_N], spec.fusion)
    fused_NK = np.tensordot(weight_C.astype(np.float32), np.stack(margins), axes=1)
    fused_top1 = float((fused_NK.argmax(axis=1) == labels_N[out_N]).mean())
    told = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(files, weight_C, strict=True))
    work.say(f"channels weigh {told}: {fused_top1:.3f} of the held-out images right")
    every_N = np.arange(len(labels_N))
    final = _trained(
        files, list(chosen.items()), every_N, labels_N, num_classes=num_classes, work=work, purpose="final", folder=folder
    )
    return Fused(
        classifiers={name: final[name, chosen[name]] for name in files},
        weights={name: float(weight) for name, weight in zip(files, weight_C, strict=True)},
        sharpness=sharpness_of(fused_NK, labels_N[out_N]),
        top1=top1,
        fused_top1=fused_top1,
    )


def _trained(
    files: dict[str, SignatureFile],
    choices: list[tuple[str, float]],
    index_N: NDArray[np.int64],
    labels_N: NDArray[np.int64],
    *,
    num_classes: int,
    work: Work,
    purpose: str,
    folder: Path,
) -> dict[tuple[str, float], LinearClassifier]:
    """Return the classifiers by channel and regularisation, trained on `index_N`; stored ones are not trained again."""
    svm = work.spec.classifier
    images = folder / f"images.{purpose}.npz"
    write_arrays(images, {"index_N": index_N, "labels_N": labels_N[index_N]})
    starts = range(0, num_classes, svm.classes_per_job)
    jobs = {
        (name, value): [
            _Job(
                signatures=files[name],
                classes=range(start, min(start + svm.classes_per_job, num_classes)),
                regularization=value,
                images=images,
                seed=seed_of(work.key, f"classifiers of {name}"),
                file=folder / f"{name}.{purpose}.{value!r}.{start}.npz",
            )
            for start in starts
        ]
        for name, value in choices
    }
    to_do = [job for own in jobs.values() for job in own if not job.file.exists()]
    progress = Progress(work.say, f"trains classifiers ({purpose})", total=len(to_do))
    run = functools.partial(_run, svm=svm, num_classes=num_classes)
    for done, peak in enumerate(in_order(run, to_do, num_processes=max(1, min(work.num_processes, len(to_do)))), start=1):
        work.costs.add({}, peak_mib=peak, num_read=0)
        progress.reached(done)
    return {choice: joined([_stored(job) for job in own]) for choice, own in jobs.items()}


def _run(job: _Job, *, svm: LinearSvm, num_classes: int) -> float:
    """Train and store; return the memory it took, in MiB."""
    images = read_arrays(job.images)
    own = train_svm(
        job.signatures.opened(),
        index_N=images["index_N"],
        labels_N=images["labels_N"],
        classes=job.classes,
        num_classes=num_classes,
        svm=svm,
        regularization=job.regularization,
        key=job.seed,
    )
    write_arrays(job.file, {"weight_KL": own.weight_KL, "bias_K": own.bias_K})
    return peak_mib()


def _stored(job: _Job) -> LinearClassifier:
    arrays = read_arrays(job.file)
    return LinearClassifier(weight_KL=arrays["weight_KL"], bias_K=arrays["bias_K"], regularization=job.regularization)


def _margins_NK(file: SignatureFile, classifier: LinearClassifier, index_N: NDArray[np.int64]) -> NDArray[np.float32]:
    signatures = file.opened()
    parts = [classifier.margins_NK(signatures.rows_NL(index_N[start : start + BLOCK])) for start in range(0, len(index_N), BLOCK)]
    return np.concatenate(parts)
