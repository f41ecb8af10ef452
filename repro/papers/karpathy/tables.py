"""The pages of the video paper: which variants and claims each shows, and what it is about."""

from repro.papers.karpathy.differences import DIFFERENCES
from repro.spec.experiment import Table
from repro.spec.terms.figures import Figure

STREAMS = Figure(
    name="streams",
    lead=(
        "The paper's Figure 2: the context stream sees the whole frame at half the resolution, the fovea stream its centre at "
        "full resolution; both end in maps of one size and meet in the first dense layer."
    ),
)

TABLE1 = Table(
    name="karpathy_table1",
    title="Fusion over time, and two streams",
    where="Table 1, section 4.1",
    control="single_frame",
    variants=(
        "feature_histograms",
        "single_frame",
        "single_frame_multires",
        "fovea_only",
        "context_only",
        "early_fusion",
        "late_fusion",
        "slow_fusion",
        "cnn_average",
        "slow_fusion_multires",
        "conv3d",
    ),
    claims=(
        "B.T1.fh.vid1",
        "B.T1.sf.clip1",
        "B.T1.sf.vid1",
        "B.T1.sf.vid5",
        "B.T1.sfm.clip1",
        "B.T1.sfm.vid1",
        "B.T1.sfm.vid5",
        "B.T1.fov.clip1",
        "B.T1.fov.vid1",
        "B.T1.fov.vid5",
        "B.T1.ctx.clip1",
        "B.T1.ctx.vid1",
        "B.T1.ctx.vid5",
        "B.T1.early.clip1",
        "B.T1.early.vid1",
        "B.T1.early.vid5",
        "B.T1.late.clip1",
        "B.T1.late.vid1",
        "B.T1.late.vid5",
        "B.T1.slow.clip1",
        "B.T1.slow.vid1",
        "B.T1.slow.vid5",
        "B.T1.avg.clip1",
        "B.T1.avg.vid1",
        "B.T1.avg.vid5",
        "B.S5.average_histograms.vid1",
        "B.S5.slow_histograms.vid1",
        "B.S5.single_histograms.vid1",
        "B.S5.early_histograms.vid1",
        "B.S5.late_histograms.vid1",
        "B.S4.1.slow_single.clip1",
        "B.S4.1.slow_single.vid1",
        "B.S4.1.slow_single.vid5",
        "B.S4.1.early_single.clip1",
        "B.S4.1.early_single.vid1",
        "B.S4.1.early_single.vid5",
        "B.S4.1.slow_early.clip1",
        "B.S4.1.slow_early.vid1",
        "B.S4.1.slow_early.vid5",
        "B.S4.1.slow_late.clip1",
        "B.S4.1.slow_late.vid1",
        "B.S4.1.slow_late.vid5",
        "B.S4.1.average_single.vid1",
        "B.S4.1.spread.vid1",
        "B.S4.1.average_slow.vid1",
        "B.S4.1.order.vid1",
        "B.S4.1.late_single.vid1",
        "B.S4.1.late_single.vid1.late",
        "B.S4.1.late_single.vid1.single",
        "B.S4.1.multires_single.clip1",
        "B.S4.1.multires_single.vid1",
        "B.S4.1.multires_single.vid5",
        "B.S4.1.context_fovea.clip1",
        "B.S4.1.context_fovea.vid1",
        "B.S4.1.context_fovea.vid5",
        "B.S4.1.multires_context.vid1",
        "B.S4.1.multires_fovea.vid1",
        "B.S3.1.early.direction",
        "B.S3.1.early.speed",
        "B.F3.context.color",
        "B.F3.fovea.frequency",
        "B.S3.dup",
    ),
    controls=(
        ("fovea_only", "single_frame_multires"),
        ("context_only", "single_frame_multires"),
        ("slow_fusion_multires", "single_frame_multires"),
        ("cnn_average", "slow_fusion"),
    ),
    shows="hits",
    about=(
        "The paper prints hits on Sports-1M: of clips by themselves, and of videos, whose prediction is the mean over 20 clips. "
        "A hit is compared with the printed one only on the paper's own videos; what one net gains over another can be judged on "
        "any. No rerun of the four fusion nets on Sports-1M was found elsewhere: later papers copy these rows. The last two "
        "variants are not in the paper's table; what remains different is listed under what the papers do not say."
    ),
    differences=DIFFERENCES,
    figures=(
        Figure(
            name="fusion_over_time",
            lead="The paper's Figure 1 shows the four fusions so; the last net is not in the paper.",
        ),
        Figure(name="kernels_over_time"),
        STREAMS,
        Figure(
            name="stream_kernels",
            lead=(
                "The paper shows those of a net with two streams: the context stream learns more colours and coarse patterns, "
                "the fovea stream fine grey ones."
            ),
            reading="A pixel that the context stream sees is two of the frame's.",
        ),
    ),
)

