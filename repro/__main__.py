"""Run the command line: `python -m repro`."""

import sys

from repro.system.startup import importing, leave_it

with importing():
    from repro.cli import main

if __name__ == "__main__":
    status = main()
    leave_it()
    sys.exit(status)
