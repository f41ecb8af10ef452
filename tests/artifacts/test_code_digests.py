"""What code each stage runs: no more than it lists here, and an edit makes again what runs it and nothing else."""

import shutil
import subprocess
import sys

import pytest

from repro.artifacts import provenance
from repro.artifacts.provenance import PACKAGE, STAGE_ROOTS, code_digest, imported_modules
from repro.papers import PAPERS
from repro.planning.plan import claims_digest, templates_digest

#: What a run leaves, whatever made it, and the job that makes it.
RECORDS = """
artifacts.files artifacts.scores evaluate.metrics spec.evaluation spec.run
system.memory system.seeds train.runs.job train.runs.record train.runs.task
"""
#: One network, trained.
NETWORKS = """
artifacts.arrays data.load.augment_kernel data.load.decoded_cache data.load.graphs
data.load.plan data.load.randomness data.shards.decoder_options data.shards.images
evaluate.subset models.blurred models.image models.layers models.local models.norm. models.probe models.sequence models.towers
models.two_devices spec.geometry.blurred spec.geometry.image spec.network spec.recipe train.networks train.networks.checkpoint
train.networks.data_parallel train.networks.initial_weights train.networks.loop train.networks.model_parallel
train.networks.optim train.networks.optim_kernel train.networks.precision train.networks.run train.networks.trained
"""
#: What fits of images and of videos share.
FITS = """
baselines.descriptors.cells baselines.descriptors.frames baselines.descriptors.hog baselines.descriptors.points
baselines.encoders.kmeans baselines.encoders.vocabularies baselines.fitting.costs baselines.fitting.descriptor_cache
baselines.fitting.model_file baselines.fitting.randomness data.shards.images spec.model system.one_thread system.workers
train.methods.fit
"""
#: What preparations of images and of videos share.
PREPARATIONS = """
artifacts.arrays artifacts.files data.generated.drawing data.prepare.journal data.prepare.packing
data.shards.color data.shards.decode data.shards.decoder_options data.shards.writer data.sources.folders
data.sources.source spec.datasets system.seeds
"""
#: All that each stage may reach: modules, and folders (with a dot at the end) that are its own.
MAY_REACH = {
    "prepare": f"""{PREPARATIONS} data.generated.further_objects data.generated.images data.prepare.images data.sources.cifar10
        data.sources.download data.sources.ilsvrc data.sources.unsplit_folders""",
    "prepare_videos": f"""{PREPARATIONS} data.generated.video_drawing data.generated.videos data.prepare.camera_motion
        data.prepare.mirroring data.prepare.video_decode data.prepare.video_packing data.prepare.video_timeline
        data.prepare.videos data.shards.clips data.shards.images data.sources.sports1m data.sources.ucf101
        data.sources.video_folders data.sources.video_source spec.video_datasets system.one_thread system.workers""",
    "train_images": f"""{RECORDS} {NETWORKS} data.load.color_noise data.load.image_stream data.load.whole_images evaluate.crops
        evaluate.gallery evaluate.predict train.networks.images train.networks.prepared""",
    "train_clips": f"""{RECORDS} {NETWORKS} data.load.clip_stream data.load.clip_views data.load.clips data.shards.clips
        evaluate.clip_gallery evaluate.clips models.clip models.clip_kernels spec.geometry.clips spec.video
        train.networks.clips""",
    "fit_images": f"""{RECORDS} {FITS} baselines.descriptors.dense_sift baselines.descriptors.gist baselines.descriptors.images
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
    "collect": "analyse.collect. artifacts. evaluate.average_precision evaluate.metrics spec. system.seeds",
    "judge": "analyse. artifacts. evaluate.average_precision evaluate.metrics spec. system.seeds",
    "render": "analyse.collect. analyse.evidence. artifacts. report. spec. system.durations system.seeds",
}
#: No method's settings are among what pages and verdicts are made by: those of a run stand in its record.
METHODS = ("repro.spec.classical", "repro.spec.histograms")
TRAINING = {"train_images", "train_clips"}
#: Stages that read the catalogue, and take seconds.
CATALOGUE = {"collect", "judge", "render"}


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
    reached = [name.removeprefix("repro.") for name in imported_modules(STAGE_ROOTS[stage])]

    def covers(entry, name):
        return name == entry or (entry.endswith(".") and f"{name}.".startswith(entry))

    stray = sorted(name for name in reached if not any(covers(entry, name) for entry in allowed))
    unused = sorted(entry for entry in allowed if not any(covers(entry, name) for name in reached))
    assert not stray, f"{stage} now runs {stray}, and is made again whenever they change; if it must, list them in MAY_REACH"
    assert not unused, f"{stage} no longer runs {unused}; take them out of MAY_REACH"


@pytest.mark.parametrize("stage", STAGE_ROOTS)
def test_no_stage_runs_the_catalogue_or_the_command_line(stage):
    reached = imported_modules(STAGE_ROOTS[stage])
    assert not [name for name in reached if name.split(".")[1] in ("papers", "cli", "planning")]


@pytest.mark.parametrize("stage", ["collect", "judge", "render"])
def test_pages_and_verdicts_run_no_spec_of_a_single_method(stage):
    assert not set(METHODS) & set(imported_modules(STAGE_ROOTS[stage]))


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
        ("spec/video_datasets.py", {"prepare_videos", *CATALOGUE}),
        ("spec/claims/kinds.py", CATALOGUE),
        ("spec/terms/metrics.py", CATALOGUE),
        ("baselines/videos/mlp.py", {"fit_videos"}),
        ("data/shards/decode.py", {"prepare", "prepare_videos"}),
        ("data/shards/writer.py", {"prepare", "prepare_videos"}),
        ("evaluate/ensemble.py", {"average"}),
        ("report/text/wording.py", {"render"}),
        ("report/speed/page.py", set()),
        ("artifacts/provenance.py", set()),
        ("artifacts/documents.py", set()),
        ("artifacts/dataset_json.py", {"render"}),
        ("system/progress.py", set()),
        ("system/durations.py", {"render"}),
        ("papers/alexnet/claims/table1.py", set()),
        ("cli/__init__.py", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_edit_makes_again_what_runs_it_and_nothing_else(edited, file, stages):
    assert edited(file) == stages


def test_a_claim_and_a_template_have_digests_of_their_own(tmp_path, monkeypatch):
    paper = PAPERS["alexnet"]
    without_claim = type(paper)(**{**vars(paper), "claims": paper.claims[1:]})
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
