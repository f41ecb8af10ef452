"""`run.json`: what a finished run is, what it cost, and the hash of each of its files. It is written last.

`finished.json` is the same document under a name that no workflow knows (repro.train.runs.record).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from repro.artifacts.documents import PlainSpec, digest_of, read_document, write_document
from repro.artifacts.files import FileFormatError, run_folder
from repro.artifacts.log_jsonl import Saturation
from repro.artifacts.stored_files import StoredFile, check_file_name

FILE, FINISHED, FAILED = "run.json", "finished.json", "failed.json"
#: The number format of every faithful run.
FAITHFUL = "float32"
#: Where `environment` names the line of the ledger by which the run was started (its SHA-256).
STARTED_BY = "ledger"


@dataclass(frozen=True, kw_only=True)
class ScoresFile:
    """A file of the scores of a split by a protocol (repro.artifacts.scores)."""

    split: str
    protocol: str
    file: str
    sha256: str
    num_examples: int

    def __post_init__(self) -> None:
        check_file_name(self.file)

    @property
    def stored(self) -> StoredFile:
        """Name and hash alone."""
        return StoredFile(file=self.file, sha256=self.sha256)


@dataclass(frozen=True, kw_only=True)
class RunData:
    """The data of a run. digest: of what was trained on. groups: the group of each class, where classes are grouped."""

    name: str
    title: str
    digest: str
    classes: tuple[str, ...]
    groups: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a run took: all of it by the clock and in processor time, training or fitting alone, and the most memory.

    peak_mib: None where it was not measured.
    """

    wall_s: float
    cpu_s: float
    train_s: float
    peak_mib: float | None


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What pages are drawn from: first kernels (of images; of the streams of clips) and test examples (images; clips)."""

    kernels: StoredFile | None = None
    stream_kernels: StoredFile | None = None
    gallery: StoredFile | None = None
    clip_gallery: StoredFile | None = None


@dataclass(frozen=True, kw_only=True)
class TrainedNetwork:
    """What a network adds. data_wait_s: time that training waited for data. num_resumes: how often it went on after an end."""

    num_epochs: int
    num_steps: int
    num_parameters: int
    num_resumes: int
    images_per_s: float
    data_wait_s: float
    log: StoredFile
    weights: StoredFile
    pictures: Pictures = field(default_factory=Pictures)
    saturation_at_start: Saturation | None = None


@dataclass(frozen=True, kw_only=True)
class ChosenClassifier:
    """The classifier that was the best on held-out examples."""

    hidden_units: tuple[int, ...]
    dropout_rate: float
    learning_rate: float
    weight_decay: float
    input_scaling: str


@dataclass(frozen=True, kw_only=True)
class FittedModel:
    """What a classical model adds. steps_s: time of each step of fitting.

    num_descriptions_taken: descriptions made before, by itself or by runs before it in the same process, whose time it did
    not spend; None where they were not counted.
    """

    num_features: int
    steps_s: dict[str, float]
    model: StoredFile
    chosen: ChosenClassifier | None = None
    num_descriptions_taken: int | None = None


@dataclass(frozen=True, kw_only=True)
class MemberData:
    """Which data a member of an average had."""

    name: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """A run that is averaged. test_errors: its own top-1 error on the test examples by protocol."""

    run: str
    weight: float
    test_errors: dict[str, float]
    dataset: MemberData


@dataclass(frozen=True, kw_only=True)
class AveragedRuns:
    """What an ensemble adds."""

    members: tuple[Member, ...]
    num_parameters: int


@dataclass(frozen=True, kw_only=True)
class TimedNetworks:
    """What a measurement of speed adds (repro.artifacts.timings_json)."""

    timings: StoredFile


#: What the method that made a run adds.
Made = TrainedNetwork | FittedModel | AveragedRuns | TimedNetworks


@dataclass(frozen=True, kw_only=True)
class RunJson:
    """A finished run. Exactly one of `network`, `fitted`, `ensemble` and `timing` is there: what its method adds.

    identity: all on which the result depends (repro.train.runs.record.identity_of). device: for a reader.
    reason: why it diverged. num_train_examples: on which it was trained.
    """

    SCHEMA: ClassVar[str] = "run/2"
    STAGE: ClassVar[str] = "train"

    id: str
    scale: str
    paper: str
    variant: str
    seed: int
    evidence: str
    status: Literal["ok", "diverged"]
    reason: str
    dataset: RunData
    num_classes: int
    num_train_examples: int
    costs: Costs
    scores: tuple[ScoresFile, ...]
    network: TrainedNetwork | None = None
    fitted: FittedModel | None = None
    ensemble: AveragedRuns | None = None
    timing: TimedNetworks | None = None
    spec: PlainSpec
    spec_digest: str
    code_digest: str
    identity: dict[str, str]
    environment: dict[str, str]
    command: str
    device: str
    precision: str
    num_threads: int

    def __post_init__(self) -> None:
        parts = [name for name in METHODS.values() if getattr(self, name) is not None]
        if len(parts) != 1:
            raise ValueError(f"a run has the parts {parts or 'of no method'}; allowed: one of {', '.join(METHODS.values())}")
        if self.id != f"{self.scale}/{self.paper}/{self.variant}/{self.seed}":
            raise ValueError(f"the id {self.id!r} is not scale, paper, variant and seed of the run")

    @property
    def made(self) -> Made:
        """What the method that made the run adds."""
        return next(part for part in (self.network, self.fitted, self.ensemble, self.timing) if part is not None)

    @property
    def method(self) -> str:
        """Name of the method that made the run."""
        return METHODS[type(self.made)]

    @property
    def diverged(self) -> bool:
        return self.status == "diverged"

    @property
    def results_digest(self) -> str:
        """Digest of what was measured: a run that is made again to the bit has the same, whatever time it took.

        Times are what a timing measures.
        """
        scores = [[entry.split, entry.protocol, entry.sha256] for entry in self.scores]
        made = self.network.weights.sha256 if self.network else self.timing.timings.sha256 if self.timing else ""
        return digest_of({"status": self.status, "reason": self.reason, "scores": scores, "made": made})

    def scores_of(self, split: str) -> tuple[ScoresFile, ...]:
        """Files of the scores of a split, one for each protocol."""
        return tuple(entry for entry in self.scores if entry.split == split)

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file beside the document."""
        return (*(entry.stored for entry in self.scores), *_files_of(self.made))


