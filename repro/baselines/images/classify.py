"""The last step of a fit: choose on held-out images, then train the classifiers on all training images.

Shape suffixes: N images, L values of a signature, K classes, C channels.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repro.artifacts.arrays import read_npz, write_npz
from repro.baselines.fitting.fusion import sharpness_of, split_held_out, weights_C
from repro.baselines.fitting.randomness import generator, seed_of
from repro.baselines.images.fit_context import FitContext
from repro.baselines.images.linear_svm import LinearClassifier, joined_classes, train_svm
from repro.baselines.images.signatures import SignatureFile
from repro.spec.classical import LinearSvm
from repro.system.memory import peak_mib
from repro.system.progress import Progress
from repro.system.workers import in_order

#: Signatures that are scored at a time.
SIGNATURES_AT_ONCE = 256


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
    """Classes to be trained together on some images, with each regularisation. file: where their classifiers are stored."""

    signatures: SignatureFile
    classes: range
    regularizations: tuple[float, ...]
    images: Path
    seed: int
    file: Path


def classify(files: dict[str, SignatureFile], labels_N: NDArray[np.int64], *, num_classes: int, context: FitContext) -> Fused:
    """The classifiers of the channels and how they are fused."""
    spec = context.spec
    kept_N, out_N = split_held_out(labels_N, num_held_out=spec.fusion.num_held_out, key=context.key)
    if spec.fusion.num_tuning is not None:
        kept_N = np.sort(generator(context.key, "images for tuning").permutation(kept_N)[: spec.fusion.num_tuning])
    trained = functools.partial(_trained, files, labels_N=labels_N, num_classes=num_classes, context=context)
    tuned = trained(dict.fromkeys(files, spec.classifier.regularizations), index_N=kept_N, purpose="tuning")
    margins, chosen, top1 = [], {}, {}
    for name, file in files.items():
        margins_by_value = {classifier.regularization: _margins_NK(file, classifier, out_N) for classifier in tuned[name]}
        right = {value: _top1(margin_NK, labels_N[out_N]) for value, margin_NK in margins_by_value.items()}
        chosen[name] = max(margins_by_value, key=lambda value: (right[value], value))  # of equals the stronger
        top1[name] = right[chosen[name]]
        margins.append(margins_by_value[chosen[name]])
        shares = ", ".join(f"{share:.3f} at {value:g}" for value, share in right.items())
        context.say(f"{name}: right of {len(out_N)} held-out images, by regularisation: {shares}")
    weight_C = weights_C(np.stack(margins), labels_N[out_N], spec.fusion)
    fused_NK = np.tensordot(weight_C.astype(np.float32), np.stack(margins), axes=1)
    weights = {name: float(weight) for name, weight in zip(files, weight_C, strict=True)}
    shares = ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items())
    context.say(f"channels weigh {shares}: {_top1(fused_NK, labels_N[out_N]):.3f} of the held-out images right")
    every_N = np.arange(len(labels_N))
    final = trained({name: (value,) for name, value in chosen.items()}, index_N=every_N, purpose="final")
    return Fused(
        classifiers={name: final[name][0] for name in files},
        weights=weights,
        sharpness=sharpness_of(fused_NK, labels_N[out_N]),
        top1=top1,
        fused_top1=_top1(fused_NK, labels_N[out_N]),
    )


def _top1(margin_NK: NDArray[np.float32], labels_N: NDArray[np.int64]) -> float:
    return float((margin_NK.argmax(axis=1) == labels_N).mean())


def _trained(
    files: dict[str, SignatureFile],
    regularizations: dict[str, tuple[float, ...]],
    *,
    index_N: NDArray[np.int64],
    labels_N: NDArray[np.int64],
    num_classes: int,
    context: FitContext,
    purpose: str,
) -> dict[str, list[LinearClassifier]]:
    """The classifiers by channel, trained on `index_N` with each regularisation; stored ones are not trained again."""
    svm, folder = context.spec.classifier, context.folder / "classifiers"
    images = folder / f"images.{purpose}.npz"
    write_npz(images, {"index_N": index_N, "labels_N": labels_N[index_N]})
    jobs = {
        name: [
            _Job(
                signatures=files[name],
                classes=range(start, min(start + svm.classes_per_job, num_classes)),
                regularizations=values,
                images=images,
                seed=seed_of(context.key, f"classifiers of {name}"),
                file=folder / f"{name}.{purpose}.{start}.npz",
            )
            for start in range(0, num_classes, svm.classes_per_job)
        ]
        for name, values in regularizations.items()
    }
    to_do = [job for values in jobs.values() for job in values if not job.file.exists()]
    progress = Progress(f"trains classifiers ({purpose})", total=len(to_do), unit="jobs", say=context.say)
    run = functools.partial(_run, svm=svm, num_classes=num_classes)
    for peak in in_order(run, to_do, num_processes=max(1, min(context.num_processes, len(to_do)))):
        context.costs.add({}, peak_mib=peak, num_read=0)
        progress.add()
    return {
        name: [joined_classes([_stored(job, place) for job in jobs[name]]) for place in range(len(values))]
        for name, values in regularizations.items()
    }


def _run(job: _Job, *, svm: LinearSvm, num_classes: int) -> float:
    """Train and store; return the memory it took, in MiB."""
    images = read_npz(job.images)
    own = train_svm(
        job.signatures.opened(),
        index_N=images["index_N"],
        labels_N=images["labels_N"],
        classes=job.classes,
        num_classes=num_classes,
        svm=svm,
        regularizations=job.regularizations,
        key=job.seed,
    )
    weights = {f"weight_KL.{place}": classifier.weight_KL for place, classifier in enumerate(own)}
    write_npz(job.file, weights | {f"bias_K.{place}": classifier.bias_K for place, classifier in enumerate(own)})
    return peak_mib()


def _stored(job: _Job, place: int) -> LinearClassifier:
    arrays = read_npz(job.file)
    return LinearClassifier(
        weight_KL=arrays[f"weight_KL.{place}"], bias_K=arrays[f"bias_K.{place}"], regularization=job.regularizations[place]
    )


def _margins_NK(file: SignatureFile, classifier: LinearClassifier, index_N: NDArray[np.int64]) -> NDArray[np.float32]:
    signatures = file.opened()
    starts = range(0, len(index_N), SIGNATURES_AT_ONCE)
    parts = [classifier.margins_NK(signatures.rows_NL(index_N[start : start + SIGNATURES_AT_ONCE])) for start in starts]
    return np.concatenate(parts)
