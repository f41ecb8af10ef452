"""Run the command line: `python -m repro`."""

import os
import sys

if __name__ == "__main__" and "REPRO_SERVER" in os.environ:  # before anything that takes time to import
    from repro.system.forkserver.client import carry_out

    carry_out(sys.argv[1:])

from repro.system.startup import importing, leave_it

try:
    with importing():
        from repro.cli import main
except ModuleNotFoundError as error:
    if (error.name or "repro").partition(".")[0] == "repro":
        raise
    print(f"repro: error: {error}; install this package with what it needs, as README.md says", file=sys.stderr)
    sys.exit(2)

if __name__ == "__main__":
    status = main()
    leave_it()
    sys.exit(status)
