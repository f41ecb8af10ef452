"""SLURM: whether jobs can be submitted from here, seen to end, and given GPUs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Sequence

from repro.cli.installed.findings import Finding, mend, note, ok

#: What runs a command and gives its status with what it printed.
Ask = Callable[[Sequence[str]], tuple[int, str]]
PLUGIN = "snakemake_executor_plugin_slurm"
TIMEOUT_S = 20


class NoAccounts(ValueError):
    """Jobs are to be followed by accounts that the cluster does not keep."""


def asked(command: Sequence[str]) -> tuple[int, str]:
    """Run a short command; what it printed, both streams together."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, done.stdout.strip()


def slurm_finding(*, ask: Ask = asked, has_plugin: bool | None = None) -> Finding:
    """Whether the profile for SLURM works from here, with the lines of it that this cluster needs."""
    if has_plugin is None:
        has_plugin = importlib.util.find_spec(PLUGIN) is not None
    if shutil.which("sbatch") is None:
        return ok("SLURM", "none here")
    status, partitions = ask(["sinfo", "--noheader", "--format=%P %G"])
    if status:
        words = "ask who runs the cluster; without one, run here (no profile of SLURM)"
        return note("SLURM", f"sbatch is there, and sinfo fails ({_last(partitions)})", words)
    names = ", ".join(dict.fromkeys(line.split()[0] for line in partitions.splitlines() if line.split()))
    if not has_plugin:
        return mend("SLURM", f"partitions {names}, without Snakemake's plug-in", "pip install 'repro-claims[slurm]'")
    found = f"partitions {names}; {'some' if 'gpu' in partitions else 'no'} nodes with GPUs"
    if not keeps_accounts(ask):
        words = "in profiles/slurm/config.yaml take `slurm-status-command: squeue`, else no job is seen to end"
        return note("SLURM", f"{found}; it keeps no accounts", words)
    return ok("SLURM", f"{found}; it keeps accounts")


def keeps_accounts(ask: Ask = asked) -> bool:
    """Say whether the cluster remembers jobs that have ended."""
    return ask(["sacct", "--noheader", "--starttime=now"])[0] == 0


def check_accounts(status_command: str | None, *, ask: Ask = asked) -> None:
    """Refuse to ask accounts for the state of jobs where there are none.

    Raises:
        NoAccounts: no job would ever be seen to end.
    """
    if status_command == "sacct" and not keeps_accounts(ask):
        raise NoAccounts(
            "this cluster keeps no accounts (sacct fails), by which jobs would be seen to end; add --slurm-status-command "
            "squeue, or take that line of profiles/slurm/config.yaml"
        )


def _last(text: str) -> str:
    return (text.splitlines() or ["no answer"])[-1]
