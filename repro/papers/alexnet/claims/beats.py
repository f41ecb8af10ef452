"""What AlexNet concludes from its tables: its net beats the methods of others, by differences of printed rows.

Classical methods see images whole, and have no crops: the printed error of each is of its one view.
"""

from repro.papers.alexnet.claims.datasets import VALIDATION_2012
from repro.papers.alexnet.claims.table1 import TABLE1
from repro.spec.claims import Effect, Gain, Gains

WHERE = "abstract, Table 1"

OVER_OTHERS = Gains(
    id="A.T1.{row}.{column}",
    table=TABLE1,
    where=WHERE,
    confidence="D",
    rows=(
        Gain(
            "cnn_sparse",
            "cnn",
            "sparse",
            ("top1", "top5"),
            statement="The {measure} of the CNN is {value:.1f} points below that of sparse coding.",
        ),
        Gain(
            "cnn_siftfv",
            "cnn",
            "siftfv",
            ("top1", "top5"),
            statement="The {measure} of the CNN is {value:.1f} points below that of SIFT and Fisher vectors.",
        ),
    ),
)
OVER_FOUR = Effect(
    id="A.T2.cnn_siftfv.top5",
    where="abstract, Table 2",
    statement="The top-5 error of one CNN is 8.0 points below that of SIFT and Fisher vectors with other features.",
    metric="top5_error",
    protocol="ten_crop",
    arm="full",
    against="four_fisher",
    paper_delta=0.08,
    paper_arm=0.182,
    paper_against=0.262,
    confidence="D",
    dataset=VALIDATION_2012,
    note="The printed errors are of the validation images and of the test images; no others are printed of both.",
)

BEATS_CLAIMS = OVER_OTHERS.claims + (OVER_FOUR,)
