"""Where a fork would not be what the process would have become, the command runs in a process of its own."""

import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from repro.system.forkserver.likeness import READ_LATER, likeness, takes_one_thread, unlike
from repro.system.forkserver.messages import receive, send
from repro.system.forkserver.server import shadowed
from tests.system.forkserver.conftest import started

OWN = "a process of its own\n"


@pytest.mark.parametrize(
    "more",
    [{"CUDA_VISIBLE_DEVICES": "0"}, {"PYTHONHASHSEED": "7"}, {"MPLBACKEND": "svg"}, {"NUMBA_CACHE_DIR": "x"}, {"LC_ALL": "C"}],
)
def test_another_environment_is_refused(told, more):
    assert told.run("print('done')", **more) == (0, f"{OWN}done\n", "")


@pytest.mark.parametrize("words", [("doctor",), ("workflow",), ("train", "--threads", "2"), ("train", "--thr=2"), ("judge",)])
def test_what_may_take_several_threads_is_not_asked_for(told, words):
    assert told.run("print('done')", words=words) == (0, f"{OWN}done\n", "")


@pytest.mark.parametrize(
    ("arguments", "environ", "one"),
    [
        (["train"], {}, True),
        (["train"], {"OMP_NUM_THREADS": "8"}, True),  # the command says one
        (["train", "--title", "x", "--towers-apart", "--threads=1"], {}, True),
        (["prepare", "--t", "1"], {}, False),
        (["train", "--threads"], {}, False),
        (["train", "--threads", "1", "--threads", "2"], {}, False),
        (["judge"], {"OMP_NUM_THREADS": "1"}, True),
        (["judge"], {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "2"}, False),
        (["judge"], {"MKL_NUM_THREADS": "1"}, False),
        (["--version"], {"OMP_NUM_THREADS": "1"}, False),
        ([], {"OMP_NUM_THREADS": "1"}, False),
    ],
)
def test_one_thread_is_seen_from_what_is_typed(arguments, environ, one):
    assert takes_one_thread(arguments, environ) is one


def test_other_limits_are_refused(told):
    command = ["bash", "-c", 'ulimit -n 99; exec "$@"', "-", *told.command("print('done')")]
    run = {"env": told.environment(), "cwd": told.folder, "capture_output": True, "text": True}
    assert subprocess.run(command, **run).stdout == f"{OWN}done\n"
    command[2] = 'exec "$@"'
    assert subprocess.run(command, **run).stdout == "done\n"


def test_other_rights_priorities_and_processors_are_another_likeness(monkeypatch):
    here = likeness({})
    assert unlike(here, likeness(dict.fromkeys(READ_LATER, "x"))) == []
    monkeypatch.setattr(os, "getpriority", lambda *which: 5)
    assert unlike(here, likeness({})) == ["schedule"]
    monkeypatch.setattr(os, "getgroups", lambda: [12345])
    monkeypatch.setattr(resource, "getrlimit", lambda number: (1, 1))
    monkeypatch.setattr(sys, "warnoptions", ["error"])
    assert unlike(here, likeness({})) == ["limits", "program", "schedule", "user"]


def test_a_file_that_the_command_may_be_meant_to_have_keeps_it_by_itself(told):
    reader, writer = os.pipe()
    os.write(writer, b"given")
    run = {"env": told.environment(), "cwd": told.folder, "pass_fds": (reader,), "capture_output": True, "text": True}
    assert subprocess.run(told.command(f"print(os.read({reader}, 9))"), **run).stdout == f"{OWN}b'given'\n"
    closed = ["bash", "-c", 'exec "$@" <&-', "-", *told.command("print('done')")]
    assert subprocess.run(closed, env=told.environment(), capture_output=True, text=True).stdout == f"{OWN}done\n"
    os.close(reader)
    os.close(writer)


def test_an_edit_of_the_package_is_another_package(tmp_path, monkeypatch):
    """Of whatever file, to whatever size, with its old times; and a file that comes or goes."""
    (tmp_path / "sub").mkdir()
    file = tmp_path / "sub" / "page.html"
    file.write_text("one")
    monkeypatch.setattr("repro.system.forkserver.likeness.PACKAGE", str(tmp_path))
    seen = [likeness({})]
    times = os.stat(file)
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    seen.append(likeness({}))
    (tmp_path / "new.py").touch()
    seen.append(likeness({}))
    file.unlink()
    seen.append(likeness({}))
    assert all(unlike(one, other) == ["package"] for i, one in enumerate(seen) for other in seen[:i])
    (tmp_path / "__pycache__").mkdir()
    assert unlike(seen[-1], likeness({})) == []


