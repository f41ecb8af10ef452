"""The video paper's rows that are not one net trained on the videos of Table 1: a baseline, an average, transfer, and speed."""

from dataclasses import replace

from repro.papers.karpathy.histograms import PRINTED
from repro.papers.karpathy.nets import EVALUATION, FRAME, RECIPE, SLOW
from repro.spec.evaluation import Evaluation
from repro.spec.experiment import Variant
from repro.spec.run import Ensemble, Experiment, Fitted, InitialWeights, Member, Timing
from repro.spec.video import ClipNetwork

VIDEOS = Evaluation(protocols=("video",))
CLIPS_AND_VIDEOS = Evaluation(protocols=("clip", "video"))

HISTOGRAMS = Fitted(model=PRINTED, evaluation=VIDEOS)
# Slow Fusion on the second set of videos, by the protocol of the first (S).
TRANSFER = Experiment(network=ClipNetwork(frame=FRAME, fusion=SLOW), recipe=RECIPE, evaluation=EVALUATION)
THREE_LAYERS = replace(
    TRANSFER,
    network=ClipNetwork(frame=FRAME, fusion=SLOW, dropout_before_dense=True),
    initial_weights=InitialWeights(variant="slow_fusion", trained=("fc6", "fc7", "fc8")),
)

TABLE1_METHODS = (
    Variant(
        name="feature_histograms",
        title="Feature Histograms + Neural Net",
        why="what hand-made features tell: the baseline that every net is to beat",
        source="section 4.1, Table 1",
        family="video_histograms",
        experiment=HISTOGRAMS,
    ),
    Variant(
        name="cnn_average",
        title="CNN Average (Single+Early+Late+Slow)",
        why="the mean prediction of four nets; here of whole frames, which the paper does not say",
        source="section 4.1, Table 1",
        family="clip_average",
        experiment=Ensemble(
            members=(
                Member(variant="single_frame", cycle=4),
                Member(variant="early_fusion", turn=1, cycle=4),
                Member(variant="late_fusion", turn=2, cycle=4),
                Member(variant="slow_fusion", turn=3, cycle=4),
            ),
            weights="equal",
            evaluation=CLIPS_AND_VIDEOS,
        ),
    ),
)

# Fine-tuned layers keep the weights of Sports-1M to begin with, the top layer excepted, which has other classes.
# The paper also drops out units before all trained layers, keeping as few as one in ten (S): so before fc6 too in
# the rows of three layers. The rate that it chose is not given. The main rows keep the rate of the net, and one
# row each has the extreme one.
TRANSFERRED = (
    Variant(
        name="transfer_histograms",
        title="Feature Histograms + Neural Net, second set",
        why="the baseline on the second set of videos",
        source="section 4.2, Table 3",
        family="transfer_histograms",
        experiment=HISTOGRAMS,
    ),
    Variant(
        name="transfer_scratch",
        title="Train from scratch",
        why="Slow Fusion that has never seen the first set of videos",
        source="section 4.2, Table 3",
        family="transfer",
        experiment=TRANSFER,
    ),
    Variant(
        name="transfer_top",
        title="Fine-tune top layer",
        why="features of the first set as they are, under a new classifier",
        source="section 4.2, Table 3",
        base="transfer_scratch",
        key="initial_weights",
        value=InitialWeights(variant="slow_fusion", trained=("fc8",)),
    ),
    Variant(
        name="transfer_top3",
        title="Fine-tune top 3 layers",
        why="the dense layers go on learning, dropout before each, the convolutions stay: the paper's best row",
        source="section 4.2, Table 3",
        family="transfer",
        experiment=THREE_LAYERS,
    ),
    Variant(
        name="transfer_all",
        title="Fine-tune all layers",
        why="all layers go on learning",
        source="section 4.2, Table 3",
        base="transfer_scratch",
        key="initial_weights",
        value=InitialWeights(variant="slow_fusion"),
    ),
    Variant(
        name="transfer_top_dropout",
        title="Fine-tune top layer, one unit in ten kept",
        why="the strongest dropout that the paper speaks of",
        source="section 4.2",
        base="transfer_top",
        key="network.frame.dropout_rate",
        value=0.9,
    ),
    Variant(
        name="transfer_top3_dropout",
        title="Fine-tune top 3 layers, one unit in ten kept",
        why="the strongest dropout that the paper speaks of",
        source="section 4.2",
        base="transfer_top3",
        key="network.frame.dropout_rate",
        value=0.9,
    ),
)

SPEED = (
    Variant(
        name="clip_speed",
        title="Clips a second, net beside net",
        why="what two streams save: the nets take turns in one process, so that the machine's moods cancel",
        source="introduction, sections 3.2 and 4.1",
        family="clip_timing",
        experiment=Timing(
            variants=("single_frame", "single_frame_multires", "slow_fusion", "slow_fusion_multires"),
            num_rounds=15,
            batch_size=32,
        ),
    ),
)

METHODS = TABLE1_METHODS + TRANSFERRED + SPEED
