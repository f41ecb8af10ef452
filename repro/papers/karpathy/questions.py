"""What a reader asks of the Sports-1M networks, in the paper's order, with the claims that answer it."""

from repro.spec.claims.questions import Question, Written

FUSION = (
    Question(
        name="slow_fusion",
        title="Does Slow Fusion beat a single frame, and the other fusions?",
        headline="B.S4.1.slow_single.vid1",
        claims=(
            "B.S4.1.slow_single.vid1",
            "B.S4.1.slow_single.clip1",
            "B.S4.1.slow_single.vid5",
            "B.S4.1.slow_early.vid1",
            "B.S4.1.slow_early.clip1",
            "B.S4.1.slow_early.vid5",
            "B.S4.1.slow_late.vid1",
            "B.S4.1.slow_late.clip1",
            "B.S4.1.slow_late.vid5",
            "B.S4.1.order.vid1",
        ),
        remark=Written(
            text=(
                "On gestures, where movement makes the class, Slow Fusion errs on 13 % of the videos and one frame on "
                "69 %. On nine classes of UCF-101 one frame knows as much as Slow Fusion does, 45 % errors each, and "
                "Late Fusion errs less, on 41 %. So what a net gains from time is a matter of the data: where a frame "
                "shows a scene or a sport it is not seen to matter, and the paper says the same of its million sports videos."
            ),
            digest="88d98b1620adafa5",
        ),
    ),
    Question(
        name="early_fusion",
        title="Is Early Fusion worse than a single frame, though it sees how things move?",
        headline="B.S4.1.early_single.vid1",
        claims=(
            "B.S4.1.early_single.vid1",
            "B.S4.1.early_single.clip1",
            "B.S4.1.early_single.vid5",
            "B.S3.1.early.direction",
            "B.S3.1.early.speed",
        ),
        remark=Written(
            text=(
                "One frame knows 31 % of the gestures, 55 % of the videos of UCF-101 and 59.3 % of the paper's "
                "sports. Where it knows little, a net that sees time gains far more. On UCF-101 Early Fusion and one "
                "frame are not told apart by 122 test videos."
            ),
            digest="8b824eac43468fdc",
        ),
    ),
    Question(
        name="late_fusion",
        title="Are Late Fusion and a single frame equally good?",
        headline="B.S4.1.late_single.vid1",
        claims=(
            "B.S4.1.late_single.vid1",
            "B.S4.1.late_single.vid1.late",
            "B.S4.1.late_single.vid1.single",
        ),
        remark=Written(
            text=(
                "On gestures Late Fusion is better, not worse: the first and the last frame of a clip already tell "
                "something of a movement that one frame does not. On UCF-101 it errs on 4.5 points fewer videos than "
                "one frame, which 122 test videos do not tell from none."
            ),
            digest="acf3dee26e03bbf4",
        ),
    ),
    Question(
        name="little_difference",
        title="Do all ways to fuse frames differ by little?",
        headline="B.S4.1.spread.vid1",
        claims=("B.S4.1.spread.vid1",),
        remark=Written(
            text=(
                "The statement is about sports, where one frame tells most. On gestures, whose classes differ in "
                "movement alone, the nets are 57 points apart; on nine classes of UCF-101, five of them sports, 6 "
                "points, of which 122 test videos cannot say whether they are more than the 3.2 of the paper. So it "
                "is the data, and not the nets, of which the statement holds."
            ),
            digest="e1f651492f849074",
        ),
    ),
    Question(
        name="four_nets",
        title="Does the average of four nets beat the best of them?",
        headline="B.S4.1.average_slow.vid1",
        claims=(
            "B.S4.1.average_slow.vid1",
            "B.S4.1.average_single.vid1",
        ),
    ),
    Question(
        name="histograms",
        title="Do the nets beat feature histograms?",
        headline="B.S5.slow_histograms.vid1",
        claims=(
            "B.S5.slow_histograms.vid1",
            "B.S5.single_histograms.vid1",
            "B.S5.early_histograms.vid1",
            "B.S5.late_histograms.vid1",
            "B.S5.average_histograms.vid1",
        ),
        remark=Written(
            text=(
                "On gestures the net of single frames makes more errors than the histograms, which hold movement too, "
                "in cuboids over time; Slow and Early Fusion, which see time, make fewer. On 320 videos of UCF-101 "
                "the histograms err on 36 % and the nets on 40 to 47 %, which 122 test videos do not tell from equal: "
                "so few videos are little for nets that learn their features."
            ),
            digest="98fd4c5b9b0dd872",
        ),
    ),
)

