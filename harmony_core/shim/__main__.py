"""``python -m harmony_core.shim PROGRAM``: run a program on this package as its openai_harmony."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from harmony_core import shim

_USAGE = """\
usage: python -m harmony_core.shim PROGRAM [ARGUMENT ...]
       python -m harmony_core.shim -m MODULE [ARGUMENT ...]
       python -m harmony_core.shim -c CODE [ARGUMENT ...]

Run a program in which `import openai_harmony` gives harmony_core. PROGRAM is a command, such as
vllm, or a Python file. What it starts in turn gets harmony_core too."""


def main() -> NoReturn:
    """Run the program in place of this process; where that cannot be had, exit as it does."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_USAGE, file=sys.stdout if arguments else sys.stderr)
        sys.exit(0 if arguments else 2)
    if sys.flags.ignore_environment:
        _refuse("the program would not see PYTHONPATH: leave out -E and -I")
    command, variables = _command(arguments), shim.environment()
    if sys.platform == "win32":  # where exec does not wait for the program to end
        sys.exit(subprocess.run(command, env=variables, check=False).returncode)  # noqa: S603 - as asked
    sys.stdout.flush()
    os.execve(command[0], command, variables)  # noqa: S606 - as asked


def _command(arguments: list[str]) -> list[str]:
    program = arguments[0]
    found = shutil.which(program)
    is_python = program.endswith(".py") or found is None
    if not is_python and found is not None:
        return [found, *arguments[1:]]
    if program not in ("-m", "-c") and not Path(program).exists():
        _refuse(f"there is no program {program!r}")
    # The interpreter's own options, such as -W error, come before "-m harmony_core.shim".
    options = sys.orig_argv[1 : -len(arguments) - 2]
    return [sys.executable, *options, *arguments]


def _refuse(reason: str) -> NoReturn:
    sys.exit(f"harmony_core.shim: {reason}")


if __name__ == "__main__":
    main()
