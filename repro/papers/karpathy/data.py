"""The videos of paper B's scales: those of Table 1, and those to which its nets are transferred."""

from repro.spec.video import Clips, ProceduralVideos, VideoDataset

# Generated videos are stored at the size at which they are made: resizing would destroy the patterns of the detail classes.
# Ten classes are the fewest with which a top-5 error says anything. The two training clips of a video lie in its two shots.
PROCEDURAL_SMOKE = VideoDataset(
    name="procedural_videos",
    kind="procedural_videos",
    title="generated videos (smoke)",
    stored_px=56,
    clips=Clips(num_frames=16, span_s=16 / 15, num_train=2, num_test=3),
    num_validation=20,
    max_refused=0.0,
    procedural=ProceduralVideos(
        num_train=180,
        num_test=60,
        frame_px=56,
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
    ),
)

PROCEDURAL_SMALL = VideoDataset(
    name="procedural_videos",
    kind="procedural_videos",
    title="generated videos",
    stored_px=44,
    clips=Clips(num_frames=16, span_s=16 / 15, num_train=2, num_test=3),
    num_validation=44,
    max_refused=0.0,
    procedural=ProceduralVideos(
        num_train=660,
        num_test=330,
        frame_px=44,
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
    ),
)

# For transfer: other classes of the same kinds, in the five groups in which the generator sorts them, and few training videos.
PROCEDURAL_TRANSFER_SMOKE = VideoDataset(
    name="procedural_videos_transfer",
    kind="procedural_videos",
    title="other generated videos to transfer to (smoke)",
    stored_px=56,
    clips=Clips(num_frames=16, span_s=16 / 15, num_train=2, num_test=3),
    num_validation=10,
    max_refused=0.0,
    procedural=ProceduralVideos(
        num_train=60,
        num_test=60,
        frame_px=56,
        fps=15,
        seconds=3.2,
        num_shots=2,
        appearance_classes=2,
        motion_classes=4,
        detail_classes=2,
        border_classes=2,
        first_class=4,
        weak_share=0.15,
        camera=0.1,
        two_label_share=0.05,
        seed=101,
    ),
)

PROCEDURAL_TRANSFER_SMALL = VideoDataset(
    name="procedural_videos_transfer",
    kind="procedural_videos",
    title="other generated videos to transfer to",
    stored_px=44,
    clips=Clips(num_frames=16, span_s=16 / 15, num_train=2, num_test=3),
    num_validation=13,
    max_refused=0.0,
    procedural=ProceduralVideos(
        num_train=143,
        num_test=260,
        frame_px=44,
        fps=15,
        seconds=3.2,
        num_shots=2,
        appearance_classes=3,
        motion_classes=6,
        detail_classes=2,
        border_classes=2,
        first_class=4,
        weak_share=0.05,
        camera=0.05,
        two_label_share=0.05,
        seed=101,
    ),
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

FOLDERS_HALF_SECOND = VideoDataset(
    name="video_folders",
    kind="video_folders",
    title="a folder of class folders of videos, in clips of half a second",
    stored_px=72,
    clips=Clips(num_frames=16, span_s=16 / 30, num_train=8, num_test=20),
    num_validation=0,
    max_refused=0.01,
)

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
FOLDERS_TRANSFER = VideoDataset(
    name="video_folders_transfer",
    kind="video_folders",
    title="a second folder of class folders of videos",
    stored_px=72,
    clips=Clips(num_frames=16, span_s=None, span_share=0.8, num_train=8, num_test=5),
    num_validation=0,
    max_refused=0.01,
)

FOLDERS_TRANSFER_HALF_SECOND = VideoDataset(
    name="video_folders_transfer",
    kind="video_folders",
    title="a second folder of class folders of videos, in clips of half a second",
    stored_px=72,
    clips=Clips(num_frames=16, span_s=16 / 30, num_train=8, num_test=20),
    num_validation=0,
    max_refused=0.01,
)

UCF101_CLIPS = Clips(num_frames=16, span_s=16 / 30, num_train=50, num_test=20)
UCF101_1 = VideoDataset(
    name="ucf101_1",
    kind="ucf101",
    title="UCF-101, fold 1",
    stored_px=200,
    clips=UCF101_CLIPS,
    num_validation=500,
    max_refused=0.01,
    fold=1,
    of="ucf101",
)
UCF101_2 = VideoDataset(
    name="ucf101_2",
    kind="ucf101",
    title="UCF-101, fold 2",
    stored_px=200,
    clips=UCF101_CLIPS,
    num_validation=500,
    max_refused=0.01,
    fold=2,
    of="ucf101",
)
UCF101_3 = VideoDataset(
    name="ucf101_3",
    kind="ucf101",
    title="UCF-101, fold 3",
    stored_px=200,
    clips=UCF101_CLIPS,
    num_validation=500,
    max_refused=0.01,
    fold=3,
    of="ucf101",
)
UCF101 = (UCF101_1, UCF101_2, UCF101_3)
