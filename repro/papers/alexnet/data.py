"""The images of AlexNet at every scale: to train and test on, and others to pre-train on."""

from dataclasses import replace

from repro.spec.datasets import Dataset, Procedural

# Side of a crop of generated images, all that a network sees of one; the images are 4 px larger, to move it in.
SMOKE_CROP_PX = 24
SMALL_CROP_PX = 32
# Of those for the small nets of section 3.3 and Figure 1, whose first layer has a stride of 1 px.
SMALLER_CROP_PX = 20

# The generator's knobs are explained in repro/data/generated/images.py.
SMOKE_PX = SMOKE_CROP_PX + 4
KNOBS_SMOKE = Procedural(
    num_train=448,
    num_test=256,
    num_classes=10,
    image_px=SMOKE_PX,
    clutter=1.0,
    occlusion=0.0,
    pose=10.0,
    illumination_train=0.10,
    illumination_test=0.15,
    cast_shift_test=0.25,
    label_noise=0.0,
    seed=2012,
)
PROCEDURAL_SMOKE = Dataset(
    name="procedural",
    kind="procedural",
    title="generated images (smoke)",
    stored_px=SMOKE_PX,
    encoding="jpeg",
    num_validation=64,
    max_refused=0.0,
    procedural=KNOBS_SMOKE,
)

SMALL_PX = SMALL_CROP_PX + 4
KNOBS_SMALL = replace(KNOBS_SMOKE, num_train=768, num_test=640, image_px=SMALL_PX)
PROCEDURAL_SMALL = replace(
    PROCEDURAL_SMOKE, title="generated images", stored_px=SMALL_PX, num_validation=128, procedural=KNOBS_SMALL
)

CIFAR10 = Dataset(
    name="cifar10",
    kind="cifar10",
    title="CIFAR-10",
    stored_px=32,
    encoding="raw",
    num_validation=0,
    max_refused=0.0,
    of="cifar10",
)

FOLDERS = Dataset(
    name="folders",
    kind="folders",
    title="a folder of class folders",
    stored_px=146,
    encoding="jpeg",
    num_validation=0,
    max_refused=0.01,
)

PHOTOS64 = replace(FOLDERS, name="photos64", title="a folder of class folders, photos of 64 px", stored_px=64)

ILSVRC2012 = Dataset(
    name="ilsvrc2012",
    kind="ilsvrc2012",
    title="ILSVRC-2012",
    stored_px=256,
    encoding="jpeg",
    num_validation=0,
    max_refused=0.001,
    of="ilsvrc2012",
)

# The images of Table 1 and of what the paper says of its parts: the one year whose test labels are public.
ILSVRC2010 = replace(ILSVRC2012, name="ilsvrc2010", kind="ilsvrc2010", title="ILSVRC-2010", of="ilsvrc2010")

# The same images, none of them held out: of the training images, what run 145f had and the others had not.
ALL_SMOKE = replace(
    PROCEDURAL_SMOKE, name="procedural_all", title="generated images with those held out (smoke)", num_validation=0
)
ALL_SMALL = replace(PROCEDURAL_SMALL, name="procedural_all", title="generated images with those held out", num_validation=0)

SMALLER_PX = SMALLER_CROP_PX + 4
SMALLER = replace(
    PROCEDURAL_SMALL,
    name="procedural_24px",
    title="generated images of 24 px",
    stored_px=SMALLER_PX,
    procedural=replace(KNOBS_SMALL, image_px=SMALLER_PX),
)

# To pre-train on: the ten classes and thirty others, in other pictures (another seed).
PRETRAINING_SMOKE = replace(
    PROCEDURAL_SMOKE,
    name="procedural_pretraining",
    title="generated images of 40 classes (smoke)",
    num_validation=0,
    procedural=replace(KNOBS_SMOKE, num_train=480, num_test=80, num_classes=40, seed=2011),
)
PRETRAINING_SMALL = replace(
    PROCEDURAL_SMALL,
    name="procedural_pretraining",
    title="generated images of 40 classes",
    num_validation=0,
    procedural=replace(KNOBS_SMALL, num_train=1920, num_test=400, num_classes=40, seed=2011),
)

# Planted effects: wrong labels in training, and light on the test images alone that no training image has.
LABELS_2_SMOKE = replace(
    PROCEDURAL_SMOKE,
    name="procedural_labels_2",
    title="generated images, 2 % wrong labels (smoke)",
    procedural=replace(KNOBS_SMOKE, label_noise=0.02),
)
LABELS_10_SMOKE = replace(
    PROCEDURAL_SMOKE,
    name="procedural_labels_10",
    title="generated images, 10 % wrong labels (smoke)",
    procedural=replace(KNOBS_SMOKE, label_noise=0.10),
)
CAST_SMOKE = replace(
    PROCEDURAL_SMOKE,
    name="procedural_cast",
    title="generated images, coloured light in the test (smoke)",
    procedural=replace(KNOBS_SMOKE, illumination_train=0.0, illumination_test=0.4, cast_shift_test=0.0),
)
LABELS_2_SMALL = replace(
    PROCEDURAL_SMALL,
    name="procedural_labels_2",
    title="generated images, 2 % wrong labels",
    procedural=replace(KNOBS_SMALL, label_noise=0.02),
)
LABELS_10_SMALL = replace(
    PROCEDURAL_SMALL,
    name="procedural_labels_10",
    title="generated images, 10 % wrong labels",
    procedural=replace(KNOBS_SMALL, label_noise=0.10),
)
CAST_SMALL = replace(
    PROCEDURAL_SMALL,
    name="procedural_cast",
    title="generated images, coloured light in the test",
    procedural=replace(KNOBS_SMALL, illumination_train=0.0, illumination_test=0.4, cast_shift_test=0.0),
)

# A folder of photographs that the user has, at the size at which the images of the scale are stored.
PRETRAINING_CIFAR10 = Dataset(
    name="pretraining",
    kind="folders",
    title="a folder of class folders to pre-train on, shrunk to 32 px",
    stored_px=32,
    encoding="raw",
    num_validation=0,
    max_refused=0.01,
)
PRETRAINING_FOLDERS = replace(FOLDERS, name="pretraining", title="a folder of class folders to pre-train on")
PRETRAINING_PHOTOS64 = replace(PRETRAINING_FOLDERS, stored_px=64)

# ImageNet's releases of Fall 2011 (15 million images of 22 thousand classes; some of each class go into `val`) and of Fall 2009
# (8.9 million images of 10,184 classes, half of each class for testing).
FALL_2011 = Dataset(
    name="imagenet_fall_2011",
    kind="folders",
    title="ImageNet, Fall 2011",
    stored_px=256,
    encoding="jpeg",
    num_validation=0,
    max_refused=0.01,
    of="imagenet_fall_2011",
)
FALL_2009 = replace(
    FALL_2011,
    name="imagenet_fall_2009",
    kind="unsplit_folders",
    title="ImageNet, Fall 2009, half for training and half for testing",
    of="imagenet_fall_2009_own_halves",
)
