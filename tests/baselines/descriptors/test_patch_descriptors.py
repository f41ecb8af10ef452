"""Descriptors of dense patches, against hand-made images and against OpenCV.

Legend: H height, W width, P patches, O directions, D values.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from repro.baselines.descriptors.cells import box_means_HWM, cell_values_PNNM
from repro.baselines.descriptors.dense_sift import color_invariants_3HW, describe_sift, direction_maps_HWO
from repro.baselines.descriptors.frames import Frame
from repro.baselines.descriptors.gist import describe_gist, gabor_energy_FHW
from repro.baselines.descriptors.images import at_scales, pixels_HW3
from repro.baselines.descriptors.lbp import describe_lbp, pattern_codes_HW, pattern_labels
from repro.baselines.descriptors.local_colors import describe_local_colors
from repro.baselines.descriptors.patches import describe_patches
from repro.spec.classical import DensePatches
from tests.baselines.classical_specs import GIST, HOG, LBP, LOCAL_COLORS, PATCHES, SIFT


def noise_HW3(seed=0, shape=(48, 60)):
    """Return smooth coloured noise."""
    draws = np.random.default_rng(seed)
    smooth_HW3 = cv2.GaussianBlur(draws.normal(0, 1, (*shape, 3)), (0, 0), 2.0)
    return np.clip(128 + 300 * smooth_HW3, 0, 255).astype(np.uint8)


def grey_HW3(level_HW):
    return np.repeat(np.asarray(level_HW, np.uint8)[..., None], 3, axis=2)


def test_boxes_begin_at_their_pixel():
    map_HWM = np.random.default_rng(0).random((9, 11, 2), np.float32)
    means_HWM = box_means_HWM(map_HWM, cell_px=4)
    np.testing.assert_allclose(means_HWM[3, 5, 1], map_HWM[3:7, 5:9, 1].mean(), rtol=1e-5)
    values_PNNM = cell_values_PNNM(means_HWM, np.array([[1, 3]]), cell_px=4, num_cells=2)
    np.testing.assert_allclose(values_PNNM[0, 1, 1], map_HWM[5:9, 7:11].mean(axis=(0, 1)), rtol=1e-5)


def test_gradients_are_shared_between_the_two_nearest_directions():
    down_HW, right_HW = np.mgrid[:8, :8].astype(np.float32)
    eighth = 2 * np.pi / 8
    for turn, shares in ((0.0, {0: 1.0}), (2.0, {2: 1.0}), (6.25, {6: 0.75, 7: 0.25}), (7.5, {7: 0.5, 0: 0.5})):
        ramp_HW = 0.1 * (right_HW * np.cos(turn * eighth) + down_HW * np.sin(turn * eighth))
        own_O = direction_maps_HWO(ramp_HW.astype(np.float32), num_orientations=8)[4, 4]
        expected_O = np.zeros(8)
        expected_O[list(shares)] = list(shares.values())
        np.testing.assert_allclose(own_O, 0.1 * expected_O, atol=1e-4)  # OpenCV's arctangent is good to 0.01 degrees


def test_dense_sift_agrees_with_opencv_on_the_same_keypoints():
    """OpenCV weighs pixels and not cells, and smooths; so descriptors are alike (cosine), not equal.

    Keypoints of OpenCV have cells of 1.5 sizes, and directions that turn up where ours turn down.
    """
    rgb_HW3 = noise_HW3(seed=3, shape=(96, 96))
    patch_px, cell_px = 24, 6
    corner_P2 = np.array([[row, column] for row in range(16, 56, 8) for column in range(16, 56, 8)])
    _, own_PD = describe_sift(Frame(rgb_HW3), SIFT, corner_P2, patch_px=patch_px)
    middle_P2 = corner_P2 + (patch_px - 1) / 2
    # OpenCV scales the size of a keypoint by 1/2 (radius), times 3, for the width of a cell; its base smooths with 1.6 px.
    points = [cv2.KeyPoint(float(x), float(y), 2 * cell_px / 3, 0.0, 1.0, 0) for y, x in middle_P2]
    grey_HW = cv2.cvtColor(rgb_HW3, cv2.COLOR_RGB2GRAY)
    found, theirs_PD = cv2.SIFT_create().compute(grey_HW, points)
    assert len(found) == len(points)
    theirs_PD = theirs_PD.reshape(-1, 4, 4, 8)[..., -np.arange(8)].reshape(len(points), -1)
    theirs_PD /= np.linalg.norm(theirs_PD, axis=1, keepdims=True)
    cosine_PP = own_PD @ theirs_PD.T
    assert np.median(np.diag(cosine_PP)) > 0.9
    # no other patch's descriptor is nearer, but for few
    assert (cosine_PP.argmax(axis=1) == np.arange(len(points))).mean() > 0.9


def test_sift_has_norm_one_and_is_clipped_or_rooted():
    corner_P2 = np.array([[0, 0], [8, 8], [20, 30]])
    frame = Frame(noise_HW3())
    has_contrast_P, x_PD = describe_sift(frame, SIFT, corner_P2, patch_px=24)
    assert has_contrast_P.all() and x_PD.shape == (3, SIFT.num_values)
    np.testing.assert_allclose(np.linalg.norm(x_PD, axis=1), 1, rtol=1e-5)
    _, rooted_PD = describe_sift(frame, replace(SIFT, root=True), corner_P2, patch_px=24)
    np.testing.assert_allclose((rooted_PD**2).sum(axis=1), 1, rtol=1e-5)
    _, unclipped_PD = describe_sift(frame, replace(SIFT, clip=1.0), corner_P2, patch_px=24)
    # both come from the same values: squares of the rooted ones have their proportions
    shares_PD = unclipped_PD / unclipped_PD.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(rooted_PD**2, shares_PD, atol=1e-6)


def test_flat_patches_are_left_out():
    rgb_HW3 = grey_HW3(np.full((48, 48), 90))
    rgb_HW3[:, 24:] = noise_HW3(shape=(48, 24))
    patches = replace(PATCHES, scales=(1.0,), patch_px=16, step_px=4)
    position_P2, x_PD = describe_patches(rgb_HW3, SIFT, patches)
    assert 0 < len(x_PD) < 81 and position_P2[:, 1].min() > 0.25
    assert np.linalg.norm(x_PD, axis=1).min() > 0.99


def test_csift_does_not_see_the_strength_of_light_and_grey_has_no_colour():
    rgb_HW3 = np.clip(noise_HW3(seed=5), 40, 120)
    dark_3HW, bright_3HW = color_invariants_3HW(rgb_HW3), color_invariants_3HW(2 * rgb_HW3)
    np.testing.assert_allclose(bright_3HW[0], 2 * dark_3HW[0], rtol=1e-5)
    np.testing.assert_allclose(bright_3HW[1:], dark_3HW[1:], atol=0.02)  # but for the level added against black
    color = replace(SIFT, color=True)
    corner_P2 = np.array([[10, 10]])
    _, own_PD = describe_sift(Frame(rgb_HW3), color, corner_P2, patch_px=24)
    assert own_PD.shape == (1, 3 * SIFT.num_values)
    np.testing.assert_allclose(np.linalg.norm(own_PD.reshape(3, -1), axis=1), 1, rtol=1e-5)
    _, grey_PD = describe_sift(Frame(grey_HW3(rgb_HW3[..., 0])), color, corner_P2, patch_px=24)
    assert np.linalg.norm(grey_PD[0, : SIFT.num_values]) > 0.99 and (grey_PD[0, SIFT.num_values :] == 0).all()


def test_local_colors_are_mean_and_deviation_of_the_cells():
    rgb_HW3 = noise_HW3(seed=1)
    x_PD = describe_local_colors(Frame(rgb_HW3), LOCAL_COLORS, np.array([[2, 5], [9, 4]]), patch_px=16)
    assert x_PD.shape == (2, LOCAL_COLORS.num_values)
    cell_HW3 = rgb_HW3[9 + 4 : 9 + 8, 4 + 8 : 4 + 12] / 255  # second row, third column of the second patch
    own_6 = x_PD[1].reshape(4, 4, 6)[1, 2]
    np.testing.assert_allclose(own_6[:3], cell_HW3.mean(axis=(0, 1)), rtol=1e-4)
    np.testing.assert_allclose(own_6[3:], cell_HW3.std(axis=(0, 1)), atol=2e-4)


def test_binary_patterns_by_hand():
    grey_HW = np.array([[9, 1, 9], [1, 5, 7], [9, 9, 1]], np.uint8)
    # clockwise from the upper left: 9 1 9 7 1 9 9 1, brighter than 5 by 3 or more: 1 0 1 0 0 1 1 0
    assert pattern_codes_HW(grey_HW, radius_px=1, tolerance=3)[1, 1] == 0b01100101
    assert pattern_codes_HW(grey_HW, radius_px=1, tolerance=1)[1, 1] == 0b01101101
    label_C = pattern_labels()
    assert sorted(set(label_C[label_C < 58])) == list(range(58)) and (label_C < 58).sum() == 58
    assert label_C[0b11100001] < 58 and label_C[0b10100000] == 58


def test_lbp_counts_patterns_in_cells():
    rgb_HW3 = noise_HW3(seed=2)
    x_PD = describe_lbp(Frame(rgb_HW3), LBP, np.array([[4, 6]]), patch_px=16)
    assert x_PD.shape == (1, LBP.num_values)
    np.testing.assert_allclose(np.linalg.norm(x_PD), 1, rtol=1e-5)
    code_HW = pattern_codes_HW(Frame(rgb_HW3).grey_HW, radius_px=LBP.radius_px, tolerance=LBP.tolerance)
    counts = np.bincount(pattern_labels()[code_HW[4:12, 14:22]].ravel(), minlength=59)  # the upper right cell
    np.testing.assert_allclose(x_PD.reshape(2, 2, 59)[0, 1] ** 2 * 4, counts / 64, atol=1e-5)


@pytest.mark.parametrize("scale", range(GIST.num_scales))
@pytest.mark.parametrize("orientation", range(GIST.num_orientations))
def test_a_wave_excites_the_filter_of_its_frequency_and_direction(scale, orientation):
    frequency, angle = GIST.highest_cycles_per_px / GIST.ratio**scale, np.pi * orientation / GIST.num_orientations
    down_HW, right_HW = np.mgrid[:96, :96]
    wave_HW = np.cos(2 * np.pi * frequency * (right_HW * np.cos(angle) + down_HW * np.sin(angle))).astype(np.float32)
    energy_F = gabor_energy_FHW(wave_HW, GIST)[:, 32:64, 32:64].mean(axis=(1, 2))
    assert energy_F.argmax() == scale * GIST.num_orientations + orientation
    np.testing.assert_allclose(energy_F.max(), 0.5, rtol=0.05)  # one of a wave's two frequencies passes, with weight 1


def test_gist_of_a_flat_image_is_zero_and_does_not_see_the_strength_of_light():
    corner_P2 = np.array([[8, 8]])
    flat_PD = describe_gist(Frame(grey_HW3(np.full((48, 48), 77))), GIST, corner_P2, patch_px=24)
    assert flat_PD.shape == (1, GIST.num_values) and np.abs(flat_PD).max() < 1e-4
    rgb_HW3 = np.clip(noise_HW3(seed=5), 30, 120)
    dark_PD, bright_PD = (describe_gist(Frame(image), GIST, corner_P2, patch_px=24) for image in (rgb_HW3, 2 * rgb_HW3))
    np.testing.assert_allclose(bright_PD, dark_PD, atol=0.05 * dark_PD.max())


@pytest.mark.parametrize("descriptor", [SIFT, HOG, LBP, GIST, LOCAL_COLORS], ids=lambda own: type(own).__name__)
def test_every_descriptor_lies_at_every_scale(descriptor):
    position_P2, x_PD = describe_patches(noise_HW3(shape=(48, 64)), descriptor, PATCHES)
    # patches of 16 px every 8: 5 x 7 of 48 x 64 px, 2 x 3 of 24 x 32
    assert x_PD.shape == (35 + 6, descriptor.num_values) and x_PD.dtype == np.float32
    assert position_P2.min() > 0 and position_P2.max() < 1
    np.testing.assert_allclose(position_P2[0], [8 / 48, 8 / 64])
    np.testing.assert_allclose(position_P2[-1], [16 / 24, 24 / 32])


def test_images_are_shrunk_to_the_largest_area_and_small_scales_are_left_out():
    patches = DensePatches(max_pixels=1200, scales=(2.0, 1.0, 0.5), patch_px=16, step_px=8)
    shapes = [frame.rgb_HW3.shape[:2] for frame in at_scales(noise_HW3(shape=(60, 80)), patches)]
    assert shapes == [(60, 80), (30, 40)]
    with pytest.raises(ValueError, match="80 x 6 px holds no patch of 16 px"):
        list(at_scales(noise_HW3(shape=(6, 80)), patches))


def test_what_is_no_image_is_refused():
    for image, message in (
        (np.zeros((4, 4, 3)), "image 7 is float64; allowed: uint8"),
        (np.zeros((4, 4), np.uint8), r"image 7 has shape \(4, 4\); allowed"),
        (np.zeros((0, 4, 3), np.uint8), "with at least one pixel"),
        (lambda: None, "image 7 is NoneType"),
    ):
        with pytest.raises(ValueError, match=message):
            pixels_HW3(image, name="image 7")
    with pytest.raises(ValueError, match="patches of 16 px in 3 x 3 cells; allowed: cells of whole pixels"):
        describe_patches(noise_HW3(), replace(SIFT, num_cells=3), PATCHES)
