"""What code each stage runs: no more than it lists here, and an edit makes again what runs it and nothing else."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from repro.artifacts import provenance
from repro.artifacts.code.modules import imported_names, run_part
from repro.artifacts.provenance import (
    DECIDE_NOTHING,
    PACKAGE,
    STAGE_LIBRARIES,
    STAGE_ROOTS,
    code_digest,
    library_versions,
    prepare_stage,
    stage_modules,
)
from repro.papers import PAPERS
from repro.planning.plan import claims_digest, templates_digest
from repro.spec.datasets import DATASET_KINDS
from repro.spec.video_datasets import VIDEO_KINDS

#: What a run leaves, whatever made it, and the job that makes it.
RECORDS = """
artifacts.scores evaluate.metrics spec.evaluation spec.run
system.memory system.seeds train.runs.job train.runs.record train.runs.context
"""
#: One network, trained.
NETWORKS = """
artifacts.arrays data.load.augment_kernel data.load.decoded_cache data.load.graphs
data.load.plan data.load.randomness data.shards.decoder_options data.shards.images
evaluate.subset models.blurred models.image models.layers models.local models.norm. models.probe models.sequence models.towers
models.two_devices spec.geometry.blurred spec.geometry.image spec.network spec.recipe train.networks train.networks.checkpoint
train.networks.task train.networks.data_parallel train.networks.initial_weights train.networks.loop train.networks.model_parallel
train.networks.optim train.networks.optim_kernel train.networks.precision train.networks.run train.networks.trained
"""
#: What fits of images and of videos share.
FITS = """
baselines.descriptors.cells baselines.descriptors.frames baselines.descriptors.hog baselines.descriptors.points
baselines.encoders.kmeans baselines.encoders.vocabularies baselines.fitting.costs baselines.fitting.descriptor_cache
baselines.fitting.model_file baselines.fitting.randomness data.shards.images spec.model system.one_thread system.workers
train.methods.fit
"""
#: What preparations of images and of videos share, of images of any kind, and of videos of any kind.
PREPARATIONS = """
artifacts.arrays data.files.account data.files.formats data.files.found data.files.inventory data.files.left_out
data.files.places data.files.reading data.prepare.description data.prepare.journal data.prepare.packer
data.prepare.preparation data.prepare.shard_plan data.shards.color data.shards.decode data.shards.decoder_options
data.shards.hearing data.shards.writer data.sources.source spec.datasets
"""
OF_IMAGES = f"{PREPARATIONS} data.prepare.image_packer"
OF_VIDEOS = f"""
{PREPARATIONS} data.prepare.mirroring data.prepare.video_decode data.prepare.video_packer data.sources.video_source
data.video_files.containers data.video_files.orientation data.video_files.reader data.video_files.timeline
spec.video_datasets system.memory
system.one_thread system.workers
"""
OF_FOLDERS = f"{OF_IMAGES} data.sources.class_folders data.sources.folders"
OF_VIDEO_FILES = f"{OF_VIDEOS} data.files.lists data.sources.class_folders data.sources.class_groups data.sources.video_folders"
JUDGED = """
analyse. artifacts. evaluate.average_precision evaluate.metrics spec. system.durations system.filesystem system.seeds system.some
"""
#: All that each stage may reach: modules, and folders (with a dot at the end) that are its own.
MAY_REACH = {
    "prepare_procedural": f"""{OF_IMAGES} data.generated.drawing data.generated.further_objects data.generated.images
        system.seeds""",
    "prepare_cifar10": f"{OF_IMAGES} data.sources.cifar10 data.sources.download",
    "prepare_folders": OF_FOLDERS,
    "prepare_unsplit_folders": f"{OF_FOLDERS} data.sources.unsplit_folders",
    "prepare_ilsvrc2010": f"{OF_FOLDERS} data.files.lists data.sources.ilsvrc data.sources.ilsvrc2010",
    "prepare_ilsvrc2012": f"{OF_FOLDERS} data.files.lists data.sources.ilsvrc",
    "prepare_procedural_videos": f"""{OF_VIDEOS} data.generated.drawing data.generated.video_drawing data.generated.videos
        system.seeds""",
    "prepare_video_folders": OF_VIDEO_FILES,
    "prepare_ucf101": f"{OF_VIDEO_FILES} data.sources.ucf101",
    "prepare_sports1m": f"{OF_VIDEOS} data.files.lists data.sources.class_folders data.sources.sports1m",
    "camera_motion": """artifacts.arrays data.generated.drawing data.generated.video_drawing data.generated.videos
        data.files.reading
        data.prepare.camera_motion data.shards.clips data.shards.images data.sources.source data.sources.video_source
        spec.video_datasets system.one_thread system.seeds system.workers""",
    "train_images": f"""{RECORDS} {NETWORKS} data.load.color_noise data.load.image_stream data.load.repeated_images
        data.load.whole_images evaluate.crops evaluate.gallery evaluate.predict evaluate.relighting
        train.networks.images train.networks.prepared""",
    "train_clips": f"""{RECORDS} {NETWORKS} data.load.clip_stream data.load.clip_views data.load.clips data.shards.clips
        evaluate.clip_gallery evaluate.clips models.clip models.clip_kernels spec.geometry.clips spec.video
        train.networks.clips""",
    "fit_images": f"""{RECORDS} {FITS} artifacts.arrays
        baselines.descriptors.dense_sift baselines.descriptors.gist baselines.descriptors.images
        baselines.descriptors.lbp baselines.descriptors.local_colors baselines.descriptors.patches baselines.encoders.encoder
        baselines.encoders.expectation_maximization baselines.encoders.fisher baselines.encoders.gmm baselines.encoders.llc
        baselines.encoders.pca baselines.encoders.product_quantizer baselines.encoders.regions baselines.fitting.fusion
        baselines.images. spec.classical train.methods.fit_images""",
    "fit_videos": f"""{RECORDS} {FITS} baselines.descriptors.colors baselines.descriptors.cuboids baselines.descriptors.faces
        baselines.descriptors.textons baselines.encoders.pyramid baselines.videos. data.load.randomness data.shards.clips
        evaluate.subset spec.histograms train.methods.fit_videos""",
    "average": f"{RECORDS} evaluate.ensemble train.methods.average",
    "time": f"""{RECORDS} models.blurred models.clip models.image models.layers models.local models.norm. models.sequence
        spec.geometry.blurred spec.geometry.clips spec.geometry.image spec.network spec.recipe spec.video
        train.methods.clip_speed train.methods.timing train.networks train.networks.optim train.networks.optim_kernel""",
    "collect": "analyse.collect. artifacts. evaluate.average_precision evaluate.metrics spec. system.filesystem system.seeds",
    "judge": JUDGED,
    "calibrate": JUDGED,
    "render": """analyse.collect. analyse.evidence. artifacts. report. spec. system.durations system.filesystem system.seeds
        system.some""",
}
#: A share of the training examples needs what chooses it besides.
MAY_REACH |= {
    f"{stage}_part": f"{modules} data.sources.part data.sources.video_source"
    for stage, modules in MAY_REACH.items()
    if stage.startswith("prepare_")
}
#: No method's settings are among what pages and verdicts are made by: those of a run stand in its record.
METHODS = ("repro.spec.classical", "repro.spec.histograms")
#: Libraries that compute numbers: by what is imported, what is installed. Pillow draws and stores, threads are counted.
COMPUTING = {
    "cv2": "opencv-python-headless",
    "numba": "numba",
    "numpy": "numpy",
    "nvidia": "nvidia-dali-cuda130",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torch": "torch",
}
TRAINING = {"train_images", "train_clips"}
PREPARING_VIDEOS = {prepare_stage(kind) for kind in VIDEO_KINDS}
PREPARING = {prepare_stage(kind) for kind in DATASET_KINDS} | PREPARING_VIDEOS
#: Stages that read the catalogue, and take seconds.
CATALOGUE = {"collect", "judge", "calibrate", "render"}


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """Add a constant to a module, in a copy of the package, and give the stages whose code digest then differs."""
    copy = tmp_path_factory.mktemp("edited") / "repro"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))

    def digests():
        code_digest.cache_clear()
        return {stage: code_digest(stage) for stage in STAGE_ROOTS}

    def edit(file):
        path = copy / file
        before, source = digests(), path.read_text()
        path.write_text(f"{source}\nANOTHER = 1\n")
        after = digests()
        path.write_text(source)
        return {stage for stage, digest in before.items() if after[stage] != digest}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "PACKAGE", copy)
        yield edit
    code_digest.cache_clear()


@pytest.mark.parametrize("stage", STAGE_ROOTS)
def test_a_stage_reaches_the_modules_that_are_listed_and_no_other(stage):
    allowed = MAY_REACH[stage].split()
    reached = [name.removeprefix("repro.") for name in stage_modules(stage)]

    def covers(entry, name):
        return name == entry or (entry.endswith(".") and f"{name}.".startswith(entry))

    stray = sorted(name for name in reached if not any(covers(entry, name) for entry in allowed))
    unused = sorted(entry for entry in allowed if not any(covers(entry, name) for name in reached))
    assert not stray, f"{stage} now runs {stray}, and is made again whenever they change; if it must, list them in MAY_REACH"
    assert not unused, f"{stage} no longer runs {unused}; take them out of MAY_REACH"


def test_every_module_that_is_named_exists():
    named = {*DECIDE_NOTHING, *(root for roots in STAGE_ROOTS.values() for root in roots)}
    assert not [name for name in named if not (PACKAGE.parent / f"{name.replace('.', '/')}.py").is_file()]


@pytest.mark.parametrize("stage", STAGE_ROOTS)
def test_no_stage_runs_the_catalogue_or_the_command_line(stage):
    reached = stage_modules(stage)
    assert not [name for name in reached if name.split(".")[1] in ("papers", "cli", "planning")]


@pytest.mark.parametrize("stage", ["collect", "judge", "render"])
def test_pages_and_verdicts_run_no_spec_of_a_single_method(stage):
    assert not set(METHODS) & set(stage_modules(stage))


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("train/networks/optim.py", {*TRAINING, "time"}),
        ("train/networks/data_parallel.py", TRAINING),
        ("models/norm/lrn_triton.py", {*TRAINING, "time"}),  # imported by its name, where there is a GPU
        ("data/load/image_stream.py", {"train_images"}),
        ("data/load/clip_stream.py", {"train_clips"}),
        ("spec/classical.py", {"fit_images"}),
        ("spec/histograms.py", {"fit_videos"}),
        ("spec/network.py", {*TRAINING, "time", *CATALOGUE}),
        ("spec/video.py", {"train_clips", "time", *CATALOGUE}),
        ("spec/video_datasets.py", {*PREPARING_VIDEOS, "camera_motion", *CATALOGUE}),
        ("data/sources/cifar10.py", {"prepare_cifar10"}),
        ("data/generated/images.py", {"prepare_procedural"}),
        ("data/sources/ucf101.py", {"prepare_ucf101"}),
        ("data/prepare/camera_motion.py", {"camera_motion"}),
        ("spec/scales/series.py", CATALOGUE),
        ("spec/claims/kinds.py", CATALOGUE),
        ("spec/terms/metrics.py", CATALOGUE),
        ("baselines/videos/mlp.py", {"fit_videos"}),
        ("data/shards/decode.py", PREPARING),
        ("data/shards/writer.py", PREPARING),
        ("evaluate/ensemble.py", {"average"}),
        ("report/text/wording.py", {"render"}),
        ("report/speed/page.py", set()),
        ("artifacts/run_json.py", CATALOGUE),  # a field more in a record trains nothing again
        ("artifacts/dataset_json.py", {"render"}),
        ("artifacts/log_jsonl.py", CATALOGUE),
        ("train/runs/context.py", {*TRAINING, "fit_images", "fit_videos", "average", "time"}),
        ("artifacts/provenance.py", CATALOGUE),
        ("system/progress.py", set()),
        ("system/durations.py", {"judge", "calibrate", "render"}),
        ("papers/alexnet/claims/table1.py", set()),
        ("cli/__init__.py", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_edit_makes_again_what_runs_it_and_nothing_else(edited, file, stages):
    parts = {f"{stage}_part" for stage in stages if stage.startswith("prepare_")}
    assert edited(file) == stages | parts


def test_what_chooses_a_share_of_the_examples_prepares_shares_again_and_no_whole_set(edited):
    assert edited("data/sources/part.py") == {f"{stage}_part" for stage in PREPARING}


@pytest.mark.parametrize("stage", STAGE_LIBRARIES)
def test_a_run_depends_on_the_libraries_that_its_code_imports(stage):
    imported = set()
    for name, path in stage_modules(stage).items():
        found = set(re.findall(r"^[ \t]*(?:from|import) (\w+)", run_part(path.read_text()), re.MULTILINE)) & set(COMPUTING)
        # What runs a job sets torch up, whatever the method.
        imported |= found - {"torch"} if name.startswith("repro.train.runs.") else found
    assert {COMPUTING[name] for name in imported} == set(STAGE_LIBRARIES[stage])
    assert "not installed" not in library_versions(stage).values()


def test_compiled_passes_that_numba_keeps_on_disk_take_nothing_from_other_files():
    """It sees that their own file has changed, and no other."""
    kept = [path for path in PACKAGE.rglob("*.py") if "cache=CACHED" in path.read_text()]
    assert len(kept) == 5
    where_to_keep = {"repro.system.startup", "repro.system.startup.may_cache"}
    assert not [path.name for path in kept if set(imported_names(path.read_text())) - where_to_keep]


def test_a_claim_and_a_template_have_digests_of_their_own(tmp_path, monkeypatch):
    paper = PAPERS["alexnet"]
    without_claim = replace(paper, claims=paper.claims[1:])
    assert claims_digest([paper]) != claims_digest([without_claim])
    before = templates_digest()
    shutil.copytree(PACKAGE / "report" / "templates", tmp_path / "report" / "templates")
    monkeypatch.setattr("repro.planning.plan.PACKAGE", tmp_path)
    assert templates_digest() == before
    (tmp_path / "report" / "templates" / "report.css").write_text("")
    assert templates_digest() != before


@pytest.mark.parametrize("module", ["fit_images", "fit_videos", "average"])
def test_fits_and_averages_load_neither_dali_nor_what_trains_networks(module):
    check = (
        f"import sys, repro.train.methods.fit, repro.train.methods.{module}; "
        "print(sorted(name for name in sys.modules if name.startswith(('nvidia.dali', 'repro.train.networks', 'repro.models'))))"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