TABLE2 = Table(
    name="karpathy_table2",
    title="Where motion helps, class by class",
    where="Table 2",
    control="single_frame",
    variants=("single_frame", "slow_fusion"),
    claims=(
        "B.T2.signs",
        "B.T2.juggling_club",
        "B.T2.pole_climbing",
        "B.T2.mountain_unicycling",
        "B.T2.tricking",
        "B.T2.footbag",
        "B.T2.skipping_rope",
        "B.T2.rope_climbing",
        "B.T2.slacklining",
        "B.T2.tee_ball",
        "B.T2.sheepdog_trial",
        "B.T2.short_track_motor_racing",
        "B.T2.road_racing",
        "B.T2.jeet_kune_do",
        "B.T2.paintball",
        "B.T2.freeride",
        "B.T2.cricket",
        "B.T2.wrestling",
        "B.T2.modern_pentathlon",
        "B.T2.krav_maga",
        "B.T2.rally_cross",
        "B.S4.1.camera",
    ),
    about=(
        "The paper lists the ten classes whose average precision Slow Fusion raises most over Single-Frame, and the ten in which "
        "it loses most. These are classes of Sports-1M, and single nets: which classes head such a list is partly chance. The "
        "same list follows for the classes here, and beside it what the paper suspects and does not measure: that Slow Fusion "
        "gains less where the camera moves."
    ),
    measures=("class_gains", "gain_by_camera_motion"),
    figures=(
        Figure(
            name="class_gains",
            title="What motion contributes",
            lead="The paper lists the ten classes of each end; beside its list stand the classes here.",
        ),
        Figure(name="clips"),
        Figure(
            name="gain_by_camera_motion",
            title="Does the motion of the camera hurt?",
            lead="The paper suspects that the motion-aware net does worse where the camera moves, and measures nothing.",
            reading="A gain that falls, below 0, is what the paper suspects.",
        ),
    ),
)

TABLE3 = Table(
    name="karpathy_table3",
    title="Transfer to UCF-101",
    where="Table 3, section 4.2, abstract",
    control="transfer_scratch",
    variants=(
        "transfer_histograms",
        "transfer_scratch",
        "transfer_top",
        "transfer_top3",
        "transfer_all",
        "transfer_top_dropout",
        "transfer_top3_dropout",
    ),
    claims=(
        "B.T3.soomro",
        "B.T3.fh",
        "B.T3.scratch",
        "B.T3.top",
        "B.T3.top3",
        "B.T3.all",
        "B.abs.ucf",
        "B.S4.2.top_scratch",
        "B.S4.2.top3_scratch",
        "B.S4.2.all_scratch",
        "B.S4.2.top3_top",
        "B.S4.2.top3_all",
        "B.S4.2.top_all",
        "B.S4.2.top_histograms",
        "B.S4.2.top3_histograms",
        "B.S4.2.all_histograms",
        "B.S4.2.histograms_scratch",
        "B.S4.2.top3_gain",
    ),
    shows="hits",
    about=(
        "Slow Fusion, trained on Sports-1M, is fine-tuned on UCF-101 in its top layer, its three dense layers or throughout, and "
        "compared with the same net trained on UCF-101 alone. Three seeds are its three folds. The abstract and the table "
        "disagree about the best result: 63.3 % and 65.4 %. Numbers of others beside the rows are of other nets."
    ),
)

TABLE4 = Table(
    name="karpathy_table4",
    title="Transfer to UCF-101, by group of classes",
    where="Table 4",
    control="transfer_scratch",
    variants=("transfer_scratch", "transfer_top", "transfer_top3"),
    claims=(
        "B.T4.human_object_interaction.scratch",
        "B.T4.human_object_interaction.top3",
        "B.T4.human_object_interaction.top",
        "B.T4.body_motion_only.scratch",
        "B.T4.body_motion_only.top3",
        "B.T4.body_motion_only.top",
        "B.T4.human_human_interaction.scratch",
        "B.T4.human_human_interaction.top3",
        "B.T4.human_human_interaction.top",
        "B.T4.playing_musical_instruments.scratch",
        "B.T4.playing_musical_instruments.top3",
        "B.T4.playing_musical_instruments.top",
        "B.T4.sports.scratch",
        "B.T4.sports.top3",
        "B.T4.sports.top",
        "B.T4.all_groups.scratch",
        "B.T4.all_groups.top3",
        "B.T4.all_groups.top",
        "B.S4.2.groups.human_object_interaction.top3_scratch",
        "B.S4.2.groups.human_object_interaction.top3_top",
        "B.S4.2.groups.body_motion_only.top3_scratch",
        "B.S4.2.groups.body_motion_only.top3_top",
        "B.S4.2.groups.human_human_interaction.top3_scratch",
        "B.S4.2.groups.human_human_interaction.top3_top",
        "B.S4.2.groups.playing_musical_instruments.top3_scratch",
        "B.S4.2.groups.playing_musical_instruments.top3_top",
        "B.S4.2.groups.sports.top3_scratch",
        "B.S4.2.groups.sports.top_top3",
        "B.S4.2.groups.all_groups.top3_scratch",
        "B.S4.2.groups.all_groups.top3_top",
    ),
    about=(
        "The mean average precision of Slow Fusion in the five groups of UCF-101, from scratch and after fine-tuning. What three "
        "fine-tuned layers gain over one comes almost only from the groups other than Sports, as the page of Table 3 says."
    ),
)

SPEED = Table(
    name="karpathy_speed",
    title="What two streams cost and save",
    where="introduction, sections 3.2 and 4.1",
    control="single_frame",
    variants=("single_frame", "single_frame_multires", "slow_fusion", "slow_fusion_multires", "clip_speed"),
    claims=(
        "B.S3.2.speed.sf",
        "B.S3.2.speed.slow",
        "B.S3.2.speed.range",
        "B.S4.1.clips_ps",
        "B.S4.1.clips_ps.multires",
        "B.S3.2.no_cost.single.vid1",
        "B.S3.2.no_cost.slow.vid1",
    ),
    controls=(("slow_fusion", "slow_fusion"), ("slow_fusion_multires", "slow_fusion"), ("clip_speed", "clip_speed")),
    figures=(STREAMS,),
    about=(
        "A net with two streams sees half the pixels of one that sees whole frames. The paper says that this makes it two to "
        "four times as fast at no cost in accuracy. Its clips a second are those of its machines; ratios carry over to others."
    ),
)

TABLES = (TABLE1, TABLE2, TABLE3, TABLE4, SPEED)
