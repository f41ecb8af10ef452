"""Frames, vocabularies, soft assignment and pyramid, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repro.baselines.descriptors.frames import Frame, pixels_CTHW3, sampled_frames, sampled_windows, shrunk_HW3, spread
from repro.baselines.encoders.kmeans import SamplePool, fit_vocabulary
from repro.baselines.encoders.pyramid import normalised_L, word_counts_L
from repro.baselines.encoders.vocabularies import Vocabulary, assign
from repro.baselines.videos.describe import check_spec, describe_video
from repro.spec.histograms import ColorMoments, FrameSampling, HueSaturation, SoftAssignment, num_cells
from tests.baselines.specs import CUBOID, EVENTS, FACES, SPEC, local, moving_square, only

LINE = Vocabulary(words_WD=np.array([[0.0], [1.0], [3.0], [10.0]], np.float32), scale=2.0)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((5, 8, 8), "grey values"),
        ((5, 8, 8, 1), "grey values"),
        ((8, 8, 3), "a single image"),
        ((5, 3, 8, 8), "put the colours last"),
        ((0, 8, 8, 3), "no pixels"),
    ],
)
def test_what_is_no_colour_video_is_refused(shape, message):
    with pytest.raises(ValueError, match=rf"video 4 has shape .*{message}"):
        pixels_CTHW3(np.zeros(shape, np.uint8), name="video 4")


def test_pixels_of_another_type_are_refused():
    with pytest.raises(ValueError, match="video 4 is float64; allowed: uint8"):
        pixels_CTHW3(np.zeros((5, 8, 8, 3)), name="video 4")


def test_a_function_is_called_and_a_video_in_one_piece_is_one_clip():
    assert pixels_CTHW3(lambda: np.zeros((5, 8, 9, 3), np.uint8), name="video").shape == (1, 5, 8, 9, 3)
    assert pixels_CTHW3(np.zeros((2, 5, 8, 9, 3), np.uint8), name="video").shape == (2, 5, 8, 9, 3)


def test_frames_are_the_middles_of_equal_parts():
    assert spread(9, most=3) == [1, 4, 7]
    assert spread(2, most=3) == [0, 1]
    assert spread(3, most=None) == [0, 1, 2]


def test_the_shorter_side_is_shrunk_and_never_enlarged():
    frame_HW3 = np.zeros((20, 30, 3), np.uint8)
    frame_HW3[::2] = 100
    small_HW3 = shrunk_HW3(frame_HW3, side_px=10)
    assert small_HW3.shape == (10, 15, 3) and (small_HW3 == 50).all()
    assert shrunk_HW3(frame_HW3, side_px=40).shape == (20, 30, 3)


def test_windows_stay_within_clips():
    video_CTHW3 = np.arange(2 * 7, dtype=np.uint8).reshape(2, 7, 1, 1, 1) * np.ones((1, 1, 4, 4, 3), np.uint8)
    frames = FrameSampling(side_px=4, num_frames=2, window_frames=3, num_windows=None)
    first = [round(float(window.light_THW[0, 0, 0] * 255)) for window in sampled_windows(video_CTHW3, frames)]
    assert first == [0, 3, 7, 10]
    assert [window.light_THW.shape for window in sampled_windows(video_CTHW3[:, :2], frames)] == [(2, 4, 4)] * 2
    assert [frame.rgb_HW3[0, 0, 0] for frame in sampled_frames(video_CTHW3, frames)] == [3, 10]
    assert len(list(sampled_windows(video_CTHW3, replace(frames, num_windows=1)))) == 1


def test_grey_values_are_weighted_as_in_television():
    assert Frame(np.full((1, 1, 3), (255, 0, 0), np.uint8)).grey_HW[0, 0] == 76  # 0.299 * 255


def test_soft_weights_by_hand_sum_to_one():
    word_PN, weight_PN = assign(np.array([[2.0]], np.float32), LINE, SoftAssignment(num_neighbors=3, width=0.5))
    assert word_PN.tolist() == [[1, 2, 0]]  # distances 1, 1, 2 and the width is 0.5 * 2 = 1
    expected = np.exp([-0.5, -0.5, -2.0])
    np.testing.assert_allclose(weight_PN[0], expected / expected.sum(), rtol=1e-6)


def test_a_narrow_kernel_assigns_hard():
    x_PD = np.random.default_rng(0).uniform(-2, 12, (200, 1)).astype(np.float32)
    word_PN, weight_PN = assign(x_PD, LINE, SoftAssignment(num_neighbors=3, width=1e-6))
    assert (word_PN[:, 0] == np.abs(x_PD - LINE.words_WD.T).argmin(axis=1)).all()
    np.testing.assert_allclose(weight_PN, np.tile([1.0, 0, 0], (200, 1)), atol=1e-9)
    _, wide_PN = assign(x_PD, LINE, SoftAssignment(num_neighbors=3, width=1e3))
    np.testing.assert_allclose(wide_PN, 1 / 3, atol=1e-4)


def test_one_neighbour_weighs_one_however_far_it_is():
    _, weight_PN = assign(np.array([[1e4]], np.float32), LINE, SoftAssignment(num_neighbors=1, width=1e-3))
    assert weight_PN.tolist() == [[1.0]]


def test_words_are_the_centres_of_clusters_and_the_scale_is_their_spread():
    draws = np.random.default_rng(1)
    centres = np.array([[0, 0], [10, 0], [0, 10]], np.float32)
    x_PD = (np.repeat(centres, 200, axis=0) + draws.normal(0, 0.5, (600, 2))).astype(np.float32)
    made = fit_vocabulary(x_PD, name="v", num_words=3, num_components=None, sampling=SPEC.sampling, key=5)
    found = made.words_WD[np.abs(made.words_WD[:, None] - centres).sum(axis=2).argmin(axis=0)]
    np.testing.assert_allclose(found, centres, atol=0.2)
    assert abs(made.scale - 0.5 * np.sqrt(2)) < 0.05
    again = fit_vocabulary(x_PD, name="v", num_words=3, num_components=None, sampling=SPEC.sampling, key=5)
    assert (made.words_WD == again.words_WD).all()


def test_components_keep_the_direction_of_the_spread():
    x_PD = (np.random.default_rng(2).normal(size=(100, 1)) * np.array([[3.0, 4.0]])).astype(np.float32)
    made = fit_vocabulary(x_PD, name="v", num_words=2, num_components=1, sampling=SPEC.sampling, key=5)
    np.testing.assert_allclose(np.abs(made.components_DD), [[0.6, 0.8]], atol=1e-4)
    assert made.projected_PD(x_PD).shape == (100, 1)


def test_too_few_descriptors_for_a_vocabulary_are_an_error():
    x_PD = np.zeros((3, 4), np.float32)
    with pytest.raises(ValueError, match=r"vocabulary v: 3 descriptors for 5 words .* at least 5"):
        fit_vocabulary(x_PD, name="v", num_words=5, num_components=None, sampling=SPEC.sampling, key=1)


def test_the_sample_is_bounded_and_does_not_depend_on_the_order_of_videos():
    videos = [np.full((40, 1), number, np.float32) for number in range(10)]
    drawn = []
    for order in (range(10), reversed(range(10))):
        pool = SamplePool(100)
        for number in order:
            pool.offer(videos[number], seed=1000 + number)
        drawn.append(pool.drawn_PD())
    assert drawn[0].shape == (100, 1) and (drawn[0] == drawn[1]).all()
    assert np.bincount(drawn[0][:, 0].astype(int), minlength=10).min() > 0


def test_words_fall_into_the_cells_of_the_pyramid():
    position_P2 = np.array([[0.1, 0.2], [0.1, 0.9], [0.99, 0.5]])
    counts_L = word_counts_L(
        position_P2, np.array([[0, 1], [1, 2], [2, 0]]), np.array([[0.75, 0.25]] * 3), num_words=3, pyramid=(1, 2)
    )
    expected = [
        [1.0, 1.0, 1.0],  # the whole frame
        [0.75, 0.25, 0],  # upper left
        [0, 0.75, 0.25],  # upper right
        [0, 0, 0],  # lower left
        [0.25, 0, 0.75],  # lower right
    ]
    assert counts_L.reshape(5, 3).tolist() == expected


def test_histograms_sum_to_one_whole_or_by_cell_and_empty_ones_stay_empty():
    counts_L = np.array([1.0, 3, 0, 0])
    assert normalised_L(counts_L, cells=2, normalisation="feature").tolist() == [0.25, 0.75, 0, 0]
    assert normalised_L(counts_L + [0, 0, 2, 2], cells=2, normalisation="cell").tolist() == [0.25, 0.75, 0.5, 0.5]
    assert normalised_L(np.zeros(4), cells=2, normalisation="cell").tolist() == [0, 0, 0, 0]
    with pytest.raises(ValueError, match="unknown normalisation 'l2'; allowed: feature, cell"):
        normalised_L(counts_L, cells=2, normalisation="l2")


def test_the_length_of_the_vector_follows_from_the_spec():
    assert num_cells((1, 2)) == 5
    # 4 features of 6 words and one of 12, in 5 cells; 4 x 2 colours in 5 cells; 4 words; 3 bins
    assert SPEC.num_values == 4 * 6 * 5 + 12 * 5 + 8 * 5 + 4 + 3 == 227
    large = replace(
        SPEC,
        features=(
            *(local(f"local_{i}", CUBOID, EVENTS, num_words=960) for i in range(5)),
            HueSaturation(name="hs", num_hues=16, num_saturations=10, pyramid=(1, 2)),
            ColorMoments(name="moments", grid=3, num_words=196),
            replace(FACES, num_bins=4),
        ),
    )
    assert large.num_values == 5 * 960 * 5 + 160 * 5 + 196 + 4 == 25_000


def test_a_video_too_short_for_cuboids_has_an_empty_histogram_there():
    made = {"cuboids": Vocabulary(words_WD=np.zeros((12, 81), np.float32), scale=1.0)}
    spec = only("cuboids", "hue_saturation")
    short = describe_video((0, moving_square(0, right=True, num_frames=4)), spec=spec, vocabularies=made)
    vector_D = short.arrays["vector"]
    assert not vector_D[:60].any()
    np.testing.assert_allclose(vector_D[60:].sum(), 1, rtol=1e-5)
    long = describe_video((0, moving_square(0, right=True)), spec=spec, vocabularies=made)
    np.testing.assert_allclose(long.arrays["vector"][:60].sum(), 1, rtol=1e-5)
    assert set(long.cpu_s) == {"cuboids", "hue_saturation"} and long.peak_mib > 0


def test_a_video_cut_into_clips_counts_like_one_in_one_piece_where_no_window_is_lost():
    made = {"cuboids": Vocabulary(words_WD=np.eye(12, 81, dtype=np.float32), scale=1.0)}
    spec = replace(only("cuboids"), frames=replace(SPEC.frames, window_frames=16, num_windows=None))
    video_THW3 = np.concatenate([moving_square(seed, right=True) for seed in (0, 1)])
    whole, clips = (
        describe_video((0, video), spec=spec, vocabularies=made).arrays["vector"]
        for video in (video_THW3, video_THW3.reshape(2, 16, *video_THW3.shape[1:]))
    )
    assert whole.any() and (whole == clips).all()


def test_specs_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="allowed: at least one, each name once"):
        check_spec(replace(SPEC, features=(FACES, FACES)))
    with pytest.raises(ValueError, match="color_moments has 4 words for 5 neighbours"):
        check_spec(replace(only("color_moments"), assignment=SoftAssignment(num_neighbors=5, width=1)))
