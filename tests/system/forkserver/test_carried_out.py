"""A command that a server carries out is, seen from outside and from within, the process that asked."""

import os
import signal
import subprocess
import time

import pytest

OWN = "a process of its own\n"


def ended(process: int) -> bool:
    """Whether a process is gone, or only waits to be asked for its status."""
    try:
        with open(f"/proc/{process}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[0] == b"Z"
    except FileNotFoundError:
        return True


def wait_until(what, *, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def state_of(process):
    with open(f"/proc/{process}/stat", "rb") as stream:
        return stream.read().rpartition(b")")[2].split()[0]


def test_what_is_printed_and_the_status_are_those_of_the_command(told):
    program = "print('out'); print('err', file=sys.stderr); print(sys.argv[3:]); sys.exit(7)"
    assert told.run(program, words=("train", "--threads", "1", "ä")) == (7, "out\n['--threads', '1', 'ä']\n", "err\n")


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(256 + 3)", 3),
        ("sys.exit('said')", 1),
        ("raise ValueError('a defect')", 1),
        ("os.kill(os.getpid(), 9)", -9),
        ("os.abort()", -6),
        ("os.kill(os.getpid(), 15)", -15),
        ("raise KeyboardInterrupt", -2),
    ],
)
def test_it_ends_as_the_command_ends(told, program, status):
    found, out, err = told.run(program)
    assert (found, out) == (status, "")
    assert ("said" in program) == (err == "said\n")
    assert ("defect" in program) == ("ValueError: a defect" in err)


def test_what_ends_with_the_process_is_done(told):
    assert told.run(
        "import atexit, threading; atexit.register(print, 'last'); threading.Timer(.1, print, ['first']).start()"
    ) == (
        0,
        "first\nlast\n",
        "",
    )


def test_folder_environment_mask_and_input_are_those_of_who_asks(told, tmp_path):
    """Also in a folder that is deleted meanwhile, with a name that is no text, and with a variable that the server has not."""
    program = (
        "mask, names = os.umask(0), ('REPRO_LOG_ALONE', 'OMP_NUM_THREADS')\n"
        "print(os.getcwd(), *[os.environ[name] for name in names], oct(mask), flush=True)\n"
        "os.system('echo $REPRO_LOG_ALONE $OMP_NUM_THREADS')\n"
        "print(sys.stdin.read(), sys.path[0] == os.path.dirname(sys.argv[0]))"
    )
    (tmp_path / "ä b").mkdir()
    mask = os.umask(0o027)
    try:
        process = subprocess.Popen(
            told.command(program),
            env=told.environment(REPRO_LOG_ALONE="yes", OMP_NUM_THREADS="2"),
            cwd=tmp_path / "ä b",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        os.umask(mask)
    out, _ = process.communicate("typed", timeout=60)
    assert out == f"{tmp_path / 'ä b'} yes 2 0o27\nyes 2\ntyped True\n"


def test_a_variable_that_is_not_set_is_not_there(told):
    """Though the server, which has one thread, has it."""
    assert told.run("print('OMP_NUM_THREADS' in os.environ, flush=True); os.system('echo $OMP_NUM_THREADS')")[1] == "False\n\n"


def test_two_commands_draw_different_chance(told):
    assert told.run("import random; print(random.random())") != told.run("import random; print(random.random())")


def test_a_request_to_end_reaches_the_command(told):
    program = (
        "import signal, time\n"
        "def end(number, frame): os.write(1, b'asked to end\\n'); sys.exit(143)\n"
        "signal.signal(signal.SIGTERM, end); print('begun', flush=True); time.sleep(60)"
    )
    process = told.begin(program)
    assert process.stdout.readline() == "begun\n"
    process.terminate()
    assert (*process.communicate(timeout=20), process.returncode) == ("asked to end\n", "", 143)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGKILL, signal.SIGQUIT])
def test_a_signal_that_ends_who_asks_ends_the_command_and_its_helpers(told, number):
    """Killed, too, which nobody can catch: the kernel ends the command, and what it has begun."""
    program = "import time; child = os.fork(); print(os.getpid(), child, flush=True) if child else 0; time.sleep(60)"
    process = told.begin(program)
    command, helper = map(int, process.stdout.readline().split())
    process.send_signal(number)
    assert process.wait(timeout=20) == -number
    wait_until(lambda: ended(command))
    if number == signal.SIGKILL:
        wait_until(lambda: ended(helper))
    elif not ended(helper):
        os.kill(helper, signal.SIGKILL)


def test_a_signal_that_was_ignored_stays_so(told):
    program = "import signal; print(*[signal.getsignal(number) is signal.SIG_IGN for number in (signal.SIGINT, signal.SIGHUP)])"
    shell = ["bash", "-c", 'trap "" INT HUP; exec "$@"', "-", *told.command(program)]
    done = subprocess.run(shell, env=told.environment(), cwd=told.folder, capture_output=True, text=True)
    assert done.stdout == "True True\n"
    assert told.run(program)[1] == "False False\n"


def test_stopped_it_stops_and_goes_on(told):
    process = told.begin("import time; print(os.getpid(), flush=True); time.sleep(1); print('done')")
    command = int(process.stdout.readline())
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: state_of(command) == b"T")
    process.send_signal(signal.SIGCONT)
    assert process.communicate(timeout=20)[0] == "done\n"


def test_a_pipe_whose_reader_leaves_is_no_matter(told):
    reader, writer = os.pipe()
    command = told.command("print('x' * 10**6)")
    process = subprocess.Popen(command, env=told.environment(), cwd=told.folder, stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    os.close(reader)
    assert process.wait(timeout=20) in (1, 120)