#: What run.json calls what each method adds.
METHODS: dict[type, str] = {
    TrainedNetwork: "network",
    FittedModel: "fitted",
    AveragedRuns: "ensemble",
    TimedNetworks: "timing",
}


def _files_of(made: Made) -> tuple[StoredFile, ...]:
    match made:
        case TrainedNetwork(log=log, weights=weights, pictures=shown):
            pictures = (shown.kernels, shown.stream_kernels, shown.gallery, shown.clip_gallery)
            return (log, weights, *(picture for picture in pictures if picture is not None))
        case FittedModel(model=model):
            return (model,)
        case TimedNetworks(timings=timings):
            return (timings,)
        case AveragedRuns():
            return ()


def is_finished(folder: Path) -> bool:
    """Say whether a run's folder has a record."""
    return record_path(folder).is_file()


def record_path(folder: Path) -> Path:
    """The file that is the record of a run: finished.json where a workflow has removed run.json.

    A workflow does so when another run of the same job failed. Where this one failed, what it was before is no record of it.
    """
    folder = Path(folder)
    return folder / FILE if (folder / FILE).is_file() or (folder / FAILED).is_file() else folder / FINISHED


def read_run(results: Path, run_id: str) -> RunJson:
    """The record of the run called `scale/paper/variant/seed`.

    Raises:
        MissingFileError: the run is not finished.
        FileFormatError: the file is damaged (repro.artifacts.documents.read_document), or is that of another run.
    """
    folder = run_folder(results, run_id)
    path = record_path(folder) if is_finished(folder) else folder / FILE
    run = read_document(path, RunJson)
    if run.id != run_id:
        raise FileFormatError(f"{path} is of run {run.id}, not of {run_id}; train the run again")
    return run


def write_run(folder: Path, run: RunJson) -> None:
    """Write the record of the run in `folder` under both its names: from now on the run is finished."""
    write_document(Path(folder) / FINISHED, run)
    write_document(Path(folder) / FILE, run)