STREAMS = (
    Question(
        name="two_streams",
        title="Do two streams at half the pixels cost no accuracy?",
        headline="B.S4.1.multires_single.vid1",
        claims=(
            "B.S4.1.multires_single.vid1",
            "B.S4.1.multires_single.clip1",
            "B.S4.1.multires_single.vid5",
            "B.S3.2.no_cost.single.vid1",
            "B.S3.2.no_cost.slow.vid1",
        ),
        remark=Written(
            text=(
                "The fovea stream sees the middle of the frame alone, where a pointing hand need not be; yet alone it "
                "does no worse than the whole frame at half the pixels, on gestures and on UCF-101. The frames are "
                "small, so that half of their pixels may be too few. Larger frames were not tried."
            ),
            digest="8d681d9e1f7f10bb",
        ),
    ),
    Question(
        name="context_fovea",
        title="Is the whole frame worth more than its centre, and both more than one?",
        headline="B.S4.1.context_fovea.vid1",
        claims=(
            "B.S4.1.context_fovea.vid1",
            "B.S4.1.context_fovea.clip1",
            "B.S4.1.context_fovea.vid5",
            "B.S4.1.multires_context.vid1",
            "B.S4.1.multires_fovea.vid1",
        ),
        remark=Written(
            text=(
                "A frame shows little of the gestures, to either stream: alone or together they know about a quarter "
                "of the videos. On UCF-101 they know about half, and the centre is no worse than the whole there "
                "either. An effect as large as the paper's is ruled out on both."
            ),
            digest="b0b26127a568eae4",
        ),
    ),
    Question(
        name="stream_speed",
        title="Are two streams two to four times as fast?",
        headline="B.S3.2.speed.range",
        claims=(
            "B.S3.2.speed.range",
            "B.S3.2.speed.sf",
            "B.S3.2.speed.slow",
        ),
    ),
    Question(
        name="stream_kernels",
        title="Does the context stream learn colours, and the fovea stream fine patterns?",
        headline="B.F3.context.color",
        claims=(
            "B.F3.context.color",
            "B.F3.fovea.frequency",
        ),
        remark=Written(
            text=(
                "149 videos of hands before a few rooms say little about colours, so that first kernels need none; "
                "both streams are nearly as grey. On UCF-101 the kernels of the fovea have the higher frequencies, as "
                "the paper says, and the colours of the context cannot be told."
            ),
            digest="85fc47d97d7ec657",
        ),
    ),
)

MOTION = (
    Question(
        name="motion_classes",
        title="Does motion help in the classes that the paper names?",
        headline="B.T2.signs",
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
        ),
    ),
    Question(
        name="camera",
        title="Does a camera that moves hurt the nets that see motion?",
        headline="B.S4.1.camera",
        claims=("B.S4.1.camera",),
    ),
)

TRANSFER = (
    Question(
        name="transfer",
        title="Does fine-tuning beat training from scratch on UCF-101?",
        headline="B.S4.2.top3_scratch",
        claims=(
            "B.S4.2.top3_scratch",
            "B.S4.2.top_scratch",
            "B.S4.2.all_scratch",
            "B.S4.2.histograms_scratch",
            "B.S4.2.top_histograms",
            "B.S4.2.top3_histograms",
            "B.S4.2.all_histograms",
            "B.S4.2.groups.human_object_interaction.top3_scratch",
            "B.S4.2.groups.body_motion_only.top3_scratch",
            "B.S4.2.groups.human_human_interaction.top3_scratch",
            "B.S4.2.groups.playing_musical_instruments.top3_scratch",
            "B.S4.2.groups.sports.top3_scratch",
            "B.S4.2.groups.all_groups.top3_scratch",
        ),
        remark=Written(
            text=(
                "Here features of ten gestures, from 149 videos, are taken to 320 videos of nine classes of UCF-101. The "
                "paper goes from a million videos to some ten thousand. Features of so few videos help as a start, where "
                "all layers learn on; kept as they are, they lose against training from scratch."
            ),
            digest="04736f64ef5752c7",
        ),
    ),
    Question(
        name="how_many_layers",
        title="Are the top three layers the right ones to fine-tune?",
        headline="B.S4.2.top3_top",
        claims=(
            "B.S4.2.top3_top",
            "B.S4.2.top3_all",
            "B.S4.2.top_all",
            "B.S4.2.top3_gain",
            "B.S4.2.groups.human_object_interaction.top3_top",
            "B.S4.2.groups.body_motion_only.top3_top",
            "B.S4.2.groups.human_human_interaction.top3_top",
            "B.S4.2.groups.playing_musical_instruments.top3_top",
            "B.S4.2.groups.all_groups.top3_top",
            "B.S4.2.groups.sports.top_top3",
        ),
        remark=Written(
            text=(
                "The fewer layers are kept as the gestures made them, the fewer errors: the paper's features are of a "
                "million videos, and worth keeping."
            ),
            digest="a64981132c1117a4",
        ),
    ),
)

NUMBERS = (
    Question(
        name="printed_hits",
        title="Are the printed hit rates and speeds reached?",
        headline="B.T1.slow.vid1",
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
            "B.T3.soomro",
            "B.T3.fh",
            "B.T3.scratch",
            "B.T3.top",
            "B.T3.top3",
            "B.T3.all",
            "B.abs.ucf",
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
            "B.S4.1.clips_ps",
            "B.S4.1.clips_ps.multires",
            "B.S3.dup",
        ),
    ),
)

QUESTIONS = FUSION + STREAMS + MOTION + TRANSFER + NUMBERS
