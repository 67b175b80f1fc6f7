"""The packages in CPython, every job in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from plan import Environment, Job, Outcome
from support.oracles import write_published_vocabulary

from harmony_core.tokenizer import load_tokenizer

_MEASURE = Path(__file__).parent / "measure.py"
# tiktoken keeps what it has once downloaded under the hash of the address it came from.
_PUBLISHED_AT = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"


def environment(folder: Path) -> Environment:
    """CPython with everything the packages need.

    Args:
        folder: Takes the vocabulary.
    """
    variables = {**os.environ, **vocabulary(folder)}
    return Environment(
        name="native",
        packages=("harmony_core", "openai_harmony", "tiktoken"),
        chat_packages=("harmony_core", "openai_harmony"),
        run=lambda job, timeout: _run(job, timeout, variables),
    )


def vocabulary(folder: Path) -> dict[str, str]:
    """Write the published vocabulary where neither Rust package has to download it.

    Returns:
        The environment variables that tell them so.
    """
    path = folder / "o200k_base.tiktoken"
    write_published_vocabulary(load_tokenizer(), path)
    cached = hashlib.sha1(_PUBLISHED_AT.encode(), usedforsecurity=False).hexdigest()
    (folder / cached).write_bytes(path.read_bytes())
    return {"TIKTOKEN_ENCODINGS_BASE": str(folder), "TIKTOKEN_CACHE_DIR": str(folder)}


def _run(job: Job, timeout: int, variables: dict[str, str]) -> Outcome:
    failure = None
    # Into files, so that what was measured before a failure is not lost with the process.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            done = subprocess.run(  # noqa: S603 - the command is this benchmark's own
                [sys.executable, _MEASURE],
                input=json.dumps(job).encode(),
                stdout=output,
                stderr=errors,
                timeout=timeout,
                env=variables,
                check=False,
            )
        except subprocess.TimeoutExpired:
            failure = f"over {timeout} s"
        else:
            if done.returncode:
                errors.seek(0)
                *_, last = [b"no reason given", *errors.read().splitlines()]
                failure = f"failed: {last.decode(errors='replace')}"
        output.seek(0)
        # The last line may have been cut short.
        rows = [json.loads(line) for line in output if line.endswith(b"\n")]
    return Outcome(rows, failure)
