"""An experiment and the run of it that a name stands for: all that training and scoring know of a paper.

Four kinds of method end in the same scores file: a network that is trained, an ensemble of other runs, a classical model that
is fitted, and (without scores) a timing of networks side by side. run.json records `method`;
repro.spec.terms.methods says how each is called and what its runs hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from repro.spec.evaluation import Evaluation, ImageEvaluation
from repro.system.seeds import derived_seed

if TYPE_CHECKING:  # a run of one method does not run the specs of the others
    from repro.spec.datasets import Dataset
    from repro.spec.model import Model
    from repro.spec.network import Network
    from repro.spec.recipe import ImageRecipe
    from repro.spec.video import ClipEvaluation, ClipNetwork, ClipRecipe
    from repro.spec.video_datasets import VideoDataset

#: How the members of an ensemble weigh: all the same, or so that the validation examples are most probable.
WEIGHTS = ("equal", "validation")


@dataclass(frozen=True, kw_only=True)
class InitialWeights:
    """Weights with which a network begins: those of the finished run of another `variant`, with the same seed.

    fresh: layers that begin with initial weights of their own all the same; the output layer, of other classes, is one always.
    trained: the layers that are trained, the others staying as they came; none named: all.
    """

    variant: str
    fresh: tuple[str, ...] = ()
    trained: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A network, of images or of clips, how it is trained and how it is scored.

    initial_weights: where its weights come from, if not from chance.
    """

    method: ClassVar[str] = "network"
    network: Network | ClipNetwork
    recipe: ImageRecipe | ClipRecipe
    evaluation: ImageEvaluation | ClipEvaluation
    initial_weights: InitialWeights | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """`num` runs of a variant: run s of an ensemble has those with the seeds num * s to num * s + num - 1.

    Runs of one seed share what they draw, whatever their variant, and an average of them would gain less than one of
    independent nets. So members of different variants take turns: with a `cycle` of m, the seeds are those of the run
    whose number is s, moved on by `turn` in its block of m. Of one ensemble no two members have one seed, and no two
    of its runs have a run in common.
    """

    variant: str
    num: int = 1
    turn: int = 0
    cycle: int = 1

    def seeds(self, seed: int) -> range:
        """The seeds of the runs that run `seed` of the ensemble has."""
        within = seed % self.cycle
        place = seed - within + (within + self.turn) % self.cycle
        return range(self.num * place, self.num * (place + 1))


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """The mean of the scores of several runs, example by example. weights: one of WEIGHTS."""

    method: ClassVar[str] = "ensemble"
    members: tuple[Member, ...]
    weights: str
    evaluation: Evaluation


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A classical model, fitted to the training split and scored on the test split.

    It sees stored images and clips whole: of images, the protocol `center` stands for that.
    """

    method: ClassVar[str] = "fitted"
    model: Model
    evaluation: Evaluation


NOT_SCORED = Evaluation(protocols=())


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A network that is timed."""

    name: str
    experiment: Experiment


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long networks take a clip or an image, measured in turns in one process: in training and at test time.

    variants: the networks. num_rounds: turns of each after those that warm up.
    batch_size: examples that go through at a time.
    networks: the experiments of the variants, at the size of a scale; none where no scale is chosen.
    """

    method: ClassVar[str] = "timing"
    variants: tuple[str, ...]
    num_rounds: int
    batch_size: int
    networks: tuple[Timed, ...] = ()
    evaluation: Evaluation = NOT_SCORED


Method = Experiment | Ensemble | Fitted | Timing


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a name `scale/paper/variant/seed` stands for, in full.

    earlier_data: names of the data on which the weights that it begins with were trained, training after training.
    """

    scale: str
    paper: str
    variant: str
    seed: int
    evidence: str
    dataset: Dataset | VideoDataset
    experiment: Method
    earlier_data: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.scale}/{self.paper}/{self.variant}/{self.seed}"

    @property
    def trained(self) -> Experiment:
        """The experiment of a network; raise TypeError where the run is of another method."""
        if not isinstance(self.experiment, Experiment):
            raise TypeError(f"run {self.id} is {type(self.experiment).__name__}, not a network that is trained")
        return self.experiment

    def key_for(self, purpose: str) -> int:
        """The 64-bit key of all randomness that this run uses for `purpose`.

        It holds scale, paper and seed and not the variant: what two variants have in common is drawn alike, so that runs
        of one seed are a pair. A run that begins with the weights of another draws nothing that went into them again: its
        fresh layers are other than those that were trained, and images that were seen before come in another order, with
        other crops and masks.
        """
        before = len(self.earlier_data) if purpose == "init" else self.earlier_data.count(self.dataset.name)
        return derived_seed(f"{self.scale}/{self.paper}/{self.seed}\n{purpose}/{before}", num_bits=64)
