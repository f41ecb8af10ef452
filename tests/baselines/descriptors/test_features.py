"""What each feature sees, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import skimage.data
from skimage.feature import hog as reference_hog
from skimage.feature import peak_local_max

import repro.baselines.descriptors.cuboids as cuboids
from repro.baselines.descriptors.colors import color_moments_D, grid_cells, hue_saturation_counts
from repro.baselines.descriptors.cuboids import describe_cuboids, local_maxima_P3, response_THW, temporal_filters
from repro.baselines.descriptors.faces import face_counts, num_faces
from repro.baselines.descriptors.frames import Frame, Window
from repro.baselines.descriptors.hog import CLIP, cell_sums_HWO, describe_hog
from repro.baselines.descriptors.points import grid_along, harris_P2, patch_corners_P2
from repro.baselines.descriptors.textons import describe_textons, filter_bank_KHW, responses_DHW
from repro.spec.histograms import ColorMoments, HueSaturation
from repro.spec.model import DenseGrid, Hog, InterestPoints
from tests.baselines.specs import CUBOID, EVENTS, FACES, HOG, TEXTON, moving_square, stripes

MOMENTS = ColorMoments(name="m", grid=3, num_words=2)


def grating(angle: float) -> Frame:
    return Frame(stripes(0, angle=angle, num_frames=1)[0])


def grey(shape: tuple[int, int], value: int = 0) -> np.ndarray:
    return np.full((*shape, 3), value, np.uint8)


@pytest.mark.parametrize(("angle", "orientation"), [(0.2, 0), (0.2 + math.pi / 4, 2), (0.2 + math.pi / 2, 4)])
def test_hog_of_a_grating_peaks_at_its_orientation(angle, orientation):
    _, x_PD = describe_hog(grating(angle), HOG, DenseGrid(step_px=6))
    assert (x_PD.reshape(-1, 8).sum(axis=0).argmax()) == orientation


def test_hog_of_one_patch_equals_the_reference():
    picture_HW3 = skimage.data.astronaut()[:24, 100:124]
    frame, hog = Frame(picture_HW3), Hog(cell_px=8, num_cells=3, num_orientations=9)
    position_P2, x_PD = describe_hog(frame, hog, DenseGrid(step_px=8))
    expected_D = reference_hog(
        frame.light_HW, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(3, 3), block_norm="L2-Hys"
    )
    assert position_P2.tolist() == [[0.5, 0.5]]
    # float32 maps against float64 ones; two pixels in 576 on the border of two orientations would show as 1e-2
    np.testing.assert_allclose(x_PD[0], expected_D, atol=2e-4)


def test_hog_is_a_unit_vector_cut_off_and_zero_where_nothing_changes():
    _, x_PD = describe_hog(grating(0.3), HOG, DenseGrid(step_px=6))
    np.testing.assert_allclose((x_PD**2).sum(axis=1), 1, atol=1e-4)
    _, flat_PD = describe_hog(Frame(grey((24, 24), 90)), HOG, DenseGrid(step_px=6))
    assert not flat_PD.any()
    assert CLIP == 0.2


def test_cell_sums_add_the_gradients_of_a_step_by_hand():
    light_HW = np.zeros((4, 6), np.float32)
    light_HW[:, 3:] = 1  # centred differences see it in columns 2 and 3, pointing right
    sums_HWO = cell_sums_HWO(light_HW, cell_px=2, num_orientations=4)
    assert sums_HWO[0, :, 0].tolist() == [0, 2, 4, 2, 0, 0]  # two rows of the cell
    assert not sums_HWO[:, :, 1:].any()


def test_dense_patches_lie_inside_and_leave_equal_margins():
    assert grid_along(10, patch=4, step=3).tolist() == [0, 3, 6]
    assert grid_along(12, patch=4, step=3).tolist() == [1, 4, 7]
    assert grid_along(3, patch=4, step=3).tolist() == []


def test_interest_points_are_the_corners_of_a_square_and_none_on_a_flat_frame():
    picture_HW3 = grey((40, 60))
    picture_HW3[10:30, 20:45] = 255
    points = InterestPoints(max_points=4, min_distance_px=5, threshold=0.1)
    found = {tuple(corner) for corner in harris_P2(Frame(picture_HW3).grey_HW, points)}
    for corner in ((10, 20), (10, 44), (29, 20), (29, 44)):
        assert any(max(abs(corner[0] - row), abs(corner[1] - column)) <= 1 for row, column in found)
    assert len(harris_P2(Frame(grey((40, 60), 7)).grey_HW, points)) == 0


def test_patches_of_corners_near_the_edge_are_moved_inside():
    picture_HW3 = grey((30, 30))
    picture_HW3[:4, :4] = 255
    corner_P2 = patch_corners_P2(Frame(picture_HW3).grey_HW, replace(EVENTS, threshold=0.1), patch_px=12)
    assert len(corner_P2) and corner_P2.min() >= 0 and corner_P2.max() <= 18


def test_a_frame_smaller_than_a_patch_is_refused():
    with pytest.raises(ValueError, match="frames are 20 x 8 px where a feature reads patches of 12 px; allowed"):
        describe_hog(Frame(grey((8, 20))), HOG, DenseGrid(step_px=4))


def test_filters_have_mean_zero_except_gaussians_and_unit_weight():
    kernels = filter_bank_KHW(TEXTON)
    assert len(kernels) == 2 * (2 * 4 + 2)
    np.testing.assert_allclose(kernels[:-2].sum(axis=(1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(np.abs(kernels).sum(axis=(1, 2)), 1, atol=1e-5)


def test_textons_of_a_grating_answer_at_its_orientation_and_the_largest_forgets_it():
    for place in range(4):
        response_DHW = responses_DHW(grating(math.pi * place / 4).light_HW, TEXTON)
        edges_R = np.abs(response_DHW[4:8]).mean(axis=(1, 2))  # edges of the second scale
        assert edges_R.argmax() == place
    largest = replace(TEXTON, rotation="max")
    first, second = (responses_DHW(grating(angle).light_HW, largest)[1].mean() for angle in (0, math.pi / 2))
    assert abs(first - second) < 0.05 * first


def test_filter_responses_equal_a_direct_sum():
    light_HW = grating(0.4).light_HW
    kernels = filter_bank_KHW(TEXTON)
    radius = kernels.shape[1] // 2
    normal_HW = np.pad((light_HW - light_HW.mean()) / light_HW.std(), radius, mode="symmetric")
    window_HW = normal_HW[11 : 11 + 2 * radius + 1, 17 : 17 + 2 * radius + 1]
    direct_K = (kernels * window_HW).sum(axis=(1, 2))
    np.testing.assert_allclose(responses_DHW(light_HW, TEXTON)[:, 11, 17], direct_K, atol=1e-5)


def test_texton_vectors_have_the_length_of_the_contrast_rule():
    frame = grating(0.4)
    _, x_PD = describe_textons(frame, TEXTON, DenseGrid(step_px=10))
    response_PD = responses_DHW(frame.light_HW, TEXTON)[:, 4::10, 4::10].reshape(20, -1).T
    norm_P = np.linalg.norm(response_PD, axis=1)
    np.testing.assert_allclose(np.linalg.norm(x_PD, axis=1), np.log1p(norm_P / TEXTON.contrast), rtol=1e-4)


def blinking(*, amplitude: float) -> np.ndarray:
    """Return 32 frames with a patch at rows 18-22, columns 28-32 that goes on and off every two frames."""
    light_THW = np.full((32, 40, 60), 0.3, np.float32)
    light_THW[:, 5:12, 5:12] = 0.9  # lies still
    light_THW[np.arange(32) // 2 % 2 == 1, 18:23, 28:33] += np.float32(amplitude)
    return light_THW


def test_cuboids_fire_on_a_blinking_patch_and_not_on_a_static_one():
    position_P2, x_PD = describe_cuboids(Window(blinking(amplitude=0.6)), CUBOID, EVENTS)
    assert len(position_P2) > 0 and x_PD.shape[1] == 3 * 3 * 9
    np.testing.assert_allclose(position_P2 * [40, 60], np.broadcast_to([20.5, 30.5], position_P2.shape), atol=4)
    static_P2, static_PD = describe_cuboids(Window(blinking(amplitude=0.0)), CUBOID, EVENTS)
    assert static_P2.shape == (0, 2) and static_PD.shape == (0, 81)


def test_the_response_to_a_period_is_that_of_the_quadrature_pair_and_zero_without_change():
    even_T, odd_T = temporal_filters(CUBOID)
    assert abs(even_T.sum()) < 1e-12 and abs(odd_T.sum()) < 1e-12
    wave_THW = np.sin(2 * math.pi * 0.25 * np.arange(24))[:, None, None] * np.ones((1, 9, 9))
    strong = response_THW(wave_THW.astype(np.float32), CUBOID)
    assert len(strong) == 24 - 9 + 1
    expected = (even_T @ wave_THW[:9, 0, 0]) ** 2 + (odd_T @ wave_THW[:9, 0, 0]) ** 2
    np.testing.assert_allclose(strong[0], expected, rtol=1e-4)
    assert response_THW(np.full((24, 9, 9), 0.7, np.float32), CUBOID).max() < 1e-12


def test_of_two_equal_maxima_nearer_than_the_distance_the_first_stays_and_the_largest_comes_first():
    value_THW = np.zeros((1, 5, 9), np.float32)
    value_THW[0, 2, [1, 2, 6]] = 1, 1, 2
    value_THW[0, 4, 8] = 1.5  # two from the largest, which hides it
    points = InterestPoints(max_points=9, min_distance_px=2, threshold=0.5)
    assert local_maxima_P3(value_THW, points).tolist() == [[0, 2, 6], [0, 2, 1]]
    assert local_maxima_P3(value_THW, replace(points, max_points=1)).tolist() == [[0, 2, 6]]
    assert local_maxima_P3(value_THW, replace(points, threshold=2.0)).shape == (0, 3)
    assert local_maxima_P3(np.ones((2, 3, 3), np.float32), points).shape == (0, 3), "the same everywhere: no maximum"


@pytest.mark.parametrize("levels", [3, 1_000_000], ids=["ties", "no ties"])
def test_local_maxima_are_those_of_scikit_image_on_random_arrays_with_ties_and_without(levels):
    rng = np.random.default_rng(levels)
    for _ in range(60):
        value_THW = (rng.integers(0, levels, tuple(rng.integers(1, (8, 24, 24)))) / levels).astype(np.float32)
        points = InterestPoints(
            max_points=int(rng.integers(1, 60)), min_distance_px=int(rng.integers(1, 6)), threshold=float(rng.choice([0, 0.6]))
        )
        reference_P3 = peak_local_max(
            value_THW,
            min_distance=points.min_distance_px,
            threshold_abs=points.threshold,
            num_peaks=points.max_points,
            exclude_border=False,
        )
        assert local_maxima_P3(value_THW, points).tolist() == reference_P3.reshape(-1, 3).tolist()


def test_gradients_of_a_ramp_point_along_it():
    ramp_THW = 0.01 * np.arange(20, dtype=np.float32)[:, None, None] * np.ones((1, 30, 30), np.float32)
    _, x_PD = describe_cuboids(Window(ramp_THW), CUBOID, DenseGrid(step_px=30, step_frames=20))
    assert x_PD.shape == (1, 81)
    np.testing.assert_allclose(x_PD[0, :27], 1 / math.sqrt(27), rtol=1e-3)  # over time
    np.testing.assert_allclose(x_PD[0, 27:], 0, atol=1e-4)  # down and right


def test_dense_cuboids_are_everywhere_and_those_at_the_same_places_are_the_sparse_ones():
    """A grid of every pixel and frame holds each point of interest, with its descriptor."""
    window = Window(blinking(amplitude=0.6))
    sparse_P2, sparse_PD = describe_cuboids(window, CUBOID, EVENTS)
    grid_P2, grid_PD = describe_cuboids(window, CUBOID, DenseGrid(step_px=1))
    assert len(grid_P2) == (32 - 8) * (40 - 8) * (60 - 8)
    for position_2, x_D in zip(sparse_P2, sparse_PD, strict=True):
        here = (grid_P2 == position_2).all(axis=1)
        assert here.sum() == 24 and (grid_PD[here] == x_D).all(axis=1).any()


def test_a_window_is_smoothed_once_for_all_points(monkeypatch):
    num_blurs, blur = [], cuboids.cv2.GaussianBlur
    monkeypatch.setattr(cuboids.cv2, "GaussianBlur", lambda *given: num_blurs.append(1) or blur(*given))
    window = Window(blinking(amplitude=0.6))
    for points in (EVENTS, DenseGrid(step_px=9, step_frames=9)):
        describe_cuboids(window, CUBOID, points)
    assert len(num_blurs) == 32
    describe_cuboids(window, replace(CUBOID, sigma_px=2.0), EVENTS)
    assert len(num_blurs) == 64


def test_a_window_shorter_than_a_cuboid_has_none_and_even_boxes_are_refused():
    position_P2, x_PD = describe_cuboids(Window(blinking(amplitude=0.6)[:8]), CUBOID, EVENTS)
    assert position_P2.shape == (0, 2) and x_PD.shape == (0, 81)
    with pytest.raises(ValueError, match="8 px and 9 frames; allowed: odd"):
        describe_cuboids(Window(blinking(amplitude=0.6)), replace(CUBOID, side_px=8), EVENTS)
    with pytest.raises(ValueError, match="frames are 60 x 40 px, cuboids 41 px; allowed"):
        describe_cuboids(Window(blinking(amplitude=0.6)), replace(CUBOID, side_px=41), EVENTS)


def test_cuboids_of_a_moving_square_see_which_way_it_moves():
    means = {}
    for right in (True, False):
        light_THW = moving_square(3, right=right).mean(axis=-1).astype(np.float32) / 255
        _, x_PD = describe_cuboids(Window(light_THW), CUBOID, EVENTS)
        time_PS, down_PS, right_PS = (x_PD[:, 27 * axis : 27 * axis + 27] for axis in range(3))
        means[right] = [np.abs((time_PS * space_PS).sum(axis=1)).mean() for space_PS in (down_PS, right_PS)]
    assert means[True][1] > 2 * means[True][0]
    assert means[False][0] > 2 * means[False][1]


def test_moments_of_a_constant_image_are_its_colour_and_zeros():
    picture_HW3 = np.full((10, 11, 3), (51, 102, 255), np.uint8)
    moments = color_moments_D(Frame(picture_HW3), MOMENTS).reshape(9, 3, 3)
    np.testing.assert_allclose(moments[:, 0], np.tile([0.2, 0.4, 1.0], (9, 1)), rtol=1e-6)
    assert not moments[:, 1:].any()


def test_moments_of_one_bright_pixel_in_four_by_hand():
    picture_HW3 = grey((6, 6))
    picture_HW3[0, 0] = 255  # the first cell has 2 x 2 pixels: mean 1/4, variance 3/16, third moment 3/32
    moments = color_moments_D(Frame(picture_HW3), MOMENTS).reshape(9, 3, 3)
    np.testing.assert_allclose(moments[0, :, 1], [0.25, math.sqrt(3 / 16), (3 / 32) ** (1 / 3)], rtol=1e-6)
    assert not moments[1:].any()


def test_hue_and_saturation_count_pixels_where_they_are():
    picture_HW3 = grey((4, 4), 128)
    picture_HW3[:2, :2] = (255, 0, 0)
    picture_HW3[2:, 2:] = (0, 255, 0)  # hue 120 degrees: the second of four
    counts = hue_saturation_counts(Frame(picture_HW3), HueSaturation(name="hs", num_hues=4, num_saturations=2, pyramid=(1, 2)))
    whole = np.zeros((4, 2))
    whole[0, 1], whole[1, 1], whole[0, 0] = 4, 4, 8
    assert counts[:8].tolist() == whole.ravel().tolist()
    cells = counts[8:].reshape(4, 4, 2)
    assert cells[0, 0, 1] == 4 and cells[3, 1, 1] == 4 and cells[1, 0, 0] == 4 and cells[2, 0, 0] == 4
    assert counts.sum() == 32


def test_cells_share_a_frame_by_whole_pixels():
    rows = [(rows.start, rows.stop) for rows, _ in grid_cells((10, 3), side=3)[::3]]
    assert rows == [(0, 4), (4, 7), (7, 10)]  # i * 3 // 10
    with pytest.raises(ValueError, match="in 3 x 3 cells; allowed"):
        grid_cells((2, 9), side=3)


def test_faces_are_counted_and_many_share_the_last_bin():
    face_HW3 = skimage.data.astronaut()[:256, 100:356]
    row = Frame(np.concatenate([face_HW3] * 3, axis=1))
    assert num_faces(Frame(face_HW3), FACES) == 1
    assert face_counts(Frame(face_HW3), FACES).tolist() == [0, 1, 0]
    assert face_counts(row, FACES).tolist() == [0, 0, 1]
    assert face_counts(Frame(grey((64, 64), 90)), FACES).tolist() == [1, 0, 0]
    with pytest.raises(ValueError, match=r"has no cascade 'faces\.xml'; allowed: haarcascade"):
        num_faces(Frame(face_HW3), replace(FACES, cascade="faces.xml"))
