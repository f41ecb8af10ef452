"""A scale of one's own: AlexNet on photos of 96 px in class folders.

When one needs it: the built-in scale `folders` takes photos of some hundred pixels, stores them at 146 px and shows the nets
128 px of them, and `photos64` takes photos of 64 px. Photos of 96 px would be enlarged by the one, and lose half of their
pixels to the other. A scale fixes how large everything is, and nothing that a variant ablates.

    snakemake --cores all alexnet_ablations --config catalogue=examples/my_scale.py scale=photos_96px images=DIR
"""

from dataclasses import replace

from repro.spec.datasets import Dataset
from repro.spec.experiment import Extension, Scale, Sizing
from repro.spec.network import Size, Stem
from repro.spec.recipe import Schedule

PHOTOS = Dataset(
    name="photos_96px",
    kind="folders",
    title="a folder of class folders, stored at 96 px",
    stored_px=96,
    encoding="jpeg",
    num_validation=0,
    max_refused=0.01,
)

# Maps of 28 px after conv1, of 14, 7 and 3 px after the three poolings. Neither rate nor length is tuned.
NET = Sizing(
    family="alexnet",
    size=Size(input_px=84, width=1 / 4, stem=Stem(kernel_px=9, stride_px=3, padding_px=3)),
    batch_size=64,
    schedule=Schedule(rule="epochs", num_epochs=30, drops=(20, 26, 29)),
    learning_rate=0.01,
    num_train_examples=2000,
)

# Variants that are fine-tuned need nets that are trained on other photos first: --config pretraining=DIR, or they are left out.
OTHERS = replace(PHOTOS, name="photos_96px_pretraining", title="other photos, stored at 96 px")

MY_SCALE = Extension(
    paper="alexnet",
    scales=(
        Scale(
            name="photos_96px",
            title="photos of 96 px in class folders",
            dataset=PHOTOS,
            evidence="stand-in",
            num_seeds=3,
            sizings=(NET, replace(NET, family="pretraining", folds=(OTHERS,))),
        ),
    ),
)
