"""The videos of the video paper's scales: those of Table 1, and those to which its nets are transferred."""

from dataclasses import replace

from repro.papers.karpathy.groups import UCF101_GROUPS
from repro.spec.video_datasets import Clips, ProceduralVideos, VideoDataset

# Side of a crop of generated frames, all that a network sees of one; the frames are 8 px larger, to move it in.
SMOKE_CROP_PX = 48
SMALL_CROP_PX = 36

# Generated videos are stored at the size at which they are made: resizing would destroy the patterns of the detail classes.
# Ten classes are the fewest with which a top-5 error says anything. The two training clips of a video lie in its two shots.
SMOKE_PX = SMOKE_CROP_PX + 8
SMOKE_KNOBS = ProceduralVideos(
    num_train=180,
    num_test=60,
    frame_px=SMOKE_PX,
    fps=15,
    seconds=3.2,
    num_shots=2,
    appearance_classes=3,
    motion_classes=3,
    detail_classes=2,
    border_classes=2,
    weak_share=0.15,
    camera=0.1,
    two_label_share=0.05,
    seed=2014,
)
PROCEDURAL_SMOKE = VideoDataset(
    name="procedural_videos",
    kind="procedural_videos",
    title="generated videos (smoke)",
    stored_px=SMOKE_PX,
    clips=Clips(num_frames=16, span_s=16 / 15, num_train=2, num_test=3),
    num_validation=20,
    max_refused=0.0,
    procedural=SMOKE_KNOBS,
)

SMALL_PX = SMALL_CROP_PX + 8
SMALL_KNOBS = ProceduralVideos(
    num_train=660,
    num_test=330,
    frame_px=SMALL_PX,
    fps=15,
    seconds=3.2,
    num_shots=2,
    appearance_classes=3,
    motion_classes=4,
    detail_classes=2,
    border_classes=2,
    weak_share=0.05,
    camera=0.05,
    two_label_share=0.05,
    seed=2014,
)
PROCEDURAL_SMALL = VideoDataset(
    name="procedural_videos",
    kind="procedural_videos",
    title="generated videos",
    stored_px=SMALL_PX,
    clips=Clips(num_frames=16, span_s=16 / 15, num_train=2, num_test=3),
    num_validation=44,
    max_refused=0.0,
    procedural=SMALL_KNOBS,
)

# For transfer: other classes of the same kinds, in the five groups in which the generator sorts them, and few training videos.
PROCEDURAL_TRANSFER_SMOKE = replace(
    PROCEDURAL_SMOKE,
    name="procedural_videos_transfer",
    title="other generated videos to transfer to (smoke)",
    num_validation=10,
    procedural=replace(SMOKE_KNOBS, num_train=60, appearance_classes=2, motion_classes=4, first_class=4, seed=101),
)
PROCEDURAL_TRANSFER_SMALL = replace(
    PROCEDURAL_SMALL,
    name="procedural_videos_transfer",
    title="other generated videos to transfer to",
    num_validation=13,
    procedural=replace(SMALL_KNOBS, num_train=143, num_test=260, motion_classes=6, first_class=4, seed=101),
)

# Two protocols for a user's own videos. In the first a clip spans four fifths of its video, so that it shows a whole gesture or
# action, and the five clips of a test video differ by the fifth that is left; in the second it is the paper's half second.
# The frames are a compromise for sets of a few hundred videos to some ten thousand, UCF-101 say: 64 of 72 px are enough for
# what moves in them and let nine nets with three seeds learn on a desktop machine; detail is lost, and who has a GPU and
# many videos adds a scale with more.
FOLDERS = VideoDataset(
    name="video_folders",
    kind="video_folders",
    title="a folder of class folders of videos",
    stored_px=72,
    clips=Clips(num_frames=16, span_s=None, span_share=0.8, num_train=8, num_test=5),
    num_validation=0,
    max_refused=0.01,
)

HALF_SECOND = Clips(num_frames=16, span_s=16 / 30, num_train=8, num_test=20)
FOLDERS_HALF_SECOND = replace(FOLDERS, title="a folder of class folders of videos, in clips of half a second", clips=HALF_SECOND)

# 200 px, 20 test clips of half a second (16 frames at 30 a second) a video and a tenth of a million videos for validation (V, S);
# about 50 million training clips of a million videos are 50 a video (D).
SPORTS1M = VideoDataset(
    name="sports1m",
    kind="sports1m",
    title="Sports-1M",
    stored_px=200,
    clips=Clips(num_frames=16, span_s=16 / 30, num_train=50, num_test=20),
    num_validation=100_000,
    max_refused=0.05,
    of="sports1m",
)

# To what a user's own net is transferred, and the three folds of UCF-101 (S: 50 clips a video).
FOLDERS_TRANSFER = replace(FOLDERS, name="video_folders_transfer", title="a second folder of class folders of videos")
FOLDERS_TRANSFER_HALF_SECOND = replace(
    FOLDERS_TRANSFER, title="a second folder of class folders of videos, in clips of half a second", clips=HALF_SECOND
)

UCF101_1 = VideoDataset(
    name="ucf101_1",
    kind="ucf101",
    title="UCF-101, fold 1",
    stored_px=200,
    clips=Clips(num_frames=16, span_s=16 / 30, num_train=50, num_test=20),
    num_validation=500,
    max_refused=0.01,
    fold=1,
    of="ucf101",
    groups=UCF101_GROUPS,
)
UCF101_2 = replace(UCF101_1, name="ucf101_2", title="UCF-101, fold 2", fold=2)
UCF101_3 = replace(UCF101_1, name="ucf101_3", title="UCF-101, fold 3", fold=3)
UCF101 = (UCF101_1, UCF101_2, UCF101_3)
