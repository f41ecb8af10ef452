"""The data sets of which the video paper prints numbers."""

from repro.spec.datasets import Printed, PrintedSet

PRINTED_SETS = (
    PrintedSet(name="sports1m", title="Sports-1M"),
    PrintedSet(name="ucf101", title="UCF-101"),
)

SPORTS1M = Printed(of="sports1m")
TEST = Printed(of="sports1m", split="test")
UCF101 = Printed(of="ucf101")
