"""The columns of `runs.csv`, on which the stages that write and read it agree."""

COLUMNS = (
    "scale",
    "paper",
    "variant",
    "seed",
    "dataset",
    "evidence",
    "metric",
    "protocol",
    "value",
    "n_examples",
    "wall_s",
    "device",
    "code",
    "run",
)
