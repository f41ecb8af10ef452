"""Jobs on one host each get GPUs of their own, whatever becomes of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repro.system.gpu_leases import NotEnoughGPUs, candidate_gpus, leased_for, leased_gpus

FOUR = ("GPU-a0", "GPU-a1", "GPU-b2", "GPU-b3")

#: A job: leases `num` GPUs, notes when it began and ended to have which, by a clock that all processes share.
JOB = """
import os, signal, sys, time
# Who starts the tests in the background of a shell has interrupts ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from repro.system.gpu_leases import leased_gpus
folder, log, num, hold_s = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
with leased_gpus(num, candidates=sys.argv[5].split(","), say=print, environ=os.environ, folder=folder, look_every_s=0.01) as gpus:
    began = time.monotonic_ns()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ",".join(gpus)
    log.with_suffix(".began").write_text(f"{began} {' '.join(gpus)}")
    time.sleep(hold_s)
    log.write_text(f"{began} {time.monotonic_ns()} {' '.join(gpus)}")
"""


def start(folder, log, *, num=1, hold_s=0.15, candidates=FOUR):
    command = [sys.executable, "-u", "-c", JOB, str(folder), str(log), str(num), str(hold_s), ",".join(candidates)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(jobs):
    for job in jobs:
        output, _ = job.communicate(timeout=120)
        assert job.returncode == 0, output


def wait_for(path):
    for _ in range(3000):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.01)
    raise AssertionError(f"{path} was not written")


def overlaps(logs):
    """Return the pairs of jobs that had the same GPU at the same time."""
    spans = []
    for log in logs:
        began, ended, *gpus = log.read_text().split()
        spans += [(gpu, int(began), int(ended), log.name) for gpu in gpus]
    spans.sort()
    return [
        {one[3], other[3]}
        for i, one in enumerate(spans)
        for other in spans[i + 1 :]
        if one[0] == other[0] and other[1] < one[2] and one[1] < other[2]
    ]


def test_twelve_jobs_on_four_gpus_all_finish_and_never_share_one(tmp_path):
    """Half of them want two GPUs, in orders that would let greedy ones wait for each other for ever."""
    logs = [tmp_path / f"{number}.log" for number in range(12)]
    orders = [FOUR, FOUR[::-1], FOUR[2:] + FOUR[:2]]
    jobs = [start(tmp_path / "locks", log, num=1 + number % 2, candidates=orders[number % 3]) for number, log in enumerate(logs)]
    finish(jobs)
    held = [log.read_text().split()[2:] for log in logs]
    assert [len(set(gpus)) for gpus in held] == [1 + number % 2 for number in range(12)]
    assert {gpu for gpus in held for gpu in gpus} == set(FOUR)
    assert overlaps(logs) == []


def test_the_overlap_check_sees_jobs_without_leases(tmp_path):
    """The proof that the check above has teeth: with a folder of locks each, jobs do share GPUs."""
    logs = [tmp_path / f"{number}.log" for number in range(2)]
    jobs = [start(tmp_path / f"locks{number}", log, hold_s=3.0) for number, log in enumerate(logs)]
    finish(jobs)
    assert overlaps(logs) == [{"0.log", "1.log"}]


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_job_that_dies_gives_its_gpus_back(tmp_path, ending):
    victim = start(tmp_path / "locks", tmp_path / "victim.log", num=4, hold_s=600)
    wait_for(tmp_path / "victim.began")
    waiting = start(tmp_path / "locks", tmp_path / "waiting.log", num=2, hold_s=0.0)
    said = waiting.stdout.readline()
    victim.send_signal(ending)
    assert victim.wait(timeout=60) != 0
    assert not (tmp_path / "victim.log").exists()
    output, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert said == f"waits for 2 free of 4 GPUs ({', '.join(f'{gpu}: process {victim.pid}' for gpu in FOUR)})\n"
    assert output == "has GPU GPU-a0, GPU-a1\n"
    victim.communicate()


def test_jobs_that_may_use_different_gpus_do_not_wait_for_each_other(tmp_path):
    with leased_gpus(1, candidates=FOUR[:1], say=print, environ={}, folder=tmp_path):
        waiting = start(tmp_path, tmp_path / "waiting.log", candidates=FOUR[:1])
        assert waiting.stdout.readline().startswith("waits for 1 free of 1 GPUs")
        finish([start(tmp_path, tmp_path / "other.log", candidates=FOUR[1:2])])
        assert waiting.poll() is None
    finish([waiting])


def test_a_lease_shows_its_gpus_alone_and_puts_the_environment_back(tmp_path):
    values = {"CUDA_VISIBLE_DEVICES": "1,0"}
    with leased_gpus(1, candidates=("GPU-a1", "GPU-a0"), say=print, environ=values, folder=tmp_path) as first:
        assert first == ("GPU-a1",)
        assert values == {"CUDA_VISIBLE_DEVICES": "GPU-a1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert values == {"CUDA_VISIBLE_DEVICES": "1,0"}


def test_a_lease_ends_with_its_context(tmp_path):
    for _ in range(2):
        with pytest.raises(RuntimeError), leased_gpus(4, candidates=FOUR, say=print, environ={}, folder=tmp_path):
            raise RuntimeError


@pytest.mark.parametrize(
    ("num", "values", "message"),
    [
        (5, {}, r"5 GPUs are asked for, and this process may use 4 \(CUDA_VISIBLE_DEVICES is not set\); allowed: 1 to"),
        (5, {"CUDA_VISIBLE_DEVICES": "0,1"}, r"may use 4 \(CUDA_VISIBLE_DEVICES = '0,1'\)"),
        (0, {}, "0 GPUs are asked for"),
    ],
)
def test_more_gpus_than_there_are_is_an_error_at_once(tmp_path, num, values, message):
    with (
        pytest.raises(NotEnoughGPUs, match=message),
        leased_gpus(num, candidates=FOUR, say=print, environ=dict(values), folder=tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        (None, FOUR),
        ("", ()),
        ("-1", ()),
        ("NoDevFiles", ()),
        ("0", ("GPU-a0",)),
        ("3, 1", ("GPU-b3", "GPU-a1")),
        ("1,1", ("GPU-a1",)),
        ("1,9,2", ("GPU-a1",)),
        ("1,-1,2", ("GPU-a1",)),
        ("GPU-b3,GPU-a0", ("GPU-b3", "GPU-a0")),
        ("GPU-b", ()),
        ("GPU-b2", ("GPU-b2",)),
        ("MIG-1234,MIG-5678", ("MIG-1234", "MIG-5678")),
    ],
)
def test_visible_devices_are_read_as_cuda_reads_them(visible, expected):
    assert candidate_gpus(visible, FOUR) == expected


def test_without_a_list_of_gpus_numbers_are_believed():
    assert candidate_gpus("2,3", ()) == ("2", "3")
    assert candidate_gpus(None, ()) == ()


def test_a_lock_file_of_another_user_can_be_locked_all_the_same(tmp_path, monkeypatch):
    """The holder may only read it, the job that waits may write it: both lock the same file."""
    lock = tmp_path / "GPU-a0.lock"
    lock.touch()
    refused = []

    def opened(path, flags, *mode):
        if Path(path) == lock and flags & os.O_RDWR:  # root could
            refused.append(path)
            raise PermissionError(13, "Permission denied", str(path))
        return os_open(path, flags, *mode)

    os_open = os.open
    monkeypatch.setattr(os, "open", opened)
    with leased_gpus(1, candidates=("GPU-a0",), say=print, environ={}, folder=tmp_path):
        job = start(tmp_path, tmp_path / "job.log", candidates=("GPU-a0",))
        assert job.stdout.readline().startswith("waits for 1 free of 1 GPUs")
    finish([job])
    assert refused


def test_locks_of_an_unreadable_folder_are_an_error_and_no_silent_sharing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with (
        pytest.raises(OSError, match="file"),
        leased_gpus(1, candidates=FOUR, say=print, environ={}, folder=Path(blocked)),
    ):
        pass


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Put an `nvidia-smi` that lists four GPUs on the PATH, and let torch say that it has CUDA."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '%s\\n' " + " ".join(FOUR) + "\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("torch.version.cuda", "13.0")


@pytest.mark.parametrize(
    ("device", "num", "values", "expected"),
    [
        ("cuda", None, {}, ("GPU-a0",)),
        ("auto", 2, {}, ("GPU-a0", "GPU-a1")),
        ("cuda", 2, {"CUDA_VISIBLE_DEVICES": "3,1"}, ("GPU-b3", "GPU-a1")),
        ("cuda", 0, {}, ()),
        ("auto", None, {"CUDA_VISIBLE_DEVICES": ""}, ()),
        ("cpu", 1, {}, ()),
    ],
)
def test_a_job_holds_gpus_where_it_will_use_them(tmp_path, driver, device, num, values, expected):
    with leased_for(device, num=num, say=print, environ=values, folder=tmp_path / "locks") as gpus:
        assert gpus == expected


def test_a_torch_without_cuda_holds_no_gpu(tmp_path, driver, monkeypatch):
    monkeypatch.setattr("torch.version.cuda", None)
    with leased_for("auto", num=1, say=print, environ={}, folder=tmp_path / "locks") as gpus:
        assert gpus == ()


def test_three_gpus_of_two_visible_ones_are_an_error(tmp_path, driver):
    values = {"CUDA_VISIBLE_DEVICES": "0,1"}
    message = "3 GPUs are asked for, and this process may use 2"
    with pytest.raises(NotEnoughGPUs, match=message), leased_for("cuda", num=3, say=print, environ=values, folder=tmp_path):
        pass
