"""What remains different from AlexNet or its released code once every released_* step is taken.

Read in the paper (V), in the released code, its configurations and notes (C), or derived (D).
"""

from repro.spec.differences import Difference

DIFFERENCES = (
    Difference(
        part="Windows over the edge",
        there="224 px, kernels of 11 px, steps of 4 px, maps of 55 px: these do not fit each other",
        here="the last windows hang 3 px over the right and lower edge and read zeros, in both bases",
        why="what the released code does; edge_dropped leaves them out",
    ),
    Difference(
        part="Size of the colour noise",
        there="text: the eigenvalue; release: its square root",
        here="the square root, in both bases",
        why="the eigenvalue moves pixels by 1,483 levels; pca_eigenvalue and pca_unit_eigenvalue show the other readings",
    ),
    Difference(
        part="When the rate falls, and when training ends",
        there="text: by hand, when the validation error stands still; run 145: at epochs 25, 51 and 79, stopped at 91",
        here="at epochs 25, 51 and 79 of 90 at the printed size; smaller scales have drops of their own",
        why="a rule that needs nobody to watch, the same in every arm",
    ),
    Difference(
        part="Rate of the biases",
        there="run 145: .02 at its end, when that of the weights is .00001; what it was at first is not logged",
        here="as_released: twice the weights' first rate from the start to the end",
        why="the one value that the configurations have",
    ),
    Difference(
        part="The rate of conv1 from epoch 67",
        there="the notes lower that of the weights and say nothing of the biases, whose rate is 0 at the end",
        here="released_slowed lowers that of the weights alone; released_freeze stops both in epoch 72",
        why="what the notes and the last configuration say between them",
    ),
    Difference(
        part="Order of the images",
        there="text: not said; release: batches of shuffled images, each time from first to last",
        here="full: shuffled anew for every epoch; as_released: shuffled once",
        why="released_order_once is the step; the shuffling itself is not the release's, whose files are not public",
    ),
    Difference(
        part="Two GPUs",
        there="half of each layer on either GPU",
        here="convolutions in two groups on one device; --towers-apart puts each tower on a device of its own",
        why="the same net, weight for weight; what two GPUs cost in time is measured with --towers-apart alone",
    ),
    Difference(
        part="Initial weights of narrow nets",
        there="a standard deviation of .01 in every layer (release: .03 in three)",
        here="times the square root of the ratio of the fan-ins, printed over built; 1 at the printed size",
        why="a net of a smaller scale has the gain of the printed one in every layer",
    ),
    Difference(
        part="Preparation of the images",
        there="text: shorter side 256 px, the central square; a later release shrinks by area and stores JPEG of quality 95",
        here="the same sizes and quality; shrunk by averages over areas, enlarged by cubic curves, always by one library",
        why="what decoded and shrank the images of 2012 is not known to the pixel",
    ),
    Difference(
        part="Weights of the averages",
        there="text: averaged predictions; release: a tool that searches weights on validation images; its use is not logged",
        here="equal weights; five_seeds_searched has weights searched on held-out images",
        why="equal ones are what the text says",
    ),
    Difference(
        part="Halves of Fall 2009",
        there="half of the images for training, half for testing; which is not published",
        here="each image by a hash of its name",
        why="the same halves everywhere, whatever classes there are",
    ),
    Difference(
        part="The methods of others in Tables 1 and 2",
        there="sparse coding, SIFT and Fisher vectors, and the 2012 entry of four features: numbers quoted from their authors",
        here="built anew; patches, codebooks and classifiers are those usual in such systems, smaller at smaller scales",
        why="only the size of their signatures and their errors are read",
    ),
    Difference(
        part="Contrast normalisation inside maps",
        there="runs 131 and 135, two of the five nets that are averaged, have a layer of it",
        here="left out of blurred_input_k1 and blurred_input",
        why="it is not built here; everything else of these nets is",
    ),
    Difference(
        part="The 11 % net on CIFAR-10",
        there="about 350 epochs on four fifths of the images, 150 on all, then 10 and 10 at lower rates",
        here="520 epochs on all, the rates of the weights lowered at 500 and 510; smaller scales have fewer epochs",
        why="the first part only served to choose when to stop",
    ),
    Difference(
        part="The 13 % net on CIFAR-10",
        there="no schedule is given",
        here="that of the 11 % net, the rate of its biases included",
        why="the two arms then differ in what their files differ in",
    ),
    Difference(
        part="The four-layer net of Figure 1",
        there="a particular one, not specified",
        here="the 13 % net without decay, crops and reflections, every layer with a deviation of .01 or .04",
        why="footnote 3 leads there; the shipped .0001 of conv1 lets saturating units barely move",
    ),
)
