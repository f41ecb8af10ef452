"""What AlexNet prints about its architecture, to be found by counting: no run is needed, and the paper's own slips show."""

from dataclasses import replace

from repro.spec.claims import Cell, Column, Exact, PrintedTable, Row

PARAMETERS = Exact(
    id="A.abs.params",
    where="abstract",
    statement="The net has 60 million parameters.",
    metric="num_parameters",
    arm="full",
    paper_value=60_000_000,
    tolerance=0.02,
    note="60,965,224 by the printed layers (D).",
)
NEURONS = replace(
    PARAMETERS,
    id="A.abs.neurons",
    statement="The net has 650,000 neurons.",
    metric="num_neurons",
    paper_value=650_000,
    note="659,272 by the printed layers; the sizes printed in Figure 2 sum to 622,312 (D).",
)
CONV_SHARE = Exact(
    id="A.S1.convshare",
    where="section 1",
    statement="No convolution holds more than 1 % of the parameters.",
    metric="largest_conv_share",
    arm="full",
    paper_value=0.01,
    bound="at_most",
    note="conv3 holds 1.45 % and conv4 1.09 % (D).",
)
CROPS = Exact(
    id="A.S4.1.x2048",
    where="section 4.1",
    statement="Crops of 224 px and reflections multiply the training images by 2,048.",
    metric="num_crops",
    arm="full",
    paper_value=2048,
    note="That counts 32 places along each side; 256 px hold 33 places of 224 px, and 2,178 images (D).",
)

FIGURE2 = PrintedTable(
    of=Exact,
    id="A.F2.neurons.{row}",
    where="Figure 2",
    statement="{words} has {value:,} neurons.",
    metric="num_neurons.{row_id}",
    arm="full",
    columns=(Column(""),),
    rows=(
        Row("", Cell(150528, note="224 x 224 px of 3 colours."), "input", words="The input"),
        Row(
            "",
            Cell(253440, note="55 x 55 px of 96 kernels are 290,400; the printed number is 55 x 48 x 96 (D)."),
            "conv1",
            words="conv1",
        ),
        Row("", 186624, "conv2", words="conv2"),
        Row("", 64896, "conv3", words="conv3"),
        Row("", 64896, "conv4", words="conv4"),
        Row("", 43264, "conv5", words="conv5"),
        Row("", 4096, "fc6", words="fc6"),
        Row("", 4096, "fc7", words="fc7"),
        Row("", 1000, "fc8", words="The output layer"),
    ),
)

EXACT_CLAIMS = (PARAMETERS, NEURONS, CONV_SHARE, CROPS) + FIGURE2.claims
