"""The server that forks, for the commands of this package (repro.system.forkserver)."""