def test_a_module_that_would_be_imported_instead_is_noticed(tmp_path):
    assert shadowed(str(tmp_path)) == ""
    (tmp_path / "results").mkdir()
    (tmp_path / "unheard_of.py").touch()
    (tmp_path / "json").mkdir()  # data, no package
    assert shadowed(str(tmp_path)) == ""
    (tmp_path / "socket.py").touch()
    assert shadowed(str(tmp_path)) == "socket"
    (tmp_path / "socket.py").unlink()
    (tmp_path / "json" / "__init__.py").touch()
    assert shadowed(str(tmp_path)) == "json"


@pytest.mark.parametrize(
    "module",
    [
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "import nothing_of_this_name",
        "raise ValueError('a defect')",
    ],
)
def test_a_server_that_must_not_fork_does_not(tmp_path, module):
    (tmp_path / "imported.py").write_text(module)
    told = started(tmp_path, TEST_IMPORTS="imported")
    assert told.run("print('done')", TEST_IMPORTS="imported") == (0, f"{OWN}done\n", "")
    told.server.end()


@pytest.mark.parametrize("answer", ["", "refused", "closes", "killed"])
def test_no_server_is_no_error(told, tmp_path, answer):
    """Also one that is named and gone, that says what is no answer, ends, or is killed while it imports."""
    with socket.socket(socket.AF_UNIX) as other:
        name = f"test-{os.getpid()}-{answer}"
        if answer in ("refused", "closes"):
            other.bind(f"\0{name}")
            other.listen(1)
        if answer == "killed":
            (tmp_path / "imported.py").write_text("import os; os.kill(os.getpid(), 9)")
            dying = started(tmp_path, TEST_IMPORTS="imported")
            assert dying.run("print('done')", TEST_IMPORTS="imported") == (0, f"{OWN}done\n", "")
            return dying.server.end()
        process = told.begin("print('done')", REPRO_SERVER=name)
        if answer in ("refused", "closes"):
            link, _ = other.accept()
            if answer == "refused":
                link.sendall(b"\2\0\0\0xx")
            link.close()
        assert process.communicate(timeout=30) == (f"{OWN}done\n", "")
        assert process.returncode == 0


def test_who_speaks_otherwise_does_not_end_the_server(told):
    """As a process whose code is another version's would."""
    for message in (None, [], {}, {"likeness": 1}, {"likeness": {}, "path": 3}):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(f"\0{told.server.name}")
            send(link, message)
            assert isinstance(receive(link)[0], str)
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(f"\0{told.server.name}")
        link.sendall(b"\xff" * 8)
        with suppress(ConnectionResetError):
            assert link.recv(9) == b""
    assert told.run("print('done')") == (0, "done\n", "")


def test_a_server_that_is_killed_takes_what_it_carries_out_with_it(tmp_path):
    told = started(tmp_path)
    process = told.begin("import time; print(os.getpid(), flush=True); time.sleep(60)")
    command = int(process.stdout.readline())
    told.server.process.kill()
    assert process.wait(timeout=20) == -9
    for _ in range(100):
        if not os.path.exists(f"/proc/{command}"):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the command outlives the server")
    told.server.end()


def test_it_ends_with_who_started_it_and_what_is_under_way_is_done(tmp_path):
    told = started(tmp_path)
    process = told.begin("import time; print(1, flush=True); time.sleep(.5); print('done')")
    process.stdout.readline()
    os.close(told.server.life)
    time.sleep(0.1)
    assert told.run("print('done')") == (0, f"{OWN}done\n", "")
    assert process.communicate(timeout=20)[0] == "done\n"
    assert told.server.process.wait(timeout=20) == 0


def test_nobody_asks_it_ends(tmp_path, monkeypatch):
    (tmp_path / "imported.py").write_text("import repro.system.forkserver.server as server; server.IDLE_S = .2")
    told = started(tmp_path, TEST_IMPORTS="imported")
    assert told.run("print('done')", TEST_IMPORTS="imported") == (0, "done\n", "")
    assert told.server.process.wait(timeout=20) == 0
    assert told.run("print('done')", TEST_IMPORTS="imported") == (0, f"{OWN}done\n", "")
    os.close(told.server.life)
