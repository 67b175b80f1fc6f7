"""Runs the command line."""

import sys

from harmony_core.cli import main

if __name__ == "__main__":  # not in the processes that it starts
    sys.exit(main())
