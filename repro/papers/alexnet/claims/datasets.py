"""The data sets of which AlexNet prints numbers."""

from repro.spec.datasets import Near, Printed, PrintedSet

PRINTED_SETS = (
    PrintedSet(
        name="ilsvrc2010",
        title="ILSVRC-2010",
        near=(
            Near(
                data="ilsvrc2012",
                evidence="stand-in",
                why="Another year of the competition: about as many classes and images, but not the same ones.",
            ),
        ),
    ),
    PrintedSet(name="ilsvrc2012", title="ILSVRC-2012"),
    PrintedSet(
        name="imagenet_fall_2009",
        title="ImageNet, Fall 2009, 10,184 classes",
        near=(
            Near(
                data="imagenet_fall_2009_own_halves",
                evidence="same data",
                why="The paper drew its halves at random and published none; of 8.9 million images any random half serves.",
            ),
        ),
    ),
    PrintedSet(name="imagenet_fall_2011", title="ImageNet, Fall 2011"),
    PrintedSet(name="cifar10", title="CIFAR-10"),
)

ILSVRC2010 = Printed(of="ilsvrc2010")
TEST_2010 = Printed(of="ilsvrc2010", split="test")
VALIDATION_2012 = Printed(of="ilsvrc2012", split="validation")
TEST_2012 = Printed(of="ilsvrc2012", split="test")
FALL_2009 = Printed(of="imagenet_fall_2009")
CIFAR10 = Printed(of="cifar10")
