"""The command line: one module per group of commands, with their arguments and their implementation.

Exit status: 0 success, 1 failure, 2 wrong usage, 130 interrupted. Results are written to stdout, messages and logs to
stderr.

`parser` lists the commands and imports the module of the one that is run.  That module imports at the top only what
its arguments need, and the rest inside the functions that use it, so that `--help` and `health` start quickly.
"""

from worker.cli.entry_point import main
from worker.cli.parser import build_parser

__all__ = ["build_parser", "main"]
