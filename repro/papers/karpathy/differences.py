"""What remains different from the video paper. Its code was not released: the text is all there is.

Read in the paper (V) or in a detailed secondary text (S), or derived (D).
"""

from repro.spec.differences import Difference

DIFFERENCES = (
    Difference(
        part="Updates",
        there="Downpour SGD: 10 to 50 replicas of the net update without waiting for each other",
        here="one update after the other, by one process or several that wait",
        why="the same run gives the same weights; a cluster of that kind is nobody's",
    ),
    Difference(
        part="When the rate falls",
        there="by hand, when the validation error stands still; how often is not said",
        here="when it has not fallen for an epoch, at most three times",
        why="a rule that needs nobody to watch; three times as in the 2012 paper",
    ),
    Difference(
        part="Unit, dropout and initial weights",
        there="not said",
        here="ReLU, dropout of one half in the dense layers and the initial weights of the 2012 paper",
        why="the text describes its net as one of that kind",
    ),
    Difference(
        part="Response normalisation",
        there="the parameters of the 2012 paper, says the text, and prints a beta of .5, where that has .75",
        here=".5",
        why="what is printed",
    ),
    Difference(
        part="Side of a frame",
        there="170 px where training is described, 178 px where two streams are",
        here="170 px for whole frames, 178 px for streams, also where there is only one of them",
        why="each as its own section prints it; the text does not say which the other nets saw",
    ),
    Difference(
        part="Length of a clip",
        there="half a second, towers of late fusion 15 frames apart",
        here="16 frames at 30 a second, .53 s, at the printed size; smaller scales say what they have",
        why="the shortest clip that holds two frames 15 apart",
    ),
    Difference(
        part="Padding",
        there="not said; the last maps are of 7 x 7",
        here="conv1 valid, the others keep their size, poolings count windows over the edge",
        why="the one reading that gives 7 x 7 from 170, 178 and 89 px",
    ),
    Difference(
        part="Training clips",
        there="up to 100 clips of half a second a video",
        here="50 at the printed size, evenly spread; fewer at smaller scales",
        why="50 million clips of a million videos, as the text counts them; clips are cut and stored beforehand",
    ),
    Difference(
        part="Test clips",
        there="20 clips at random times, each four times with other crops and reflections",
        here="20 evenly spread at the printed size, the four corners, two of them mirrored; fewer clips at smaller scales",
        why="a video's score is then the same each time it is scored",
    ),
    Difference(
        part="Context stream",
        there="frames of 178 px downsampled to 89 px, how is not said",
        here="the mean of each square of 2 x 2 px",
        why="the plainest way",
    ),
    Difference(
        part="CNN average",
        there="the mean of single-frame, early, late and slow; of which of their nets is not said",
        here="those that see whole frames",
        why="the row names no stream",
    ),
    Difference(
        part="Dropout in transfer",
        there="before all trained layers, with as few as one unit in ten kept",
        here=(
            "before each trained dense layer in the rows of one and three layers; fine-tuning all and from scratch drop "
            "nothing before fc6 or a convolution; the main rows keep half, two more keep one in ten"
        ),
        why="the rate of each row is not said, nor whether convolutions count where all layers are trained",
    ),
    Difference(
        part="Feature histograms",
        there="HOG, textons, cuboids and others, densely and at interest points; 25,000 numbers a video",
        here="these three, colours and faces, with vocabularies of our choice; smaller ones at smaller scales",
        why="neither the other features nor the sizes of vocabularies are given, nor what was tried in tuning the net",
    ),
    Difference(
        part="Frames of the feature histograms",
        there="all frames",
        here="all at the printed size, cuboids in windows of 16 frames; a few evenly spread at smaller scales",
        why="time",
    ),
    Difference(
        part="The videos",
        there="1,133,158 addresses on YouTube",
        here="those that a user has; many are gone",
        why="the paper's own numbers cannot be measured again; what one net gains over another can",
    ),
)
